"""A check: one card's expression over every resource of its kind, with five possible answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from auditor.errors import RuleError
from auditor.model.money import Saving
from auditor.model.rule import Rule, Severity
from scanners.aws.cel import Engine, EvaluationError, Expression
from scanners.aws.estate import Estate
from scanners.aws.inventory import Failure, Resource
from scanners.aws.money import Formula, formula_of
from scanners.aws.paths import Path, Projection, paths_of
from scanners.aws.prices import Prices
from scanners.aws.schema import Schema

_SPEC_KEYS = frozenset({"resource", "when", "applies", "needs", "saves", "billed", "message", "undo", "grade", "iac"})
_PLACE = re.compile(r"\{(r\.[\w.]+)\}")
_SHOWN = 160
NO_DATA = "no data"
HIDING = frozenset({"denied", "throttled", "unreachable", "disabled", "expired", "failed"})
"""Causes for which somebody must act; the others (no figures yet) are what an account is like."""


class Status(StrEnum):
    """What a check says of one resource."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    FAIL = "fail"
    NOT_ASSESSED = "not assessed"
    ERROR = "error"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Result:
    """One check on one resource."""

    rule: Rule
    status: Status
    resource: str
    """Name for people; `*` where the resources could not even be listed."""
    arn: str
    region: str
    account: str
    call: str
    """`service:Operation` that the statement rests on."""
    kind: str = ""
    grade: str = ""
    message: str = ""
    saving: Saving | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    """Why it was not assessed, or what went wrong."""
    cause: str = ""
    """`denied`, `throttled`, ..., or `no data`."""
    call_missing: str = ""

    @property
    def failed(self) -> bool:
        """Whether the fault is there."""
        return self.status is Status.FAIL

    @property
    def hides(self) -> bool:
        """Whether something that should have been judged was not: denied, out of reach, or no answer."""
        return self.status is Status.ERROR or (self.status is Status.NOT_ASSESSED and self.cause in HIDING)

    @property
    def severity(self) -> Severity:
        """From the card, by the resource's grade."""
        return self.rule.severity_of(self.grade)


@dataclass(frozen=True, slots=True)
class Dependence:
    """What an expression rests on."""

    calls: Mapping[str, str] = field(default_factory=dict)
    """First name of each path -> the call that gives it; empty where we made it ourselves."""
    metrics: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Calls beyond the resource's own: what its joined fields were made from."""


@dataclass(frozen=True, slots=True)
class Check:
    """A compiled card."""

    rule: Rule
    kind: str
    when: Expression
    applies: Expression | None
    grade: Expression | None
    saves: Formula | None
    projection: Projection
    rests_on: Dependence
    """What `when` (and the grade) rest on."""
    applies_on: Dependence
    """What `applies` rests on: it is asked first, and where it says no nothing else has to be known."""
    message: str
    undo: str
    call: str
    """The call that a result rests on first."""
    read_names: frozenset[str]
    """First names of everything that `when`, `applies` and the grade read."""
    from_code: bool
    """Whether the check makes sense on a resource that is only declared (no metrics, no joins)."""


def compile_check(rule: Rule, engine: Engine, schema: Schema) -> Check:
    """Compile a card and check each of its paths.

    Raises:
        RuleError: unknown key, kind or field, or not valid CEL.
    """
    try:
        return _compiled(rule, engine, schema)
    except RuleError as error:
        raise RuleError(f"{rule.path}: {rule.id}: {error}") from None


def _compiled(rule: Rule, engine: Engine, schema: Schema) -> Check:
    spec = rule.spec
    unknown = sorted(set(spec) - _SPEC_KEYS)
    if unknown:
        raise RuleError(f"unknown key {unknown[0]!r} under `match`")
    kind = str(spec.get("resource", ""))
    shape = schema.shape(kind)
    if "when" not in spec:
        raise RuleError("`match.when` is missing")
    read = {key: paths_of(str(spec[key]), shape) for key in ("when", "applies", "grade") if key in spec}
    paths = {path for found in read.values() for path in found}
    judged = {path for key in ("when", "grade") for path in read.get(key, ())}
    first = read.get("applies", frozenset())
    message = " ".join(str(spec.get("message", "")).split())
    saves = formula_of(spec["saves"], engine, shape) if "saves" in spec else None
    names = {path[0] for path in paths}
    for place in _PLACE.findall(message):
        paths |= paths_of(place, shape)
    paths |= saves.paths if saves else frozenset()
    rests_on = _dependence(judged, kind, schema, tuple(str(call) for call in spec.get("needs", ())))
    return Check(
        rule,
        kind,
        engine.compile(str(spec["when"])),
        engine.compile(str(spec["applies"])) if "applies" in spec else None,
        engine.compile(str(spec["grade"])) if "grade" in spec else None,
        saves,
        Projection.of(paths),
        rests_on,
        _dependence(first, kind, schema, ()),
        message,
        " ".join(str(spec.get("undo", "")).split()),
        next((c for c in sorted(rests_on.calls.values()) if c), "") or next(iter(schema.listings(kind)), ""),
        frozenset(names),
        bool(spec.get("iac", schema.declared(kind, names))),
    )


