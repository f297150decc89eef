"""Catalogues of controls: read with their problems; a private folder adds frameworks and licensed titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from auditor.rulebook.problem import Problem, lines_of_keys

PRIVATE = "private"
"""Folder of the user's own frameworks and licensed titles; kept out of git."""
_TITLES = "auditor/titles@1"
_OWN: Mapping[str, Any] = {
    "publisher": "our own",
    "version": "",
    "licence": {"id": "private", "text_policy": "full", "note": ""},
    "source": {"url": "", "retrieved": ""},
}
"""What a private catalogue may leave out."""


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a framework."""

    id: str
    group: str
    title: str = ""
    """The publisher's words, where their licence allows it; empty otherwise."""
    summary: str = ""
    """Our own words."""
    text: str = ""
    """All that the publisher says of it, where their licence allows it and it is short."""
    level: int = 0
    """The publisher's class of how much it asks for (ASVS 1 to 3); 0: the framework has none."""
    automation: str = ""
    """`automated` or `manual`: whether the publisher has it judged by a program; empty where it does not say."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """A framework: its controls, and under which terms their words may be shown."""

    id: str
    publisher: str
    version: str
    text_policy: str
    """`full` or `ids-only`."""
    controls: tuple[Control, ...]
    licence: str = ""
    note: str = ""
    """Remark about the licence, to be shown with the words."""
    source: str = ""
    """Address of what was read."""
    retrieved: str = ""
    """Day on which it was read, `YYYY-MM-DD`; empty: it never was, the ids are from memory."""
    verified: str = ""
    """What was checked against what, and what was not."""


def read_catalogs(
    folder: Path, known: Mapping[str, Catalog] | None = None
) -> tuple[Mapping[str, Catalog], tuple[Problem, ...]]:
    """Catalogues of `catalogs/` and `private/` below a compliance folder, by id; a private one may replace a shipped one.

    `known` are those of the folders before; titles may be put on them too.
    """
    found: dict[str, Catalog] = dict(known or {})
    problems: list[Problem] = []
    titles: list[tuple[Path, str, Mapping[str, Any]]] = []
    for part in ("catalogs", PRIVATE):
        for path in sorted((folder / part).glob("*.yaml")):
            name = path.relative_to(folder).as_posix()
            document = _document(path, name, problems)
            if document is None:
                continue
            if part == PRIVATE and document.get("schema") == _TITLES:
                titles.append((path, name, document))
                continue
            try:
                catalog = _catalog(document, part)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                problems.append(Problem(name, None, f"not a catalogue: {_fault(error, document)}"))
            else:
                problems.extend(Problem(name, None, said) for said in _faults(catalog, document, part))
                found[catalog.id] = catalog
    for path, name, document in titles:
        _add_titles(found, path, name, document, problems)
    return found, tuple(problems)


def words_of_controls(*folders: Path) -> Mapping[str, str]:
    """Title, or our summary, by `catalog/control`, of all rules folders."""
    catalogs: Mapping[str, Catalog] = {}
    for folder in folders:
        catalogs, _ = read_catalogs(folder / "compliance", catalogs)
    return {f"{key}/{c.id}": c.title or c.summary for key, catalog in catalogs.items() for c in catalog.controls}


def _add_titles(
    found: dict[str, Catalog], path: Path, name: str, document: Mapping[str, Any], problems: list[Problem]
) -> None:
    """Put licensed titles over the ids of their catalogue; a title of an unknown control is a problem."""
    catalog = found.get(str(document.get("id")))
    given = document.get("titles")
    if not isinstance(given, dict):
        problems.append(Problem(name, None, "not a list of titles: see schema/titles.schema.json"))
    elif catalog is None:
        problems.append(Problem(name, None, f"no catalogue {document.get('id')!r} to put the titles on"))
    else:
        titles = {str(key): " ".join(str(value).split()) for key, value in given.items()}
        known = {control.id for control in catalog.controls}
        lines = lines_of_keys(path.read_bytes()) if set(titles) - known else {}
        unknown = (key for key in titles if key not in known)
        problems.extend(Problem(name, lines.get(key), f"{catalog.id} has no control {key}") for key in unknown)
        controls = tuple(replace(c, title=titles[c.id]) if c.id in titles else c for c in catalog.controls)
        found[catalog.id] = replace(catalog, controls=controls)


def _document(path: Path, name: str, problems: list[Problem]) -> Mapping[str, Any] | None:
    import yaml

    # Every scalar as text: an id 1.10 that somebody left unquoted must not become the number 1.1.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        document = yaml.load(path.read_bytes(), loader)  # noqa: S506  makes nothing but text, lists and mappings
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(Problem(name, mark.line + 1 if mark else None, "not valid YAML"))
        return None
    if not isinstance(document, dict):
        problems.append(Problem(name, None, "not a catalogue: see schema/catalog.schema.json"))
        return None
    return document


def _catalog(document: Mapping[str, Any], part: str) -> Catalog:
    """A catalogue of one's own need not say where its words come from, and may show them."""
    controls = tuple(
        Control(
            _word(c, "id"), _word(c, "group"), _word(c, "title", ""), _word(c, "summary", ""), _word(c, "text", ""),
            int(c.get("level", 0)), _word(c, "automation", ""),
        )
        for c in document["controls"]
    )  # fmt: skip
    if part == PRIVATE:
        document = {**_OWN, **document}
    licence, source = document["licence"], document["source"]
    return Catalog(
        _word(document, "id"), _word(document, "publisher"), _word(document, "version"), _word(licence, "text_policy"),
        controls, _word(licence, "id"), _word(licence, "note"), _word(source, "url"), _said(_word(source, "retrieved")),
        _word(source, "verified", ""),
    )  # fmt: skip


def _word(said: Mapping[str, Any], key: str, without: str | None = None) -> str:
    """A text; `without`: what stands for a missing one, None where it may not be missing."""
    value = said[key] if without is None else said.get(key, without)
    if not isinstance(value, str):
        raise TypeError(f"`{key}` is no text")
    return value


def _fault(error: Exception, document: Mapping[str, Any]) -> str:
    """What is missing, and of which control."""
    controls = document.get("controls")
    if not isinstance(controls, list):
        return "`controls` is no list (see schema/catalog.schema.json)"
    for number, control in enumerate(controls, 1):
        if not isinstance(control, dict) or not isinstance(control.get("id"), str):
            return f"control number {number} has no `id`"
        if not isinstance(control.get("group"), str):
            return f"control {control['id']} has no `group`"
    missing = f"`{error.args[0]}` is missing" if isinstance(error, KeyError) else str(error)
    return f"{missing} (see schema/catalog.schema.json)"


def _said(value: str) -> str:
    return "" if value in {"null", "~"} else value


def _faults(catalog: Catalog, document: Mapping[str, Any], part: str) -> Iterator[str]:
    expected = int(document.get("expected_count", len(catalog.controls) if part == PRIVATE else 0))
    if len(catalog.controls) != expected:
        yield f"{len(catalog.controls)} controls, {expected} expected"
    for identity, count in Counter(c.id for c in catalog.controls).items():
        if count > 1:
            yield f"{identity} stands {count} times"
    if catalog.text_policy not in {"full", "ids-only"}:
        yield f"text_policy {catalog.text_policy!r} is none of full, ids-only"
    if part != PRIVATE and catalog.text_policy != "full":
        yield from (f"{c.id}: a title where only ids may be shipped" for c in catalog.controls if c.title or c.text)
