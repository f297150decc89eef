"""Exchange rates that somebody declared, with a date and a source; nothing is ever converted without one.

A rate is a record of the kind `rate` (a table `From | To | Rate | Date | Source` in the wiki, or `[[rate]]` in
portfolio.toml): one of `from` is `rate` of `to`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from auditor.model.fact import Record


@dataclass(frozen=True, slots=True)
class Rate:
    """One of `base` costs `value` of `quote`, on one day, as some source says."""

    base: str
    quote: str
    value: Decimal
    on: date
    record: Record

    @property
    def words(self) -> str:
        """`1 EUR = 1.085 USD on 2026-09-30 (ECB)`."""
        said_by = self.record.text.get("source", "")
        return f"1 {self.base} = {self.value.normalize():f} {self.quote} on {self.on.isoformat()}" + (
            f" ({said_by})" if said_by else ""
        )


def rates_of(records: Iterable[Record]) -> tuple[Rate, ...]:
    """The usable rates: two currencies, a positive number and a date. What lacks one of them is no rate."""
    found: list[Rate] = []
    for record in records:
        if record.kind != "rate":
            continue
        base, quote = (record.text.get(key, "").strip().upper() for key in ("from", "to"))
        try:
            value = Decimal(record.text.get("rate", "").replace(",", "").strip())
            on = date.fromisoformat(record.text.get("date", "").strip())
        except (InvalidOperation, ValueError):
            continue
        if base and quote and base != quote and value.is_finite() and value > 0:
            found.append(Rate(base, quote, value, on, record))
    return tuple(found)


def rate_for(rates: Iterable[Rate], base: str, quote: str, start: date, end: date) -> tuple[Decimal, Rate] | None:
    """What an amount in `base` is multiplied with, by the newest rate dated within the period; None: there is none.

    A rate declared the other way round is turned; two rates are never chained.
    """
    within = [r for r in rates if {r.base, r.quote} == {base, quote} and start <= r.on <= end]
    if not within:
        return None
    newest = max(within, key=lambda r: (r.on, r.base == base, str(r.record.source)))
    return (newest.value if newest.base == base else 1 / newest.value), newest
