"""From what the pages say to matches of the rules `wiki.*`; severity and text come from the cards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from auditor.adapters.wiki.gaps import home_page
from auditor.adapters.wiki.page import PageReading
from auditor.finance.clients import has_model, is_active, is_paid
from auditor.finance.delivery import is_done
from auditor.finance.recognition import parse_day
from auditor.model.fact import Conflict, Fact, Gap, Miscalculation, Record, Status, Tier
from auditor.model.finding import Match
from auditor.model.location import Location, WikiLocation
from auditor.model.run import EntityInfo
from auditor.model.text import visible

STALE_AFTER = 90
"""Days after which a page with figures is stale."""
_UNSIGNED = re.compile(
    r"\b(?:unsigned|not signed|no|none|verbal|draft|pending|missing|open|tbd|expired)\b", re.IGNORECASE
)
_PERSONAL = re.compile(
    r"\bpersonal(?:ly)?\b|\bprivate(?:ly)?\b|\bindividual\b|\bown name\b|\(not the company\)", re.IGNORECASE
)
_COMPANY = re.compile(
    r"\b(?:llc|inc|corp|corporation|ltd|limited|gmbh|company|co\.|trust|partnership|llp|lp|dba)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that is judged."""

    pages: Sequence[PageReading]
    facts: Sequence[Fact]
    records: Sequence[Record]
    gaps: Sequence[Gap]
    conflicts: Sequence[Conflict]
    miscalculations: Sequence[Miscalculation]
    entities: Sequence[EntityInfo]
    now: date | None
    """None: nothing is overdue or stale."""


def judge(evidence: Evidence) -> tuple[Match, ...]:
    """All matches, in order of page and line."""
    found = [
        *_conflicts(evidence.conflicts),
        *_arithmetic(evidence.miscalculations),
        *_gaps(evidence.gaps),
        *_pages(evidence),
        *_accounts(evidence),
        *_models(evidence),
        *_clients(evidence),
        *_owners(evidence.records),
        *_contracts(evidence.records),
    ]
    if evidence.now is not None:
        found.extend(_overdue(evidence.records, evidence.now))
    return tuple(sorted(found, key=_place))


def _place(match: Match) -> tuple[str, int, str, str]:
    where = match.location
    page = where.page if isinstance(where, WikiLocation) else str(where)
    return (page, getattr(where, "line", None) or 0, match.rule_id, match.mark)


def _match(
    rule: str,
    where: Location,
    entity: str,
    message: str,
    *,
    excerpt: str = "",
    mark: str = "",
    grade: str = "",
    **details: str,
) -> Match:
    facts = (
        {"entity": entity, **{k: v for k, v in details.items() if v}}
        if entity
        else {k: v for k, v in details.items() if v}
    )
    return Match(
        f"wiki.{rule}",
        where,
        visible(" ".join(excerpt.split()))[:200],
        _key(mark),
        grade,
        visible(message),
        details=facts,
    )


def _key(mark: str) -> str:
    return " ".join(re.findall(r"[\w.@]+", mark.lower()))[:120]


def _conflicts(conflicts: Iterable[Conflict]) -> Iterator[Match]:
    for found in conflicts:
        first, second = found.first, found.second
        used = f"; {found.chosen.raw} is used: {found.reason}" if found.chosen else "; neither is used"
        yield _match(
            "conflict", first.source, found.entity,
            f"{first.label}: {first.raw} here and {second.raw} at {second.source}{used}",
            excerpt=f"{first.label}: {first.raw}", mark=f"{found.metric} {first.period or ''} {first.status.value} {first.scenario}",
            grade="decided" if found.chosen else "", metric=found.metric, first=first.raw, second=second.raw, second_at=str(second.source),
        )  # fmt: skip


def _arithmetic(found: Iterable[Miscalculation]) -> Iterator[Match]:
    for item in found:
        stated, computed = f"{item.stated.normalize():,f}", f"{item.computed.normalize():,f}"
        yield _match(
            "arithmetic", item.source, item.entity, f"The page states {stated}, its own figures give {computed} ({item.kind.replace('_', ' ')})",
            excerpt=item.formula, mark=f"{item.kind} {item.formula}", kind=item.kind, stated=stated, computed=computed, formula=item.formula,
        )  # fmt: skip


