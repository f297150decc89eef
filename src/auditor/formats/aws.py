"""Results of AWS checks as text and JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from auditor.model.money import CENT, Saving
from auditor.model.text import visible

SCHEMA = "auditor/aws-check@1"
_SHOWN = 25


def as_json(judgement: Any) -> str:
    """The contract of `auditor aws check --format json`; `judgement` is what the AWS scanner's `judge` gives."""
    estate = judgement.estate
    document = {
        "schema": SCHEMA,
        "inventory": estate.inventory.source,
        "collected_at": estate.now.isoformat(),
        "accounts": list(estate.inventory.accounts),
        "regions": list(estate.inventory.regions),
        "checks": judgement.checks,
        "summary": dict(Counter(str(result.status.value) for result in judgement.results)),
        "savings": [_service(service) for service in judgement.savings],
        "bill": [_month(month) for month in judgement.months],
        "sites": [{"domain": site.name, "entity": site.entity, **dict(site.text)} for site in judgement.sites],
        "failures": [
            {"account": f.account, "region": f.region, "call": f.call, "kind": f.kind, "count": f.count}
            for f in estate.inventory.failures
        ],
    }
    # One result a line: the indenting encoder is twenty times slower, and lines can be compared.
    lines = ",\n".join(json.dumps(_result(result), ensure_ascii=False) for result in judgement.results)
    return f'{json.dumps(document, indent=1, ensure_ascii=False)[:-2]},\n "results": [\n{lines}\n ]\n}}\n'


def _result(result: Any) -> dict[str, Any]:
    return {
        "check": result.rule.id,
        "aliases": list(result.rule.aliases),
        "resource": result.resource,
        "arn": result.arn,
        "region": result.region,
        "account": result.account,
        "kind": result.kind,
        "status": result.status.value,
        "severity": result.severity.word,
        "saving": saving_json(result.saving) if result.saving else None,
        "evidence": dict(result.evidence) | ({"call": result.call} if result.call else {}),
        "message": result.message or (result.rule.title if result.failed else ""),
        "why_not_assessed": result.why or None,
    }


def saving_json(saving: Saving) -> dict[str, Any]:
    """A saving; `low` and `high` are null where it is unpriced."""
    monthly = saving.monthly
    return {
        "low": _cents(monthly.low.amount) if monthly else None,
        "high": _cents(monthly.high.amount) if monthly else None,
        "currency": monthly.currency if monthly else "USD",
        "basis": saving.basis,
        "as_of": saving.as_of or None,
        "formula": saving.formula,
        "counted_with": saving.counted_with or None,
    }


def _cents(amount: Decimal) -> float:
    """A JSON number with two decimals; the exact decimal stays in the inventory and the store."""
    return float(amount.quantize(CENT))


def _service(service: Any) -> dict[str, Any]:
    low, high = service.capped
    return {
        "service": service.service,
        "list_low": _cents(service.low),
        "list_high": _cents(service.high),
        "billed_last_month": _cents(service.billed) if service.billed is not None else None,
        "low": _cents(low),
        "high": _cents(high),
        "capped": (low, high) != (service.low, service.high),
    }


def _month(month: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "month": month["month"],
        "estimated": month["estimated"],
        "total": _cents(month["total"]),
        "by_service": {name: _cents(amount) for name, amount in sorted(month["services"].items())},
        "by_entity": {name or "shared": _cents(amount) for name, amount in sorted(month["entities"].items())},
    }


def as_text(judgement: Any, *, everything: bool = False) -> str:
    """For people: what failed, grouped by check; what nobody could see; what can be saved; what is paid."""
    lines: list[str] = []
    by_rule: dict[str, list[Any]] = {}
    for result in judgement.results:
        by_rule.setdefault(result.rule.id, []).append(result)
    failed = [found for found in by_rule.values() if any(result.failed for result in found)]
    for found in sorted(failed, key=lambda found: (-max(r.severity for r in found if r.failed), found[0].rule.id)):
        lines += _check_lines(found)
    lines += _unseen(judgement.results)
    if everything:
        lines += [
            f"pass  {result.rule.id}  {result.resource}"
            for result in judgement.results
            if result.status.value == "pass"
        ]
    lines += _money(judgement)
    counts = Counter(result.status.value for result in judgement.results)
    words = ", ".join(f"{counts[name]} {name}" for name in ("fail", "pass", "not assessed", "error", "not applicable"))
    lines.append(
        f"{judgement.checks} checks on {sum(1 for _ in judgement.estate.inventory.every())} resources: {words}"
    )
    return "\n".join(visible(line) for line in lines) + "\n"


def _check_lines(found: Iterable[Any]) -> list[str]:
    failed = [result for result in found if result.failed]
    first = failed[0]
    severity = max(result.severity for result in failed)
    lines = [f"{severity.word:<8} {first.rule.id}  {first.rule.title}"]
    for result in failed[:_SHOWN]:
        place = f"{result.resource} ({result.region})"
        saving = _words(result.saving) if result.saving else ""
        detail = f": {result.message}" if result.message else ""
        lines.append(f"    {place}{detail}{saving}")
    if len(failed) > _SHOWN:
        lines.append(f"    and {len(failed) - _SHOWN} more")
    lines.append(f"    fix: {first.rule.fix}")
    return [*lines, ""]


def _words(saving: Saving) -> str:
    if saving.monthly is None:
        return f"  [{saving.basis}]"
    low, high = saving.monthly.low.amount.quantize(CENT), saving.monthly.high.amount.quantize(CENT)
    money = f"${low}" if low == high else f"${low} to ${high}"
    counted = f", counted with {saving.counted_with}" if saving.counted_with else ""
    return f"  [saves {money} a month{counted}]"


def _unseen(results: Iterable[Any]) -> list[str]:
    hidden = Counter((result.why, result.region) for result in results if result.hides)
    missing = Counter(result.why for result in results if result.status.value == "not assessed" and not result.hides)
    lines = []
    if hidden:
        lines.append("Not assessed, because something could not be seen (this is not a pass):")
        lines += [
            f"    {region or 'all regions'}  {why}: {count} results" for (why, region), count in sorted(hidden.items())
        ]
        lines.append("")
    if missing:
        lines.append("Not assessed, because there is no data yet:")
        lines += [f"    {why.lstrip('_').replace('_', ' ')}: {count} results" for why, count in sorted(missing.items())]
        lines.append("")
    return lines


def _money(judgement: Any) -> list[str]:
    lines = []
    if judgement.savings:
        lines.append("Savings available now, a month, list prices, each resource counted once:")
        for service in judgement.savings:
            low, high = (amount.quantize(CENT) for amount in service.capped)
            money = f"${low}" if low == high else f"${low} to ${high}"
            billed = "bill not known" if service.billed is None else f"last bill ${service.billed.quantize(CENT)}"
            cap = (
                ""
                if service.capped == (service.low, service.high)
                else f", capped from list ${service.high.quantize(CENT)}"
            )
            lines.append(f"    {service.service:<45} {money}  ({billed}{cap})")
        lines.append("")
    if judgement.months:
        lines.append("The bill, before tax and credits as Cost Explorer gives it:")
        for month in judgement.months:
            running = " (month still running)" if month["estimated"] else ""
            shares = ", ".join(
                f"{name or 'shared'} ${amount.quantize(CENT)}" for name, amount in sorted(month["entities"].items())
            )
            lines.append(f"    {month['month']}  ${month['total'].quantize(CENT)}{running}  {shares}")
        lines.append("")
    return lines
