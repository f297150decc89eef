"""Figures that people or services stated, and rows of tables, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from auditor.model.location import Location


class Status(StrEnum):
    """What kind of statement a figure is; a projection never answers a question for an actual."""

    ACTUAL = "actual"
    PROJECTED = "projected"
    TARGET = "target"
    RULE = "rule"
    """Rule of thumb; never used in a sum."""


class Tier(StrEnum):
    """How the figure was written: in a declared place (table, bullet, front matter) or in running text."""

    DECLARED = "declared"
    PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, or an interval of numbers, with its unit."""

    low: Decimal
    high: Decimal
    unit: str = ""
    """`money`, `percent`, `count`, `hours`, `nm`, ...; empty: a plain number."""
    currency: str | None = None
    per: str | None = None
    """`month`, `year`, `day`, `hour`, `trip`, ...: what one of it is for."""
    flags: frozenset[str] = frozenset()
    """Of `approx`, `at_least`, `at_most`, `zero_word`."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure with its provenance. `metric` is None where the label is not in the vocabulary."""

    entity: str
    label: str
    """As written."""
    value: Quantity
    source: Location
    metric: str | None = None
    category: str | None = None
    """Row of a costs table, for burn and the chart of accounts."""
    period: str | None = None
    """`2026-10`, `2026`, `2026-Q3`, `FY2026`, `month 3`."""
    as_of: date | None = None
    status: Status = Status.ACTUAL
    tier: Tier = Tier.DECLARED
    scenario: str = ""
    """Facts of different scenarios never conflict and never mix in one formula."""
    raw: str = ""
    extractor: str = ""
    """Id of the rule of the reader that made it, for `auditor wiki lint`."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of something that is more than a number: a client, a contract, an endpoint, a site, a resource."""

    kind: str
    """`channel`, `client`, `contract`, `invoice`, `hours`, `job`, `asset`, `owner`, `blocker`, `milestone`, `partner`,
    `checklist`, `endpoint`, `call`, `site`, `stack`, `resource`, `cost`."""
    entity: str
    name: str
    source: Location
    text: Mapping[str, str] = field(default_factory=dict)
    """Cells by normalised column name, as written."""
    amounts: Mapping[str, Quantity] = field(default_factory=dict)
    """Those cells that are figures."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A figure that is needed and stands nowhere. A missing input is a named gap, never zero."""

    entity: str
    metric: str
    """What is missing, as a vocabulary id."""
    label: str
    """The same in words."""
    page: str
    """Where it should stand."""
    blocks: tuple[str, ...] = ()
    """Figures that cannot be computed without it."""
    raw: str = ""
    """The placeholder found in its place, if any."""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements about the same thing that cannot both be true."""

    entity: str
    metric: str
    first: Fact
    second: Fact
    chosen: Fact | None = None
    """By a declared precedence (newer as-of, then source priority); None: neither is used."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Miscalculation:
    """A page's own sum, percentage or growth that does not follow from its rows."""

    entity: str
    kind: str
    """`total`, `percent`, `growth`, `running_total`, `product`, `repeat`."""
    stated: Decimal
    computed: Decimal
    source: Location
    formula: str = ""
