"""The endpoint inventory as text, as JSON (`auditor/endpoints@1`) and as a page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.formats.endpoints_across import Target, joined
from auditor.model.fact import Record
from auditor.model.run import Outcome, OutcomeStatus
from auditor.model.text import visible

SCHEMA = "auditor/endpoints@1"
_ENDPOINT_KEYS = ("method", "path", "match", "auth", "evidence", "validation", "handler", "file")
_CALL_KEYS = ("method", "path", "file")


@dataclass(frozen=True, slots=True)
class EndpointMap:
    """Records of a scan, sorted out."""

    endpoints: tuple[Record, ...]
    calls: tuple[Record, ...]
    notes: tuple[str, ...] = ()
    """What was not looked at."""
    several: bool = False
    """Whether more than one target was looked at, so that a place needs its target's name."""

    def having(self, flag: str) -> tuple[Record, ...]:
        """Records with a mark: `open`, `dead`, `undeclared` of endpoints, `missing` of calls."""
        return tuple(r for r in (*self.endpoints, *self.calls) if r.text.get(flag) == "yes")


def map_of(outcomes: Iterable[Outcome]) -> EndpointMap:
    """The endpoints and calls of all outcomes of a scan; several targets are joined with each other."""
    targets: dict[str, Target] = {}
    notes: list[str] = []
    for outcome in outcomes:
        records = outcome.result.records
        known = targets.get(outcome.target.name, Target((), ()))
        targets[outcome.target.name] = Target(
            (*known.endpoints, *(r for r in records if r.kind == "endpoint")),
            (*known.calls, *(r for r in records if r.kind == "call")),
            known.dynamic or any(m.rule_id == "endpoints.dynamic-dispatch" for m in outcome.result.matches),
        )
        if outcome.reason and outcome.status is OutcomeStatus.FAILED:
            notes.append(f"{outcome.target.name}: {outcome.reason}")
        notes.extend(
            f"{outcome.target.name}:{n.path}: {n.reason}" for n in outcome.result.not_scanned if not n.expected
        )
    together = joined(tuple(targets.values()))
    endpoints = tuple(r for target in together for r in target.endpoints)
    calls = tuple(r for target in together for r in target.calls)
    return EndpointMap(endpoints, calls, tuple(notes), several=len(targets) > 1)


def _row(record: Record, keys: tuple[str, ...]) -> Mapping[str, str | int]:
    return {**{key: record.text.get(key, "") for key in keys}, "line": int(record.text.get("line") or 0)}


def _rows(records: Iterable[Record]) -> list[Mapping[str, str | int]]:
    return [_row(r, _ENDPOINT_KEYS if r.kind == "endpoint" else _CALL_KEYS) for r in records]


def as_json(found: EndpointMap) -> str:
    """The document for programs."""
    document = {
        "schema": SCHEMA,
        "endpoints": _rows(found.endpoints),
        "calls": _rows(found.calls),
        **{key: _rows(found.having(key)) for key in ("open", "missing", "dead", "undeclared")},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def as_text(found: EndpointMap) -> str:
    """The inventory for people at a terminal."""
    lines: list[str] = []
    backend = None
    for record in sorted(found.endpoints, key=lambda r: (r.text["backend"], r.text["path"], r.text["method"])):
        if record.text["backend"] != backend:
            backend = record.text["backend"]
            lines += ["", str(backend)]
        mark = {"yes": "guarded", "no": "OPEN", "unknown": "unknown"}[record.text["auth"]]
        match = "" if record.text["match"] in {"exact", "segments"} else f" ({record.text['match']})"
        place = f"{record.text['file']}:{record.text['line']}"
        lines.append(f"  {mark:8}{record.text['method']:7}{record.text['path']}{match}  {place}")
        lines.append(f"          {record.text['evidence']}; validation: {record.text['validation']}")
    for title, flag in (("Missing: called and not served", "missing"), ("Dead: served and never called", "dead"),
                        ("Undeclared: in code, not in infrastructure code", "undeclared")):  # fmt: skip
        records = found.having(flag)
        if records:
            lines += ["", title]
            lines += [f"  {r.text['method']:7}{r.text['path']}  {r.text['file']}:{r.text['line']}" for r in records]
    counted = f"{len(found.endpoints)} endpoints, {len(found.having('open'))} open, {len(found.calls)} calls, "
    counted += ", ".join(f"{len(found.having(flag))} {flag}" for flag in ("missing", "dead", "undeclared"))
    lines += ["", counted, *(f"not scanned: {note}" for note in found.notes)]
    return "\n".join(visible(line) for line in lines).lstrip("\n") + "\n"


def as_html(found: EndpointMap) -> str:
    """The map as one page that needs nothing else."""
    from auditor.formats.endpoints_page import page

    return page(found)
