"""For the owner of a rental property: does it pay, and what would change that?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from auditor.model.report import Bar, Cell, Chart, Report, Table, Tone, ViewSettings
from auditor.model.run import EntityInfo, Snapshot
from auditor.reports.actions import finding_tasks
from auditor.reports.dossier import Dossier, of_kind
from auditor.reports.draft import Draft
from auditor.reports.figures import a_month, figure
from auditor.reports.kpi import Indicator, kpi, middle
from auditor.reports.sheet import Parts, sheet
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import listing, money_words, plural

LINES = (
    ("rent", "Rents received", "3"),
    ("other_income", "Other income", "3"),
    ("management_fee", "Management fees", "11"),
    ("insurance", "Insurance", "9"),
    ("debt_service", "Mortgage interest and principal", "12"),
    ("maintenance", "Repairs and maintenance", "14"),
    ("cleaning_supplies", "Cleaning and supplies", "15"),
    ("property_tax", "Taxes", "16"),
    ("utilities", "Utilities", "17"),
    ("hoa", "Homeowners association", "19"),
)
"""Vocabulary id, words and line of IRS Schedule E, part I."""
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
            tables=(_lines(draft), _what_if(draft), _short_or_long(draft), _framework(draft)),
            findings=findings,
            tasks=tuple(finding_tasks(draft, findings)),
            metrics=METRICS,
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
    return f"{plural(len(draft.gaps), 'figure')} that the answer needs {'is' if len(draft.gaps) == 1 else 'are'} not written down."


def _stack(draft: Draft, entity: EntityInfo) -> Chart:
    known = [(metric, words, a_month(draft.figure(metric, entity.key))) for metric, words, _ in LINES]
    sized = [(metric, words, f) for metric, words, f in known if f.value]
    top = max((middle(f.value) for _, _, f in sized if f.value), default=Decimal(0)) or Decimal(1)
    bars = tuple(
        Bar(
            words,
            draft.cell(f),
            float(middle(f.value) / top) if f.value else 0.0,
            Tone.OK if metric in INCOME else None,
            "a month",
        )
        for metric, words, f in sized
    )
    title = "Rent against costs" if len(draft.now.entities) == 1 else f"Rent against costs, {entity.name}"
    return Chart(title, bars, "Neither rent nor costs are written down.", "Green comes in, grey goes out.")


def _lines(draft: Draft) -> Table:
    rows = []
    for entity in draft.now.entities:
        for metric, words, line in LINES:
            stated = (
                draft.figure(metric, entity.key)
                if metric in {"rent", "insurance", "property_tax", "maintenance"}
                else figure(draft.now, metric, entity.key)
            )
            name = words if len(draft.now.entities) == 1 else f"{entity.name}: {words}"
            a_year = Cell("not known", tone=Tone.UNKNOWN)
            if stated.value and stated.trace and (month := a_month(stated)).value:
                amount = middle(month.value) * 12 if month.value else Decimal(0)
                a_year = draft.worked(f"year.{metric}.{entity.key}", f"{words}, a year", money_words(amount), formula="as stated, over twelve months",
                                      filled=f"{draft.cell(stated, per=True).text} = {money_words(amount)} a year", sources=stated.trace.sources)  # fmt: skip
            rows.append(
                (
                    Cell(name, strong=True),
                    draft.cell(stated, per=True) if stated.value else Cell("not stated"),
                    a_year,
                    Cell(f"Schedule E, line {line}"),
                )
            )
    return Table("lines", "Income and expenses", ("Item", "Stated", "A year", ""), tuple(rows), "The portfolio has no rental.",
                 "Lines of IRS Schedule E (Form 1040), part I. Management view, not tax advice.", numeric=(1, 2))  # fmt: skip


def _what_if(draft: Draft) -> Table:
    rows = []
    for entity in draft.now.entities:
        rent, noi, debt = (draft.figure(m, entity.key) for m in ("rent", "noi", "debt_service"))
        month = a_month(rent)
        if not (month.value and noi.value and noi.trace):
            continue
        gross, net = middle(month.value) * 12, middle(noi.value)
        owed = a_month(debt)
        due = middle(owed.value) * 12 if owed.value else None
        sources = [*noi.trace.sources, *(debt.trace.sources if debt.trace else ())]
        for words, change in (
            ("Rent +5%", gross * 5 / 100),
            ("Rent −5%", -gross * 5 / 100),
            ("One month empty", -gross / 12),
        ):
            new = net + change
            key = f"whatif.{entity.key}.{words}"
            text = money_words(new)
            income = draft.worked(key, f"{words}, {entity.name}", text, formula="net operating income ± change in rent",
                                  filled=f"{money_words(net)} {'+' if change >= 0 else '−'} {money_words(abs(change))} = {text}", sources=sources)  # fmt: skip
            after = Cell("no loan known")
            if due:
                left = money_words(new - due)
                after = draft.worked(
                    f"{key}.after",
                    f"{words}, after the loan",
                    left,
                    formula="income − debt service",
                    filled=f"{text} − {money_words(due)} = {left}",
                    sources=sources,
                )
            rows.append(
                (Cell(words if len(draft.now.entities) == 1 else f"{entity.name}: {words}", strong=True), income, after)
            )
    return Table(
        "what-if",
        "What if",
        ("Change", "Income a year", "After the loan"),
        tuple(rows),
        "Rent or net operating income is not known, so nothing can be varied.",
        numeric=(1, 2),
    )


def _short_or_long(draft: Draft) -> Table:
    rows = []
    for entity in draft.now.entities:
        rent, short = a_month(draft.figure("rent", entity.key)), draft.figure("str_revenue", entity.key)
        for words, item in (("Long-term rent", rent), ("Short stays: nightly rate × occupancy", short)):
            if item.value:
                rows.append(
                    (
                        Cell(words if len(draft.now.entities) == 1 else f"{entity.name}: {words}", strong=True),
                        draft.cell(item),
                    )
                )
    return Table("short-or-long", "Short stays or long rent", ("Way", "A month"), tuple(rows), "Neither rent nor nightly rate and occupancy are written down.",
                 "Before the costs of short stays (cleaning, platform commission, supplies), which the pages would have to state.", numeric=(1,))  # fmt: skip


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
        stated = [m for m in needed if draft.figure(m, entity.key).value]
        missing = [m.replace("_", " ") for m in needed if m not in stated]
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
