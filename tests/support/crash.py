"""The crash matrix: months that are killed at every step and at random moments, against servers that misbehave."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from auditor.adapters.store.ledger import Ledger
from auditor.adapters.store.opening import open_store
from auditor.model.delivery import Delivery, DeliveryState
from tests.support.clock import StandingClock
from tests.support.mail_servers import Mailbox, ses_server, smtp_server

REPORTS = ("ceo", "cto", "accounting", "cmo", "cfo", "rental", "delivery", "clients")
FAULTS = ("ok", "ok", "ok", "lost-reply", "late-reply", "temporary", "refused", "hang-up", "data-refused")
STEPS = 45
"""Boundaries of an undisturbed month with eight reports and a summary; a test counts them."""


def fault_of(address: str) -> str:
    """The fault is the first part of the address, so that one server serves every run."""
    return address.partition(".")[0]


@dataclass
class Tally:
    """What the runs came to."""

    runs: int = 0
    killed: int = 0
    mails: int = 0
    states: Counter[str] = field(default_factory=Counter)
    double: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass
class Matrix:
    """Servers and the process that forks the months."""

    folder: Path
    process: subprocess.Popen[str]
    smtp: tuple[int, Mailbox]
    ses: tuple[str, Mailbox]
    template: Path
    postgres: Callable[[], str] | None = None

    def start(self, **start: object) -> int:
        """One start of a month; a negative number is the signal that ended it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(start) + "\n")
        self.process.stdin.flush()
        return int(json.loads(self.process.stdout.readline())["ended"])

    def run(self, number: int, tally: Tally) -> None:
        """One month: killed once or twice, then left alone until it ends."""
        dice = random.Random(number)  # the same number is the same run
        kind = ("outbox", "smtp", "ses")[number % 3]
        folder = self.folder / f"run-{number}"
        folder.mkdir()
        store = str(folder / "s.db")
        if self.postgres is not None and number % 10 == 9:
            store = self.postgres()
        else:
            shutil.copy(self.template, store)
        readers = {
            name: f"{'ok' if kind == 'outbox' else dice.choice(FAULTS)}.{number}.{name}@example.com" for name in REPORTS
        }
        where = {"smtp": str(self.smtp[0]), "ses": self.ses[0], "outbox": str(folder / "outbox")}[kind]
        common = {"store": store, "folder": str(folder), "transport": kind, "where": where, "readers": readers}
        for time in range(dice.choice((1, 1, 2))):
            if (number + time) % 2:
                ended = self.start(**common, kill_after=dice.uniform(0.0, 0.6))
            else:
                ended = self.start(**common, die_at=dice.randrange(STEPS) if time else (number // 2) % STEPS)
            tally.killed += ended < 0
            if ended >= 98:
                tally.wrong.append(f"run {number}: a start ended with {ended}")
        # A definite refusal is tried again by the next triggers; three more must bring the month to its end.
        for _ in range(3):
            ended = self.start(**common)
        self.judge(number, kind, store, readers, ended, tally)

    def judge(self, number: int, kind: str, store: str, readers: dict[str, str], ended: int, tally: Tally) -> None:
        """Count what readers got against what the ledger says."""
        tally.runs += 1
        with open_store(store) as opened:
            found = {d.key.report: d for d in Ledger(opened, StandingClock(), "judge").find()}
        for name, address in readers.items():
            tally.mails += 1
            delivery = found.get(name)
            got = self.taken(kind, number, address)
            if delivery is None:
                tally.lost.append(f"run {number}: {name} is not in the ledger")
                continue
            tally.states[delivery.state.value] += 1
            self.compare(f"run {number} ({kind}): {address}", delivery, got, tally)
        every = [found[name].state for name in readers if name in found]
        expected = 0 if all(s is DeliveryState.SENT for s in every) else 4
        if ended != expected:
            tally.wrong.append(f"run {number}: exit code {ended}, {expected} was expected")

    def taken(self, kind: str, number: int, address: str) -> int:
        """How often a reader's mail was taken."""
        if kind == "outbox":
            return len(list((self.folder / f"run-{number}" / "outbox").rglob(f"*{address}*.eml")))
        return len((self.smtp if kind == "smtp" else self.ses)[1].of(address))

    @staticmethod
    def compare(what: str, delivery: Delivery, got: int, tally: Tally) -> None:
        """Never twice; sent means taken; what may have been taken is unknown; nothing is left half-way."""
        fault = fault_of(delivery.key.recipient)
        if got > 1:
            tally.double.append(f"{what}: {got} times")
        if delivery.state is DeliveryState.SENT and got != 1:
            tally.lost.append(f"{what}: called sent, was taken {got} times")
        if got == 1 and delivery.state not in {DeliveryState.SENT, DeliveryState.UNKNOWN}:
            tally.wrong.append(f"{what}: taken, but {delivery.state.value}")
        if delivery.state in {DeliveryState.PLANNED, DeliveryState.SENDING}:
            tally.lost.append(f"{what}: left {delivery.state.value}")
        if fault in {"lost-reply", "late-reply"} and delivery.state is not DeliveryState.UNKNOWN:
            tally.wrong.append(f"{what}: {delivery.state.value}, unknown was expected")


@contextmanager
def crash_matrix(folder: Path, postgres: Callable[[], str] | None = None) -> Iterator[Matrix]:
    """Start servers and the forking process."""
    template = folder / "template.db"
    open_store(template).close()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HOME": str(folder),
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    with ExitStack() as stack:
        smtp = stack.enter_context(smtp_server(fault_of))
        ses = stack.enter_context(ses_server(fault_of))
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.crash_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        try:
            yield Matrix(folder, process, smtp, ses, template, postgres)
        finally:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.wait()
            process.stdout.close()
