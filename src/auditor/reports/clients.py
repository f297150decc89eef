"""For the account owner: who pays, who should, and what is worked or hosted without a bill?"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from auditor.finance import clients as finance
from auditor.finance.book import Book
from auditor.finance.periods import monthly
from auditor.model.fact import Quantity, Record
from auditor.model.figure import Figure
from auditor.model.report import Bar, Cell, Chart, Report, Table, Tone, ViewSettings
from auditor.model.run import Snapshot
from auditor.reports.actions import finding_tasks
from auditor.reports.dossier import Dossier, of_kind
from auditor.reports.draft import Draft, share_words
from auditor.reports.figures import figure
from auditor.reports.kpi import Indicator, counter, kpi, middle
from auditor.reports.places import cited, place, visible
from auditor.reports.receivables import client_tasks
from auditor.reports.rows import amount_of, text_of, where
from auditor.reports.sheet import Parts, sheet
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import listing, money_words, number_words, plural, quantity_words, verb

METRICS = frozenset({
    "mrr", "hourly_rate", "cost_rate", "hosting_cost", "receivables", "unbilled", "concentration", "cost_to_serve", "effective_rate", "dso",
})  # fmt: skip
_OPEN_MODELS = frozenset(
    {"", "-", "–", "—", "none", "no", "tbd", "?", "unknown", "n/a", "missing", "unclear", "undefined"}
)


def build(snapshot: Snapshot, previous: Snapshot | None, history: Sequence[Snapshot], settings: ViewSettings) -> Report:
    """The account owner's page."""
    keys = of_kind(snapshot, "client-portfolio") or of_kind(snapshot, "web-clients") or ("no client portfolio",)
    draft = Draft(snapshot, previous, history, settings, keys)
    findings = tuple(f for f in draft.now.findings if "clients" in f.rule.audience)
    return sheet(
        draft,
        Parts(
            title="Client portfolio",
            reader="Account owner",
            judgement=_judgement(draft),
            support=_support(draft),
            kpis=tuple(kpi(draft, indicator) for indicator in _indicators(draft)),
            charts=(_mrr_chart(draft),),
            tables=(_clients(draft), _ageing(draft), _hosted(draft), _tracking(draft), _concentration(draft)),
            findings=findings,
            tasks=(*finding_tasks(draft, findings), *client_tasks(draft)),
            metrics=METRICS,
            blockers=True,
        ),
    )


def fee_of(record: Record) -> Quantity | None:
    """What an active client pays a month; None where no recurring price is written down."""
    value = amount_of(record, "fee")
    if value is None or value.unit != "money" or not finance.is_active(record):
        return None
    low, high = monthly(value.low, value.per or "month"), monthly(value.high, value.per or "month")
    if low is None or high is None:
        return None
    return Quantity(low, high, "money", value.currency, "month")


def without_model(dossier: Dossier) -> Figure:
    """Clients without a billing model."""
    found = [record for book in dossier.books for record in finance.without_model(book)]
    sources = cited(found) or cited(dossier.records("client")) or ("no client is written down",)
    return counter(
        "without_model",
        "Without a billing model",
        len(found),
        sources,
        "active clients whose billing model is not written down",
    )


def unpaid(dossier: Dossier) -> Figure:
    """Unpaid invoices past their due date."""
    return figure(dossier, "overdue")


def unbilled(dossier: Dossier) -> Figure:
    """Hours logged and not invoiced, at the stated rate."""
    return figure(dossier, "unbilled")


def mrr(dossier: Dossier) -> Figure:
    """What clients pay every month."""
    return figure(dossier, "mrr")


