"""A recorded inventory judged: results, money, records, and what nobody could see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from auditor.errors import NotScannedError
from auditor.model.fact import Record
from auditor.model.finding import Match
from auditor.model.location import CloudLocation
from auditor.model.ports import ScanContext
from auditor.model.rule import Rule
from auditor.model.run import NotScanned, ScanResult, Tally
from auditor.model.target import AwsAccount
from scanners.aws.check import HIDING, Result, Status
from scanners.aws.estate import ENTITY_TAGS, Estate
from scanners.aws.inventory import read_inventory
from scanners.aws.judge import ServiceSaving, billed_as, capped, last_closed, load, results, savings, select
from scanners.aws.records import facts, months, records


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything `auditor aws check` prints."""

    results: tuple[Result, ...]
    savings: tuple[ServiceSaving, ...]
    estate: Estate
    rules: tuple[str, ...]
    """Ids of the checks that ran."""

    @property
    def checks(self) -> int:
        """How many ran."""
        return len(self.rules)

    @property
    def sites(self) -> tuple[Record, ...]:
        """Public names found, with whose they are."""
        return tuple(record for record in records(self.estate) if record.kind == "site")

    @property
    def months(self) -> list[dict[str, Any]]:
        """The bill by month, all accounts together."""
        return months(self.estate)


def judgement_of(
    inventory: Path,
    rules: Iterable[Rule],
    data: Path,
    *,
    account: str = "",
    entity: str = "",
    options: Mapping[str, str] | None = None,
) -> Judgement:
    """Every check on every resource; `account` empty: all accounts of the inventory.

    Raises:
        NotScannedError: the inventory cannot be read, or is of another account.
    """
    recorded = read_inventory(inventory)
    if account:
        if account not in recorded.accounts:
            known = ", ".join(recorded.accounts) or "none"
            raise NotScannedError(f"{inventory}: is of account {known}, not of {account}; record that account")
        recorded = select(recorded, account)
    checks, schema, prices = load(rules, data)
    estate = Estate(
        recorded, schema, owners=_owners(options or {}), tag_keys=_tags(options or {}), default_entity=entity
    )
    found = results(checks, estate, prices)
    return Judgement(found, savings(found, recorded), estate, tuple(sorted(c.rule.id for c in checks)))


def scan_account(target: AwsAccount, context: ScanContext) -> ScanResult:
    """An account's inventory as a scan result.

    Raises:
        NotScannedError: as `judgement_of`.
    """
    return scan_result(
        judgement_of(
            target.inventory,
            context.rules,
            context.data,
            account=target.account_id,
            entity=target.entity,
            options=context.options,
        )
    )


def _owners(options: Mapping[str, str]) -> dict[str, str]:
    """`domains`: pairs `name=entity` between blanks; a name is a domain, a resource's name, an ARN, or a glob of those."""
    pairs = (pair.rpartition("=") for pair in options.get("domains", "").replace(",", " ").split())
    return {name.lower().rstrip("."): entity for name, sign, entity in pairs if sign}


def _tags(options: Mapping[str, str]) -> tuple[str, ...]:
    """`entity_tag`: the tag keys that say whose a resource is, first one wins."""
    return tuple(options.get("entity_tag", "").replace(",", " ").split()) or ENTITY_TAGS


def scan_result(judgement: Judgement) -> ScanResult:
    """Matches, records and figures; what nobody could see is listed by call and region."""
    estate = judgement.estate
    lines = {service.service: service for service in judgement.savings}
    billed = last_closed(estate.inventory)
    unseen: Counter[tuple[str, str, str]] = Counter()
    matches = []
    for result in judgement.results:
        if result.status is Status.FAIL:
            line = lines.get(billed_as(result, billed))
            if result.saving and line:
                result = replace(result, saving=capped(result.saving, line))  # noqa: PLW2901
            matches.append(_match(result, judgement))
        elif result.status is Status.NOT_ASSESSED:
            unseen[f"{result.region or 'all regions'}/{result.call_missing}", result.cause, ""] += 1
        elif result.status is Status.ERROR:
            unseen[f"{result.rule.id} on {result.arn}", "evaluation error", result.why] += 1
    for failure in estate.inventory.failures:
        unseen.setdefault((f"{failure.region or 'all regions'}/{failure.call}", failure.kind, ""), 0)
    return ScanResult(
        matches=tuple(matches),
        records=tuple(records(estate)),
        facts=tuple(facts(estate)),
        looked_at={
            "resources": sum(1 for _ in estate.inventory.every()),
            "rules": judgement.checks,
            "regions": len(estate.inventory.regions),
        },
        not_scanned=tuple(
            NotScanned(
                path,
                "access denied" if cause == "denied" else cause,
                # No figures (yet) is what an account is like; everything else should have been seen.
                expected=cause not in HIDING and cause != "evaluation error",
                detail=detail or f"{count} results not assessed",
            )
            for (path, cause, detail), count in sorted(unseen.items())
        ),
        tallies=tuple(tallies(judgement)),
    )


_NAMED = 200
"""Names of passed resources that are kept; the count says how many there are."""


def tallies(judgement: Judgement) -> Iterator[Tally]:
    """Every check that ran, by the entity whose resources it judged; one without any resource has one empty tally."""
    estate = judgement.estate
    owner = {str(r.get("_arn", "")): str(r.get("_entity", "")) for _, r in estate.inventory.every()}
    found: dict[tuple[str, str], list[Result]] = {}
    for result in judgement.results:
        entity = "" if result.arn == "*" else owner.get(result.arn, "")
        found.setdefault((result.rule.id, entity), []).append(result)
    seen = {rule for rule, _ in found}
    for rule in judgement.rules:
        if rule not in seen:
            yield Tally(rule)
    for (rule, entity), mine in sorted(found.items()):
        unseen = Counter(
            "evaluation error" if r.status is Status.ERROR else "access denied" if r.cause == "denied" else r.cause
            for r in mine
            if r.status in {Status.ERROR, Status.NOT_ASSESSED}
        )
        passed = [r.arn for r in mine if r.status is Status.PASS]
        yield Tally(
            rule=rule,
            entity=entity,
            passed=len(passed),
            failed=sum(r.failed for r in mine),
            not_applicable=sum(r.status is Status.NOT_APPLICABLE for r in mine),
            unseen=dict(sorted(unseen.items())),
            passed_on=tuple(passed[:_NAMED]),
        )


def _match(result: Result, judgement: Judgement) -> Match:
    estate = judgement.estate
    resource = next(
        (r for r in estate.find(result.kind, "_arn", result.arn) if r.get("_account") == result.account), {}
    )
    details = {
        "entity": str(resource.get("_entity", "")),
        "resource": result.resource,
        "kind": result.kind,
        "evidence": "; ".join(f"{name} = {value}" for name, value in result.evidence.items())[:500],
        "undo": str(result.rule.spec.get("undo", "")),
    }
    return Match(
        rule_id=result.rule.id,
        location=CloudLocation(result.account, result.region, result.arn, result.call, estate.now.isoformat()),
        excerpt=result.resource,
        grade=result.grade,
        message=result.message,
        saving=result.saving,
        details={name: " ".join(text.split()) for name, text in details.items() if text},
    )
