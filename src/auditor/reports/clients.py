"""For the account owner: who pays, who should, and what is worked or hosted without a bill?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from auditor.model.fact import Quantity, Record
from auditor.model.figure import Figure
from auditor.model.report import Bar, Cell, Chart, Report, Table, Tone, Trace, ViewSettings
from auditor.model.rule import Severity
from auditor.model.run import Snapshot
from auditor.reports.actions import Task, exact, finding_tasks
from auditor.reports.dossier import Dossier, of_kind
from auditor.reports.draft import Draft, share_words
from auditor.reports.figures import figure
from auditor.reports.kpi import Indicator, counter, kpi, middle
from auditor.reports.places import cited, place, visible
from auditor.reports.rows import amount_of, day_of, is_yes, text_of, where
from auditor.reports.sheet import Parts, sheet
from auditor.reports.verdict import Check, Judgement, judge
from auditor.reports.words import money_words, number_words, plural, quantity_words, verb

METRICS = frozenset({
    "mrr", "hourly_rate", "cost_rate", "hosting_cost", "receivables", "unbilled", "concentration", "cost_to_serve", "effective_rate", "dso",
})  # fmt: skip
_OPEN_MODELS = frozenset(
    {"", "-", "–", "—", "none", "no", "tbd", "?", "unknown", "n/a", "missing", "unclear", "undefined"}
)


def build(snapshot: Snapshot, previous: Snapshot | None, history: Sequence[Snapshot], settings: ViewSettings) -> Report:
    """The account owner's page."""
    keys = of_kind(snapshot, "client-portfolio", "web-clients") or ("no client portfolio",)
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
            tables=(_clients(draft), _hosted(draft), _tracking(draft), _concentration(draft)),
            findings=findings,
            tasks=(*finding_tasks(draft, findings), *_tasks(draft)),
            metrics=METRICS,
        ),
    )


def fee_of(record: Record) -> Quantity | None:
    """What a client pays a month; None where no recurring price is written down."""
    value = amount_of(record, "fee", "price", "mrr", "retainer", "monthly", "amount")
    if value is None or value.unit != "money" or value.per not in {None, "month", "year"}:
        return None
    factor = Decimal(1) / 12 if value.per == "year" else Decimal(1)
    return Quantity(value.low * factor, value.high * factor, "money", value.currency, "month")


def has_model(record: Record) -> bool:
    """Whether a billing model is written down."""
    return text_of(record, "model", "billing_model", "billing").lower() not in _OPEN_MODELS


def without_model(dossier: Dossier) -> Figure:
    """Clients without a billing model."""
    found = [r for r in dossier.records("client") if not has_model(r)]
    sources = cited(found) or cited(dossier.records("client")) or ("no client is written down",)
    return counter(
        "without_model",
        "Without a billing model",
        len(found),
        sources,
        "clients whose billing model is not written down",
    )


def overdue(dossier: Dossier) -> Figure:
    """Unpaid invoices past their due date."""
    today = dossier.snapshot.frozen_at.date()
    rows = [
        r for r in dossier.records("invoice") if _is_open(r) and (day := day_of(r, "due", "due_date")) and day < today
    ]
    known = [(r, v) for r in rows if (v := amount_of(r, "amount", "total", "open"))]
    total = sum((middle(v) for _, v in known), Decimal(0))
    filled = " + ".join(quantity_words(v) for _, v in known) or "no overdue invoice"
    sources = cited(rows) or cited(dossier.records("invoice")) or ("no invoice is written down",)
    trace = Trace(
        "overdue", "Overdue", "sum of unpaid invoices past their due date", f"{filled} = {money_words(total)}", sources
    )
    return Figure("overdue", "", Quantity(total, total, "money", "USD"), trace, label="Overdue")


def _is_open(record: Record) -> bool:
    status = text_of(record, "status", "paid").lower()
    return not (status.startswith("paid") or is_yes(status))


def unbilled(dossier: Dossier) -> Figure:
    """Hours logged and not invoiced, at the stated rate."""
    rows = dossier.records("hours")
    rates = [figure(dossier, "hourly_rate", e.key) for e in dossier.entities]
    rate = next((f for f in rates if f.value and f.trace), None)
    hours = sum((_hours(r) for r in rows), Decimal(0))
    if rate is None or not rate.value or not rate.trace:
        return Figure("unbilled", "", None, gaps=tuple(g for f in rates for g in f.gaps), label="Unbilled")
    amount = hours * middle(rate.value)
    text = f"{number_words(hours)} hours × {quantity_words(rate.value)} = {money_words(amount)}"
    trace = Trace(
        "unbilled", "Unbilled", "(hours logged − hours invoiced) × rate", text, (*cited(rows), *rate.trace.sources)
    )
    return Figure("unbilled", "", Quantity(amount, amount, "money", "USD"), trace, label="Unbilled")


def _hours(record: Record) -> Decimal:
    logged, invoiced = (
        amount_of(record, "logged", "hours", "hours_logged"),
        amount_of(record, "invoiced", "hours_invoiced", "billed"),
    )
    return max((middle(logged) if logged else Decimal(0)) - (middle(invoiced) if invoiced else Decimal(0)), Decimal(0))