def _indicators(draft: Draft) -> tuple[Indicator, ...]:
    count = draft.counted("clients", "Clients", draft.now.records("client"), rule="clients written down")
    return (
        Indicator(
            "mrr",
            "Recurring revenue",
            mrr,
            "up",
            f"a month, {count.text} clients" if count.text != "1" else "a month, 1 client",
        ),
        Indicator("overdue", "Overdue", unpaid, "down", "unpaid past the due date"),
        Indicator("unbilled", "Unbilled work", unbilled, "down", "hours logged, not invoiced"),
        Indicator("without_model", "No billing model", without_model, "down", f"of {count.text} clients", points=True),
    )


def _judgement(draft: Draft) -> Judgement:
    late, idle = draft.figure("overdue"), draft.figure("unbilled")
    clients = draft.now.records("client")
    lost = without_model(draft.now)
    count = int(lost.value.low) if lost.value else 0
    recurring = mrr(draft.now).value
    owed = sum((middle(f.value) for f in (late, idle) if f.value), Decimal(0))
    limit = draft.threshold("unbilled_bad_share")
    share = owed / middle(recurring) if recurring and middle(recurring) else None
    text = money_words(owed)
    if owed:
        parts = " + ".join(draft.cell(f).text for f in (late, idle) if f.value)
        sources = [source for f in (late, idle) if f.trace for source in f.trace.sources]
        draft.worked(
            "owed",
            "Overdue and unbilled",
            text,
            formula="overdue + unbilled",
            filled=f"{parts} = {text}",
            sources=sources,
        )
    largest, name = _largest(draft)
    top_limit = draft.threshold("concentration_warn_share")
    lack = "no client is written down, so nobody can say who pays"
    clause = f"{text} of work and invoices is not paid"
    checks = [
        Check(Tone.BAD, (share is not None and share > limit) if clients else None, clause,
              f"overdue and unbilled money exceeds {number_words(limit * 100)}% of a month's recurring revenue", lack),
        Check(Tone.WARN, count > 0, f"{plural(count, 'client')} {verb(count, 'has')} no billing model", "a client has no billing model"),
        Check(Tone.WARN, owed > 0, clause, "money is overdue or work is not billed"),
        Check(Tone.WARN, largest is not None and largest > top_limit, f"{name} alone brings {number_words((largest or Decimal(0)) * 100, 0)}% of the revenue",
              f"one client brings more than {number_words(top_limit * 100)}% of recurring revenue"),
    ]  # fmt: skip
    return judge(checks, "every client has a billing model and pays", complete=draft.now.snapshot.is_complete)


def _largest(draft: Draft) -> tuple[Decimal | None, str]:
    fees = [(middle(v), visible(r.name), r) for r in draft.now.records("client") if (v := fee_of(r))]
    total = sum((f for f, _, _ in fees), Decimal(0))
    if not total:
        return None, ""
    top, name, _ = max(fees, key=lambda f: (f[0], f[1]))
    text = share_words(top, total)
    draft.worked("concentration", "Concentration", text, formula="largest client / all clients",
                 filled=f"{money_words(top)} / {money_words(total)} = {text}", sources=cited([r for _, _, r in fees]))  # fmt: skip
    return top / total, name


def _support(draft: Draft) -> str:
    recurring, late = draft.figure("mrr"), draft.figure("overdue")
    if recurring.value:
        owed = f"{draft.cell(late).text} is overdue" if late.value else "no invoice list says what is overdue"
        if late.value and not late.value.high:
            owed = "nothing is overdue"
        return f"Clients pay {draft.cell(recurring, per=True).text}; {owed}."
    return "No client's recurring fee is written down."


def _mrr_chart(draft: Draft) -> Chart:
    known = sorted(
        ((v, r) for r in draft.now.records("client") if (v := fee_of(r))), key=lambda p: (-middle(p[0]), p[1].name)
    )
    top = middle(known[0][0]) if known else Decimal(1)
    bars = []
    for value, record in known:
        cell = draft.stated(f"fee.{record.name}", f"Fee, {visible(record.name)}", value, record)
        bars.append(
            Bar(
                visible(record.name),
                cell,
                float(middle(value) / top) if top else 0.0,
                None,
                text_of(record, "model", "billing_model"),
            )
        )
    return Chart("Recurring revenue by client", tuple(bars), "No client's recurring fee is written down.")


