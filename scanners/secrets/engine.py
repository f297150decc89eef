"""One pass over a file for all patterns at once: Hyperscan with a stored database, or `re` where there is no wheel.

An engine over-approximates: it says where a line may be worth reading. Whether something is there is decided by the exact
expressions of cards and candidates.
"""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from auditor.model.ports import Cache

SAFE_BOUND = 1000
"""Hyperscan refuses large repeats in some places; an over-approximation may stop counting early."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One pattern for the pass over the bytes."""

    id: int
    text: str
    caseless: bool = False


class Engine(Protocol):
    """Finds ends of possible matches."""

    name: str

    def hits(self, content: bytes) -> list[tuple[int, int]]:
        """(offset after the last byte, expression id) in the order of offsets."""
        ...


class HyperscanEngine:
    """Hyperscan in block mode."""

    name = "hyperscan"

    def __init__(self, database: Any) -> None:
        self._database = database

    def hits(self, content: bytes) -> list[tuple[int, int]]:
        """See `Engine`."""
        found: list[tuple[int, int]] = []
        add = found.append

        def on_match(identity: int, _start: int, end: int, _flags: int, _context: object) -> None:
            add((end, identity))

        # Without a byte after it, Hyperscan misses matches that end with the buffer (44 of 45,755 in one corpus).
        self._database.scan(content + b"\n", on_match)
        found.sort()
        return found


class PlainEngine:
    """The same with `re`, expression by expression: slow, and always there."""

    name = "re"

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._expressions = [
            (e.id, re.compile(e.text.encode(), re.MULTILINE | re.DOTALL * 0 | (re.IGNORECASE if e.caseless else 0)))
            for e in expressions
        ]

    def hits(self, content: bytes) -> list[tuple[int, int]]:
        """See `Engine`. Ends are where `re` ends a match, which may be later than Hyperscan's first end."""
        found = [
            (m.end(), identity) for identity, expression in self._expressions for m in expression.finditer(content)
        ]
        found.sort()
        return found


def build(expressions: Sequence[Expression], cache: Cache | None = None, *, plain: bool = False) -> Engine:
    """The best engine there is; its database is taken from the cache or put there."""
    if plain:
        return PlainEngine(expressions)
    try:
        import hyperscan
    except ImportError:
        return PlainEngine(expressions)
    key = _cache_key(expressions, getattr(hyperscan, "__version__", ""))
    stored = cache.get(key) if cache else None
    if stored:
        try:
            return _loaded(hyperscan, stored)
        except hyperscan.HyperscanError:
            pass  # made by another build of the library: make it again
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[e.text.encode() for e in expressions],
        ids=[e.id for e in expressions],
        flags=[hyperscan.HS_FLAG_MULTILINE | (hyperscan.HS_FLAG_CASELESS if e.caseless else 0) for e in expressions],
    )
    if cache:
        cache.put_many({key: hyperscan.dumpb(database)})
    return HyperscanEngine(database)


def engine_key(expressions: Sequence[Expression]) -> str:
    """Where the database of these expressions lies in a cache; empty where there is no Hyperscan."""
    try:
        import hyperscan
    except ImportError:
        return ""
    return _cache_key(expressions, getattr(hyperscan, "__version__", ""))


def _loaded(hyperscan: Any, stored: bytes) -> HyperscanEngine:
    database = hyperscan.loadb(stored, mode=hyperscan.HS_MODE_BLOCK)
    database.scratch = hyperscan.Scratch(database)
    return HyperscanEngine(database)


def _cache_key(expressions: Sequence[Expression], version: str) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for e in expressions:
        digest.update(f"{e.id}\0{e.text}\0{e.caseless}\n".encode())
    return f"secrets-hyperscan-{version}-{platform.system()}-{platform.machine()}-{_cpu()}-{digest.hexdigest()}"


def _cpu() -> str:
    """What a compiled database depends on: the vector instructions of this processor."""
    try:
        with open("/proc/cpuinfo", "rb") as stream:  # noqa: PTH123  a special file, read once
            flags = next((line for line in stream if line.startswith((b"flags", b"Features"))), b"")
    except OSError:
        return platform.processor() or "cpu"
    wanted = sorted(
        set(flags.split()) & {b"avx2", b"avx512bw", b"avx512vbmi", b"sse4_2", b"ssse3", b"asimd", b"sve", b"sve2"}
    )
    return b"+".join(wanted).decode() or "cpu"
