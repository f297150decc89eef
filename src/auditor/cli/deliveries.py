"""`auditor deliveries`, `send`, `resend`, `mark-sent`, `give-up`: the ledger of mails and what a person may do with it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from auditor.cli.output import AsFormat, NoColour, TableFormat, table
from auditor.cli.portfolios import PortfolioPath
from auditor.errors import ExitCode, UsageError
from auditor.model.delivery import Delivery, DeliveryState, Envelope

if TYPE_CHECKING:
    from auditor.flows.deliveries import Desk
    from auditor.flows.running import Desk as Looking
    from auditor.model.ports import Transport
    from auditor.portfolio import Portfolio

Key = Annotated[str, typer.Argument(metavar="KEY", help="Such as 2026-11/ceo/ceo@example.com/1; `auditor deliveries`.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the chain of decisions.")]
Who = Annotated[str, typer.Option("--who", help="Your name for the chain of decisions; your login if not given.")]
Period = Annotated[str, typer.Option("--period", help="Only this month, YYYY-MM.")]

HEADINGS = ("key", "state", "transport", "tries", "updated", "note")


def deliveries(
    portfolio: PortfolioPath = Path(),
    period: Period = "",
    state: Annotated[str, typer.Option(help="planned, sending, sent, failed, unknown or dead.")] = "",
    eml: Annotated[str, typer.Option(metavar="KEY", help="Print the exact bytes of one mail instead.")] = "",
    output_format: AsFormat = TableFormat.TEXT,
    no_colour: NoColour = False,
) -> None:
    """List the ledger: every mail with its state, and how often it was tried.

    `unknown` means that nobody knows whether the mail went out (the reply was lost, or the program was killed). Such a
    mail is never sent again by itself: ask the reader, then `auditor resend` or `auditor mark-sent`.
    """
    from auditor.adapters.store.ledger import Ledger, parse_key
    from auditor.wiring import SystemClock, open_portfolio_store

    try:
        states = (DeliveryState(state),) if state else ()
    except ValueError:
        raise typer.BadParameter(f"{state!r} is none of {', '.join(DeliveryState)}") from None
    with open_portfolio_store(portfolio) as store:
        ledger = Ledger(store, SystemClock(), "")
        if eml:
            sys.stdout.buffer.write(ledger.envelope(parse_key(eml)).content)
            return
        _print(ledger.find(period, states), output_format, empty="No mail in the ledger.", no_colour=no_colour)


def send(
    portfolio: PortfolioPath = Path(),
    period: Period = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list what would be sent.")] = False,
    simulated: Annotated[
        bool,
        typer.Option(
            "--simulate", help="Hand the mails over for the SES simulator, or the operator; no reader gets one."
        ),
    ] = False,
    output_format: AsFormat = TableFormat.TEXT,
    no_colour: NoColour = False,
) -> None:
    """Send what is planned or was definitely refused, each mail at most once; what is held stays.

    A month that was frozen and never mailed (`auditor run --no-deliver`) is mailed from its snapshot.
    """
    from auditor.flows.deliveries import pending, send_pending, simulate
    from auditor.wiring import open_desk

    with open_desk(portfolio) as looking:
        desk = _mails_of(looking)
        fresh = _unplanned(looking, period)
        if dry_run:
            found = (*pending(desk, period), *(_not_yet(e, looking.transport.name) for e in fresh))
            _print(found, output_format, empty="Nothing to send.", no_colour=no_colour)
            return
        if simulated:
            transport, recipient = _harmless(looking.portfolio)
            answers = simulate(replace(desk, transport=transport), recipient, period, fresh)
            rows = [(str(key), answer.result.value, recipient, answer.error) for key, answer in answers]
            table(("key", "answer", "sent to", "note"), rows, empty="Nothing to simulate.", no_colour=no_colour)
            if any(answer.result.value != "sent" for _, answer in answers):
                raise typer.Exit(ExitCode.DELIVERY)
            return
        if fresh:
            from auditor.flows.running import deliver_month, frozen

            month = deliver_month(looking, frozen(looking, fresh[0].key.period))
            _print(month.deliveries, output_format, empty="", no_colour=no_colour)
            for note in month.notes:
                typer.echo(f"note: {note}", err=True)
            if month.exit_code is ExitCode.DELIVERY:
                raise typer.Exit(ExitCode.DELIVERY)
            return
        handed = send_pending(desk, period)
        _print(handed.deliveries, output_format, empty="Nothing to send.", no_colour=no_colour)
        if handed.open:
            raise typer.Exit(ExitCode.DELIVERY)


def _mails_of(looking: Looking) -> Desk:
    import getpass

    from auditor.flows.deliveries import Desk

    return Desk(looking.store, looking.transport, looking.clock, looking.holder, getpass.getuser())


def _unplanned(looking: Looking, period: str) -> tuple[Envelope, ...]:
    """Mails of the newest month (or the one asked for), when it was frozen and none was ever planned."""
    from auditor.adapters.store.ledger import Ledger
    from auditor.flows.printing import print_reports
    from auditor.flows.running import frozen, with_history
    from auditor.steps.mailing import compose_mailing

    wanted = period or next(reversed(looking.store.periods()), "")
    if wanted not in looking.store.periods() or Ledger(looking.store, looking.clock, "").find(wanted):
        return ()
    snapshot = frozen(looking, wanted)
    reports = print_reports(with_history(looking, snapshot), looking.portfolio, looking.renderer(snapshot))
    return compose_mailing(reports, looking.portfolio, period=wanted, when=snapshot.frozen_at)[0]


def _not_yet(envelope: Envelope, transport: str) -> Delivery:
    import hashlib

    digest = hashlib.sha256(envelope.content).hexdigest()
    return Delivery(envelope.key, DeliveryState.PLANNED, digest, transport, error="not in the ledger yet")


def _harmless(portfolio: Portfolio) -> tuple[Transport, str]:
    """A transport and an address that reach no reader."""
    from auditor.flows.deliveries import SIMULATOR
    from auditor.wiring import make_transport

    mail = portfolio.mail
    if mail.transport == "outbox":
        mail = replace(mail, outbox=f"{mail.outbox.rstrip('/')}/simulated")
    return make_transport(mail, portfolio.folder), SIMULATOR if mail.transport == "ses" else mail.told


def resend(key: Key, reason: Reason, portfolio: PortfolioPath = Path(), who: Who = "") -> None:
    """Send one mail again that is unknown, failed or dead, by decision; a mail that was sent needs a correction instead."""
    from auditor.adapters.store.ledger import parse_key
    from auditor.flows.deliveries import resend as again

    with _desk(portfolio, who) as (desk, _):
        after = again(desk, parse_key(key), _said(reason))
    typer.echo(f"{after.key}: {after.state.value}{f', {after.error}' if after.error else ''}")
    if after.state is not DeliveryState.SENT:
        raise typer.Exit(ExitCode.DELIVERY)


def mark_sent(key: Key, reason: Reason, portfolio: PortfolioPath = Path(), who: Who = "") -> None:
    """Say of a mail in doubt that its reader has it; it is not sent."""
    _settle(key, DeliveryState.SENT, reason, portfolio, who)


def give_up(key: Key, reason: Reason, portfolio: PortfolioPath = Path(), who: Who = "") -> None:
    """Say of a mail that it shall not be sent any more."""
    _settle(key, DeliveryState.DEAD, reason, portfolio, who)


def _settle(key: str, state: DeliveryState, reason: str, portfolio: Path, who: str) -> None:
    from auditor.adapters.store.ledger import parse_key
    from auditor.flows.deliveries import settle

    with _desk(portfolio, who) as (desk, _):
        after = settle(desk, parse_key(key), state, _said(reason))
    typer.echo(f"{after.key}: {after.state.value}")


def _said(reason: str) -> str:
    if not reason.strip():
        raise UsageError("--reason: a decision needs one")
    return reason.strip()


@contextmanager
def _desk(path: Path, who: str) -> Iterator[tuple[Desk, Portfolio]]:
    import getpass

    from auditor.flows.deliveries import Desk
    from auditor.wiring import SystemClock, load_portfolio, make_transport, open_store_of, process_name

    portfolio = load_portfolio(path)
    with open_store_of(portfolio) as store:
        transport = make_transport(portfolio.mail, portfolio.folder)
        yield Desk(store, transport, SystemClock(), process_name(), who or getpass.getuser()), portfolio


def _print(found: tuple[Delivery, ...], output_format: TableFormat, *, empty: str, no_colour: bool) -> None:
    if output_format is TableFormat.JSON:
        typer.echo(json.dumps({"schema": "auditor/deliveries@1", "deliveries": [_plain(d) for d in found]}, indent=2))
        return
    rows = [(str(d.key), d.state.value, d.transport, str(d.attempt), d.updated, d.error or d.message_id) for d in found]
    table(HEADINGS, rows, empty=empty, no_colour=no_colour)


def _plain(delivery: Delivery) -> dict[str, Any]:
    key = delivery.key
    return {
        "key": str(key),
        "period": key.period,
        "report": key.report,
        "recipient": key.recipient,
        "edition": key.edition,
        "state": delivery.state.value,
        "transport": delivery.transport,
        "attempt": delivery.attempt,
        "message_id": delivery.message_id,
        "body_sha": delivery.body_sha,
        "error": delivery.error,
        "updated": delivery.updated,
        "supersedes": delivery.supersedes,
    }