def _clients(draft: Draft) -> Table:
    rows = []
    for book in draft.now.books:
        hours = finance.unbilled_by_client(book)
        for record in book.rows("client"):
            fee = fee_of(record)
            model = text_of(record, "model") if finance.has_model(record) else ""
            idle = not finance.is_active(record)
            pill = (
                Cell(model.capitalize(), tone=Tone.OK)
                if model
                else Cell("No model", tone=Tone.UNKNOWN if idle else Tone.BAD)
            )
            rows.append((
                Cell(visible(record.name), strong=True),
                pill,
                draft.stated(f"fee.{record.name}", f"Fee, {visible(record.name)}", fee, record) if fee else Cell("no fee", align="right"),
                _unbilled_cell(draft, book, record, hours.get(record.name, Decimal(0))),
                draft.cell(finance.cost_to_serve(book, record.name)),
                Cell(text_of(record, "last_invoice") or "never"),
                Cell(text_of(record, "status")),
                where(record),
            ))  # fmt: skip
    columns = ("Client", "Model", "A month", "Unbilled", "Cost to serve", "Last invoice", "", "")
    return Table("clients", "Clients", columns, tuple(rows), "No client is written down.", numeric=(2, 3))


def _unbilled_cell(draft: Draft, book: Book, client: Record, hours: Decimal) -> Cell:
    if not hours:
        return Cell("nothing", align="right")
    rate = draft.figure("hourly_rate", book.entity)
    rows = [r for r in book.rows("hours") if text_of(r, "client") == client.name or r.name == client.name]
    if not rate.value or not rate.trace:
        return Cell("no rate", align="right")
    text = money_words(hours * middle(rate.value))
    return draft.worked(
        f"unbilled.{client.name}", f"Unbilled, {visible(client.name)}", text, formula="(hours logged − hours invoiced) × rate",
        filled=f"{number_words(hours, 2)} hours × {quantity_words(rate.value)} = {text}", sources=(*cited(rows), *rate.trace.sources),
    )  # fmt: skip


def _ageing(draft: Draft) -> Table:
    sums: dict[str, list[finance.Open]] = {name: [] for name in finance.BUCKETS}
    for book in draft.now.books:
        for item in finance.open_invoices(book):
            sums[item.bucket].append(item)
    rows = []
    for name, items in sums.items():
        if items:
            total = money_words(sum((i.amount for i in items), Decimal(0)))
            filled = f"{' + '.join(f'{visible(i.record.name)} {money_words(i.amount)}' for i in items)} = {total}"
            cell = draft.worked(
                f"age.{name}",
                f"Owed, {name}",
                total,
                formula="sum of the unpaid invoices of this age",
                filled=filled,
                sources=cited([i.record for i in items]),
            )
            label = name if name == "not due" else f"{name} days overdue"
            who = listing(list(dict.fromkeys(text_of(i.record, "client") for i in items)), limit=4)
            rows.append((Cell(label[0].upper() + label[1:], strong=True), cell, Cell(who)))
    return Table("ageing", "What is owed, by age", ("Age", "Amount", ""), tuple(rows), "Nothing is owed, or no invoice is written down.",
                 "Age from the due date at the end of the month.", numeric=(1,))  # fmt: skip


