"""For finance: how long does the money last, and where does the next dollar go?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from auditor.model.figure import Figure
from auditor.model.report import Cell, Report, Table, Tone, ViewSettings
from auditor.model.run import Snapshot
from auditor.reports.capital import asks_table, capital_context, capital_tasks, cash_path, sensitivities, targets
from auditor.reports.dossier import Dossier
from auditor.reports.draft import Draft, share_words
from auditor.reports.figures import cash_and_burn, categories, figure
from auditor.reports.kpi import Indicator, kpi, middle
from auditor.reports.places import visible
from auditor.reports.risks import risk_tasks
from auditor.reports.sheet import Parts, sheet
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import listing, money_words, period_words, quantity_words

METRICS = frozenset({
    "cash", "revenue", "revenue@target", "expenses", "net_burn", "runway", "break_even_date", "fixed_costs", "price", "variable_cost",
    "units_sold", "growth_rate", "reserve_months", "debt", "capital_tiers", "cash_path",
})  # fmt: skip


def build(snapshot: Snapshot, previous: Snapshot | None, history: Sequence[Snapshot], settings: ViewSettings) -> Report:
    """The CFO's page."""
    draft = Draft(snapshot, previous, history, settings)
    findings = tuple(f for f in draft.now.findings if "cfo" in f.rule.audience or f.saving)
    return sheet(
        draft,
        Parts(
            title="Burn, runway and capital",
            reader="Finance",
            judgement=_judgement(draft),
            support=_support(draft),
            kpis=tuple(kpi(draft, indicator) for indicator in _indicators(capital_context(draft))),
            charts=(cash_path(draft),),
            tables=(_burn(draft), asks_table(draft), targets(draft), sensitivities(draft)),
            findings=findings,
            tasks=(*risk_tasks(draft, findings), *capital_tasks(draft)),
            metrics=METRICS,
        ),
    )


def _indicators(asked: str) -> tuple[Indicator, ...]:
    return (
        Indicator("net_burn", "Net burn", lambda d: figure(d, "net_burn"), "down", "a month, all businesses"),
        Indicator("runway", "Runway", lambda d: figure(d, "runway"), "up", "cash / net burn"),
        Indicator("break_even", "Break-even", break_even, "", "the last business to get there"),
        Indicator("capital_asked", "Capital asked", lambda d: figure(d, "capital_asked"), "", asked),
    )


def break_even(dossier: Dossier) -> Figure:
    """The month in which the last business reaches break-even at its stated growth."""
    found = [figure(dossier, "break_even_date", e.key) for e in dossier.entities]
    known = [f for f in found if f.trace]
    gaps = tuple(g for f in found if f.trace is None for g in f.gaps)
    if not known:
        return Figure("break_even", "", None, gaps=gaps, label="Break-even")
    never = next((f for f in known if "not" in f.words), None)
    last = never or max(known, key=lambda f: f.value.high if f.value else Decimal(0))
    words = period_words(last.words) if last.words[:2] == "20" else last.words
    return Figure("break_even", "", None, last.trace, gaps, words, "Break-even")


def _judgement(draft: Draft) -> Judgement:
    runway = draft.figure("runway")
    months = runway.value.low if runway.value else None
    known = months is not None or bool(runway.words)
    lasting = (
        f"cash lasts {quantity_words(runway.value)} at the present burn"
        if runway.value
        else "the businesses pay for themselves"
    )
    lack = "nobody can say how long the cash lasts"
    checks = []
    for tone, word in ((Tone.BAD, "bad"), (Tone.WARN, "warn")):
        limit = draft.threshold(f"runway_{word}_months")
        low = (months is not None and months < limit) if known else None
        checks.append(Check(tone, low, lasting, f"runway is below {limit} months", lack))
    return judge(checks, lasting, complete=draft.now.snapshot.is_complete)


def _support(draft: Draft) -> str:
    burn, cash = draft.figure("net_burn"), draft.figure("cash")
    if burn.value and cash.value:
        if burn.value.high <= 0:
            left = f"{draft.cell(cash).text} of cash"
            return f"{draft.cell(figure(draft.now, 'net_income')).text} a month is left over, beside {left}."
        held, spent = cash_and_burn(draft.now)
        if held.value is None or spent.value is None:
            return "No business states both its cash and what it spends and earns."
        return f"Net burn is {draft.cell(spent).text} a month against {draft.cell(held).text} of cash."
    missing = ["cash"] * (not cash.value) + ["expenses", "revenue"] * (not burn.value)
    return f"Not written down anywhere: {listing(missing)}."


def _burn(draft: Draft) -> Table:
    items = [(item, item.figure.value, item.figure.trace) for item in categories(draft.now)]
    total = sum((middle(value) for _, value, _ in items if value), Decimal(0))
    rows = []
    for item, value, trace in items:
        if value is None or trace is None:
            continue
        text = share_words(middle(value), total)
        share = draft.worked(
            f"share.{item.label}", f"Share of {item.label}", text, formula="category / all categories",
            filled=f"{quantity_words(value, per=False)} / {money_words(total, value.currency)} = {text}", sources=trace.sources,
        )  # fmt: skip
        rows.append((Cell(visible(item.label), strong=True), draft.cell(item.figure), share))
    return Table("burn", "Burn by category", ("Category", "A month", "Share"), tuple(rows), "No page lists costs by category.",
                 "As far as pages name categories; the rest of the expenses has none.", numeric=(1, 2))  # fmt: skip
