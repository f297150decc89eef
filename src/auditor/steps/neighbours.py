"""Hashes of a match's line and of the lines around it, so that equal lines of one file can be told apart later."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.outcome import ScanResult
from auditor.model.ports import Files, Marker

ALLOW = b"allow"
FOREIGN = (b"nosec", b"nosemgrep", b"pragma: allowlist secret", b"gitleaks:allow")
"""Markers of other tools; counted and shown, honoured only where the policy says so."""
_WINDOW = 100
LONGEST_COMMENT = 2000
"""Bytes at the end of a line in which a comment is looked for."""


def with_neighbours(result: ScanResult, files: Files | None, mark: Marker, *, for_github: bool = False) -> ScanResult:
    """The result with `line`, `before` and `after` in the hashes of every match that has a line in a present file.

    The hashes are keyed: a line may hold a secret, and a plain hash of it would confirm a guess. With `for_github` also `github`, the line's hash as GitHub's code scanning computes it.
    """
    if files is None or not result.matches:
        return result
    paths = {m.location.path for m in result.matches if isinstance(m.location, CodeLocation) and m.location.line}
    wanted = [entry for entry in files.entries() if entry.path in paths]
    lines = {entry.path: content.split(b"\n") for entry, content in files.read_many(wanted)}
    github = {path: line_hashes(text) for path, text in lines.items()} if for_github else {}
    return replace(result, matches=tuple(_hashed(match, lines, mark, github) for match in result.matches))


def _hashed(
    match: Match, lines: Mapping[str, list[bytes]], mark: Marker, github: Mapping[str, Callable[[int], str]]
) -> Match:
    where = match.location
    if not isinstance(where, CodeLocation) or not where.line or where.path not in lines:
        return match
    text = lines[where.path]
    end = where.end_line or where.line
    hashes = {
        "line": _hash(mark, text, where.line - 1),
        "before": _hash(mark, text, _next(text, where.line - 2, -1)),
        "after": _hash(mark, text, _next(text, end, 1)),
        **_comments(text, where.line - 1, end),
    }
    if where.path in github:
        hashes["github"] = github[where.path](where.line)
    return replace(match, hashes=hashes)


def line_hashes(lines: list[bytes]) -> Callable[[int], str]:
    """GitHub's `primaryLocationLineHash` for the lines of a file, by line number.

    A polynomial in 37 modulo 2^64 over the 100 characters from the start of the line on, without blanks and tabs, and the
    number of equal ones so far (github/codeql-action, `fingerprints.ts`). The end of the file counts as character 65535.
    """
    text = b"\n".join(lines).decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    plain = text.replace(" ", "").replace("\t", "") + "\uffff"
    starts = [0, *(found.end() for found in re.finditer("\n", plain))]
    windows = [plain[start : start + _WINDOW] for start in starts]

    def of(line: int) -> str:
        if not 1 <= line <= len(windows):
            return ""
        window = windows[line - 1]
        value = 0
        for character in window.ljust(_WINDOW, "\0"):
            value = (value * 37 + ord(character)) % (1 << 64)
        return f"{value:x}:{windows[:line].count(window)}"

    return of


def _comments(text: list[bytes], start: int, end: int) -> dict[str, str]:
    """A waiver on one of the lines or the line above, and markers of other tools on the lines."""
    found: dict[str, str] = {}
    for index in range(max(start - 1, 0), min(end, len(text))):
        line = text[index][-LONGEST_COMMENT:]
        if b"auditor:" in line and ALLOW in line:
            found["allow"] = line[line.index(b"auditor:") :].decode("utf-8", "replace").strip()
            found["allow_line"] = str(index + 1)
    for marker in FOREIGN:
        if any(marker in line for line in text[start:end]):
            found["foreign"] = marker.decode()
    return found


def _next(text: list[bytes], index: int, step: int) -> int:
    """The nearest line that is not blank, so that inserted empty lines change nothing."""
    while 0 <= index < len(text) and not text[index].strip():
        index += step
    return index


def _hash(mark: Marker, text: list[bytes], index: int) -> str:
    line = text[index] if 0 <= index < len(text) else b""
    return mark(b"".join(line.split()))[:12]
