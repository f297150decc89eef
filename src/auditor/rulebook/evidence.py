"""Which rule is evidence for which control, or why it is for none: the mapping files, their sets resolved.

A mapping file lists entries by rule. An entry names one control, or it is the name of a set: what a kind of fault is
evidence for, said once and used by many rules. A set of the same name in another file adds to it: a framework of one's
own is joined to the shipped rules by adding its controls to the shipped sets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.rulebook.problem import Problem, lines_of_keys

MAPPINGS = ("compliance/mappings", "compliance/private/mappings")
"""Folders of mapping files below a rules folder; the second is the user's own."""
_FULL, _PARTIAL = "full", "partial"
RELATED = "related"
"""A relation that says two things have to do with each other, and not that one is evidence for the other."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule as evidence for one control."""

    rule: str
    catalog: str
    control: str
    strength: str = _PARTIAL
    """`full`: the rule is the whole of the control; `partial`: a part of it."""
    relation: str = "evidence"
    asserted_by: str = ""
    rationale: str = ""
    reviewed: str = "never"
    """Day on which somebody else checked it, or `never`."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All mapping files of some rules folders."""

    entries: tuple[Entry, ...]
    """In the order of the files; what two sets both say of a rule stands once, the stronger."""
    unmapped: Mapping[str, str]
    """Rule to the reason why it is evidence for no control."""
    problems: tuple[Problem, ...]
    places: Mapping[tuple[str, str], tuple[str, int | None]]
    """File and line where a control, by catalogue and id, is first named."""


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    document: Mapping[str, Any]
    lines: Mapping[str, int]
    """Line of each rule."""


def read_evidence(*folders: Path) -> Evidence:
    """The mapping files of all rules folders; a later folder adds entries, sets, and controls to a set of that name."""
    problems: list[Problem] = []
    files = [file for folder in folders for file in _files(folder, problems)]
    sets: dict[str, tuple[Mapping[str, str], ...]] = {}
    places: dict[tuple[str, str], tuple[str, int | None]] = {}
    for file in files:
        for name, content in _mapping(file.document.get("sets")).items():
            added = tuple(_of_set(content, file.document))
            sets[name] = (*sets.get(name, ()), *added)
            for said in added:
                places.setdefault((said["catalog"], said["control"]), (file.name, file.lines.get(name)))
    kept: dict[tuple[str, str, str], Entry] = {}
    unmapped: dict[str, str] = {}
    for file in files:
        for rule, listed in _mapping(file.document.get("rules")).items():
            for entry in _entries(rule, listed, file, sets, problems):
                key = (entry.rule, entry.catalog, entry.control)
                places.setdefault(key[1:], (file.name, file.lines.get(rule)))
                if key not in kept or _weight(entry) > _weight(kept[key]):
                    kept[key] = entry
        unmapped |= {str(rule): str(why) for rule, why in _mapping(file.document.get("unmapped")).items()}
    return Evidence(tuple(kept.values()), unmapped, tuple(problems), places)


def in_order(controls: Iterable[str]) -> tuple[str, ...]:
    """`catalog/control` pairs as their publishers count: 8.2 before 8.10."""
    return tuple(sorted(controls, key=_natural))


def _natural(pair: str) -> list[str | int]:
    """Words and numbers by turns, so that only like is compared with like."""
    return [int(part) if number % 2 else part for number, part in enumerate(re.split(r"(\d+)", pair))]


def _entries(
    rule: str, listed: object, file: _File, sets: Mapping[str, tuple[Mapping[str, str], ...]], problems: list[Problem]
) -> Iterator[Entry]:
    line = file.lines.get(rule)
    if not isinstance(listed, list):
        problems.append(Problem(file.name, line, f"{rule}: a rule has a list of controls"))
        return
    for item in listed:
        if isinstance(item, str) and item in sets:
            yield from (Entry(rule, **said) for said in sets[item])
        elif isinstance(item, str):
            problems.append(Problem(file.name, line, f"{rule}: no set {item!r}"))
        elif isinstance(item, dict) and {"catalog", "control"} <= set(item):
            yield Entry(rule, **_words(_defaults(file.document) | item))
        else:
            problems.append(Problem(file.name, line, f"{rule}: a mapping names its `catalog` and `control`"))


def _weight(entry: Entry) -> int:
    return 0 if entry.relation == RELATED else 2 if entry.strength == _FULL else 1


def _of_set(content: object, document: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    """`{because, partial: {catalog: [control]}, full: {...}, related: {...}}` as entries without a rule."""
    given = _mapping(content)
    for kind in (_FULL, _PARTIAL, RELATED):
        for catalog, controls in _mapping(given.get(kind)).items():
            for control in controls if isinstance(controls, list) else ():
                said = {"catalog": catalog, "control": control, "strength": kind}
                if kind == RELATED:
                    said["relation"] = RELATED
                yield _words(_defaults(document) | said | {"rationale": given.get("because", "")})


def _defaults(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: document[key] for key in ("asserted_by", "reviewed") if key in document}


def _words(said: Mapping[str, Any]) -> dict[str, str]:
    known = ("catalog", "control", "strength", "relation", "asserted_by", "rationale", "reviewed")
    found = {key: " ".join(str(said[key]).split()) for key in known if key in said}
    if found.get("strength") != _FULL:
        found["strength"] = _PARTIAL
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _files(folder: Path, problems: list[Problem]) -> Iterator[_File]:
    import yaml

    # Every scalar as text: a control `1.10` must not become the number 1.1.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    for part in MAPPINGS:
        for path in sorted((folder / part).glob("*.yaml")):
            name = path.relative_to(folder).as_posix()
            content = path.read_bytes()
            try:
                document = yaml.load(content, loader)  # noqa: S506  makes nothing but text, lists and mappings
            except yaml.YAMLError as error:
                mark = getattr(error, "problem_mark", None)
                said = f"not valid YAML: {error}".splitlines()[0]
                problems.append(Problem(name, mark.line + 1 if mark else None, said))
                continue
            if isinstance(document, dict):
                yield _File(name, document, lines_of_keys(content))
            else:
                problems.append(Problem(name, None, "not a mapping file: see schema/mapping.schema.json"))
