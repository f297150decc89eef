"""What a portfolio file says, as frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from auditor.model.report import Brand
from auditor.model.thresholds import REPORT_THRESHOLDS

FILE_NAME = "portfolio.toml"
CREDENTIALS_NAME = "repos.env"

REPORT_NAMES = ("ceo", "cto", "accounting", "cmo", "cfo", "rental", "delivery", "clients")
"""The reports that ship, in the order of the index."""

DEFAULT_THRESHOLDS: Mapping[str, str] = {
    "fail_on": "high",
    "min_confidence": "low",
    "coverage_floor": "0.8",
    "stale_page_days": "90",
    "ar_overdue_days": "30",
    **REPORT_THRESHOLDS,
}
"""Printed in the reports beside the verdict that uses them."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One business or ancillary domain."""

    key: str
    name: str
    kind: str = ""
    what: str = ""
    repositories: tuple[str, ...] = ()
    """Paths, globs, URLs, `github:ORG`, `gitlab:GROUP`."""
    pages: tuple[str, ...] = ()
    """Globs of wiki pages that speak of it, unless their front matter says otherwise."""
    domains: tuple[str, ...] = ()
    profile: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """One AWS account, asked or recorded."""

    name: str
    account_id: str
    regions: tuple[str, ...] = ()
    """Empty: every enabled region."""
    profile: str = ""
    role_arn: str = ""
    inventory: str = ""
    """Path of a recorded inventory, `{period}` filled in; empty: collect."""
    entity: str = ""
    """Who pays for what no tag and no mapping claims; empty: shared."""
    resources: Mapping[str, str] = field(default_factory=dict)
    """Entity by a glob over names or ARNs, for what carries no tag."""


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """One report: who reads it, and what goes with the mail."""

    name: str
    readers: tuple[str, ...] = ()
    title: str = ""
    attachments: tuple[str, ...] = ("pdf",)
    """Of `pdf`, `csv`."""
    reader: str = ""
    """Whom the page addresses, such as `Board`; empty: as the view says."""
    view: str = ""
    """What builds it: one of the shipped reports or one of an installed package; empty: same as `name`."""
    entities: tuple[str, ...] = ()
    """Keys it is about; empty: all that the view is made for."""
    sections: tuple[str, ...] = ()
    """Blocks in their order; empty: the usual ones."""
    rows: int = 15
    """Rows of a table in the mail."""
    attachments_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What one reader gets instead of `attachments`, by bare address."""

    def attached(self, reader: str) -> tuple[str, ...]:
        """What goes with the mail to a reader, given by bare address."""
        return self.attachments_for.get(reader, self.attachments)

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form that some reader gets."""
        return tuple(dict.fromkeys((*self.attachments, *(f for forms in self.attachments_for.values() for f in forms))))


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How mail leaves."""

    transport: str = "outbox"
    sender: str = ""
    bcc: tuple[str, ...] = ()
    operator: str = ""
    """Who is told how the monthly run went; empty: the first `bcc`, else the sender."""
    outbox: str = "outbox"
    host: str = ""
    port: int = 587
    tls: str = "starttls"
    """`starttls`, `tls`, or `none` (loopback only)."""
    user: str = ""
    password: str = field(default="", repr=False)
    region: str = ""
    configuration_set: str = ""
    profile: str = ""
    endpoint_url: str = ""

    @property
    def told(self) -> str:
        """Address of the operator."""
        return self.operator or (self.bcc[0] if self.bcc else self.sender)


@dataclass(frozen=True, slots=True)
class RateSettings:
    """One of `base` is `rate` of `quote` on a day, as `source` says."""

    base: str
    quote: str
    rate: str
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything a run needs to know; made only by `read_portfolio`."""

    name: str
    folder: Path
    entities: tuple[Entity, ...]
    accounts: tuple[Account, ...] = ()
    wiki: Path | None = None
    state: Path = Path(".auditor")
    store: str = ""
    """Database URL; empty: SQLite in the state folder."""
    timezone: str = "UTC"
    currency: str = "USD"
    fiscal_year_start: int = 1
    """Month, 1 to 12."""
    reports: tuple[ReportSettings, ...] = ()
    mail: MailSettings = MailSettings()
    thresholds: Mapping[str, str] = field(default_factory=lambda: dict(DEFAULT_THRESHOLDS))
    scanners: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Options by scanner."""
    rules: Path | None = None
    """The portfolio's own rules folder."""
    templates: Path | None = None
    brand: Brand = field(default_factory=Brand)
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    """From repos.env; never printed."""
    history: bool = True
    """Whether the monthly run reads all of git's history for secrets."""
    ping: str = ""
    """Address asked after a good run (dead man's switch)."""
    source_priority: tuple[str, ...] = ()
    """Wiki pages, most trusted first: which of two contradicting figures of the same date holds."""
    rates: tuple[RateSettings, ...] = ()
    """Exchange rates, in addition to those that the wiki declares."""
    frameworks: tuple[str, ...] = ()
    """Ids of the catalogues to print, the first one stands in the CTO report; empty: all that a rule is mapped to."""
