"""The chain of decisions over both databases: whatever is done to it by other means is found, and named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from auditor.adapters.store.decisions import Decisions, append_all
from auditor.adapters.store.opening import open_store
from auditor.adapters.store.store import Store
from auditor.formats.snapshot import dump_snapshot, freeze
from auditor.model.decision import Anchor, Entry, first_break
from tests.support.clock import StandingClock
from tests.support.frameworks import snapshot


@pytest.fixture
def store(store_place: str) -> Iterator[Store]:
    with open_store(store_place) as opened:
        yield opened


@pytest.fixture
def chain(store: Store) -> Decisions:
    made = Decisions(store, StandingClock())
    made.append_all([Entry("accept", f"v1:{n}", "Dana", "known", {"until": "2026-12-31"}) for n in range(4)])
    made.append("release", "2026-11", who="Dana", reason="looked at")
    return made


def by_other_means(store: Store, *statements: str) -> None:
    with store.writing() as connection:
        sqlite = connection.dialect.name == "sqlite"
        for name in ("decisions_UPDATE", "decisions_DELETE") if sqlite else ("decisions_append_only ON decisions",):
            connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(text(statement))


def said(chain: Decisions) -> str:
    return str(chain.first_break())


def test_a_chain_that_nobody_touched_holds_and_knows_its_end(chain: Decisions) -> None:
    assert chain.first_break() is None
    assert chain.head() == chain.all()[-1].head
    assert [anchor.where for anchor in chain.anchors()] == ["the journal"]


def test_an_empty_chain_holds(store: Store) -> None:
    assert (Decisions(store, StandingClock()).first_break(), Decisions(store, StandingClock()).head()) == (None, "")


def test_a_changed_row_is_named(chain: Decisions) -> None:
    by_other_means(chain.store, "UPDATE decisions SET who = 'Eve' WHERE seq = 3")
    assert said(chain) == "decision 3: its content was changed"


def test_a_row_taken_out_of_the_middle_is_named(chain: Decisions) -> None:
    by_other_means(chain.store, "DELETE FROM decisions WHERE seq = 2")
    assert said(chain) == "decision 2: taken out: number 3 follows number 1"


def test_an_end_that_was_cut_off_is_named(chain: Decisions) -> None:
    by_other_means(chain.store, "DELETE FROM decisions WHERE seq >= 4")
    assert said(chain) == "decision 4: cut off: the journal knows 5 decisions, 3 are left"


def test_a_chain_written_anew_with_right_hashes_is_named_by_its_anchors(chain: Decisions) -> None:
    first = chain.all()[0]
    by_other_means(chain.store, "DELETE FROM decisions")
    anew = Decisions(chain.store, StandingClock())
    with chain.store.writing() as connection:
        head = connection.execute(text("SELECT detail FROM journal WHERE step = 'decisions'")).scalar_one()
    anew.append_all([Entry("accept", first.subject, "Dana", "never said", {})] * 5)
    assert anew.first_break() is None
    with chain.store.writing() as connection:
        connection.execute(text("UPDATE journal SET detail = :head WHERE step = 'decisions'"), {"head": head})
    assert said(anew) == "decision 5: written anew: it is not the one that the journal knows"


def test_a_frozen_snapshot_remembers_the_chain_when_the_journal_was_changed_too(chain: Decisions) -> None:
    frozen = freeze(replace(snapshot(), decisions=chain.head()))
    chain.store.save_snapshot("2026-10", dump_snapshot(frozen).decode(), frozen.content_hash)
    by_other_means(chain.store, "DELETE FROM decisions WHERE seq = 5", "DELETE FROM journal")
    assert said(chain) == "decision 5: cut off: the snapshot of 2026-10, edition 1, knows 5 decisions, 4 are left"


def refused(store: Store) -> None:
    with store.writing() as connection:
        append_all(connection, "2026-12-01", [Entry("waive", "w", "Dana", "why")])
        raise ZeroDivisionError


def test_decisions_of_one_transaction_stand_together_or_not_at_all(chain: Decisions) -> None:
    before = chain.all()
    with pytest.raises(ZeroDivisionError):
        refused(chain.store)
    assert chain.all() == before
    assert chain.first_break() is None


def test_an_anchor_that_is_no_head_is_left_alone(chain: Decisions) -> None:
    assert first_break(chain.all(), [Anchor("", "an old snapshot"), Anchor("x:y", "nobody")]) is None
    assert json.loads(json.dumps(chain.head())) == chain.head()
