"""The month runs by itself: never twice to one reader, nobody forgotten, and it says so when it could not look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.adapters.store.journal import Journal
from auditor.adapters.store.ledger import Ledger
from auditor.adapters.store.lock import LockedError, held
from auditor.adapters.store.opening import open_store
from auditor.adapters.store.store import Store
from auditor.errors import ExitCode
from auditor.flows.monthly import Ended, Month, MonthResult, covered, monthly
from auditor.model.delivery import DeliveryKey, DeliveryState, SendResult, Sent
from auditor.portfolio import ReportSettings
from tests.support.clock import StandingClock
from tests.support.month import Remembering, World, line, month_of, snapshot_of


class KilledError(BaseException):
    """The process is gone: nothing catches it."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "state" / "s.db") as opened:
        yield opened


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def transport() -> Remembering:
    return Remembering()


@pytest.fixture
def month(store: Store, world: World, transport: Remembering, tmp_path: Path) -> Month:
    return month_of(store, world, transport, tmp_path)


def again(month: Month, **more: object) -> MonthResult:
    return monthly(replace(month, holder=f"{month.holder}+", **more))  # type: ignore[arg-type]


def test_a_month_is_delivered_once_however_often_it_is_triggered(
    month: Month, world: World, transport: Remembering
) -> None:
    first = monthly(month)
    assert (first.ended, first.exit_code, first.share) == (Ended.DELIVERED, ExitCode.PASSED, 1.0)
    second = again(month)
    assert (second.ended, second.exit_code) == (Ended.ALREADY, ExitCode.PASSED)
    assert transport.names() == ["ceo", "cfo", "operator-delivered"]
    assert (world.collected, world.printed, world.pings) == (1, 1, [True])


def test_every_reader_gets_what_they_asked_for_and_the_audit_mailbox_a_copy(
    month: Month, transport: Remembering
) -> None:
    monthly(month)
    assert {m.bcc for m in transport.mails[:2]} == {("archive@example.com",)}
    assert b"table.csv" in transport.mails[0].content


def test_a_report_without_a_reader_is_said_to_the_operator(month: Month, transport: Remembering) -> None:
    portfolio = replace(month.portfolio, reports=(ReportSettings("ceo", ("ceo@example.com",)),))
    result = monthly(replace(month, portfolio=portfolio))
    assert any("cfo: no reader" in note for note in result.notes)
    assert b"cfo: no reader" in transport.mails[-1].content


def test_a_month_that_reached_nobody_is_looked_at_and_mailed_once_readers_are_named(
    month: Month, transport: Remembering, world: World
) -> None:
    nobody = replace(month.portfolio, reports=tuple(replace(r, readers=()) for r in month.portfolio.reports))
    assert monthly(replace(month, portfolio=nobody)).ended is Ended.DELIVERED
    assert monthly(replace(month, portfolio=nobody)).ended is Ended.ALREADY
    assert set(transport.names()) == {"operator-delivered"}
    transport.mails.clear()
    result = monthly(month)
    assert (result.ended, result.edition, world.collected) == (Ended.DELIVERED, 2, 2)
    assert [mail.key.report for mail in transport.mails][:2] == ["ceo", "cfo"]
    assert not any(b"orrect" in mail.content for mail in transport.mails)
    assert monthly(month).ended is Ended.ALREADY


def test_a_reader_named_after_the_mails_went_out_is_not_left_out_silently(month: Month, transport: Remembering) -> None:
    monthly(month)
    first, *rest = month.portfolio.reports
    more = replace(first, readers=(*first.readers, "New Reader <new@example.com>"))
    again = monthly(replace(month, portfolio=replace(month.portfolio, reports=(more, *rest))))
    assert again.ended is Ended.ALREADY
    assert "ceo: new@example.com" in again.notes[0]
    assert transport.names() == ["ceo", "cfo", "operator-delivered"]


def test_a_look_below_the_coverage_floor_tells_only_the_operator(
    month: Month, world: World, transport: Remembering
) -> None:
    world.lines = [line("shop"), line("boat", complete=False)]
    result = monthly(month)
    assert (result.ended, result.exit_code) == (Ended.HELD, ExitCode.INCOMPLETE)
    assert transport.names() == ["operator-held"]
    assert b"secrets on boat: git refused" in transport.mails[0].content
    assert again(month).ended is Ended.HELD
    assert transport.names() == ["operator-held"]
    assert world.pings == [False, False]


def test_an_incomplete_look_above_the_floor_is_delivered_and_is_not_called_clean(
    month: Month, world: World, transport: Remembering
) -> None:
    world.lines = [*(line(f"r{n}") for n in range(9)), line("boat", complete=False)]
    result = monthly(month)
    assert (result.ended, result.exit_code) == (Ended.DELIVERED, ExitCode.INCOMPLETE)
    assert world.pings == [False]
    assert again(month).exit_code is ExitCode.INCOMPLETE


