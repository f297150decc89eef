"""For the bookkeeper: can the books be trusted, what is earned, and how far is it to profit?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from auditor.model.fact import Record
from auditor.model.figure import Figure
from auditor.model.report import Bar, Cell, Chart, Report, Table, Tone, ViewSettings
from auditor.model.run import Snapshot
from auditor.reports.actions import finding_tasks
from auditor.reports.coverage import checked_words
from auditor.reports.draft import Draft
from auditor.reports.figures import Category, categories, figure
from auditor.reports.kpi import Indicator, kpi, middle
from auditor.reports.places import place, visible
from auditor.reports.rows import amount_of, text_of, where
from auditor.reports.sheet import Parts, sheet
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import number_words, plural, verb

METRICS = frozenset({
    "revenue", "recognised_revenue", "deferred_revenue", "chart_coverage", "months_to_break_even", "expenses",
    "break_even_units", "units_sold", "pipeline", "price", "variable_cost", "fixed_costs", "receivables", "payables",
})  # fmt: skip
NOTE = "Management view, not tax advice: cash-basis taxpayers may differ."


def build(snapshot: Snapshot, previous: Snapshot | None, history: Sequence[Snapshot], settings: ViewSettings) -> Report:
    """The bookkeeper's page."""
    draft = Draft(snapshot, previous, history, settings)
    findings = tuple(f for f in draft.now.findings if "accounting" in f.rule.audience)
    return sheet(
        draft,
        Parts(
            title="Books and profitability",
            reader="Accounting",
            judgement=_judgement(draft),
            support=_support(draft),
            kpis=tuple(kpi(draft, indicator) for indicator in _indicators()),
            charts=(_waterfall(draft),),
            tables=(_contracts(draft), _missing_accounts(draft), _path(draft), _sums(draft)),
            findings=findings,
            tasks=tuple(finding_tasks(draft, findings)),
            metrics=METRICS,
        ),
    )


def _indicators() -> tuple[Indicator, ...]:
    return (
        Indicator(
            "recognised_revenue",
            "Recognised revenue",
            lambda d: figure(d, "recognised_revenue"),
            "up",
            "earned in the month",
        ),
        Indicator(
            "deferred_revenue",
            "Deferred revenue",
            lambda d: figure(d, "deferred_revenue"),
            "",
            "deposits not yet earned",
        ),
        Indicator(
            "chart_coverage",
            "Accounts covered",
            lambda d: figure(d, "chart_coverage"),
            "up",
            "of the declared chart",
        ),
        Indicator(
            "months_to_break_even",
            "To profit",
            lambda d: figure(d, "months_to_break_even"),
            "down",
            "at the present growth",
        ),
    )


def _judgement(draft: Draft) -> Judgement:
    coverage = draft.figure("chart_coverage")
    share = middle(coverage.value) / 100 if coverage.value else None
    wrong = len(draft.now.snapshot.miscalculations)
    fights = sum(1 for c in draft.now.snapshot.conflicts if c.metric in METRICS)
    said = f"the books name {draft.cell(coverage).text} of the accounts they need" if coverage.value else ""
    lack = "nobody can say whether the chart of accounts is complete"
    checks = []
    for tone, word in ((Tone.BAD, "bad"), (Tone.WARN, "warn")):
        limit = draft.threshold(f"accounts_{word}_share")
        low = None if share is None else share < limit
        checks.append(
            Check(tone, low, said, f"less than {number_words(limit * 100)}% of the declared chart is covered", lack)
        )
        if tone is Tone.BAD:
            clause = f"{plural(wrong, 'sum')} on the pages {'does' if wrong == 1 else 'do'} not add up"
            checks.append(Check(Tone.WARN, wrong > 0, clause, "a page's own sum is wrong"))
            clause = f"{plural(fights, 'figure')} {verb(fights, 'contradict')} another"
            checks.append(Check(Tone.WARN, fights > 0, clause, "two places contradict each other"))
    return judge(
        checks, "the books add up and every account they need is there", complete=draft.now.snapshot.is_complete
    )


def _support(draft: Draft) -> str:
    earned, held = draft.figure("recognised_revenue"), draft.figure("deferred_revenue")
    left = f"{draft.cell(earned).text} was earned" if earned.value else "What was earned cannot be computed"
    right = f"{draft.cell(held).text} of deposits is not earned yet" if held.value else "no deposits are written down"
    return f"{left}; {right}."


def _waterfall(draft: Draft) -> Chart:
    revenue, expenses = draft.figure("revenue"), draft.figure("expenses")
    if not revenue.value:
        return Chart("From revenue to net", (), "No business states revenue.")
    top = max(middle(revenue.value), middle(expenses.value) if expenses.value else Decimal(0)) or Decimal(1)
    bars = [Bar("Revenue", draft.cell(revenue), float(middle(revenue.value) / top), Tone.OK)]
    bars += [_cost_bar(draft, item, top) for item in categories(draft.now)]
    net = draft.figure("net_income")
    if net.value:
        size = abs(middle(net.value)) / top
        bars.append(
            Bar("Net", draft.cell(net), float(min(size, Decimal(1))), Tone.OK if net.value.low >= 0 else Tone.BAD)
        )
    return Chart("From revenue to net", tuple(bars), note="Costs by category as far as pages name them, a month.")


