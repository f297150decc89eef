"""For the owner of a rental property: does it pay, and what would change that?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from auditor.finance import rental as finance
from auditor.finance.book import Given
from auditor.finance.delivery import is_done
from auditor.model.fact import Status
from auditor.model.report import Bar, Cell, Chart, Report, Table, Tone, ViewSettings
from auditor.model.run import EntityInfo, Snapshot
from auditor.reports.actions import Task, due_of, finding_tasks, item_task
from auditor.reports.dossier import Dossier, of_kind
from auditor.reports.draft import Draft
from auditor.reports.figures import figure
from auditor.reports.kpi import Indicator, kpi, middle
from auditor.reports.places import visible
from auditor.reports.rows import text_of, where
from auditor.reports.sheet import Parts, sheet
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import listing, money_words, plain_label, plural

INCOME = frozenset({"rent", "other_income"})
METRICS = frozenset({
    "rent", "other_income", "purchase_price", "loan_amount", "interest_rate", "loan_term", "cash_invested", "property_tax", "insurance",
    "maintenance", "management_fee", "hoa", "utilities", "vacancy_rate", "adr", "occupancy", "str_cost", "debt_service", "noi", "cap_rate",
    "cash_on_cash", "dscr", "break_even_occupancy", "cleaning_supplies",
})  # fmt: skip


def build(snapshot: Snapshot, previous: Snapshot | None, history: Sequence[Snapshot], settings: ViewSettings) -> Report:
    """The property owner's page."""
    keys = of_kind(snapshot, "rental") or ("no rental in the portfolio",)
    draft = Draft(snapshot, previous, history, settings, keys)
    findings = tuple(f for f in draft.now.findings if "rental" in f.rule.audience)
    names = listing([e.name for e in draft.now.entities], limit=3) or "Rental"
    return sheet(
        draft,
        Parts(
            title=names if len(draft.now.entities) == 1 else "Rental properties",
            reader="Property owner",
            judgement=_judgement(draft),
            support=_support(draft),
            kpis=tuple(kpi(draft, indicator) for indicator in _indicators(draft)),
            charts=tuple(_stack(draft, entity) for entity in draft.now.entities)
            or (Chart("Rent against costs", (), "The portfolio has no rental."),),
            tables=(_lines(draft), _what_if(draft), _short_or_long(draft), _checklist(draft), _framework(draft)),
            findings=findings,
            tasks=(*finding_tasks(draft, findings), *_checklist_tasks(draft)),
            metrics=METRICS,
            blockers=True,
        ),
    )


def _one(dossier: Dossier) -> str:
    """Key of the only property; empty for several, whose figures are summed where that means something."""
    return dossier.entities[0].key if len(dossier.entities) == 1 else ""


def _indicators(draft: Draft) -> tuple[Indicator, ...]:
    floor = draft.threshold("dscr_min")
    return (
        Indicator("noi", "Net operating income", lambda d: figure(d, "noi", _one(d)), "up", "a year, before the loan"),
        Indicator("cap_rate", "Cap rate", lambda d: figure(d, "cap_rate", _one(d)), "up", "income / price"),
        Indicator(
            "cash_on_cash",
            "Cash-on-cash",
            lambda d: figure(d, "cash_on_cash", _one(d)),
            "up",
            "after the loan / cash invested",
        ),
        Indicator(
            "dscr",
            "Loan covered",
            lambda d: figure(d, "dscr", _one(d)),
            "up",
            f"times; watch below {floor}",
            points=True,
        ),
    )