def test_a_held_month_goes_out_after_its_release_and_from_the_same_snapshot(
    month: Month, world: World, transport: Remembering, store: Store
) -> None:
    result = monthly(replace(month, hold=True))
    assert (result.ended, result.exit_code) == (Ended.HELD, ExitCode.PASSED)
    assert again(month).ended is Ended.HELD
    Journal(store, StandingClock(), "2026-11").write("hold", state="released")
    world.words = "something else"
    assert again(month).ended is Ended.DELIVERED
    assert b"Runway 7.8 months" in transport.mails[-2].content
    assert world.collected == 1


def test_a_mail_in_doubt_is_a_delivery_problem_until_somebody_decides(
    month: Month, transport: Remembering, store: Store
) -> None:
    transport.answers = {"ceo": [Sent(SendResult.UNKNOWN, error="timed out")]}
    result = monthly(month)
    assert (result.ended, result.exit_code) == (Ended.OPEN, ExitCode.DELIVERY)
    assert again(month).exit_code is ExitCode.DELIVERY
    assert transport.names().count("ceo") == 1
    assert b"mark-sent KEY" in transport.mails[-1].content
    key = DeliveryKey("2026-11", "ceo", "ceo@example.com")
    Ledger(store, StandingClock(), "person").decide(
        key, "mark-sent", DeliveryState.SENT, who="Dana", reason="she has it"
    )
    assert again(month).ended is Ended.DELIVERED
    assert transport.names().count("ceo") == 1


def test_a_refused_mail_goes_out_with_the_next_trigger(month: Month, transport: Remembering) -> None:
    transport.answers = {"cfo": [Sent(SendResult.FAILED, error="451")] * 3}
    assert monthly(month).ended is Ended.OPEN
    assert again(month).ended is Ended.DELIVERED
    assert transport.names().count("cfo") == 1


def test_a_correction_is_a_new_edition_that_names_the_old_one(
    month: Month, world: World, transport: Remembering
) -> None:
    monthly(month)
    world.words, world.lines = "Runway 6.1 months", [line("shop"), line("new")]
    result = again(month, correct=True)
    assert (result.ended, result.edition) == (Ended.DELIVERED, 2)
    assert transport.names() == ["ceo", "cfo", "operator-delivered"] * 2
    assert b"X-Supersedes-Edition: 1" in transport.mails[3].content
    assert again(month).ended is Ended.ALREADY


def test_a_correction_of_what_nobody_got_does_not_claim_to_correct(
    month: Month, world: World, transport: Remembering, store: Store
) -> None:
    monthly(replace(month, hold=True))
    world.words = "Runway 6.1 months"
    result = again(month, correct=True)
    assert result.ended is Ended.DELIVERED
    assert [m for m in transport.mails if b"X-Supersedes-Edition" in m.content] == []
    dead = Ledger(store, StandingClock(), "x").find("2026-11", [DeliveryState.DEAD])
    assert [d.key.edition for d in dead] == [1, 1]


def test_two_programs_at_once_are_one(month: Month, store: Store) -> None:
    with held(store, "monthly", "other"), pytest.raises(LockedError):
        monthly(month)


def checkpoints(month: Month) -> list[str]:
    seen: list[str] = []
    monthly(replace(month, checkpoint=seen.append))
    return seen


STEPS = 21


@pytest.mark.parametrize("step", range(STEPS))
def test_a_month_that_dies_at_any_step_is_finished_by_the_next_start(
    month: Month, transport: Remembering, step: int, store: Store
) -> None:
    left = [step]

    def die(_: str) -> None:
        if left[0] == 0:
            raise KilledError
        left[0] -= 1

    with pytest.raises(KilledError):
        monthly(replace(month, checkpoint=die))
    result = again(month)
    ledger = Ledger(store, StandingClock(), "x")
    for name in ("ceo", "cfo"):
        state = ledger.get(DeliveryKey("2026-11", name, f"{name}@example.com")).state
        times = transport.names().count(name)
        # Died between claim and answer: nobody knows, it says so, and it is not sent again.
        assert (times, state) == (1, DeliveryState.SENT) or (times <= 1 and state is DeliveryState.UNKNOWN)
    unknown = ledger.find("2026-11", [DeliveryState.UNKNOWN])
    assert result.ended in ({Ended.OPEN} if any(d.key.report in {"ceo", "cfo"} for d in unknown) else {
        Ended.DELIVERED, Ended.ALREADY})  # fmt: skip


def test_every_step_is_a_place_to_die(month: Month) -> None:
    assert len(checkpoints(month)) == STEPS


def test_coverage_counts_targets_not_scanners() -> None:
    lines = [*(replace(line("shop"), scanner=s) for s in ("a", "b", "c", "d")), line("boat", complete=False)]
    assert covered(snapshot_of(lines=lines)) == 0.5
    assert covered(snapshot_of(lines=[])) == 0.0
