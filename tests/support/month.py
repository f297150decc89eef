"""A small month: two reports, a snapshot made of nothing, and a transport with a memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from auditor.adapters.store.store import Store
from auditor.flows.monthly import Month
from auditor.formats.snapshot import freeze
from auditor.model.delivery import Attachment, Envelope, SendResult, Sent
from auditor.model.run import Coverage, OutcomeStatus, Snapshot
from auditor.portfolio import Entity, MailSettings, Portfolio, ReportSettings
from auditor.steps.mailing import PrintedReport
from tests.support.clock import StandingClock

FROZEN = datetime(2026, 12, 1, 6, 17, tzinfo=UTC)


def line(target: str, *, complete: bool = True) -> Coverage:
    status = OutcomeStatus.DONE if complete else OutcomeStatus.FAILED
    reason = "" if complete else "git refused"
    return Coverage("secrets", target, "repo", "jada", status, reason, {"files": 3}, {}, complete)


def snapshot_of(
    period: str = "2026-11", *, lines: Sequence[Coverage] = (line("shop"),), run: str = "run-1"
) -> Snapshot:
    return freeze(
        Snapshot(
            period=period,
            portfolio="Boats",
            frozen_at=FROZEN,
            entities=(),
            findings=(),
            facts=(),
            records=(),
            gaps=(),
            conflicts=(),
            miscalculations=(),
            coverage=tuple(lines),
            run_id=run,
        )
    )


def portfolio_of(folder: Path, *names: str) -> Portfolio:
    readers = tuple(ReportSettings(n, (f"{n}@example.com",), attachments=("csv",)) for n in names or ("ceo", "cfo"))
    mail = MailSettings(sender="Audit <audit@example.com>", bcc=("archive@example.com",))
    return Portfolio("Boats", folder, (Entity("jada", "JADA"),), state=folder / "state", reports=readers, mail=mail)


@dataclass
class World:
    """What a test can change and count."""

    lines: Sequence[Coverage] = (line("shop"),)
    words: str = "Runway 7.8 months"
    collected: int = 0
    printed: int = 0
    pings: list[bool] = field(default_factory=list)

    def collect(self, period: str) -> Snapshot:
        self.collected += 1
        return snapshot_of(period, lines=self.lines, run=f"run-{self.collected}")

    def print_reports(self, snapshot: Snapshot) -> Sequence[PrintedReport]:
        self.printed += 1
        table = {"csv": Attachment("table.csv", "text/csv", b"a,b\r\n")}
        return [
            PrintedReport(n, f"{n} {snapshot.period}", self.words, f"<p>{self.words}</p>", table)
            for n in ("ceo", "cfo")
        ]

    def ping(self, good: bool) -> str:
        self.pings.append(good)
        return ""


@dataclass
class Remembering:
    """A transport that keeps what it took and answers as scripted."""

    answers: dict[str, list[Sent]] = field(default_factory=dict)
    mails: list[Envelope] = field(default_factory=list)
    name: str = "remembering"

    def send(self, envelope: Envelope) -> Sent:
        waiting = self.answers.get(envelope.key.report, [])
        answer = waiting.pop(0) if waiting else Sent(SendResult.SENT, "id")
        if answer.result is not SendResult.FAILED:
            self.mails.append(envelope)
        return answer

    def evidence(self, envelope: Envelope) -> Sent | None:
        return None

    def names(self) -> list[str]:
        return [e.key.report for e in self.mails]


def month_of(store: Store, world: World, transport: Remembering, folder: Path, **more: object) -> Month:
    month = Month(
        period="2026-11",
        portfolio=portfolio_of(folder),
        store=store,
        transport=transport,
        clock=StandingClock(),
        holder="process-1",
        collect=world.collect,
        print_reports=world.print_reports,
        operator="ops@example.com",
        ping=world.ping,
        pause=lambda _: None,
    )
    return replace(month, **more)  # type: ignore[arg-type]
