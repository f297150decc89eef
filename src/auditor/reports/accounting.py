"""For the bookkeeper: can the books be trusted, what is earned, and how far is it to profit?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from auditor.finance import chart, recognition
from auditor.model.fact import Quantity, Record
from auditor.model.figure import Figure
from auditor.model.report import Bar, Cell, Chart, Report, Table, Tone, Trace, ViewSettings
from auditor.model.run import Snapshot
from auditor.reports.actions import finding_tasks
from auditor.reports.coverage import checked_words
from auditor.reports.dossier import Dossier
from auditor.reports.draft import Draft
from auditor.reports.figures import Category, categories, figure
from auditor.reports.kpi import Indicator, kpi, middle
from auditor.reports.places import cited, place, visible
from auditor.reports.receivables import client_tasks
from auditor.reports.rows import amount_of, text_of, where
from auditor.reports.sheet import Parts, sheet
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import listing, money_words, number_words, plural, quantity_words, verb

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
            kpis=tuple(kpi(draft, indicator) for indicator in _indicators(draft)),
            charts=(_waterfall(draft),),
            tables=(_contracts(draft), _roll_forward(draft), _missing_accounts(draft), _path(draft), _sums(draft)),
            findings=findings,
            tasks=(*finding_tasks(draft, findings), *client_tasks(draft)),
            metrics=METRICS,
        ),
    )


def coverage(dossier: Dossier) -> Figure:
    """Declared accounts that the books keep, over all businesses that have a declared chart."""
    parts = [(book, rows) for book in dossier.books if (rows := book.rows("account"))]
    total = sum(len(rows) for _, rows in parts)
    if not total:
        gaps = tuple(g for e in dossier.entities for g in figure(dossier, "chart_coverage", e.key).gaps)
        return Figure("chart_coverage", "", None, gaps=gaps[:1], label="Accounts covered")
    kept = sum(sum(1 for r in rows if r.text.get("status") == "kept") for _, rows in parts)
    share = (Decimal(kept) * 100 / total).quantize(Decimal(1))
    value = Quantity(share, share, "percent")
    shown = "; ".join(
        f"{dossier.name(b.entity)} {sum(1 for r in rows if r.text.get('status') == 'kept')} of {len(rows)}"
        for b, rows in parts
    )
    sources = tuple(dict.fromkeys(place(r.source) for _, rows in parts for r in rows))
    trace = Trace("accounts", "Accounts covered", "accounts kept / accounts declared", f"{shown}: {kept} / {total} = {number_words(share, 0)}%", sources,
                  f"declared chart, version {parts[0][1][0].text.get('version', '1')}")  # fmt: skip
    return Figure("chart_coverage", "", value, trace, label="Accounts covered")


def to_profit(dossier: Dossier) -> Figure:
    """Months until revenue reaches its target or break-even at the stated growth; the last business counts."""
    burn = figure(dossier, "net_burn")
    if burn.value and burn.trace and burn.value.high <= 0:
        return Figure("to_profit", "", None, burn.trace, (), "profitable", "To profit")
    found = [figure(dossier, "break_even_date", e.key) for e in dossier.entities]
    known = [f for f in found if f.trace]
    gaps = tuple(g for f in found if f.trace is None for g in f.gaps)
    if not known:
        return Figure("to_profit", "", None, gaps=gaps, label="To profit")
    never = next((f for f in known if f.value is None and "not" in f.words), None)
    if never:
        return Figure("to_profit", "", None, never.trace, gaps, "not in sight", "To profit")
    last = max(known, key=lambda f: f.value.high if f.value else Decimal(0))
    return Figure("to_profit", "", last.value, last.trace, gaps, last.words, "To profit")


def _indicators(draft: Draft) -> tuple[Indicator, ...]:
    missing = sum(len(chart.missing_accounts(book)) for book in draft.now.books)
    absent = [r for book in draft.now.books for r in chart.missing_accounts(book)]
    count = draft.counted(
        "missing_accounts",
        "Accounts missing",
        absent,
        rule="declared accounts that no page keeps",
        checked="no declared account is missing",
    )
    lacking = f"{count.text} {'account' if missing == 1 else 'accounts'} missing"
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
        Indicator("chart_coverage", "Accounts covered", coverage, "up", lacking),
        Indicator("to_profit", "To profit", to_profit, "down", "at the stated growth"),
    )


def _judgement(draft: Draft) -> Judgement:
    covered = coverage(draft.now)
    share = middle(covered.value) / 100 if covered.value else None
    wrong = len(draft.now.snapshot.miscalculations)
    fights = sum(1 for c in draft.now.snapshot.conflicts if c.metric in METRICS)
    said = f"the books keep only {draft.cell(covered).text} of the accounts they need" if covered.value else ""
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
    if held.value and not held.value.high:
        right = "no deposit is waiting to be earned"
    return f"{left}; {right}."


def _waterfall(draft: Draft) -> Chart:
    title, note = "From revenue to net", "Costs by category as far as pages name them, a month."
    if not draft.figure("revenue").value:
        return Chart(title, (), "No business states revenue.")
    # Net can be told only of those that state revenue and expenses, so the steps down to it are theirs alone.
    known = [b.entity for b in draft.now.books if draft.figure("net_burn", b.entity).value]
    part = Dossier(draft.now.snapshot, known or [b.entity for b in draft.now.books])
    revenue, expenses, net = figure(part, "revenue"), figure(part, "expenses"), figure(part, "net_income")
    if not revenue.value:
        return Chart(title, (), "No business states both revenue and expenses.")
    top = max(middle(revenue.value), middle(expenses.value) if expenses.value else Decimal(0)) or Decimal(1)
    bars = [Bar("Revenue", draft.cell(revenue), float(middle(revenue.value) / top), Tone.OK)]
    costs = categories(part)
    bars += [_cost_bar(draft, item, top) for item in costs]
    if net.value and net.trace:
        named = sum((middle(item.figure.value) for item in costs if item.figure.value), Decimal(0))
        rest = middle(revenue.value) - middle(net.value) - named
        if rest > 0:
            bars.append(_rest_bar(draft, net, named, rest, top))
        elif rest < 0:
            note += " They come to more than the expenses that the pages state."
        size = abs(middle(net.value)) / top
        bars.append(
            Bar("Net", draft.cell(net), float(min(size, Decimal(1))), Tone.OK if net.value.low >= 0 else Tone.BAD)
        )
    others = [draft.now.name(b.entity) for b in draft.now.books if known and b.entity not in known]
    if others:
        note += f" Without {listing(others, limit=4)}: revenue or expenses are not written down."
    return Chart(title, tuple(bars), note=note)


def _rest_bar(draft: Draft, net: Figure, named: Decimal, rest: Decimal, top: Decimal) -> Bar:
    """Expenses beyond those that stand in a category, so that the steps add up."""
    assert net.value
    assert net.trace
    currency = net.value.currency
    spent = money_words(named + rest, currency)
    cell = draft.worked(
        "expenses.rest", "Expenses in no category", money_words(rest, currency), formula="expenses − categories",
        filled=f"{spent} − {money_words(named, currency)} = {money_words(rest, currency)}", sources=net.trace.sources,
    )  # fmt: skip
    return Bar("less expenses in no category", cell, float(min(rest / top, Decimal(1))))


def _cost_bar(draft: Draft, item: Category, top: Decimal) -> Bar:
    cell = draft.cell(item.figure)
    value = item.figure.value
    assert value
    return Bar(f"less {item.label}", cell, float(min(middle(value) / top, Decimal(1))))


def _contracts(draft: Draft) -> Table:
    rows = []
    for book in draft.now.books:
        for step in recognition.five_steps(book):
            record = step.record
            key, name = f"contract.{record.entity}.{record.name}", visible(record.name)
            price, deposit = amount_of(record, "price"), amount_of(record, "deposit")
            rows.append((
                Cell(f"{name}: {text_of(record, 'client') or draft.now.name(record.entity)}", strong=True),
                draft.stated(f"{key}.price", f"Price, {name}", price, record) if price else Cell("no price", align="right"),
                draft.stated(f"{key}.deposit", f"Deposit, {name}", deposit, record) if deposit else Cell("none", align="right"),
                _earned(draft, record),
                Cell(visible(step.contract) or "not signed"),
                Cell(visible(step.obligations) or "not stated"),
                Cell(visible(step.allocation)),
                Cell(visible(step.recognition) or "no day of service"),
                Cell(listing([visible(word) for word in step.missing])),
                where(record),
            ))  # fmt: skip
    columns = (
        "Contract",
        "Price",
        "Deposit",
        "Earned",
        "1 contract:",
        "2 obligation:",
        "4 allocation:",
        "5 recognised",
        "Missing",
        "",
    )
    return Table("contracts", "Revenue recognition by contract", columns, tuple(rows),
                 "No contract or booking is written down, so nothing can be recognised by its date.",
                 f"The five steps of ASC 606; step 3 is the price. {NOTE}", numeric=(1, 2, 3))  # fmt: skip


def _earned(draft: Draft, record: Record) -> Cell:
    end = draft.now.book(record.entity).end
    price, days = amount_of(record, "price"), recognition.service_days(record)
    if price is None or days is None:
        return Cell("not known", tone=Tone.UNKNOWN)
    done = recognition.recognised_until(record, end)
    text = money_words(done, price.currency)
    name = visible(record.name)
    return draft.worked(
        f"earned.{record.entity}.{record.name}", f"Earned, {name}", text, formula="price × days of service done / days of service",
        filled=f"{quantity_words(price)}, service {days[0].isoformat()} to {days[1].isoformat()}, until {end.isoformat()} = {text}",
        sources=(place(record.source),), note=NOTE,
    )  # fmt: skip


def _roll_forward(draft: Draft) -> Table:
    rows = []
    for book in draft.now.books:
        contracts = book.rows("contract")
        if not contracts:
            continue
        roll = recognition.roll_forward(contracts, book.start, book.end)
        amounts = (roll.opening, roll.received, roll.recognised_from_deposits, roll.closing)
        name = draft.now.name(book.entity)
        filled = (
            f"{money_words(roll.opening)} + {money_words(roll.received)} − {money_words(roll.recognised_from_deposits)}"
            f" − {money_words(roll.refunded)} = {money_words(roll.closing)}"
        )
        identity = draft.trace(
            Trace(f"roll.{book.entity}", f"Deferred revenue, {name}", "opening + received − recognised − refunded = closing", filled,
                  cited(contracts), NOTE)
        )  # fmt: skip
        refunded = Cell(money_words(roll.refunded), identity, align="right")
        rows.append(
            (Cell(name, strong=True), *(Cell(money_words(v), identity, align="right") for v in amounts), refunded)
        )
    columns = ("Business", "Opening", "Received", "Recognised", "Closing", "Refunded")
    return Table("deferred", "Deposits: what is not earned yet", columns, tuple(rows), "No deposit is written down.",
                 "A deposit is a liability until the service is performed (ASC 606-10-45-2).", numeric=(1, 2, 3, 4))  # fmt: skip


def _missing_accounts(draft: Draft) -> Table:
    rows = []
    for book in draft.now.books:
        for record in chart.missing_accounts(book):
            tax = record.text.get("tax", "")
            form = {"C": "Schedule C, line ", "E": "Schedule E, line "}.get(tax.partition(" ")[0], "")
            rows.append((
                Cell(f"{draft.now.name(book.entity)}: {visible(record.name)}", strong=True), Cell(visible(record.text.get("group", ""))),
                Cell(f"{form}{tax.partition(' ')[2]}" if form else "balance sheet"), where(record),
            ))  # fmt: skip
    groups = [
        f"{draft.now.name(book.entity)} lacks {listing(list(found), limit=5)}"
        for book in draft.now.books
        if (found := chart.missing_groups(book))
    ]
    note = f"Whole groups without any account: {'; '.join(groups)}." if groups else ""
    return Table("accounts", "Accounts that are missing", ("Account", "Group", "", ""), tuple(rows),
                 f"No account of the declared chart is missing. {checked_words(draft.now.snapshot, 'wiki')}", visible(note))  # fmt: skip


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
                _path_words(draft, entity.key, need, have),
            )
        )
    return Table("path", "Path to profitability", ("Business", "Needed", "Sold", "Pipeline", ""), tuple(rows),
                 "No business states price, variable cost and fixed costs, so no break-even can be computed.",
                 "Units a month: fixed costs / (price − variable cost), rounded up.", numeric=(1, 2, 3))  # fmt: skip


def _path_words(draft: Draft, entity: str, need: Figure, have: Figure) -> Cell:
    if not need.value or not have.value:
        return Cell("")
    gap = draft.figure("break_even_gap", entity)
    if gap.value is None or gap.value.high <= 0:
        return Cell("covers its fixed costs")
    cell = draft.cell(gap)
    return Cell(f"{cell.text} more needed each month", cell.trace)


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
