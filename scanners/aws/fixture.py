"""A card's examples are small inventories: `{kind: [resource, ...]}`, beside them what the saving must be.

Identifier, ARN, region and account are filled in where an example does not care.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from auditor.model.ports import ExamplesReport
from auditor.model.rule import Rule
from scanners.aws.check import Check, Result, Status, judge
from scanners.aws.derived import DERIVED, NEW_KINDS
from scanners.aws.estate import Estate, enrich
from scanners.aws.inventory import SCHEMA, Inventory, inventory_of
from scanners.aws.judge import load
from scanners.aws.prices import Prices
from scanners.aws.schema import Schema

ACCOUNT = "111122223333"
REGION = "us-east-1"
NOW = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
_PLACE = re.compile(r"\{(\w+)\}")
_BESIDE = frozenset({"saving", "bill", "dns", "failures"})


@dataclass(frozen=True, slots=True)
class Bench:
    """Cards compiled for their examples."""

    checks: Mapping[str, Check]
    schema: Schema
    prices: Prices

    @classmethod
    def of(cls, rules: Iterable[Rule], data: Path) -> Bench:
        """Compile the cards as a scan does."""
        checks, schema, prices = load(rules, data)
        return cls({check.rule.id: check for check in checks}, schema, prices)

    def results(self, rule: Rule, example: Mapping[str, Any]) -> list[Result]:
        """What the rule's check says of each resource of its kind in an example."""
        estate = Estate(inventory_of_example(example, self.schema), self.schema)
        enrich(estate, DERIVED, NEW_KINDS)
        return list(judge(self.checks[rule.id], estate, self.prices))


def try_examples(rules: Iterable[Rule], data: Path) -> ExamplesReport:
    """Run every example and counter-example of the cards."""
    cards = tuple(rules)
    bench = Bench.of(cards, data)
    failures, count = [], 0
    for rule in cards:
        for wanted, examples in ((True, rule.examples), (False, rule.counter_examples)):
            for number, example in enumerate(examples, 1):
                count += 1
                said = _wrong(bench, rule, example, wanted=wanted)
                if said:
                    kind = "example" if wanted else "counter-example"
                    failures.append(f"{rule.path}: {rule.id}: {kind} {number} {said}")
    return ExamplesReport(count, tuple(failures))


def _wrong(bench: Bench, rule: Rule, example: Mapping[str, Any], *, wanted: bool) -> str:
    """What is wrong with an example's first result; empty when it is as wanted."""
    found = bench.results(rule, example)
    if not found:
        return "has no resource of the card's kind"
    first = found[0]
    if wanted and first.status is not Status.FAIL:
        return f"does not fail: {first.status.value} {first.why}".rstrip()
    if not wanted and first.status not in {Status.PASS, Status.NOT_APPLICABLE}:
        return f"must not fail: {first.status.value} {first.why}".rstrip()
    if "saving" not in example:
        return ""
    monthly = first.saving.monthly if first.saving else None
    got = {"low": f"{monthly.low.amount:.2f}", "high": f"{monthly.high.amount:.2f}"} if monthly else None
    return "" if got == dict(example["saving"]) else f"saves {got}, not {dict(example['saving'])}"


def inventory_of_example(example: Mapping[str, Any], schema: Schema) -> Inventory:
    """The example as an inventory."""
    resources: dict[str, list[dict[str, Any]]] = {}
    for kind, listed in example.items():
        if kind not in _BESIDE:
            resources[kind] = [_filled(kind, dict(item), number, schema) for number, item in enumerate(listed or ())]
    return inventory_of(
        {
            "schema": SCHEMA,
            "accounts": [{"id": ACCOUNT}],
            "regions": [REGION],
            "collected_at": NOW.isoformat(),
            "resources": resources,
            "failures": example.get("failures", []),
            "bill": [{"account": ACCOUNT, **bill} for bill in example.get("bill", [])],
            "dns": example.get("dns", {}),
        },
        "example",
    )


def _filled(kind: str, resource: dict[str, Any], number: int, schema: Schema) -> dict[str, Any]:
    templates = schema.collected.get(kind, {})
    for name in _PLACE.findall(str(templates.get("id", ""))):
        if not name.startswith("_"):
            resource.setdefault(name, f"{kind.rsplit('.', 1)[-1]}-{number}")
    resource.setdefault("_account", ACCOUNT)
    resource.setdefault("_region", REGION)
    known = {"partition": "aws", "account": resource["_account"], "region": resource["_region"]}
    identity = fill(str(templates.get("id", "")), resource | known) or f"{kind}-{number}"
    resource.setdefault("_id", identity)
    resource.setdefault("_name", identity)
    given = _PLACE.fullmatch(str(templates.get("arn", "")))
    if given and given[1] not in resource:
        resource[given[1]] = (
            f"arn:aws:{kind.split('.', maxsplit=1)[0]}:{resource['_region']}:{resource['_account']}:{identity}"
        )
    resource.setdefault("_arn", fill(str(templates.get("arn", "")), {"_tail": identity} | resource | known))
    resource.setdefault(
        "_tags",
        {str(tag.get("Key")): str(tag.get("Value")) for tag in resource.get("Tags") or () if isinstance(tag, dict)},
    )
    resource.setdefault("_missing", {})
    return resource


def fill(template: str, values: Mapping[str, Any]) -> str:
    """`{name}` places filled from values; unknown ones become empty."""
    return _PLACE.sub(lambda match: str(values.get(match.group(1), "")), template)
