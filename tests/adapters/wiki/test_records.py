"""Rows that are more than numbers: which tables are recognised, and what their columns are called."""

from textwrap import dedent

import pytest

from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.model.fact import Record
from auditor.resources import rules_folder


def records(text: str) -> tuple[Record, ...]:
    return read_pages([PageSource("p.md", dedent(text).encode())], rules_folder()).records


def test_a_channel_row_has_its_commission_bookings_and_blocker() -> None:
    (row,) = records(
        """\
        | Platform | Commission (%) | List price | Expected bookings | Effort | Blocker |
        |---|---|---|---|---|---|
        | Sailo | 15 | $1,450 | 2 per month | M | photos |
        """
    )
    assert (row.kind, row.name, row.text["effort"], row.text["blocker"]) == ("channel", "Sailo", "M", "photos")
    assert (row.amounts["commission"].low, row.amounts["commission"].unit) == (15, "percent")
    assert (row.amounts["bookings"].low, row.amounts["bookings"].per) == (2, "month")


def test_a_contract_row_has_first_and_last_day_of_its_service() -> None:
    (row,) = records(
        """\
        ## Bookings
        | Booking | Price | Deposit | Charter date | Signed |
        |---|---|---|---|---|
        | A-1 | $4,900 | $2,450 | 2026-09-04 to 2026-09-05 | yes |
        """
    )
    assert (row.kind, row.text["start"], row.text["end"]) == ("contract", "2026-09-04", "2026-09-05")


def test_dates_are_written_as_iso_and_totals_are_no_rows() -> None:
    rows = records(
        """\
        | Invoice | Client | Amount | Due |
        |---|---|---|---|
        | 7 | Cafe | $250 | Sep 15, 2026 |
        | Total | | $250 | |
        """
    )
    assert [(r.kind, r.text["client"], r.text["due"]) for r in rows] == [("invoice", "Cafe", "2026-09-15")]


@pytest.mark.parametrize(
    ("line", "name", "text"),
    [
        (
            "- Proof of insurance (owner: Dana, due: 2026-09-10)",
            "Proof of insurance",
            {"owner": "Dana", "due": "2026-09-10"},
        ),
        ("- No e-mail service; owner: Sam", "No e-mail service", {"owner": "Sam"}),
        ("- The calendar is missing", "The calendar is missing", {}),
    ],
)
def test_a_blocker_is_a_list_item_with_or_without_an_owner(line: str, name: str, text: dict[str, str]) -> None:
    (row,) = records(f"## Blockers\n\n{line}\n")
    assert (row.kind, row.name, dict(row.text)) == ("blocker", name, text)


def test_a_checked_box_is_done() -> None:
    rows = records("## Readiness checklist\n\n- [x] EPIRB\n- [ ] Life raft (due: 2026-09-15)\n")
    assert [(r.kind, r.name, r.text["done"]) for r in rows] == [
        ("checklist", "EPIRB", "yes"),
        ("checklist", "Life raft", "no"),
    ]


def test_an_ordinary_table_is_no_record() -> None:
    assert records("| Month | Revenue |\n|---|---|\n| 2026-08 | $4 |\n") == ()