def _gaps(gaps: Iterable[Gap]) -> Iterator[Match]:
    for gap in gaps:
        where = WikiLocation(gap.page, line=gap.line)
        blocks = ", ".join(gap.blocks[:4]) + (f" and {len(gap.blocks) - 4} more" if len(gap.blocks) > 4 else "")
        consequence = f"; it blocks {blocks}" if blocks else ""
        if gap.raw:
            yield _match(
                "placeholder", where, gap.entity, f"{gap.label}: {gap.raw} stands where a figure should{consequence}",
                excerpt=f"{gap.label}: {gap.raw}", mark=gap.label, grade="" if gap.metric else "unknown-label", metric=gap.metric, blocks=blocks,
            )  # fmt: skip
        else:
            yield _match(
                "gap", where, gap.entity, f"No page states {gap.label}{consequence}",
                mark=gap.metric, grade="" if gap.blocks else "blocks-nothing", metric=gap.metric, blocks=blocks,
            )  # fmt: skip


def _pages(evidence: Evidence) -> Iterator[Match]:
    if evidence.now is None:
        return
    for page in evidence.pages:
        dated = page.scope.as_of
        stated = [
            f for f in page.facts if f.metric is not None and f.tier is Tier.DECLARED and f.status is not Status.RULE
        ]
        newest = max((f.as_of for f in stated if f.as_of is not None), default=dated)
        if not stated or newest is None:
            continue
        age = (evidence.now - newest).days
        if age > STALE_AFTER:
            yield _match(
                "stale-page", WikiLocation(page.page, commit=page.scope.commit), page.entity,
                f"The newest figure of {page.page} is {age} days old (as of {newest.isoformat()})", grade="" if age <= 365 else "over-a-year", age=str(age),
            )  # fmt: skip


def _home(evidence: Evidence, key: str) -> WikiLocation:
    entity = next((e for e in evidence.entities if e.key == key), EntityInfo(key, key))
    page = home_page(entity, evidence.facts, [p.page for p in evidence.pages])
    commit = next((p.scope.commit for p in evidence.pages if p.page == page), None)
    return WikiLocation(page, commit=commit)


def _accounts(evidence: Evidence) -> Iterator[Match]:
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in evidence.records:
        if record.kind == "account":
            groups.setdefault((record.entity, record.text["group"]), []).append(record)
    for (entity, group), accounts in groups.items():
        lacking = [a for a in accounts if a.text["status"] == "missing"]
        if len(lacking) == len(accounts):
            names = ", ".join(a.name for a in lacking)
            yield _match(
                "missing-chart-category", _home(evidence, entity), entity, f"The books of {entity} have no account for {group} (declared: {names})",
                excerpt=names, mark=f"{entity} {group}", group=group, chart=str(accounts[0].source), accounts=names, chart_version=accounts[0].text["version"],
            )  # fmt: skip


def _models(evidence: Evidence) -> Iterator[Match]:
    """Businesses whose pages state no price at all."""
    for entity in evidence.entities:
        if entity.kind not in {"event-boat", "charter", "hauling", "web-clients"}:
            continue
        own = [f for f in evidence.facts if f.entity == entity.key and f.tier is Tier.DECLARED]
        pages = [p for p in evidence.pages if p.entity == entity.key]
        priced = any(
            (f.metric in {"price", "hourly_rate", "mrr", "arpa"} or _in_price_list(f))
            and not f.scenario
            and f.status is not Status.RULE
            for f in own
        )
        if pages and not priced:
            yield _match(
                "no-revenue-model", _home(evidence, entity.key), entity.key,
                f"No page of {entity.name or entity.key} states what it charges", mark="price",
            )  # fmt: skip


_PRICE_LIST = re.compile(
    r"\b(?:pric(?:es?|ing)|price list|rate card|packages|preise|preisliste|tarife|tarifs)\b", re.IGNORECASE
)
_OF_OTHERS = re.compile(
    r"\b(?:competit\w+|costs?|vendors?|suppliers?|aws|cloud|market|input|purchase|assumptions?)\b", re.IGNORECASE
)


def _in_price_list(fact: Fact) -> bool:
    """Whether an amount stands in a list of what the business itself charges."""
    where = fact.source.heading if isinstance(fact.source, WikiLocation) else ""
    return fact.value.unit == "money" and _PRICE_LIST.search(where) is not None and not _OF_OTHERS.search(where)


def _clients(evidence: Evidence) -> Iterator[Match]:
    for record in evidence.records:
        if record.kind == "client" and is_active(record) and not has_model(record):
            hosted = "hosting" in record.amounts or bool(record.text.get("site"))
            yield _match(
                "no-billing-model", record.source, record.entity,
                f"No billing model is written down for {record.name}" + (", whose site we host" if hosted else ""),
                excerpt=record.name, mark=record.name, grade="" if hosted else "not-hosted", client=record.name, site=record.text.get("site", ""),
            )  # fmt: skip