def _judgement(draft: Draft) -> Judgement:
    dscr, noi, rate = (draft.figure(m, _one(draft.now)) for m in ("dscr", "noi", "cap_rate"))
    floor, low_rate = draft.threshold("dscr_min"), draft.threshold("cap_rate_warn_percent")
    covers = dscr.value.low if dscr.value else None
    times = f"income covers the loan {draft.cell(dscr).text} times" if dscr.value else "there is no loan to cover"
    lack = "nobody can say whether the rent covers the loan"
    known = None if covers is None and not dscr.words else True
    losing = None if noi.value is None else noi.value.low < 0
    checks = [
        Check(Tone.BAD, losing, "the property loses money before its loan is paid", "net operating income is negative", lack),
        Check(Tone.BAD, known and covers is not None and covers < 1, f"the rent does not cover the loan: {draft.cell(dscr).text} times",
              "debt service coverage is below 1", lack),
        Check(Tone.WARN, known and covers is not None and covers < floor, times, f"debt service coverage is below {floor}", lack),
        Check(Tone.WARN, None if rate.value is None else rate.value.low < low_rate, f"the cap rate is only {draft.cell(rate).text}",
              f"the cap rate is below {low_rate}%", "nobody can say what the property returns"),
    ]  # fmt: skip
    return judge(checks, f"the property pays: {times}", complete=draft.now.snapshot.is_complete)


def _support(draft: Draft) -> str:
    rent, noi = draft.figure("rent", _one(draft.now)), draft.figure("noi", _one(draft.now))
    if rent.value and noi.value:
        return f"Rent is {draft.cell(rent, per=True).text}, net operating income {draft.cell(noi).text} a year."
    count = len(draft.gaps)
    pages = tuple(dict.fromkeys(gap.page for gap in draft.gaps.values() if gap.page)) or ("on no page so far",)
    words = draft.worked("lacking", "Figures missing", plural(count, "figure"), formula="figures that the answer needs and no page states",
                         filled=f"figures = {plural(count, 'figure')}", sources=pages).text  # fmt: skip
    return f"{words} that the answer needs {'is' if count == 1 else 'are'} not written down."


def _stack(draft: Draft, entity: EntityInfo) -> Chart:
    known = [(p, p.figure) for p in finance.positions(draft.now.book(entity.key)) if p.figure.value]
    top = max((middle(f.value) for _, f in known if f.value), default=Decimal(0)) or Decimal(1)
    bars = tuple(
        Bar(
            _words(p),
            draft.cell(f),
            float(middle(f.value) / top) if f.value else 0.0,
            Tone.OK if p.metric in INCOME else None,
            "a month",
        )
        for p, f in known
    )
    title = "Rent against costs" if len(draft.now.entities) == 1 else f"Rent against costs, {entity.name}"
    return Chart(title, bars, "Neither rent nor costs are written down.", "Green comes in, grey goes out.")


def _words(position: finance.Position) -> str:
    special = {"debt_service": "mortgage payment", "hoa": "homeowners association"}
    label = special.get(position.metric, position.metric.replace("_", " "))
    return label[0].upper() + label[1:]


def _lines(draft: Draft) -> Table:
    rows = []
    for entity in draft.now.entities:
        for position in finance.positions(draft.now.book(entity.key)):
            item, words = position.figure, _words(position)
            name = words if len(draft.now.entities) == 1 else f"{entity.name}: {words}"
            a_year = Cell("", align="right")
            if item.value and item.trace:
                amount = money_words(middle(item.value) * 12, item.value.currency)
                a_year = draft.worked(
                    f"year.{position.metric}.{entity.key}", f"{words}, a year", amount, formula="twelve months",
                    filled=f"12 × {draft.cell(item).text} = {amount}", sources=item.trace.sources,
                )  # fmt: skip
            month = draft.cell(item) if item.value else Cell("not stated", align="right")
            rows.append((Cell(name, strong=True), month, a_year, Cell(f"Schedule E, line {position.schedule_e}")))
    return Table("lines", "Income and expenses", ("Item", "A month", "A year", ""), tuple(rows), "The portfolio has no rental.",
                 "Lines of IRS Schedule E (Form 1040), part I. Management view, not tax advice.", numeric=(1, 2))  # fmt: skip


_CHANGES = (
    ("Rent +5%", Decimal(5), Decimal(0), Decimal(0)),
    ("Rent −5%", Decimal(-5), Decimal(0), Decimal(0)),
    ("One more month in twelve empty", Decimal(0), Decimal(100) / 12, Decimal(0)),
    ("Interest rate +1 point", Decimal(0), Decimal(0), Decimal(1)),
)
"""Words, and the change of rent in percent, of vacancy and of the interest rate in points."""


