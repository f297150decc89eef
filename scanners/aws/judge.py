"""All checks over one inventory, and the money in their results counted once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from auditor.errors import RuleError
from auditor.model.money import MoneyRange, Saving
from auditor.model.rule import Rule
from scanners.aws.cel import Engine
from scanners.aws.check import Check, Result, Status, compile_check, judge
from scanners.aws.derived import DERIVED, NEW_KINDS
from scanners.aws.estate import Estate, enrich
from scanners.aws.inventory import Inventory
from scanners.aws.prices import Prices, read_prices
from scanners.aws.schema import Schema, read_schema

# Names on the bill of what a saving of a kind would lower (Cost Explorer's SERVICE dimension).
BILLED_AS: Mapping[str, tuple[str, ...]] = {
    "ec2.instance": ("Amazon Elastic Compute Cloud - Compute", "EC2 - Other"),
    "ec2.volume": ("EC2 - Other",),
    "ec2.snapshot": ("EC2 - Other",),
    "ec2.image": ("EC2 - Other",),
    "ec2.nat_gateway": ("EC2 - Other",),
    "ec2.address": ("Amazon Virtual Private Cloud", "EC2 - Other"),
    "ec2.vpc_endpoint": ("Amazon Virtual Private Cloud",),
    "ec2.vpn_connection": ("Amazon Virtual Private Cloud",),
    "elbv2.load_balancer": ("Amazon Elastic Load Balancing",),
    "elb.load_balancer": ("Amazon Elastic Load Balancing",),
    "rds.instance": ("Amazon Relational Database Service",),
    "rds.snapshot": ("Amazon Relational Database Service",),
    "dynamodb.table": ("Amazon DynamoDB",),
    "lambda.function": ("AWS Lambda",),
    "wafv2.web_acl": ("AWS WAF",),
    "cloudfront.distribution": ("Amazon CloudFront",),
    "logs.log_group": ("AmazonCloudWatch",),
    "secretsmanager.secret": ("AWS Secrets Manager",),
    "kms.key": ("AWS Key Management Service",),
    "s3.bucket": ("Amazon Simple Storage Service",),
    "apigateway.rest_api": ("Amazon API Gateway",),
}


@dataclass(frozen=True, slots=True)
class ServiceSaving:
    """What can be saved on one line of the bill."""

    service: str
    low: Decimal
    """At list prices, a month, each resource counted once."""
    high: Decimal
    billed: Decimal | None
    """The last closed month on the bill; None: the bill is not known."""

    @property
    def capped(self) -> tuple[Decimal, Decimal]:
        """Low and high, not more than what is paid."""
        if self.billed is None:
            return self.low, self.high
        return min(self.low, self.billed), min(self.high, self.billed)


def load(rules: Iterable[Rule], data: Path) -> tuple[tuple[Check, ...], Schema, Prices]:
    """Compile the cards.

    Raises:
        RuleError: the first card that cannot be used, with its file and id.
    """
    engine = Engine()
    schema = read_schema(data / "aws" / "schema.json")
    checks, problems = [], []
    for rule in rules:
        try:
            checks.append(compile_check(rule, engine, schema))
        except RuleError as error:
            problems.append(str(error))
    if problems:
        raise RuleError("; ".join(problems))
    return tuple(checks), schema, read_prices(data / "prices" / "aws.json")


def results(checks: Sequence[Check], estate: Estate, prices: Prices) -> tuple[Result, ...]:
    """Every check on every resource of its kind; savings that another one already holds are marked."""
    enrich(estate, DERIVED, NEW_KINDS)
    found = [result for check in checks for result in judge(check, estate, prices)]
    return tuple(_counted_once(found, estate))


def _counted_once(found: list[Result], estate: Estate) -> list[Result]:
    """Per resource the largest saving counts; a volume of a stopped instance counts with the instance."""
    best: dict[str, Result] = {}
    for result in found:
        if result.saving and result.saving.monthly:
            held = best.get(result.arn)
            if held is None or held.saving.monthly.high < result.saving.monthly.high:  # type: ignore[union-attr]
                best[result.arn] = result
    parents: dict[str, str] = {}
    for volume in estate.of("ec2.volume"):
        parent = volume.get("_stopped_owner")
        if parent and parent in best:
            parents[str(volume["_arn"])] = parent
    counted = []
    for result in found:
        saving = result.saving
        if saving and saving.monthly:
            holder = parents.get(result.arn, "" if best[result.arn] is result else result.arn)
            if holder:
                result = replace(result, saving=replace(saving, counted_with=holder))  # noqa: PLW2901
        counted.append(result)
    return counted


def savings(found: Iterable[Result], inventory: Inventory) -> tuple[ServiceSaving, ...]:
    """Savings by line of the bill, next to what the last closed month says of it."""
    billed = last_closed(inventory)
    low: dict[str, Decimal] = {}
    high: dict[str, Decimal] = {}
    for result in found:
        saving = result.saving
        if result.status is not Status.FAIL or saving is None or saving.monthly is None or saving.counted_with:
            continue
        service = billed_as(result, billed)
        low[service] = low.get(service, Decimal(0)) + saving.monthly.low.amount
        high[service] = high.get(service, Decimal(0)) + saving.monthly.high.amount
    return tuple(
        ServiceSaving(name, low[name], high[name], billed.get(name, Decimal(0)) if billed else None)
        for name in sorted(high)
    )


def billed_as(result: Result, billed: Mapping[str, Decimal]) -> str:
    """The line of the bill that a result's saving would lower."""
    given = str(result.rule.spec.get("billed", ""))
    names = (given,) if given else BILLED_AS.get(result.kind, (result.kind,))
    return next((name for name in names if name in billed), names[0])


def capped(saving: Saving, service: ServiceSaving) -> Saving:
    """A saving's share of what its line of the bill can save at all; both figures are said.

    Every saving of the line is lowered by the same part, so that their sum is not more than was paid.
    """
    low, high = service.capped
    if saving.monthly is None or service.billed is None or (low, high) == (service.low, service.high):
        return saving
    part_low = low / service.low if service.low else Decimal(1)
    part_high = high / service.high if service.high else Decimal(1)
    high_part = saving.monthly.high * part_high
    # An exact saving beside uncertain ones is lowered at both ends: a range never ends below its beginning.
    monthly = MoneyRange(min(saving.monthly.low * part_low, high_part), high_part)
    words = (
        f"capped: the list saves ${service.high:.2f} on {service.service}, which cost ${service.billed:.2f} last month"
    )
    return replace(saving, monthly=monthly, basis=f"{saving.basis}; {words}")


def last_closed(inventory: Inventory) -> dict[str, Decimal]:
    """Service -> dollars of the last closed month, over all accounts; empty: the bill is not known."""
    total: dict[str, Decimal] = {}
    for bill in inventory.bill:
        closed = [month for month in bill.get("months") or () if not month.get("estimated")]
        for service, amount in (closed[-1].get("services") or {}).items() if closed else ():
            total[service] = total.get(service, Decimal(0)) + Decimal(str(amount))
    return total


def select(inventory: Inventory, account: str) -> Inventory:
    """The part of one account."""
    kept: dict[str, list[dict[str, Any]]] = {
        kind: [resource for resource in resources if resource.get("_account") == account]
        for kind, resources in inventory.resources.items()
    }
    return replace(
        inventory,
        accounts=(account,),
        resources=kept,
        failures=tuple(failure for failure in inventory.failures if failure.account in {"", account}),
        bill=tuple(bill for bill in inventory.bill if bill.get("account") == account),
    )
