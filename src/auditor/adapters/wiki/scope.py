"""What applies at a place of a page: entity, currency, date, and what the headings above say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from auditor.adapters.wiki.dates import parse_period
from auditor.adapters.wiki.words import per_of, scenario_of_heading, status_of
from auditor.model.fact import Status


@dataclass(frozen=True, slots=True)
class Scope:
    """Defaults for the figures of a place."""

    page: str
    entity: str
    currency: str
    currency_declared: bool = False
    dots_group: bool = False
    """Whether the page writes 1.632 for more than a thousand."""
    as_of: date | None = None
    commit: str | None = None
    status: Status | None = None
    """Declared by the page or the nearest heading that says one."""
    period: str | None = None
    per: str | None = None
    scenario: str = ""
    heading: str = ""
    """The nearest heading."""
    section: str = ""
    """The last two headings: where a figure stands, for its identity and for telling sections apart."""

    def below(self, headings: tuple[str, ...]) -> Scope:
        """The same with what the headings supply; the nearest heading that says something wins."""
        status, period, per, scenario = self.status, self.period, self.per, ""
        for heading in headings:
            status = status_of(heading) or status
            period = parse_period(heading) or period
            per = (None if re.search(r"[$€£]", heading) else per_of(heading)) or per
            named = scenario_of_heading(heading)
            scenario = f"{scenario} / {named}" if scenario and named else named or scenario
        return replace(
            self,
            status=status,
            period=period,
            per=per,
            scenario=scenario,
            heading=headings[-1] if headings else "",
            section=" > ".join(headings[-2:]),
        )


def declared(meta: Mapping[str, object], key: str) -> str:
    """A scalar of the front matter as text; empty when absent."""
    value = meta.get(key)
    return str(value).strip() if isinstance(value, (str, int, float, date)) else ""
