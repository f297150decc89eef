"""Which rule is evidence for which control: the mappings of all rules folders, beside the catalogues they speak of."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.rulebook.catalogs import PRIVATE, Catalog, Control, read_catalogs
from auditor.rulebook.evidence import Entry, read_evidence
from auditor.rulebook.problem import Problem

Mapped = Entry
"""One rule as evidence for one control."""
FOLDER = "compliance"
SHAPE = 4
"""Version of the kept file."""


@dataclass(frozen=True, slots=True)
class Frameworks:
    """All catalogues with all mappings."""

    catalogs: Mapping[str, Catalog]
    mappings: tuple[Mapped, ...]
    private: frozenset[str]
    """Ids of catalogues that came from a private folder: their words do not leave the house."""
    digest: str
    """Over the bytes of every file read."""
    problems: tuple[Problem, ...] = ()

    def of(self, catalog: str) -> Mapping[str, tuple[Mapped, ...]]:
        """Mappings by control of one catalogue, in a fixed order."""
        found: dict[str, list[Mapped]] = {}
        for item in self.mappings:
            if item.catalog == catalog:
                found.setdefault(item.control, []).append(item)
        return {control: tuple(sorted(items, key=lambda m: m.rule)) for control, items in found.items()}


def read_frameworks(*folders: Path) -> Frameworks:
    """Catalogues and mappings of all rules folders; a later folder adds to what the earlier ones say.

    A mapping to a catalogue or a control that does not exist is a problem, and is left out.
    """
    catalogs: dict[str, Catalog] = {}
    private: set[str] = set()
    problems: list[Problem] = []
    digest = hashlib.blake2b(digest_size=16)
    for path in _files(folders):
        digest.update(path.name.encode() + b"\0" + hashlib.blake2b(path.read_bytes()).digest())
    for folder in folders:
        found, faults = read_catalogs(folder / FOLDER, catalogs)
        catalogs |= found
        problems.extend(faults)
        private.update(_private_ids(folder / FOLDER))
    evidence = read_evidence(*folders)
    problems.extend(evidence.problems)
    known = {(c.id, control.id) for c in catalogs.values() for control in c.controls}
    kept = tuple(item for item in evidence.entries if (item.catalog, item.control) in known)
    unknown = Counter((i.catalog, i.control) for i in evidence.entries if (i.catalog, i.control) not in known)
    for (catalog, control), rules in unknown.items():
        said = f"no control {catalog}/{control}, which {rules} rules are mapped to"
        problems.append(Problem(*evidence.places[catalog, control], said.replace("1 rules are", "1 rule is")))
    return Frameworks(catalogs, kept, frozenset(private), digest.hexdigest(), tuple(problems))


def compiled_frameworks(kept: Path, *folders: Path) -> Frameworks:
    """The same, from `kept` while no file has changed: reading the YAML takes fifty times as long."""
    state = _state(folders)
    found = _load(kept, state)
    if found is None:
        found = read_frameworks(*folders)
        _save(kept, state, found)
    return found


def _private_ids(folder: Path) -> Iterator[str]:
    """Ids of the catalogues of a private folder, without reading them again as YAML."""
    for path in sorted((folder / PRIVATE).glob("*.yaml")):
        if found := re.search(
            r"^id:\s*[\"']?([\w.-]+)", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE
        ):
            yield found[1]


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(p for p in (folder / FOLDER).rglob("*.yaml") if p.is_file())


def _state(folders: Iterable[Path]) -> list[Any]:
    found: list[Any] = [SHAPE, __version__]
    for path in _files(folders):
        about = path.stat()
        found.append([str(path), about.st_mtime_ns, about.st_size])
    return found


def _load(kept: Path, state: list[Any]) -> Frameworks | None:
    try:
        document = json.loads(kept.read_bytes())
        if document["state"] != state:
            return None
        catalogs = {
            c["id"]: Catalog(**{**c, "controls": tuple(Control(*values) for values in c["controls"])})
            for c in document["catalogs"]
        }
        mappings = tuple(Mapped(*values) for values in document["mappings"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Frameworks(catalogs, mappings, frozenset(document["private"]), document["digest"])


def _save(kept: Path, state: list[Any], found: Frameworks) -> None:
    """Written whole or not at all; what has problems is read again each time, so that they are said each time."""
    if found.problems:
        return
    names = [f.name for f in fields(Control)]
    document = {
        "state": state,
        "digest": found.digest,
        "private": sorted(found.private),
        "catalogs": [
            {**asdict(c), "controls": [[getattr(control, n) for n in names] for control in c.controls]}
            for c in found.catalogs.values()
        ],
        "mappings": [list(asdict(m).values()) for m in found.mappings],
    }
    fresh = kept.with_suffix(f".{os.getpid()}")
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(document, stream)
        fresh.replace(kept)
    except OSError:
        with suppress(OSError):  # half a file would keep a full disk full
            fresh.unlink()
