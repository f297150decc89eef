"""The month: collect, freeze, render, hold, deliver, tell the operator.

Started twice it does nothing twice; killed anywhere it goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from enum import StrEnum
from typing import TYPE_CHECKING

from auditor.errors import ExitCode
from auditor.formats.snapshot import dump_snapshot, load_snapshot
from auditor.model.delivery import Delivery, DeliveryKey, DeliveryState
from auditor.model.ports import Clock, Transport
from auditor.model.run import OutcomeStatus, Snapshot
from auditor.portfolio import Portfolio
from auditor.steps.deliver import deliver, recover
from auditor.steps.mailing import OPERATOR, PrintedReport, compose_mailing, plan_mailing
from auditor.steps.summarise import Summary, summary_envelope

if TYPE_CHECKING:
    from auditor.adapters.store.journal import Journal
    from auditor.adapters.store.ledger import Ledger
    from auditor.adapters.store.store import Store


class Ended(StrEnum):
    """How a start of the month ended."""

    DELIVERED = "delivered"
    ALREADY = "already delivered"
    HELD = "held"
    OPEN = "not everything delivered"


@dataclass(frozen=True, slots=True)
class Month:
    """Everything that a month needs."""

    period: str
    portfolio: Portfolio
    store: Store
    transport: Transport
    clock: Clock
    holder: str
    """Unique to this process."""
    collect: Callable[[str], Snapshot]
    """Scans everything, records the run and freezes; what it finished before it was killed it does not do again."""
    print_reports: Callable[[Snapshot], Sequence[PrintedReport]]
    """All reports of a snapshot; the same snapshot gives the same reports."""
    operator: str = ""
    """Address for the summary; empty: nobody is told but the terminal."""
    hold: bool = False
    """Wait for `auditor release` even though everything is well."""
    correct: bool = False
    """Send again as the next edition, from a new look."""
    run_cost: Callable[[Snapshot], str] = lambda _: "no paid calls"
    """What the run itself cost, in words."""
    ping: Callable[[bool], str] = lambda _: ""
    """Tells the dead man's switch how it went; returns a remark when it could not."""
    pause: Callable[[float], None] = time.sleep
    checkpoint: Callable[[str], None] = lambda _: None
    """Told every boundary; tests die there."""


@dataclass(frozen=True, slots=True)
class MonthResult:
    """What became of a month."""

    ended: Ended
    period: str
    edition: int
    snapshot_hash: str = ""
    share: float = 0.0
    """Of everything that should have been looked at, 0 to 1."""
    deliveries: tuple[Delivery, ...] = ()
    notes: tuple[str, ...] = field(default=())
    complete: bool = True

    @property
    def exit_code(self) -> ExitCode:
        """A delivery problem outranks an incomplete look; neither is ever turned into 0."""
        if self.ended is Ended.OPEN:
            return ExitCode.DELIVERY
        return ExitCode.PASSED if self.complete else ExitCode.INCOMPLETE


def monthly(month: Month) -> MonthResult:
    """Bring a month to its end, or as far as it may go.

    Raises:
        LockedError: another program is at it.
    """
    from auditor.adapters.store.journal import Journal
    from auditor.adapters.store.ledger import Ledger
    from auditor.adapters.store.lock import held

    started = time.monotonic()
    with held(month.store, "monthly", month.holder):
        ledger = Ledger(month.store, month.clock, month.holder)
        recover(ledger, [month.transport])
        month.checkpoint("recovered")
        edition = _edition(month, ledger)
        journal = Journal(month.store, month.clock, month.period, edition)
        if journal.is_done("deliver") and journal.is_done("tell"):
            return _already(month, ledger, journal)
        snapshot = _frozen(month, journal)
        share = covered(snapshot)
        keys, notes = _rendered(month, journal, ledger, snapshot)
        why = _reason_to_hold(month, journal, share)
        if why:
            journal.write("hold", state="held", detail={"reason": why})
            month.checkpoint("held")
            waiting = tuple(ledger.get(key) for key in keys)
            result = _result(month, Ended.HELD, edition, snapshot, waiting, (why, *notes))
        else:
            handed = deliver(ledger, month.transport, keys, pause=month.pause, checkpoint=month.checkpoint)
            ended = Ended.OPEN if handed.open else Ended.DELIVERED
            if not handed.open:
                journal.write("deliver", detail={"mails": str(len(keys))})
            month.checkpoint("delivered")
            result = _result(month, ended, edition, snapshot, handed.deliveries, notes)
        remarks = _tell(month, ledger, result, snapshot, time.monotonic() - started)
        if result.ended is Ended.DELIVERED:
            journal.write("tell", detail={"remarks": "\n".join(remarks)})
            month.checkpoint("told")
        return MonthResult(
            result.ended, result.period, edition, result.snapshot_hash, share, result.deliveries, (*result.notes, *remarks),
            complete=result.complete,
        )  # fmt: skip