def _dependence(paths: Iterable[Path], kind: str, schema: Schema, extra: tuple[str, ...]) -> Dependence:
    names = sorted({path[0] for path in paths})
    own = sorted({field for name in names for field in schema.own(kind, name)})
    needs = {*extra, *(call for name in names for call in schema.needs(kind, name))}
    return Dependence(
        {name: schema.call(kind, name) for name in (*names, *own)},
        tuple(sorted({path[1] for path in paths if path[0] == "_metrics" and len(path) > 1})),
        tuple(sorted(needs)),
    )


def judge(check: Check, estate: Estate, prices: Prices) -> Iterator[Result]:
    """Results of one check over everything of its kind, in recorded order."""
    for resource in estate.of(check.kind):
        yield _judged(check, resource, estate, prices)
    for listing in estate.schema.listings(check.kind):
        for failure in estate.failures_of(listing):
            yield _unlisted(check, failure)


def _unlisted(check: Check, failure: Failure) -> Result:
    return Result(
        check.rule,
        Status.NOT_ASSESSED,
        "*",
        "*",
        failure.region,
        failure.account,
        failure.call,
        kind=check.kind,
        why=f"{failure.call} {failure.kind} in {failure.region or 'all regions'}",
        cause=failure.kind,
        call_missing=failure.call,
    )


def _judged(check: Check, resource: Resource, estate: Estate, prices: Prices) -> Result:
    shape = estate.schema.shape(check.kind)
    seen = check.projection(resource, shape)
    try:
        if check.applies is not None:
            if missing := _missing(check.applies_on, resource, estate):
                return _unknown(check, resource, missing)
            if not check.applies.holds(seen):
                return _result(check, resource, Status.NOT_APPLICABLE)
        if missing := _missing(check.rests_on, resource, estate):
            return _unknown(check, resource, missing)
        failed = check.when.holds(seen)
        if not failed:
            return _result(check, resource, Status.PASS, evidence=_evidence(check, resource))
        grade = str(check.grade.value(seen)) if check.grade is not None else ""
        saving = check.saves.saving(seen, estate.price_region(resource), prices) if check.saves else None
    except EvaluationError as error:
        return _result(check, resource, Status.ERROR, why=str(error), evidence=_evidence(check, resource))
    return _result(
        check,
        resource,
        Status.FAIL,
        grade=grade,
        saving=saving,
        message=_PLACE.sub(lambda match: _shown(_reach(seen, match.group(1))), check.message),
        evidence=_evidence(check, resource),
    )


def _result(check: Check, resource: Resource, status: Status, **more: Any) -> Result:
    return Result(
        rule=check.rule,
        status=status,
        resource=str(resource.get("_name") or resource.get("_id", "")),
        arn=str(resource.get("_arn", "")),
        region=str(resource.get("_region", "")),
        account=str(resource.get("_account", "")),
        call=check.call,
        kind=check.kind,
        **more,
    )


def _unknown(check: Check, resource: Resource, missing: tuple[str, str]) -> Result:
    cause, what = missing
    return _result(check, resource, Status.NOT_ASSESSED, why=f"{what}: {cause}", cause=cause, call_missing=what)


def _missing(on: Dependence, resource: Resource, estate: Estate) -> tuple[str, str] | None:
    """(cause, call or field) of the first thing that is needed and nobody could see."""
    gaps: Mapping[str, str] = resource.get("_missing") or {}
    for name, call in on.calls.items():
        if call in gaps:
            return gaps[call], call
        if name in gaps:
            return gaps[name], name
    metrics = resource.get("_metrics") or {}
    for name in on.metrics:
        if metrics.get(name) is None:
            return NO_DATA, f"metric {name}"
    for call in on.needs:
        failure = estate.failure(call, resource)
        if failure:
            return failure.kind, call
    return None


def _reach(seen: Mapping[str, Any], path: str) -> Any:
    value: Any = seen
    for name in path.split(".")[1:]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _shown(value: Any) -> str:
    if isinstance(value, list):
        text = ", ".join(_shown(item) for item in value)
    elif isinstance(value, Mapping):
        text = " ".join(_shown(item) for item in value.values())
    elif isinstance(value, float):
        text = f"{value:.2f}".rstrip("0").rstrip(".")
    else:
        text = "nothing" if value is None else str(value)
    visible = (
        text
        if text.isprintable()
        else "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
    )
    return visible if len(visible) <= _SHOWN else visible[: _SHOWN - 1] + "…"


def _evidence(check: Check, resource: Resource) -> dict[str, Any]:
    return {name: _short(value) for name, value in check.projection.leaves(resource)}


def _short(value: Any) -> Any:
    if isinstance(value, bool | int | float) or value is None:
        return value
    if isinstance(value, list):
        items = [_short(item) for item in value[:8]]
        return [*items, f"... {len(value) - 8} more"] if len(value) > 8 else items
    return _shown(value)
