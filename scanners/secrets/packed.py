"""What lies packed in a file: archives are opened in memory, within limits, and nothing is written anywhere."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanners.secrets.text import as_utf8

if TYPE_CHECKING:
    import zipfile

MOST_BYTES = 32 * 1024 * 1024
"""Of all that comes out of one file, archives within archives included."""
MOST_MEMBERS = 20_000
DEEPEST = 3
"""Archives within archives."""
_CLOSED = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18")
"""7-Zip, RAR, Zstandard, LZ4: said to be not scanned."""
_ZIP = b"PK\x03\x04"
_STREAMS = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")
_BINARY = b"\0\n"
"""Before what came out of an archive: like in any other binary file, only tokens of providers are looked for in it."""


@dataclass(slots=True)
class _Limits:
    bytes_left: int = MOST_BYTES
    members_left: int = MOST_MEMBERS
    why: str = ""
    """The first reason for which something stayed closed."""

    def stop(self, why: str) -> None:
        self.why = self.why or why

    def take(self, content: bytes) -> bytes:
        self.bytes_left -= len(content)
        return content


def is_packed(content: bytes) -> bool:
    """Whether a file is an archive or a compressed stream by its first bytes, whatever its name says."""
    return content.startswith((_ZIP, *_STREAMS, *_CLOSED))


def opened(content: bytes) -> tuple[bytes, str]:
    """(what to look at, why it is not everything): the file as it is, or all that is packed in it, one after another."""
    if not is_packed(content):
        return content, ""
    limits = _Limits()
    return _BINARY + b"\n".join(_out_of(content, limits, 0)), limits.why


def _out_of(content: bytes, limits: _Limits, depth: int) -> Iterator[bytes]:
    if not is_packed(content):
        yield as_utf8(content)
        return
    if depth > DEEPEST:
        limits.stop(f"archives more than {DEEPEST} deep within each other")
        return
    if content.startswith(_CLOSED):
        limits.stop("an archive of a kind that is not opened")
        return
    inner = _members(content, limits) if content.startswith(_ZIP) else _stream(content, limits)
    for each in inner:
        yield from _out_of(each, limits, depth + 1)


def _members(content: bytes, limits: _Limits) -> Iterator[bytes]:
    """Members of a zip file; their names take no part, so none can lead anywhere."""
    import lzma  # here, because the pre-commit hook seldom needs them
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                limits.members_left -= 1
                if limits.members_left < 0 or limits.bytes_left <= 0:
                    limits.stop(f"more than {MOST_BYTES >> 20} MB or {MOST_MEMBERS} files in an archive")
                    return
                if info.flag_bits & 1:
                    limits.stop("an archive with a password")
                elif not info.is_dir():
                    yield _member(archive, info, limits)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        OSError,
        EOFError,
        zlib.error,
        lzma.LZMAError,
    ) as error:
        limits.stop(f"an archive that cannot be opened ({type(error).__name__})")


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: _Limits) -> bytes:
    """The beginning of a member, as much as there is room for: what its header says of its size is not believed."""
    with archive.open(info) as stream:
        found = limits.take(stream.read(limits.bytes_left))
        if limits.bytes_left <= 0 and stream.read(1):
            limits.stop(f"more than {MOST_BYTES >> 20} MB in an archive")
    return found


def _stream(content: bytes, limits: _Limits) -> Iterator[bytes]:
    """What one compressed stream holds."""
    import bz2
    import lzma

    try:
        if content.startswith(b"\x1f\x8b"):
            reader = zlib.decompressobj(31)
            found = reader.decompress(content, max(limits.bytes_left, 1))
            whole = reader.eof
        else:
            other = bz2.BZ2Decompressor() if content.startswith(b"BZh") else lzma.LZMADecompressor()
            found = other.decompress(content, max(limits.bytes_left, 1))
            whole = other.eof
    except (zlib.error, OSError, EOFError, lzma.LZMAError) as error:
        limits.stop(f"an archive that cannot be opened ({type(error).__name__})")
        return
    limits.take(found)
    if not whole:
        short = limits.bytes_left > 0
        limits.stop("an archive that breaks off" if short else f"more than {MOST_BYTES >> 20} MB in an archive")
    yield found