def mrr(dossier: Dossier) -> Figure:
    """What clients pay every month."""
    known = [(r, v) for r in dossier.records("client") if (v := fee_of(r))]
    if not known:
        return figure(dossier, "mrr")
    low, high = sum((v.low for _, v in known), Decimal(0)), sum((v.high for _, v in known), Decimal(0))
    value = Quantity(low, high, "money", known[0][1].currency, "month")
    trace = Trace("mrr", "Recurring revenue", "sum of the clients' monthly fees",
                  f"{' + '.join(quantity_words(v) for _, v in known)} = {quantity_words(value)}", cited([r for r, _ in known]))  # fmt: skip
    return Figure("mrr", "", value, trace, label="Recurring revenue")


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
        Indicator("overdue", "Overdue", overdue, "down", "unpaid past the due date"),
        Indicator("unbilled", "Unbilled work", unbilled, "down", "hours logged, not invoiced"),
        Indicator("without_model", "No billing model", without_model, "down", f"of {count.text} clients", points=True),
    )


def _judgement(draft: Draft) -> Judgement:
    late, idle, models = overdue(draft.now), unbilled(draft.now), without_model(draft.now)
    clients = draft.now.records("client")
    lost = int(models.value.low) if models.value else 0
    recurring = mrr(draft.now).value
    owed = middle(late.value) + (middle(idle.value) if idle.value else Decimal(0)) if late.value else Decimal(0)
    limit = draft.threshold("unbilled_bad_share")
    share = owed / middle(recurring) if recurring and middle(recurring) else None
    sum_words = money_words(owed)
    if owed:
        draft.worked("owed", "Overdue and unbilled", sum_words, formula="overdue + unbilled",
                     filled=f"{draft.cell(late).text} + {draft.cell(idle).text} = {sum_words}", sources=late.trace.sources if late.trace else ("clients",))  # fmt: skip
    largest, name = _largest(draft)
    top_limit = draft.threshold("concentration_warn_share")
    lack = "no client is written down, so nobody can say who pays"
    checks = [
        Check(Tone.BAD, (share is not None and share > limit) if clients else None, f"{sum_words} of work and invoices is not paid",
              f"overdue and unbilled money exceeds {number_words(limit * 100)}% of a month's recurring revenue", lack),
        Check(Tone.WARN, lost > 0, f"{plural(lost, 'client')} {verb(lost, 'has')} no billing model", "a client has no billing model"),
        Check(Tone.WARN, owed > 0, f"{sum_words} of work and invoices is not paid", "money is overdue or work is not billed"),
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
    recurring, late = mrr(draft.now), overdue(draft.now)
    if recurring.value:
        return f"Clients pay {draft.cell(recurring, per=True).text}; {draft.cell(late).text} is overdue."
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
    for record in draft.now.records("client"):
        fee = fee_of(record)
        model = text_of(record, "model", "billing_model", "billing") if has_model(record) else ""
        rows.append((
            Cell(visible(record.name), strong=True),
            Cell(model.capitalize() if model else "No model", tone=Tone.OK if model else Tone.BAD),
            draft.stated(f"fee.{record.name}", f"Fee, {visible(record.name)}", fee, record) if fee else Cell("no fee", align="right"),
            _unbilled_cell(draft, record),
            _served(draft, record),
            Cell(text_of(record, "last_invoice", "invoiced", "last_invoiced") or "never"),
            where(record),
        ))  # fmt: skip
    columns = ("Client", "Model", "A month", "Unbilled", "Cost to serve", "Last invoice", "")
    return Table("clients", "Clients", columns, tuple(rows), "No client is written down.", numeric=(2, 3))


def _rate(draft: Draft, entity: str, metric: str) -> Figure:
    own = draft.figure(metric, entity)
    return (
        own
        if own.value
        else next((f for e in draft.now.entities if (f := figure(draft.now, metric, e.key)).value), own)
    )


def _hours_of(draft: Draft, client: Record) -> list[Record]:
    return [
        r
        for r in draft.now.records("hours")
        if text_of(r, "client").lower() == client.name.lower() or r.name.lower() == client.name.lower()
    ]


def _unbilled_cell(draft: Draft, client: Record) -> Cell:
    rows, rate = _hours_of(draft, client), _rate(draft, client.entity, "hourly_rate")
    if not rows:
        return Cell("no hours", align="right")
    hours = sum((_hours(r) for r in rows), Decimal(0))
    if not rate.value or not rate.trace:
        return Cell("no rate", align="right")
    text = money_words(hours * middle(rate.value))
    return draft.worked(f"unbilled.{client.name}", f"Unbilled, {visible(client.name)}", text, formula="(hours logged − hours invoiced) × rate",
                        filled=f"{number_words(hours)} hours × {quantity_words(rate.value)} = {text}", sources=(*cited(rows), *rate.trace.sources))  # fmt: skip


def _served(draft: Draft, client: Record) -> Cell:
    rows, rate = _hours_of(draft, client), _rate(draft, client.entity, "cost_rate")
    hosting = amount_of(client, "hosting", "hosting_cost")
    if not (rows and rate.value and rate.trace):
        return Cell("not known")
    logged = sum((middle(v) for r in rows if (v := amount_of(r, "logged", "hours", "hours_logged"))), Decimal(0))
    host = middle(hosting) if hosting else Decimal(0)
    text = money_words(logged * middle(rate.value) + host)
    plus = f" + {money_words(host)} hosting" if host else ""
    return draft.worked(f"served.{client.name}", f"Cost to serve, {visible(client.name)}", text, formula="hours × cost rate + hosting",
                        filled=f"{number_words(logged)} hours × {quantity_words(rate.value)}{plus} = {text}", sources=(*cited(rows), *rate.trace.sources))  # fmt: skip


def _hosted(draft: Draft) -> Table:
    clients = {r.name.lower(): r for r in draft.now.records("client")}
    by_site = {text_of(r, "site", "domain", "website").lower().removeprefix("www."): r for r in clients.values()}
    rows = []
    for site in draft.now.snapshot.records:
        if site.kind != "site":
            continue
        name = visible(site.name)
        client = clients.get(text_of(site, "client").lower()) or by_site.get(name.lower().removeprefix("www."))
        if not draft.now.concerns(site.entity) and client is None:
            continue
        if client is not None and fee_of(client):
            continue
        state = Cell("Not billed", tone=Tone.BAD) if client else Cell("No client", tone=Tone.WARN)
        rows.append((Cell(name, strong=True), state, Cell(visible(client.name) if client else "nobody in the client list"),
                     Cell(text_of(site, "hosted_on", "service", "by")), where(site)))  # fmt: skip
    return Table("hosted", "Hosted, not billed", ("Site", "State", "Client", "Hosted on", ""), tuple(rows),
                 "Every site that was found belongs to a client who pays, or no site was found.",
                 "Sites found in AWS and DNS, joined with the clients of the wiki.")  # fmt: skip


def _tracking(draft: Draft) -> Table:
    invoiced = {text_of(r, "client").lower() for r in draft.now.records("invoice")}
    logged = {(text_of(r, "client") or r.name).lower() for r in draft.now.records("hours")}
    rows = []
    for record in draft.now.records("client"):
        lacks = [
            word for word, known in (("invoices", invoiced), ("a time log", logged)) if record.name.lower() not in known
        ]
        if text_of(record, "last_invoice", "last_invoiced"):
            lacks = [word for word in lacks if word != "invoices"]
        if lacks:
            rows.append((Cell(visible(record.name), strong=True), Cell(f"no {' and no '.join(lacks)}"), where(record)))
    return Table(
        "tracking",
        "What nobody tracks",
        ("Client", "Lacks", ""),
        tuple(rows),
        "Every client has invoices and a time log, or no client is written down.",
    )


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


def _tasks(draft: Draft) -> list[Task]:
    tasks = []
    today = draft.now.snapshot.frozen_at.date()
    for record in draft.now.records("client"):
        if not has_model(record) and not any(
            f.rule.id.startswith("wiki.no-billing") and record.name in f.title for f in draft.now.findings
        ):
            tasks.append(Task(f"Agree on a billing model with {visible(record.name)}.", Severity.HIGH, text_of(record, "owner"), pill="No model",
                              sources=(place(record.source),), key=f"model.{record.name}", entity=record.entity))  # fmt: skip
        rate = _rate(draft, record.entity, "hourly_rate")
        hours = sum((_hours(r) for r in _hours_of(draft, record)), Decimal(0))
        if hours and rate.value:
            tasks.append(Task(f"Invoice the open hours of {visible(record.name)}.", Severity.MEDIUM, text_of(record, "owner"), once=exact(hours * middle(rate.value), "USD"),
                              sources=cited(_hours_of(draft, record)), key=f"invoice.{record.name}", entity=record.entity))  # fmt: skip
    tasks += [
        _chase(draft, record, today)
        for record in draft.now.records("invoice")
        if _is_open(record) and (d := day_of(record, "due", "due_date")) and d < today
    ]
    return tasks


def _chase(draft: Draft, record: Record, today: date) -> Task:
    amount = amount_of(record, "amount", "total", "open")
    day = day_of(record, "due", "due_date")
    age = (today - day).days if day else 0
    words = draft.worked(f"age.{record.name}", f"Days overdue, {visible(record.name)}", plural(age, "day"), formula="today − due date",
                         filled=f"{today.isoformat()} − {day.isoformat() if day else ''} = {plural(age, 'day')}", sources=cited([record])).text  # fmt: skip
    client = text_of(record, "client") or "the client"
    return Task(f"Chase {client} for invoice {visible(record.name)}, {words} overdue.", Severity.MEDIUM, text_of(record, "owner"),
                once=exact(middle(amount), amount.currency) if amount else None, sources=cited([record]), key=f"chase.{record.name}", entity=record.entity)  # fmt: skip
