"""Tools for flows under test: given scanners and cards, one thread or a pool, nothing of this machine's state."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.adapters.executors import open_executor
from auditor.flows.tools import Tools
from auditor.model.ports import Scanner
from auditor.model.rule import Rule
from auditor.resources import rules_folder
from auditor.rulebook import Rulebook
from tests.support.context import NOW, MemoryCache, mark


def tools(scanners: Sequence[Scanner], cards: Sequence[Rule], *, workers: int = 1, **more: object) -> Tools:
    """Tools with those scanners and cards."""
    values: dict[str, object] = {
        "scanners": tuple(scanners),
        "broken_scanners": {},
        "rulebook": Rulebook(tuple(cards), (), "digest"),
        "rules_folder": rules_folder(),
        "cache": MemoryCache(),
        "mark": mark,
        "now": NOW,
        "executor": lambda jobs: open_executor("", jobs, workers),
    }
    return Tools(**{**values, **more})  # type: ignore[arg-type]
