"""A door before the scanner: contents in which no expression hits hold no secret, and that takes 5 ms to know.

Nothing is imported here but the engine's extension module. What the scanner would unpack, decode or refuse is not judged
at the door.
"""

import os
import sys

LARGEST = 8 * 1024 * 1024
"""Bytes; of what is larger the scanner decides."""
_FIRST = (
    b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00",
    b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18",
    b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff", b"+/v", b"version https://git-lfs.github.com/spec/",
)  # fmt: skip
"""Beginnings of archives, of marked encodings, and of pointers to what lies elsewhere."""


class Door:
    """An opened database."""

    __slots__ = ("_database", "_error")

    def __init__(self, stored: bytes) -> None:
        engine = _engine()  # type: ignore[no-untyped-call]
        self._error = engine.HyperscanError
        self._database = engine.loadb(stored, mode=engine.HS_MODE_BLOCK)
        self._database.scratch = engine.Scratch(self._database)

    def is_clean(self, content: bytes) -> bool:
        """Whether the scanner surely finds nothing; it has to be asked where this is not so."""
        if is_for_the_scanner(content):
            return False
        hits: list[int] = []

        def on_match(identity: int, _start: int, _end: int, _flags: int, _context: object) -> bool:
            hits.append(identity)
            return True  # one is enough

        try:
            self._database.scan(content + b"\n", on_match)  # the line end for the reason that engine.py has
        except self._error:
            return False
        return not hits


def is_for_the_scanner(content: bytes) -> bool:
    """Whether the scanner looks at something else than these very bytes, or may do so."""
    if len(content) > LARGEST or content.startswith(_FIRST):
        return True
    return b"\0" in content[:512] or b"+A" in content[:4200]


def open_door(stored: bytes) -> Door | None:
    """A door with this database; None where the engine is missing or refuses it: another version, another processor."""
    try:
        return Door(stored)
    except ImportError:
        return None
    except sys.modules["hyperscan._hs_ext"].HyperscanError:
        return None


def _engine():  # type: ignore[no-untyped-def]  # noqa: ANN202  `Any` lies in `typing`
    """The extension module without its package, whose `__init__` imports `typing`: 10 ms for one tuple."""
    if "hyperscan" in sys.modules:
        return sys.modules["hyperscan"]
    folder = next((f"{place}/hyperscan" for place in sys.path if os.path.isdir(f"{place}/hyperscan")), "")  # noqa: PTH112
    package = type(sys)("hyperscan")
    package.__path__ = [folder]
    sys.modules["hyperscan"] = package
    try:
        import hyperscan._hs_ext  # noqa: F401
    finally:
        del sys.modules["hyperscan"]
    return sys.modules["hyperscan._hs_ext"]
