"""Bytes and lines: encodings, windows of long lines, base 64."""

from __future__ import annotations

import base64
import binascii
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from auditor.model.pattern import lazy

_LONG_LINE = 4000
_BEFORE, _AFTER = 800, 1800
_BETWEEN = lazy(
    r"""["'][ \t]{0,8}(?:[+.&][ \t]{0,8}|\\[ \t]{0,4})?(?:\r?\n[ \t]{0,60}(?:[+.&][ \t]{0,8})?)?[brfu]?["']"""
)
_UTF7 = (b"+/v8", b"+/v9", b"+/v+", b"+/v/")
_LIKE_UTF7 = lazy(rb"\+A(?:D0|CI|CY|F8|Ds|HsA?|H0|EA)-")
"""`=`, `"`, `&`, `_`, `;`, braces and `@` as UTF-7 writes them."""
_BASE64 = lazy(r"[A-Za-z0-9+/_\-]{20,8000}={0,2}")


@dataclass(frozen=True, slots=True)
class Line:
    """A line worth reading, or a window of a very long one."""

    number: int
    """From 1."""
    start: int
    """Offset of its first byte."""
    end: int
    """Exclusive, without the line break."""
    text: str
    ids: frozenset[int]
    """Expressions that hit in it."""

    def span_above(self, content: bytes) -> tuple[int, int]:
        """Offsets of the line before, its last 400 bytes at most."""
        end = max(0, self.start - 1)
        return max(content.rfind(b"\n", max(0, end - 400), end) + 1, end - 400, 0), end

    def span_below(self, content: bytes) -> tuple[int, int]:
        """Offsets of the line after, its first 400 bytes at most."""
        start = min(self.end + 1, len(content))
        stop = content.find(b"\n", start, start + 400)
        return start, stop if stop >= 0 else min(start + 400, len(content))

    def above(self, content: bytes) -> str:
        """The line before."""
        start, end = self.span_above(content)
        return content[start:end].decode("utf-8", "replace")

    def below(self, content: bytes) -> str:
        """The line after."""
        start, end = self.span_below(content)
        return content[start:end].decode("utf-8", "replace")


def lines_at(
    content: bytes, hits: Sequence[tuple[int, int]], dull: AbstractSet[int] = frozenset(), kind: bytes = b""
) -> Iterator[Line]:
    """The lines in which hits end; hits are sorted by offset. Those whose hash, after `kind`, is in `dull` are left out."""
    number, counted = 1, 0
    index, total = 0, len(hits)
    while index < total:
        position = hits[index][0] - 1
        start = content.rfind(b"\n", 0, position) + 1
        end = content.find(b"\n", position)
        if end < 0:
            end = len(content)
        line_start = start
        if end - start > _LONG_LINE:
            start, end = max(start, position - _BEFORE), min(end, position + _AFTER)
        if dull and hash(kind + content[start:end]) in dull:
            while index < total and hits[index][0] - 1 <= end:
                index += 1
            continue
        number += content.count(b"\n", counted, line_start)
        counted = line_start
        ids = set()
        # A long line may have been cut: its further hits get windows of their own.
        while index < total and hits[index][0] - 1 <= end:
            ids.add(hits[index][1])
            index += 1
        yield Line(number, start, end, content[start:end].decode("utf-8", "replace"), frozenset(ids))


def as_utf8(content: bytes) -> bytes:
    """UTF-7, UTF-16 and UTF-32 become UTF-8; everything else stays as it is."""
    wide = "utf-32" if content[:4] in {b"\xff\xfe\0\0", b"\0\0\xfe\xff"} else ""
    wide = wide or ("utf-16" if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else "")
    if wide:
        text = content.decode(wide, "replace").encode("utf-8", "replace")
        # Such a mark in front of other text hides nothing: where no byte is zero behind it, both readings are looked at.
        return text if b"\0" in content[4:516] else content + b"\n" + text
    if content.startswith(_UTF7) or (b"+A" in content[:4096] and _LIKE_UTF7.search(content, 0, 4096)):
        return content.decode("utf-7", "replace").encode("utf-8", "replace")
    head = content[:512]
    if len(head) >= 16 and b"\0" in head:
        for zeros, encoding in ((head[1::2], "utf-16-le"), (head[::2], "utf-16-be")):
            if zeros.count(0) > 0.8 * len(zeros) and head.count(0) < 0.6 * len(head):
                return content.decode(encoding, "replace").encode("utf-8", "replace")
    return content


def is_binary(content: bytes) -> bool:
    """Whether a file is not text: provider tokens are still looked for, generic candidates are not."""
    return b"\0" in content[:8000]


def decoded_base64(line: str) -> Iterator[tuple[int, int, bytes]]:
    """(start, end, content) of base 64 in a line that decodes to text."""
    for match in _BASE64.finditer(line):
        body = match[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            inner = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
        except binascii.Error:
            continue
        if len(inner) >= 20 and sum(32 <= b < 127 or b in b"\r\n\t" for b in inner[:64]) >= 0.95 * min(64, len(inner)):
            yield *match.span(), inner


def joined(text: str) -> str:
    """The same with literals that follow each other made one."""
    return _BETWEEN.sub("", text)


def shannon(text: str) -> float:
    """Entropy in bits per character."""
    length = len(text)
    return math.log2(length) - sum(n * math.log2(n) for n in Counter(text).values()) / length if length else 0.0
