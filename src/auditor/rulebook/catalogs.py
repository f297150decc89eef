"""Catalogues of controls: read with their problems; a private folder adds to what is shipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.rulebook.cards import Problem


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a framework."""

    id: str
    group: str
    title: str = ""
    """The publisher's words, where their licence allows it; empty otherwise."""
    summary: str = ""
    """Our own words."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """A framework: its controls, and under which terms their words may be shown."""

    id: str
    publisher: str
    version: str
    text_policy: str
    """`full` or `ids-only`."""
    controls: tuple[Control, ...]


def read_catalogs(folder: Path) -> tuple[Mapping[str, Catalog], tuple[Problem, ...]]:
    """Catalogues of `catalogs/` and `private/` below a compliance folder, by id; a private one may replace a shipped one."""
    import yaml

    found: dict[str, Catalog] = {}
    problems: list[Problem] = []
    for part in ("catalogs", "private"):
        for path in sorted((folder / part).glob("*.yaml")):
            name = path.relative_to(folder).as_posix()
            try:
                document = yaml.load(path.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
                catalog = _catalog(document)
            except yaml.YAMLError as error:
                mark = getattr(error, "problem_mark", None)
                problems.append(Problem(name, mark.line + 1 if mark else None, "not valid YAML"))
            except (KeyError, TypeError, AttributeError, ValueError):
                problems.append(Problem(name, None, "not a catalogue: see schema/catalog.schema.json"))
            else:
                problems.extend(Problem(name, None, said) for said in _faults(catalog, document, part))
                found[catalog.id] = catalog
    return found, tuple(problems)


def _catalog(document: Mapping[str, Any]) -> Catalog:
    controls = tuple(
        Control(str(c["id"]), str(c["group"]), str(c.get("title", "")), str(c.get("summary", "")))
        for c in document["controls"]
    )
    policy = str(document["licence"]["text_policy"])
    int(document["expected_count"])
    return Catalog(str(document["id"]), str(document["publisher"]), str(document["version"]), policy, controls)


def _faults(catalog: Catalog, document: Mapping[str, Any], part: str) -> Iterator[str]:
    expected = int(document["expected_count"])
    if len(catalog.controls) != expected:
        yield f"{len(catalog.controls)} controls, {expected} expected"
    for identity, count in Counter(c.id for c in catalog.controls).items():
        if count > 1:
            yield f"{identity} stands {count} times"
    if part == "catalogs" and catalog.text_policy != "full":
        yield from (f"{c.id}: a title where only ids may be shipped" for c in catalog.controls if c.title)
