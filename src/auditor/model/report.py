"""The view of one report: everything a template prints, computed; arithmetic is here, never in a template."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from auditor.model.fact import Conflict, Gap
from auditor.model.run import Coverage


class Tone(StrEnum):
    """Colour and word of a verdict, a figure or a pill; never colour alone."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"

    @property
    def word(self) -> str:
        """One of the four fixed words."""
        return {"ok": "Healthy", "warn": "Watch", "bad": "At risk", "unknown": "Unknown"}[self.value]


@dataclass(frozen=True, slots=True)
class Trace:
    """How one number was computed."""

    id: str
    """Unique within the report; anchors in the page are made from it."""
    name: str
    formula: str
    """In words and symbols: `cash / net burn`."""
    filled: str
    """The same with the numbers: `$48,000 / $6,150 a month = 7.8 months`."""
    sources: tuple[str, ...]
    """`page.md:line @ commit`, `finding v1:...`, `cloudfront:ListDistributions arn:... 2026-11-01`; never empty."""
    note: str = ""
    """Such as `range over 6 closed months` or `management view, not tax advice`."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A printed value. Whatever holds a figure names its trace."""

    text: str
    trace: str = ""
    """Id of the trace; empty only for words."""
    tone: Tone | None = None
    """As a pill."""
    align: str = "left"
    strong: bool = False
    href: str = ""
    """File beside the page that the words lead to; only the page on the disk prints it."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """One of four figures at the top."""

    label: str
    value: Cell
    spark: tuple[float | None, ...] = ()
    """Six periods, oldest first, scaled 0 to 1; None where that month has no snapshot."""
    delta: str = ""
    """`▲ +12% vs Oct`; empty where there is nothing to compare with."""
    delta_tone: Tone | None = None
    context: str = ""
    """Target or context line."""
    size: float | None = None
    """The value as a number, for trends only; None where it is not known."""
    delta_note: str = ""
    """Why there is no `delta`: `first month`, `Sep was not frozen`, `not known in Sep`."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do."""

    rank: int
    sentence: str
    """Imperative, no finding ids."""
    owner: str
    """`nobody named` when the wiki and CODEOWNERS name none."""
    due: str
    """`by 30 Nov`, or `no date`."""
    impact: Cell
    """Money a month or once, or a pill (`Critical`, `Equity`)."""
    sources: tuple[str, ...]
    why: str = ""
    effort: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart."""

    name: str
    value: Cell
    share: float
    """Length, 0 to 1 of the track."""
    tone: Tone | None = None
    context: str = ""
    """`of $1,500`, `75%`."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A block of horizontal bars: all that mail clients can show."""

    title: str
    bars: tuple[Bar, ...]
    empty: str = ""
    """What is said when there is nothing to draw."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the reader's role."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    """All of them; a mail cuts at its own limit and says how many more stand in the CSV."""
    empty: str = ""
    """`nothing found in N checked`: an empty table never vanishes."""
    note: str = ""
    numeric: tuple[int, ...] = ()
    """Indices of right-aligned columns."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line of "changed since last month"."""

    kind: str
    """`new`, `resolved`, `reopened`, `moved`, `wiki`."""
    text: str
    tone: Tone | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One reader's page."""

    name: str
    """`ceo`, `cto`, ...: stem of module and templates."""
    title: str
    reader: str
    period: str
    period_words: str
    """`November 2026`."""
    tone: Tone
    verdict: str
    """One sentence, at most 110 characters, made by rules."""
    support: str
    """Second sentence with the two numbers behind it."""
    verdict_rules: tuple[str, ...]
    """The rules with their thresholds, printed."""
    kpis: tuple[Kpi, ...]
    actions: tuple[Action, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    changes: tuple[Change, ...]
    changes_note: str
    """`This is the first month: there is nothing to compare with.` and the like; empty when there are changes."""
    gaps: tuple[Gap, ...]
    conflicts: tuple[Conflict, ...]
    traces: tuple[Trace, ...]
    coverage: tuple[Coverage, ...]
    coverage_sentence: str
    """`Looked at 9 of 10 repositories and 1 of 2 AWS accounts; not scanned: ...`; on page one."""
    complete: bool
    footer: tuple[str, ...]
    """Run id, wiki commit, account and data date."""
    preheader: str = ""
    lang: str = "en"
    sections: tuple[str, ...] = ("kpis", "actions", "charts", "tables", "changes", "gaps", "computed", "coverage")
    """Order of the blocks."""


@dataclass(frozen=True, slots=True)
class Brand:
    """How a portfolio's reports look from outside; tones keep their colours."""

    name: str = ""
    """Printed above the verdict; empty: the portfolio's name."""
    colour: str = ""
    """`#rrggbb` for the name and the rule below it; empty: ink."""
    logo: str = ""
    """`data:image/...` for page and PDF; mail shows the name, as most clients drop such images."""


@dataclass(frozen=True, slots=True)
class ViewSettings:
    """One report of the portfolio: which view, called what, for whom."""

    name: str
    """Names the report in files, mails and the ledger."""
    view: str = ""
    """The module that builds it (`ceo`, `cto`, ... or one of an entry point); empty: same as `name`."""
    title: str = ""
    reader: str = ""
    entities: tuple[str, ...] = ()
    """Keys it is about; empty: all that the view is made for."""
    sections: tuple[str, ...] = ()
    """Order of the blocks; empty: the usual one. A block left out is not printed; coverage always is."""
    brand: Brand = Brand()
    mail_rows: int = 15
    """Rows of a table in the mail; the rest stands in the CSV."""
    mail_actions: int = 5

    @property
    def module(self) -> str:
        """Name of the view's module."""
        return self.view or self.name