def _hosted(draft: Draft) -> Table:
    found = [r for r in draft.now.snapshot.records if r.kind == "site"]
    names = [text_of(r, "domain", "host") or r.name for r in found]
    places = {(text_of(r, "domain", "host") or r.name).lower().removeprefix("www."): r for r in found}
    rows = []
    for book in draft.now.books:
        for client in finance.hosted_not_billed(book, names):
            site = text_of(client, "site")
            seen = places.get(site.lower().removeprefix("www."))
            hosting = amount_of(client, "hosting")
            costs = (
                draft.stated(f"hosting.{client.name}", f"Hosting, {visible(client.name)}", hosting, client)
                if hosting
                else Cell("not stated", align="right")
            )
            evidence = place(seen.source) if seen else place(client.source)
            rows.append((Cell(f"{visible(client.name)}: {site or 'its site'}", strong=True), Cell("Not billed", tone=Tone.BAD), costs,
                         Cell("found in the cloud" if seen else "as the page says"), Cell(evidence, align="source")))  # fmt: skip
    rows += _nobodys(draft, found)
    nothing = "Every site that is hosted belongs to a client who pays."
    if not found and not draft.now.records("client"):
        nothing = "Not known: no client is written down, and no site was found in AWS or DNS."
    elif not found:
        nothing = (
            "No page says that a client is hosted and not billed; no site was found in AWS or DNS to compare with."
        )
    return Table("hosted", "Hosted, not billed", ("Site", "State", "Costs a month", "", ""), tuple(rows), nothing,
                 "Sites of clients on the wiki, joined with sites found in AWS and DNS.", numeric=(2,))  # fmt: skip


def _nobodys(draft: Draft, found: Sequence[Record]) -> list[tuple[Cell, Cell, Cell, Cell, Cell]]:
    """Sites found in the cloud that belong to no client and no business of the portfolio."""
    clients = draft.now.records("client")
    sites = {text_of(r, "site").lower().removeprefix("www.") for r in clients}
    names = {r.name.lower() for r in clients}
    own = {domain.lower() for e in draft.now.snapshot.entities for domain in e.domains}
    rows = []
    for site in found:
        name = (text_of(site, "domain", "host") or visible(site.name)).lower().removeprefix("www.")
        tagged = text_of(site, "client")
        known = name in sites or name in own or tagged.lower() in names
        if known or (site.entity and not draft.now.concerns(site.entity)):
            continue
        said = f"tagged {tagged}, who is not in the list of clients" if tagged else "in nobody's list"
        rows.append(
            (
                Cell(name, strong=True),
                Cell("No client", tone=Tone.WARN),
                Cell("", align="right"),
                Cell(said),
                where(site),
            )
        )
    return rows


def _tracking(draft: Draft) -> Table:
    rows = []
    for book in draft.now.books:
        invoiced = {text_of(r, "client").lower() for r in book.rows("invoice")}
        logged = {(text_of(r, "client") or r.name).lower() for r in book.rows("hours")}
        for record in book.rows("client"):
            if not finance.is_active(record):
                continue
            lacks = [
                word
                for word, known in (("invoices", invoiced), ("time log", logged))
                if record.name.lower() not in known
            ]
            if lacks:
                rows.append(
                    (Cell(visible(record.name), strong=True), Cell(f"no {' and no '.join(lacks)}"), where(record))
                )
    return Table("tracking", "What nobody tracks", ("Client", "Lacks", ""), tuple(rows),
                 "Every active client has invoices and a time log, or no client is written down.")  # fmt: skip


def _concentration(draft: Draft) -> Table:
    fees = sorted(
        ((middle(v), visible(r.name), r) for r in draft.now.records("client") if (v := fee_of(r))),
        key=lambda f: (-f[0], f[1]),
    )
    total = sum((f for f, _, _ in fees), Decimal(0))
    rows = []
    for fee, name, record in fees if total else ():
        text = share_words(fee, total)
        share = draft.worked(
            f"share.{name}",
            f"Share of {name}",
            text,
            formula="fee / all fees",
            filled=f"{money_words(fee)} / {money_words(total)} = {text}",
            sources=cited([record]),
        )
        rows.append((Cell(name, strong=True), share))
    return Table(
        "concentration",
        "Concentration",
        ("Client", "Share"),
        tuple(rows),
        "No recurring fee is written down.",
        numeric=(1,),
    )