def _owners(records: Sequence[Record]) -> Iterator[Match]:
    shares: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        if record.kind == "owner":
            agreement = record.text.get("agreement", record.text.get("status", ""))
            if agreement and _UNSIGNED.search(agreement):
                yield _match(
                    "unsigned-agreement", record.source, record.entity, f"{record.name}'s share ({record.text.get('share', '?')}) rests on no signed agreement",
                    excerpt=f"{record.name}: {agreement}", mark=record.name, owner=record.name, share=record.text.get("share", ""),
                )  # fmt: skip
            if isinstance(record.source, WikiLocation) and "share" in record.amounts:
                shares.setdefault((record.entity, record.source.page, record.source.heading), []).append(record)
        elif record.kind == "asset":
            owner = record.text.get("owner", "")
            if owner and _PERSONAL.search(owner) and not _COMPANY.search(owner.split("(")[0]):
                yield _match(
                    "asset-not-owned-by-company", record.source, record.entity, f"{record.name} belongs to {owner}, not to the company",
                    excerpt=f"{record.name}: {owner}", mark=record.name, asset=record.name, owner=owner, type=record.text.get("type", ""),
                )  # fmt: skip
    for (entity, _, _), owners in shares.items():
        whole = sum((o.amounts["share"].low for o in owners), Decimal(0))
        if (
            len(owners) > 1
            and abs(whole - 100) > Decimal("0.5")
            and all(o.amounts["share"].unit == "percent" for o in owners)
        ):
            yield _match(
                "equity-not-whole", owners[0].source, entity, f"The shares of {entity or 'the company'} add up to {whole.normalize():f} %",
                excerpt=" + ".join(o.text.get("share", "") for o in owners), mark=entity, total=f"{whole.normalize():f}",
            )  # fmt: skip


def _contracts(records: Iterable[Record]) -> Iterator[Match]:
    for record in records:
        if (
            record.kind == "contract"
            and "deposit" in record.amounts
            and re.match(r"(?i)\W*(?:no|not|none|unsigned|pending|open)\b", record.text.get("signed", ""))
        ):
            yield _match(
                "deposit-without-contract", record.source, record.entity, f"{record.name}: a deposit of {record.text['deposit']} was taken without signed terms",
                excerpt=f"{record.name}: {record.text['deposit']}", mark=record.name, contract=record.name, deposit=record.text["deposit"],
            )  # fmt: skip


def _overdue(records: Iterable[Record], now: date) -> Iterator[Match]:
    for record in records:
        due = parse_day(record.text.get("due", ""))
        owner = record.text.get("owner", "")
        if record.kind == "blocker" and not _is_closed(record):
            if due is not None and due < now:
                days = (now - due).days
                yield _match(
                    "blocker-overdue", record.source, record.entity, f"{record.name} was due on {due.isoformat()}, {days} days ago" + (f" ({owner})" if owner else ", nobody is named"),
                    excerpt=record.name, mark=record.name, grade="" if days <= 30 else "over-a-month", owner=owner, due=due.isoformat(),
                )  # fmt: skip
            elif not owner:
                yield _match(
                    "blocker-without-owner",
                    record.source,
                    record.entity,
                    f"Nobody is named for: {record.name}",
                    excerpt=record.name,
                    mark=record.name,
                )
        elif (
            record.kind in {"milestone", "checklist"}
            and due is not None
            and due < now
            and not is_done(record)
            and not _is_closed(record)
        ):
            yield _match(
                "milestone-overdue", record.source, record.entity, f"{record.name} was due on {due.isoformat()}" + (f" ({owner})" if owner else ""),
                excerpt=record.name, mark=record.name, grade=record.kind if record.kind == "checklist" else "", owner=owner, due=due.isoformat(),
            )  # fmt: skip
        elif record.kind == "invoice" and due is not None and due < now and not is_paid(record, now):
            days = (now - due).days
            yield _match(
                "invoice-overdue", record.source, record.entity, f"Invoice {record.name} over {record.text.get('amount', '?')} to {record.text.get('client', '?')} is {days} days overdue",
                excerpt=f"{record.name}: {record.text.get('amount', '')}", mark=record.name, grade="" if days <= 60 else "over-60-days", client=record.text.get("client", ""), days=str(days),
            )  # fmt: skip


def _is_closed(record: Record) -> bool:
    return (
        bool(
            re.search(r"\b(?:done|closed|resolved|fixed|complete[d]?)\b", record.text.get("status", ""), re.IGNORECASE)
        )
        or record.text.get("done") == "yes"
    )