def covered(snapshot: Snapshot) -> float:
    """Share of what should be looked at that was: the mean over all targets of the share of their scanners.

    A scanner that has nothing to do on a target counts as done; a repository that could not be had counts as nothing.
    """
    lines: dict[tuple[str, str], list[bool]] = {}
    for line in snapshot.coverage:
        lines.setdefault((line.kind, line.target), []).append(line.complete)
    return sum(sum(done) / len(done) for done in lines.values()) / len(lines) if lines else 0.0


def _edition(month: Month, ledger: Ledger) -> int:
    """The edition in work: a correction once begun is finished before the next can begin.

    An edition that ended without any mail, because no reader was named, reached nobody: once readers are named, it is followed by
    one that does.
    """
    from auditor.adapters.store.journal import Journal, latest_edition

    last = latest_edition(month.store, month.period)
    journal = Journal(month.store, month.clock, month.period, last)
    if journal.is_done("deliver") and not _mails(ledger, month.period, last) and _readers(month):
        return last + 1
    if not month.correct or not journal.is_done("render"):
        return last
    mails = _mails(ledger, month.period, last)
    held_back = journal.get("hold")
    if held_back is not None and held_back.state == "held":
        ledger.drop([d.key for d in mails], f"held back, replaced by edition {last + 1}")
        return last + 1
    waiting = {DeliveryState.PLANNED, DeliveryState.SENDING, DeliveryState.FAILED}
    return last if any(d.state in waiting for d in mails) else last + 1


def _mails(ledger: Ledger, period: str, edition: int) -> list[Delivery]:
    """The mails of an edition, but for those to the operator."""
    return [d for d in ledger.find(period) if d.key.edition == edition and not d.key.report.startswith(OPERATOR)]


def _readers(month: Month) -> list[tuple[str, str]]:
    """Reports and the bare addresses of who reads them, as the portfolio says now."""
    return [(report.name, parseaddr(reader)[1]) for report in month.portfolio.reports for reader in report.readers]


def _frozen(month: Month, journal: Journal) -> Snapshot:
    noted = journal.get("freeze")
    stored = month.store.load_snapshot(month.period, int(noted.detail["edition"])) if noted else None
    if stored is None:
        began = time.monotonic()
        snapshot = month.collect(month.period)
        month.checkpoint("collected")
        journal.write("collect", run_id=snapshot.run_id, seconds=time.monotonic() - began)
        stored = month.store.save_snapshot(
            month.period,
            dump_snapshot(snapshot).decode("ascii"),
            snapshot.content_hash,
            frozen_at=snapshot.frozen_at.isoformat(),
            run_id=snapshot.run_id,
        )
        month.checkpoint("saved")
        journal.write(
            "freeze", run_id=snapshot.run_id, detail={"edition": str(stored.edition), "hash": stored.content_hash}
        )
        month.checkpoint("frozen")
    # Always from the stored bytes: a resumed month and an undisturbed one print the same.
    return load_snapshot(stored.text.encode("ascii"))


