"""What is printed for people fits where it is read."""

from __future__ import annotations

import io
import sys

import pytest

from auditor.cli.output import table


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("wide", "rows"), [("60", 8), ("200", 3)])
def test_a_row_that_would_be_cut_to_slivers_stands_below_the_other_with_names(
    wide: str, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", wide)
    columns = ("key", "state", "where", "what", "note")
    table(columns, [("1", "new", "a" * 30, "b" * 30, ""), ("2", "known", "c" * 30, "d" * 30, "")], empty="")
    lines = terminal.getvalue().splitlines()
    assert len(lines) == rows
    assert any("d" * 30 in line for line in lines)