def _what_if(draft: Draft) -> Table:
    rows = []
    for entity in draft.now.entities:
        book = draft.now.book(entity.key)
        base = draft.figure("rental_cash_flow", entity.key)
        if not base.value:
            continue
        rows.append((Cell(_named(draft, entity, "As it is"), strong=True), draft.cell(base)))
        for words, rent, vacancy, rate in _CHANGES:
            result = finance.what_if(book, rent_change=rent, vacancy_points=vacancy, rate_points=rate)
            if result.trace:
                result = replace(
                    result,
                    trace=replace(result.trace, id=f"whatif.{entity.key}.{words}", name=f"Cash flow with: {words}"),
                )
            rows.append((Cell(_named(draft, entity, words), strong=True), draft.cell(result)))
    return Table("what-if", "What if", ("Change", "Left a month"), tuple(rows), "Rent, costs or loan are not known, so nothing can be varied.",
                 "What is left after operating expenses and the loan.", numeric=(1,))  # fmt: skip


def _named(draft: Draft, entity: EntityInfo, words: str) -> str:
    return words if len(draft.now.entities) == 1 else f"{entity.name}: {words}"


def _short_or_long(draft: Draft) -> Table:
    rows = []
    ways = (
        ("Long-term rent", "rent"), ("Short stays: nightly rate × occupancy", "str_revenue"), ("Their costs", "str_cost"),
        ("Short stays leave more (or less)", "short_against_long"), ("Earned per available night", "revpar"),
        ("Break-even occupancy of the long rent", "break_even_occupancy"),
    )  # fmt: skip
    for entity in draft.now.entities:
        for words, metric in ways:
            item = draft.figure(metric, entity.key) if metric != "str_cost" else figure(draft.now, metric, entity.key)
            if item.value:
                rows.append((Cell(_named(draft, entity, words), strong=True), draft.cell(item)))
    return Table("short-or-long", "Short stays or long rent", ("Way", "A month"), tuple(rows),
                 "Neither rent nor nightly rate and occupancy are written down.", numeric=(1,))  # fmt: skip


def _framework(draft: Draft) -> Table:
    needed = (
        "rent",
        "purchase_price",
        "loan_amount",
        "interest_rate",
        "loan_term",
        "cash_invested",
        "property_tax",
        "insurance",
        "maintenance",
        "vacancy_rate",
        "adr",
        "occupancy",
    )
    rows = []
    for entity in draft.now.entities:
        book = draft.now.book(entity.key)
        stated = [m for m in needed if isinstance(book.ask(m, also=(Status.PROJECTED,)), Given)]
        missing = [plain_label(m.replace("_", " ")) for m in needed if m not in stated]
        count = draft.worked(f"facts.{entity.key}", f"Facts stated, {entity.name}", f"{len(stated)} of {len(needed)}", formula="figures written down / figures needed",
                             filled=f"{len(stated)} of {len(needed)}", sources=[f"pages {', '.join(entity.pages) or 'none'}"])  # fmt: skip
        rows.append((Cell(entity.name, strong=True), count, Cell(listing(missing, limit=6) or "nothing")))
    return Table(
        "framework",
        "What the pages must say",
        ("Property", "Written down", "Missing"),
        tuple(rows),
        "The portfolio has no rental.",
        numeric=(1,),
    )


def _checklist(draft: Draft) -> Table:
    rows = []
    for record in sorted(draft.now.records("checklist"), key=lambda r: (is_done(r), r.name)):
        state = Cell("Done", tone=Tone.OK) if is_done(record) else Cell("Open", tone=Tone.BAD)
        owner = text_of(record, "owner") or "nobody named"
        rows.append(
            (
                Cell(visible(record.name), strong=True),
                state,
                Cell(owner),
                Cell(due_of(record, None if is_done(record) else draft.now.snapshot.frozen_at.date()) or "no date"),
                where(record),
            )
        )
    return Table("operating", "Operating framework", ("Item", "State", "Owner", "Due", ""), tuple(rows),
                 "No checklist is written down: lease, insurance, licences, safety.")  # fmt: skip


def _checklist_tasks(draft: Draft) -> tuple[Task, ...]:
    rows = draft.now.records("checklist")
    return tuple(item_task(draft, record, "Get done", "checklist") for record in rows if not is_done(record))