def _rendered(
    month: Month, journal: Journal, ledger: Ledger, snapshot: Snapshot
) -> tuple[tuple[DeliveryKey, ...], tuple[str, ...]]:
    noted = journal.get("render")
    if noted is not None:
        planned = tuple(d.key for d in _mails(ledger, month.period, journal.edition))
        return planned, tuple(filter(None, noted.detail.get("notes", "").split("\n")))
    reports = month.print_reports(snapshot)
    month.checkpoint("rendered")
    envelopes, mailing = compose_mailing(
        reports,
        month.portfolio,
        period=month.period,
        when=snapshot.frozen_at,
        edition=journal.edition,
        before=ledger.find(month.period),
    )
    plan_mailing(ledger, envelopes, month.transport.name, month.checkpoint)
    notes = (*mailing.notes, *(f"{name}: no reader is named, nobody gets it" for name in mailing.without_reader))
    journal.write("render", run_id=snapshot.run_id, detail={"notes": "\n".join(notes)})
    month.checkpoint("planned")
    return mailing.keys, notes


def _reason_to_hold(month: Month, journal: Journal, share: float) -> str:
    noted = journal.get("hold")
    if noted is not None and noted.state == "released":
        return ""
    floor = float(month.portfolio.thresholds.get("coverage_floor", "0"))
    if share < floor:
        return (
            f"only {share:.0%} of what should be looked at was, the floor is {floor:.0%}: nobody but the operator is told; "
            f"`auditor release --period {month.period}` sends the reports as they are"
        )
    if month.hold or noted is not None:
        return f"waiting for a review: `auditor release --period {month.period}` sends the reports"
    return ""


def _already(month: Month, ledger: Ledger, journal: Journal) -> MonthResult:
    mails = _mails(ledger, month.period, journal.edition)
    got = {(d.key.report, d.key.recipient) for d in mails}
    late = [f"{report}: {reader}" for report, reader in _readers(month) if (report, reader) not in got]
    note = (
        f"named since the mails went out, and without one: {', '.join(late)}; `auditor monthly --period {month.period} "
        "--correct` looks again and sends the next edition to everybody"
    )
    noted = journal.get("freeze")
    stored = month.store.load_snapshot(month.period, int(noted.detail["edition"])) if noted else None
    snapshot = load_snapshot(stored.text.encode("ascii")) if stored else None
    return MonthResult(
        Ended.ALREADY,
        month.period,
        journal.edition,
        stored.content_hash if stored else "",
        covered(snapshot) if snapshot else 0.0,
        tuple(mails),
        (note,) if late else (),
        complete=snapshot.is_complete if snapshot else True,
    )


def _result(
    month: Month, ended: Ended, edition: int, snapshot: Snapshot, deliveries: tuple[Delivery, ...], notes: Sequence[str]
) -> MonthResult:
    return MonthResult(
        ended,
        month.period,
        edition,
        snapshot.content_hash,
        covered(snapshot),
        deliveries,
        tuple(notes),
        complete=snapshot.is_complete,
    )


def _tell(month: Month, ledger: Ledger, result: MonthResult, snapshot: Snapshot, seconds: float) -> tuple[str, ...]:
    """The summary to the operator, once for each way a month can stand, and the dead man's switch."""
    remarks = []
    if month.operator:
        summary = Summary(
            period=month.period,
            edition=result.edition,
            ended=result.ended.value,
            deliveries=result.deliveries,
            notes=result.notes,
            share=result.share,
            seconds=seconds,
            cost=month.run_cost(snapshot),
        )
        envelope = summary_envelope(summary, snapshot, month.portfolio, month.operator)
        ledger.plan(envelope, month.transport.name)
        month.checkpoint("summary planned")
        told = deliver(ledger, month.transport, [envelope.key], pause=month.pause, checkpoint=month.checkpoint)
        remarks += [f"the summary for {month.operator} is {d.state.value}: {d.error}" for d in told.open]
    good = result.ended is Ended.DELIVERED and snapshot.is_complete
    said = month.ping(good)
    month.checkpoint("pinged")
    return (*remarks, *((said,) if said else ()))


def gaps(snapshot: Snapshot) -> tuple[str, ...]:
    """What was not looked at, in words."""
    return tuple(
        f"{line.scanner} on {line.target}: {line.reason or ', '.join(f'{n} {why}' for why, n in line.not_scanned.items())}"
        for line in snapshot.coverage
        if not line.complete or line.status is OutcomeStatus.FAILED
    )
