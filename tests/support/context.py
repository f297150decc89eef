"""A scan context and the files in it, for tests: small real implementations, nothing patched."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from auditor.adapters.folder import blob_id
from auditor.adapters.programs import LocalPrograms
from auditor.model.ports import FileEntry, Files, History, ScanContext
from auditor.model.rule import Rule
from auditor.model.run import NotScanned, ScanResult
from auditor.model.target import Repo
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook

NOW = datetime(2026, 11, 2, 6, 17, tzinfo=UTC)
"""The clock of every test that does not say otherwise."""


@dataclass
class MemoryFiles:
    """Files given as a mapping from path to content."""

    content: Mapping[str, bytes]
    untracked: frozenset[str] = frozenset()

    def entries(self) -> Sequence[FileEntry]:
        return tuple(
            FileEntry(path, blob_id(body), len(body), tracked=path not in self.untracked)
            for path, body in sorted(self.content.items())
        )

    def not_listed(self) -> Sequence[NotScanned]:
        return ()

    def read(self, entry: FileEntry) -> bytes:
        return self.content[entry.path]

    def read_many(self, entries: Iterable[FileEntry]) -> Iterator[tuple[FileEntry, bytes]]:
        for entry in entries:
            yield entry, self.content[entry.path]

    def unreadable(self) -> Sequence[NotScanned]:
        return ()


@dataclass
class MemoryCache:
    """A cache that lives as long as the test, and counts what it was asked."""

    values: dict[str, bytes] = field(default_factory=dict)
    hits: int = 0

    def get(self, key: str) -> bytes | None:
        return self.get_many([key]).get(key)

    def get_many(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        found = {key: self.values[key] for key in keys if key in self.values}
        self.hits += len(found)
        return found

    def put_many(self, values: Mapping[str, bytes]) -> None:
        self.values.update(values)


def mark(secret: bytes) -> str:
    """Keyed hash with a key of the tests."""
    return hashlib.blake2b(secret, key=b"tests", digest_size=16).hexdigest()


def context(
    files: Files | Mapping[str, str | bytes] | None,
    *,
    scanner: str = "",
    rules: Sequence[Rule] | None = None,
    history: History | None = None,
    cache: MemoryCache | None = None,
    now: datetime = NOW,
    options: Mapping[str, str] | None = None,
) -> ScanContext:
    """A context over files given as a mapping, with the shipped cards of `scanner` unless `rules` are given."""
    if isinstance(files, Mapping):
        files = MemoryFiles({p: t.encode() if isinstance(t, str) else t for p, t in files.items()})
    cards = tuple(rules) if rules is not None else read_rulebook(rules_folder(), scanners=[scanner]).of(scanner)
    return ScanContext(
        rules=cards,
        rules_digest=hashlib.sha256(repr(cards).encode()).hexdigest(),
        files=files,
        history=history,
        programs=LocalPrograms(),
        cache=cache or MemoryCache(),
        mark=mark,
        now=now,
        data=rules_folder(),
        work=Path(tempfile.mkdtemp(prefix="auditor-test-")),
        options=options or {},
    )


def repo(name: str = "shop", **fields: object) -> Repo:
    """A repository target whose files come from the context."""
    return Repo(name=name, entity=str(fields.pop("entity", "shop")), path=Path("/nonexistent"), **fields)  # type: ignore[arg-type]


def scan(scanner: object, files: Mapping[str, str | bytes], **keywords: object) -> ScanResult:
    """One scan of files given as a mapping."""
    name = str(getattr(scanner, "name", ""))
    keywords.setdefault("scanner", name)
    return scanner.scan(repo(), context(files, **keywords))  # type: ignore[attr-defined, arg-type, no-any-return]