def _cost_bar(draft: Draft, item: Category, top: Decimal) -> Bar:
    cell = draft.cell(item.figure)
    value = item.figure.value
    assert value
    return Bar(f"less {item.label}", cell, float(min(middle(value) / top, Decimal(1))))


def _contracts(draft: Draft) -> Table:
    rows = []
    for record in draft.now.records("contract"):
        price, deposit = amount_of(record, "price", "fee", "amount"), amount_of(record, "deposit", "paid")
        key = f"contract.{record.entity}.{record.name}"
        steps = [
            f"contract {'signed ' + text_of(record, 'signed', 'date') if text_of(record, 'signed', 'date') else 'not signed'}",
            f"terms {text_of(record, 'policy', 'terms', 'cancellation') or 'not stated'}",
            f"obligations {text_of(record, 'obligations', 'includes') or 'the service itself'}",
        ]
        rows.append((
            Cell(f"{draft.now.name(record.entity)}: {visible(record.name)}", strong=True),
            draft.stated(f"{key}.price", f"Price, {record.name}", price, record) if price else Cell("no price"),
            draft.stated(f"{key}.deposit", f"Deposit, {record.name}", deposit, record) if deposit else Cell("none"),
            _earned(draft, record),
            Cell("; ".join(steps)),
            where(record),
        ))  # fmt: skip
    columns = ("Contract", "Price", "Deposit", "Earned", "Steps", "")
    return Table("contracts", "Revenue recognition by contract", columns, tuple(rows),
                 "No contract or booking is written down, so nothing can be recognised by its date.", NOTE, numeric=(1, 2))  # fmt: skip


def _earned(draft: Draft, record: Record) -> Cell:
    day = text_of(record, "service_date", "date", "start", "end")
    if not day:
        return Cell("no service date", tone=Tone.UNKNOWN)
    done = day[:10] <= draft.now.snapshot.frozen_at.date().isoformat()
    return Cell(f"on {day}" if done else f"deferred until {day}", tone=Tone.OK if done else Tone.WARN)


def _missing_accounts(draft: Draft) -> Table:
    rows = [
        (Cell(visible(f.title), strong=True), Cell(draft.now.name(f.entity)), Cell(visible(f.rule.why)), Cell(place(f.location), align="source"))
        for f in draft.now.findings
        if f.rule.id.startswith("wiki.") and ("account" in f.rule.id or "category" in f.rule.id)
    ]  # fmt: skip
    return Table("accounts", "Accounts that are missing", ("Account", "Of", "Why", ""), tuple(rows),
                 f"No account of the declared chart is missing. {checked_words(draft.now.snapshot, 'wiki')}")  # fmt: skip


def _path(draft: Draft) -> Table:
    rows = []
    for entity in draft.now.entities:
        need, have, coming = (draft.figure(m, entity.key) for m in ("break_even_units", "units_sold", "pipeline"))
        if not any(f.value or f.words for f in (need, have, coming)):
            continue
        rows.append(
            (
                Cell(entity.name, strong=True),
                draft.cell(need),
                draft.cell(have),
                draft.cell(coming),
                Cell(_path_words(need, have)),
            )
        )
    return Table("path", "Path to profitability", ("Business", "Needed", "Sold", "Pipeline", ""), tuple(rows),
                 "No business states price, variable cost and fixed costs, so no break-even can be computed.",
                 "Units a month: fixed costs / (price − variable cost), rounded up.", numeric=(1, 2, 3))  # fmt: skip


def _path_words(need: Figure, have: Figure) -> str:
    if not need.value or not have.value:
        return ""
    gap = need.value.high - have.value.low
    return f"{number_words(gap)} more needed each month" if gap > 0 else "covers its fixed costs"


def _sums(draft: Draft) -> Table:
    rows = []
    for item in draft.now.snapshot.miscalculations:
        if not draft.now.concerns(item.entity):
            continue
        rows.append((
            Cell(f"{draft.now.name(item.entity)}: {item.kind.replace('_', ' ')}", strong=True),
            draft.worked(f"stated.{place(item.source)}", f"Stated {item.kind}", number_words(item.stated, 2), formula="as stated",
                         filled=number_words(item.stated, 2), sources=(place(item.source),)),
            draft.worked(f"computed.{place(item.source)}", f"Computed {item.kind}", number_words(item.computed, 2), formula=visible(item.formula) or item.kind,
                         filled=f"{visible(item.formula)} = {number_words(item.computed, 2)}", sources=(place(item.source),)),
            Cell(place(item.source), align="source"),
        ))  # fmt: skip
    return Table("sums", "Sums that do not add up", ("Sum", "Page says", "Rows give", ""), tuple(rows),
                 f"Every total and percentage on the pages follows from its rows. {checked_words(draft.now.snapshot, 'wiki')}", numeric=(1, 2))  # fmt: skip
