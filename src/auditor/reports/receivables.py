"""What to do about clients: agree, invoice, chase, each in money."""

from __future__ import annotations

from decimal import Decimal

from auditor.finance import clients as finance
from auditor.model.fact import Record
from auditor.model.rule import Severity
from auditor.reports.actions import Task, exact
from auditor.reports.draft import Draft
from auditor.reports.kpi import middle
from auditor.reports.places import cited, place, visible
from auditor.reports.rows import amount_of, text_of
from auditor.reports.words import plural


def client_tasks(draft: Draft) -> list[Task]:
    """Agree, invoice, chase: in money."""
    tasks = []
    for book in draft.now.books:
        hours = finance.unbilled_by_client(book)
        rate = draft.figure("hourly_rate", book.entity) if hours else None
        tasks += [_model_task(record) for record in finance.without_model(book)]
        for record in book.rows("client"):
            open_hours = hours.get(record.name, Decimal(0))
            if open_hours and rate and rate.value:
                rows = [r for r in book.rows("hours") if text_of(r, "client") == record.name]
                worth = exact(open_hours * middle(rate.value), rate.value.currency)
                tasks.append(
                    Task(f"Invoice the open hours of {visible(record.name)}.", Severity.MEDIUM, text_of(record, "owner"), once=worth,
                         sources=cited(rows or [record]), key=f"invoice.{book.entity}.{record.name}", entity=book.entity)
                )  # fmt: skip
        tasks += [_chase(draft, item) for item in finance.open_invoices(book) if item.overdue_days > 0]
    return tasks


def _model_task(record: Record) -> Task:
    return Task(
        f"Agree on a billing model with {visible(record.name)}.", Severity.HIGH, text_of(record, "owner"), pill="No model",
        sources=(place(record.source),), key=f"model.{record.entity}.{record.name}", entity=record.entity,
    )  # fmt: skip


def _chase(draft: Draft, item: finance.Open) -> Task:
    record, name = item.record, visible(item.record.name)
    end = draft.now.book(record.entity).end
    words = draft.worked(
        f"late.{record.name}", f"Days overdue, {name}", plural(item.overdue_days, "day"), formula="end of the month − due date",
        filled=f"{end.isoformat()} − {text_of(record, 'due', 'date')} = {plural(item.overdue_days, 'day')}", sources=cited([record]),
    ).text  # fmt: skip
    client = text_of(record, "client") or "the client"
    amount = amount_of(record, "amount")
    return Task(
        f"Chase {client} for invoice {name}, {words} overdue.", Severity.MEDIUM, text_of(record, "owner"),
        once=exact(item.amount, amount.currency if amount else "USD"), sources=cited([record]), key=f"chase.{record.entity}.{record.name}",
        entity=record.entity,
    )  # fmt: skip
