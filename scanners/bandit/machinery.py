"""The parts of Bandit that judge a syntax tree, imported without those that read settings, draw progress and print.

`import bandit` takes five times as long as its tests do: it loads rich, PyYAML and stevedore, and reads the entry points of
everything installed. What is used here needs none of that. The packages `bandit` and `bandit.core` are therefore set up
without running their `__init__`, their modules are imported below them, and the names are given back afterwards. Where
that fails (another version of Bandit), the whole of it is imported; the tests compare the findings of both ways.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from scanners.installed import folder_of

Check = Callable[..., Any]
"""A test of Bandit's: a function with `_test_id`, `_checks` (kinds of nodes) and perhaps `_takes_config` or `_config`."""


@dataclass(frozen=True, slots=True)
class Machinery:
    """Bandit's own classes and tests."""

    visitor: Any
    """`BanditNodeVisitor`: walks a tree and runs the tests of a test set."""
    tester: Any
    """`BanditTester`: runs the tests at one node."""
    metrics: Any
    checks: tuple[Check, ...]
    """In the order of Bandit's entry points, which decides who speaks first at one place."""
    forbidden: Check
    """The test that compares names of calls and imports with a table."""
    names: Mapping[str, Sequence[Mapping[str, Any]]]
    """That table: entries with `id` by kind of node."""


@dataclass(slots=True)
class TestSet:
    """The tests wanted, by kind of node; what Bandit's visitor asks for."""

    __test__ = False  # no test case for pytest

    tests: dict[str, list[Check]] = field(default_factory=dict)

    @classmethod
    def of(cls, machinery: Machinery, wanted: Iterable[str]) -> TestSet:
        """Those tests, with their default settings.

        Bandit keeps the table of forbidden names in one global place: never make two sets of different tests at once.
        """
        made, ids = cls(), frozenset(wanted)
        for check in machinery.checks:
            if check._test_id in ids:  # type: ignore[attr-defined]  # noqa: SLF001
                made.add(check)
        table = {kind: [e for e in entries if e["id"] in ids] for kind, entries in machinery.names.items()}
        table = {kind: entries for kind, entries in table.items() if entries}
        if table:
            forbidden: Any = machinery.forbidden
            forbidden._test_id, forbidden._checks, forbidden._config = "B001", table.keys(), table  # noqa: SLF001
            made.add(forbidden)
        return made

    def add(self, check: Any) -> None:
        """One test more, at each kind of node that it asks for."""
        if hasattr(check, "_takes_config"):
            check._config = check.__globals__["gen_config"](check._takes_config)  # noqa: SLF001
        for kind in check._checks:  # noqa: SLF001
            self.tests.setdefault(kind, []).append(check)

    def get_tests(self, kind: str) -> Sequence[Check]:
        """Bandit's visitor asks with the name of a node's class."""
        return self.tests.get(kind, ())


@cache
def machinery() -> Machinery | None:
    """Bandit's parts, loaded once; None when Bandit is not installed."""
    folder = folder_of("bandit")
    if folder is None:
        return None
    kept = warnings.formatwarning  # Bandit replaces it
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _parts(folder) or whole()
    finally:
        warnings.formatwarning = kept


def whole() -> Machinery:
    """From Bandit as it imports itself."""
    from bandit.core import blacklisting, extension_loader, metrics, node_visitor, tester

    manager = extension_loader.MANAGER
    return Machinery(
        node_visitor.BanditNodeVisitor,
        tester.BanditTester,
        metrics.Metrics,
        tuple(extension.plugin for extension in manager.plugins),
        blacklisting.blacklist,
        manager.blacklist,
    )


def _parts(folder: Path) -> Machinery | None:
    """From its modules alone; None where they are not what this was written for."""
    listed = _entry_points(folder)
    if not listed:
        return None
    try:
        with _bare_packages(folder):
            visitor, tester, metrics, blacklisting = (
                import_module(f"bandit.core.{name}") for name in ("node_visitor", "tester", "metrics", "blacklisting")
            )
            checks = [_named(point) for point in listed["bandit.plugins"]]
            names: dict[str, list[Mapping[str, Any]]] = {}
            for point in listed["bandit.blacklists"]:
                for kind, entries in _named(point)().items():
                    names.setdefault(kind, []).extend(entries)
            return Machinery(
                visitor.BanditNodeVisitor,
                tester.BanditTester,
                metrics.Metrics,
                tuple(check for check in checks if hasattr(check, "_test_id")),
                blacklisting.blacklist,
                names,
            )
    except (ImportError, AttributeError, KeyError, TypeError):
        return None


@contextmanager
def _bare_packages(folder: Path) -> Iterator[None]:
    """The names `bandit` and `bandit.core` as packages whose own code has not run; given back at the end."""
    before = {name: module for name, module in sys.modules.items() if _is_bandit(name)}
    for name in before:
        del sys.modules[name]
    try:
        top, core = ModuleType("bandit"), ModuleType("bandit.core")
        top.__path__, core.__path__ = [str(folder)], [str(folder / "core")]
        sys.modules["bandit"], sys.modules["bandit.core"] = top, core
        top.core = core  # type: ignore[attr-defined]
        for part in ("constants", "issue", "test_properties"):
            module = import_module(f"bandit.core.{part}")
            public = {name: value for name, value in vars(module).items() if not name.startswith("_")}
            vars(top).update(public)
            vars(core).update({**public, part: module})
        yield
    finally:
        for name in [name for name in sys.modules if _is_bandit(name)]:
            del sys.modules[name]
        sys.modules.update(before)


def _is_bandit(name: str) -> bool:
    return name == "bandit" or name.startswith("bandit.")


def _named(point: str) -> Any:
    module, _, name = point.partition(":")
    return getattr(import_module(module), name)


def _entry_points(folder: Path) -> dict[str, list[str]]:
    """`module:name` by group, in the order of Bandit's own list."""
    found: dict[str, list[str]] = {}
    group: list[str] = []
    for path in folder.parent.glob("bandit-*.dist-info/entry_points.txt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                group = found.setdefault(line.strip("[] \t"), [])
            elif "=" in line:
                group.append(line.partition("=")[2].strip())
    return found
