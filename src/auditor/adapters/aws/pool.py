"""A flat pool: every call is a task of its own, whatever asked for it; the main thread alone keeps the books."""

from __future__ import annotations

import heapq
import json
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from auditor.adapters.aws.classify import Cause, Fault, classified
from auditor.adapters.aws.pacing import Pace
from auditor.adapters.aws.paging import next_arguments
from auditor.adapters.aws.sessions import Account
from auditor.adapters.aws.spec import Ask

Answer = Callable[[Mapping[str, Any] | Fault, bool], None]
"""Gets each page, and whether it is the last; or the fault, which is always the last."""
Where = tuple[str, str, str]
"""Account, service, region: what shares a back-off clock."""
_TRANSIENT_TRIES = 3
_UNREACHABLE_TRIES = 2
_HOLD = 60.0
"""Seconds for which a clock stands still while one call finds out whether its endpoint is there."""


@dataclass(slots=True)
class Task:
    """One call, with who waits for its answer."""

    account: Account
    region: str
    ask: Ask
    arguments: dict[str, Any]
    waiting: list[Answer]
    tries: int = 0
    began: float = 0.0
    token: str = ""
    """The page token of this call, to notice pages that lead in a circle."""
    pages: list[Mapping[str, Any]] = field(default_factory=list)
    done: Mapping[str, Any] | Fault | None = None


