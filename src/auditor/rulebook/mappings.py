"""Which rule is evidence for which control: the mappings of all rules folders, beside the catalogues they speak of."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.rulebook.cards import Problem
from auditor.rulebook.catalogs import Catalog, Control, read_catalogs

FOLDER = "compliance"
PRIVATE = "private"
SHAPE = 2
"""Version of the kept file."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """One rule as evidence for one control."""

    rule: str
    catalog: str
    control: str
    strength: str = "partial"
    """`full`: it is the whole of the control; `partial`: a part of it."""
    relation: str = "evidence"
    asserted_by: str = ""
    rationale: str = ""
    reviewed: str = "never"


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
    mappings: dict[tuple[str, str, str], Mapped] = {}
    problems: list[Problem] = []
    digest = hashlib.blake2b(digest_size=16)
    for path in _files(folders):
        digest.update(path.name.encode() + b"\0" + hashlib.blake2b(path.read_bytes()).digest())
    for folder in folders:
        found, faults = read_catalogs(folder / FOLDER)
        catalogs |= found
        problems.extend(faults)
        private.update(_private_ids(folder / FOLDER))
    for folder in folders:
        for path in _mapping_files(folder / FOLDER):
            for item in _mapped(path, folder, problems):
                mappings[item.rule, item.catalog, item.control] = item
    known = {(c.id, control.id) for c in catalogs.values() for control in c.controls}
    kept = []
    for item in mappings.values():
        if (item.catalog, item.control) in known:
            kept.append(item)
        else:
            problems.append(Problem(FOLDER, None, f"{item.rule}: no control {item.catalog}/{item.control}"))
    return Frameworks(catalogs, tuple(kept), frozenset(private), digest.hexdigest(), tuple(problems))


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


def _mapping_files(folder: Path) -> Iterator[Path]:
    yield from sorted((folder / "mappings").glob("*.yaml"))
    yield from sorted((folder / PRIVATE / "mappings").glob("*.yaml"))


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(p for p in (folder / FOLDER).rglob("*.yaml") if p.is_file())


def _mapped(path: Path, folder: Path, problems: list[Problem]) -> Iterator[Mapped]:
    import yaml

    name = path.relative_to(folder).as_posix()
    try:
        # Every scalar as text: a control `1.10` must not become the number 1.1.
        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        document = yaml.load(path.read_bytes(), loader)  # noqa: S506  makes nothing but text, lists and mappings
    except yaml.YAMLError:
        problems.append(Problem(name, None, "not valid YAML"))
        return
    rules = document.get("rules") if isinstance(document, dict) else None
    for rule, entries in rules.items() if isinstance(rules, dict) else ():
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, dict) or not {"catalog", "control"} <= set(entry):
                problems.append(Problem(name, None, f"{rule}: a mapping names its `catalog` and `control`"))
                continue
            strength = str(entry.get("strength", "partial"))
            yield Mapped(
                str(rule), str(entry["catalog"]), str(entry["control"]), strength if strength == "full" else "partial",
                str(entry.get("relation", "evidence")), str(entry.get("asserted_by", "")),
                " ".join(str(entry.get("rationale", "")).split()), str(entry.get("reviewed", "never")),
            )  # fmt: skip


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
        return
