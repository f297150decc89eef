"""Runs a month in a child of its own and lets it be killed: imports once, forks for every start.

Speaks JSON lines: a start in, how the child ended out.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from auditor.adapters.mail.outbox import Outbox
from auditor.adapters.mail.ses import Ses, ses_client
from auditor.adapters.mail.smtp import Smtp
from auditor.adapters.store.lock import LockedError
from auditor.adapters.store.opening import open_store
from auditor.adapters.store.store import Store
from auditor.flows.monthly import Month, monthly
from auditor.formats.snapshot import freeze
from auditor.model.delivery import Attachment
from auditor.model.ports import Transport
from auditor.model.run import Snapshot
from auditor.portfolio import Entity, MailSettings, Portfolio, ReportSettings
from auditor.steps.mailing import PrintedReport
from auditor.wiring import SystemClock, process_name
from tests.support.findings import finding_at, outcome_of, run_of
from tests.support.month import snapshot_of

PERIOD = "2026-11"


def portfolio_of(folder: Path, readers: dict[str, str]) -> Portfolio:
    reports = tuple(ReportSettings(name, (address,), attachments=("csv",)) for name, address in readers.items())
    mail = MailSettings(sender="Audit <audit@example.com>", bcc=("archive@example.com",))
    return Portfolio("Boats", folder, (Entity("jada", "JADA"),), state=folder, reports=reports, mail=mail)


def transport_of(kind: str, where: str, made: dict[str, Any]) -> Transport:
    if kind == "smtp":
        return Smtp("127.0.0.1", int(where), "none", seconds=0.25)
    if kind == "ses":
        if where not in made:
            made[where] = ses_client("us-east-1", endpoint_url=where, seconds=0.25)
        return Ses(made[where], per_second=1e6)
    return Outbox(Path(where))


def month_of(start: dict[str, Any], store: Store, transport: Transport) -> Month:
    readers: dict[str, str] = start["readers"]
    count = [0]

    def checkpoint(_: str) -> None:
        if count[0] == start.get("die_at"):
            os.kill(os.getpid(), signal.SIGKILL)
        count[0] += 1

    def collect(period: str) -> Snapshot:
        run = run_of(period)
        seen = [finding_at("app.py"), finding_at("b.py")]
        attempt = f"{run.id}-{process_name()}"
        findings = store.record_run(type(run)(attempt, run.started, period, "0.1.0", "d"), [outcome_of()], seen)
        return freeze(replace(snapshot_of(period), findings=findings, run_id="run"))

    def print_reports(snapshot: Snapshot) -> Sequence[PrintedReport]:
        table = {"csv": Attachment("t.csv", "text/csv", b"a,b\r\n" * 200)}
        return [PrintedReport(name, f"{name} {snapshot.period}", "text", "<p>html</p>" * 50, table) for name in readers]

    return Month(
        period=PERIOD,
        portfolio=portfolio_of(Path(start["folder"]), readers),
        store=store,
        transport=transport,
        clock=SystemClock(),
        holder=process_name(),
        collect=collect,
        print_reports=print_reports,
        operator="ok.operator@example.com",
        pause=lambda _: None,
        checkpoint=checkpoint,
    )


def child(start: dict[str, Any], transport: Transport) -> int:
    with open_store(start["store"]) as store:
        for _ in range(200):
            try:
                return int(monthly(month_of(start, store, transport)).exit_code)
            except LockedError:
                # A database notices a killed client a moment later.
                time.sleep(0.02)
    return 99


def main() -> None:
    made: dict[str, Any] = {}
    for line in sys.stdin:
        start = json.loads(line)
        transport = transport_of(start["transport"], start["where"], made)
        pid = os.fork()
        if pid == 0:
            code = 98
            try:
                code = child(start, transport)
            finally:
                os._exit(code)
        if start.get("kill_after") is not None:
            time.sleep(start["kill_after"])
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        ended = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        sys.stdout.write(json.dumps({"ended": ended}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