@dataclass(slots=True)
class Pool:
    """Runs tasks until none is left."""

    threads: int = 32
    clock: Callable[[], float] = time.monotonic
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(account, `service:Operation`) -> answered or finally refused calls, retries included."""
    retries: Counter[str] = field(default_factory=Counter)
    _lines: dict[Where, deque[Task]] = field(default_factory=dict)
    """Tasks that wait for their clock."""
    _due: list[tuple[float, int, Where]] = field(default_factory=list)
    """When each clock that has tasks lets the next one begin; one entry per clock."""
    _later: list[tuple[float, int, Task]] = field(default_factory=list)
    """Tasks that wait by themselves (after an error worth another try)."""
    _known: dict[tuple[str, ...], Task] = field(default_factory=dict)
    _paces: dict[Where, Pace] = field(default_factory=dict)
    _unreachable: dict[Where, Fault] = field(default_factory=dict)
    _urgent: deque[Task] = field(default_factory=deque)
    _sequence: int = 0

    def ask(self, account: Account, region: str, ask: Ask, arguments: dict[str, Any], answer: Answer) -> None:
        """Put a call on the list; the same call is made once, and all who asked get the answer."""
        key = (account.id, region, ask.service, ask.operation, json.dumps(arguments, sort_keys=True, default=str))
        known = self._known.get(key)
        if known is None:
            task = self._known[key] = Task(account, region, ask, arguments, [answer])
            self._line_up(task)
            return
        for number, page in enumerate(known.pages):
            answer(page, known.done is page and number == len(known.pages) - 1)
        if isinstance(known.done, Fault):
            answer(known.done, True)
        elif known.done is None:
            known.waiting.append(answer)

    def run(self) -> None:
        """Work until every call is answered or given up; answers may ask for more."""
        results: SimpleQueue[tuple[Task, Mapping[str, Any] | BaseException]] = SimpleQueue()
        flying = 0
        workers = ThreadPoolExecutor(self.threads)

        def jobs(task: Task) -> None:
            # A future keeps whatever the call raised: AWS's errors are judged, and a bug raised, by the main thread.
            workers.submit(_call, task).add_done_callback(
                lambda done: None if done.cancelled() else results.put((task, done.exception() or done.result()))
            )

        try:
            while True:
                flying += self._dispatch(jobs, self.threads * 2 - flying)
                if not (flying or self._due or self._later or self._urgent):
                    return
                try:
                    task, result = results.get(timeout=None if flying >= self.threads * 2 else self._until_next())
                except Empty:
                    continue
                flying -= 1
                self._finish(task, result)
        finally:
            workers.shutdown(cancel_futures=True)

    def _until_next(self) -> float | None:
        """Seconds until something may begin; None: only an answer can bring us on."""
        times = [heap[0][0] for heap in (self._due, self._later) if heap]
        return max(0.001, min(times) - self.clock()) if times else None

    def _line_up(self, task: Task) -> None:
        where = self._where(task)
        line = self._lines.setdefault(where, deque())
        line.append(task)
        if len(line) == 1:
            self._schedule(where, self._pace(task).next_slot)

    def _schedule(self, where: Where, at: float) -> None:
        self._sequence += 1
        heapq.heappush(self._due, (at, self._sequence, where))

    def _dispatch(self, jobs: Callable[[Task], None], room: int) -> int:
        """Hand out what may begin now, clock by clock; gives how many were handed out."""
        now = self.clock()
        while self._later and self._later[0][0] <= now:
            self._line_up(heapq.heappop(self._later)[2])
        sent = 0
        while self._urgent:
            sent += self._start(self._urgent.popleft(), jobs, now)
        while room > sent and self._due and self._due[0][0] <= now:
            where = heapq.heappop(self._due)[2]
            line, pace = self._lines[where], self._paces[where]
            while line and room > sent and pace.next_slot <= now:
                pace.began(now)
                sent += self._start(line.popleft(), jobs, now)
            if line:
                self._schedule(where, max(now, pace.next_slot))
        return sent

    def _release(self, task: Task, now: float) -> None:
        """Let the line of a clock go on at once."""
        where = self._where(task)
        self._pace(task).next_slot = now
        if self._lines.get(where):
            self._schedule(where, now)

    def _start(self, task: Task, jobs: Callable[[Task], None], now: float) -> int:
        dead = self._unreachable.get(self._where(task))
        if dead is not None:
            self._deliver(task, dead, last=True)
            return 0
        task.began = now
        jobs(task)
        return 1

    def _postpone(self, task: Task, at: float) -> None:
        self._sequence += 1
        heapq.heappush(self._later, (at, self._sequence, task))

    @staticmethod
    def _where(task: Task) -> Where:
        return task.account.id, task.ask.service, task.region

    def _pace(self, task: Task) -> Pace:
        return self._paces.setdefault(self._where(task), Pace())

    def _finish(self, task: Task, result: Mapping[str, Any] | BaseException) -> None:
        now = self.clock()
        self.calls[task.account.id, task.ask.name] += 1
        pace = self._pace(task)
        if not isinstance(result, BaseException):
            pace.answered(now)
            if pace.next_slot > now + _HOLD / 2:
                self._release(task, now)
            self._page(task, result)
            return
        fault = classified(result)
        task.tries += 1
        if fault.cause is Cause.TRANSIENT and task.tries >= _TRANSIENT_TRIES:
            fault = Fault(Cause.FAILED, fault.code, fault.message)
        if fault.cause is Cause.THROTTLED:
            pace.refused(task.began, now)
            if not pace.hopeless(task.tries, now):
                self.retries[task.ask.name] += 1
                self._line_up(task)
                return
        elif fault.cause is Cause.TRANSIENT:
            self._again(task, now + 0.2 * 2**task.tries)
            return
        elif fault.cause is Cause.UNREACHABLE:
            if task.tries < _UNREACHABLE_TRIES and self._where(task) not in self._unreachable:
                # One more try tells; until then the others of this clock wait instead of each running into it.
                pace.next_slot = now + _HOLD
                self.retries[task.ask.name] += 1
                self._urgent.append(task)
                return
            self._unreachable.setdefault(self._where(task), fault)
            self._release(task, now)
        else:
            pace.answered(now)
        self._deliver(task, fault, last=True)

    def _again(self, task: Task, at: float) -> None:
        self.retries[task.ask.name] += 1
        self._postpone(task, at)

    def _page(self, task: Task, page: Mapping[str, Any]) -> None:
        following = next_arguments(task.account.client(task.ask.service, task.region), task.ask.operation, page)
        token = json.dumps(following, sort_keys=True, default=str) if following else ""
        if following and token == task.token:
            self._deliver(task, page, last=False)
            self._deliver(task, Fault(Cause.FAILED, "PaginationLoop", "the next page is this page again"), last=True)
            return
        self._deliver(task, page, last=not following)
        if following:
            task.arguments = {**task.arguments, **following}
            task.token = token
            task.tries = 0
            self._line_up(task)

    @staticmethod
    def _deliver(task: Task, result: Mapping[str, Any] | Fault, *, last: bool) -> None:
        if not isinstance(result, Fault):
            task.pages.append(result)
        if last:
            task.done = result
        for answer in list(task.waiting):
            answer(result, last)


def _call(task: Task) -> Mapping[str, Any]:
    """Make one call; keeps nothing, judges nothing."""
    from botocore import xform_name

    client = task.account.client(task.ask.service, task.region)
    answer: dict[str, Any] = getattr(client, xform_name(task.ask.operation))(**task.arguments)
    answer.pop("ResponseMetadata", None)
    return answer
