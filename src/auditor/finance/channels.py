"""Net price per channel, direct-equivalent price, break-even per channel, and the order in which to open channels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from auditor.finance.book import Book, Given, money_quantity
from auditor.finance.figures import amount, computed, missing, needs_record, plain, share, slug
from auditor.finance.interval import Interval
from auditor.finance.periods import monthly
from auditor.model.fact import Gap, Quantity, Record, Status
from auditor.model.figure import Figure

EFFORT = {"s": Decimal(1), "m": Decimal(3), "l": Decimal(8)}
"""Weights of effort classes, as in sprint planning."""
_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to sell, with what is left of the price."""

    record: Record
    net: Figure
    """Price less commission and card fee, per unit."""
    effective_rate: Figure
    """What the channel really takes, in percent of the price."""
    direct_equivalent: Figure
    """Price on the own site that would leave the same."""
    break_even: Figure
    """Units a month through this channel alone that cover fixed costs."""
    expected: Figure
    """Contribution a month at the expected bookings."""
    blocked_by: str
    score: Decimal | None
    """Expected contribution per effort; None where an input is missing."""

    @property
    def name(self) -> str:
        """As the page names it."""
        return self.record.name


def channels(book: Book) -> tuple[Channel, ...]:
    """All channels of the entity, in the order to open them: best first, blocked ones last with their blocker.

    Net price: price x (1 - commission) less the card fee on what is left. A public price page: $600 at 25 % leaves $436.50
    with 3 % on the remainder.
    """
    found = [_channel(book, record) for record in book.rows("channel")]
    return tuple(sorted(found, key=lambda c: (bool(c.blocked_by), c.score is None, -(c.score or Decimal(0)), c.name)))


def _channel(book: Book, record: Record) -> Channel:
    price = _price(book, record)
    rate = record.amounts.get("commission")
    fee = book.ask("card_fee", also=(Status.PROJECTED,))
    name = f"channel_net:{record.name}"
    if isinstance(price, Gap) or rate is None:
        gap = (
            price
            if isinstance(price, Gap)
            else Gap(
                book.entity,
                "commission",
                f"commission of {record.name}",
                book.page,
                ("Net price per channel",),
                line=getattr(record.source, "line", None),
            )
        )
        none = _named(missing(book, "channel_net", gap), name, record.name)
        return Channel(record, none, none, none, none, none, record.text.get("blocker", ""), None)
    value, currency, inputs = price
    commission = Interval.of(rate)
    left = value * (Interval.exact(_HUNDRED) - commission) / _HUNDRED
    card = fee.value if isinstance(fee, Given) else Interval.exact(0)
    net = left * (Interval.exact(_HUNDRED) - card) / _HUNDRED
    given: list[Given | Record | Figure] = [record, *inputs]
    if isinstance(fee, Given):
        given.append(fee)
    note = "" if isinstance(fee, Given) else "no card fee is stated; none taken off"
    filled = f"{amount(value, currency)} x (1 - {share(commission)}) x (1 - {share(card)}) = {amount(net, currency)}"
    net_figure = _named(
        computed(book, "channel_net", money_quantity(net, currency, "unit"), filled, given, note=note),
        name,
        record.name,
    )
    taken = (
        (value - net) / value * _HUNDRED
        if value.low > 0 and value.is_exact
        else Interval.exact(_HUNDRED) - net / value * _HUNDRED
    )
    effective = _named(
        computed(book, "channel_net", Quantity(taken.low, taken.high, "percent"), f"1 - {amount(net, currency)} / {amount(value, currency)} = {share(taken)}", given),
        f"channel_rate:{record.name}", record.name,
    )  # fmt: skip
    direct = net / ((Interval.exact(_HUNDRED) - card) / _HUNDRED)
    direct_figure = _named(
        computed(book, "channel_net", money_quantity(direct, currency, "unit"), f"{amount(net, currency)} / (1 - {share(card)}) = {amount(direct, currency)}", given),
        f"channel_direct:{record.name}", record.name,
    )  # fmt: skip
    cost = book.ask("variable_cost", also=(Status.PROJECTED,))
    break_even, expected, score = _per_month(book, record, net, currency, cost, given)
    return Channel(
        record, net_figure, effective, direct_figure, break_even, expected, record.text.get("blocker", ""), score
    )


def _price(book: Book, record: Record) -> tuple[Interval, str, list[Given | Record]] | Gap:
    own = record.amounts.get("price")
    if own is not None:
        return Interval.of(own), own.currency or "USD", []
    stated = book.ask("price", also=(Status.PROJECTED,))
    return stated if isinstance(stated, Gap) else (stated.value, stated.currency or "USD", [stated])


def _per_month(
    book: Book, record: Record, net: Interval, currency: str, cost: Given | Gap, given: list[Given | Record | Figure]
) -> tuple[Figure, Figure, Decimal | None]:
    fixed = book.ask_monthly("fixed_costs", also=(Status.PROJECTED,))
    title = record.name
    if isinstance(cost, Gap):
        none = missing(book, "channel_order", cost)
        return (
            _named(none, f"channel_break_even:{title}", title),
            _named(none, f"channel_expected:{title}", title),
            None,
        )
    left = net - cost.value
    if isinstance(fixed, Gap):
        break_even = missing(book, "break_even_units", fixed)
    elif left.low <= 0:
        break_even = computed(
            book,
            "break_even_units",
            None,
            f"{amount(net, currency)} - {amount(cost.value, currency)} = {amount(left, currency)}",
            [*given, cost, fixed],
            words="no break-even",
        )
    else:
        units = (fixed.value / left).ceil()
        filled = f"{amount(fixed.value, currency)} / ({amount(net, currency)} - {amount(cost.value, currency)}), rounded up = {plain(units, 0)}"
        break_even = computed(
            book,
            "break_even_units",
            Quantity(units.low, units.high, "count", None, "month"),
            filled,
            [*given, cost, fixed],
        )
    bookings = record.amounts.get("bookings")
    volume = monthly(bookings.low, bookings.per or "month") if bookings is not None else None
    if bookings is None or volume is None:
        gap = Gap(
            book.entity,
            "bookings",
            f"expected bookings of {title}",
            book.page,
            ("Order of channels",),
            line=getattr(record.source, "line", None),
        )
        return (
            _named(break_even, f"channel_break_even:{title}", title),
            _named(missing(book, "channel_order", gap), f"channel_expected:{title}", title),
            None,
        )
    most = monthly(bookings.high, bookings.per or "month") or volume
    gain = left * Interval(volume, most)
    weight = EFFORT.get(record.text.get("effort", "").strip().lower()[:1], Decimal(3))
    filled = f"({amount(net, currency)} - {amount(cost.value, currency)}) x {plain(Interval(volume, most), 1)} a month = {amount(gain, currency, 'month')}"
    expected = computed(book, "channel_order", money_quantity(gain, currency, "month"), filled, [*given, cost])
    return (
        _named(break_even, f"channel_break_even:{title}", title),
        _named(expected, f"channel_expected:{title}", title),
        gain.mid / weight,
    )


_WORDS = {
    "channel_net": ("net price", "price x (1 - commission) x (1 - card fee)"),
    "channel_rate": ("effective rate", "1 - net price / price"),
    "channel_direct": ("direct-equivalent price", "net price / (1 - card fee)"),
    "channel_break_even": ("break-even units", "ceil(fixed costs a month / (net price - variable cost))"),
    "channel_expected": ("expected contribution", "(net price - variable cost) x expected bookings"),
}


def _named(figure: Figure, metric: str, channel: str) -> Figure:
    """The figure under a name of its own, so that traces of several channels stay apart."""
    words, formula = _WORDS[metric.partition(":")[0]]
    name = f"{channel}: {words}"
    trace = None
    if figure.trace is not None:
        trace = replace(figure.trace, id=f"{figure.entity or 'all'}-{slug(metric)}", name=name, formula=formula)
    return replace(figure, metric=metric, trace=trace, label=name)


def best_and_worst(book: Book) -> tuple[Figure, Figure] | Figure:
    """Net price of the best and the worst channel."""
    known = [c.net for c in channels(book) if c.net.value is not None]
    if not known:
        return missing(
            book, "channel_net", needs_record(book, "channel", "table of channels with commission and price")
        )
    ordered = sorted(known, key=lambda f: f.value.high if f.value else Decimal(0))
    return ordered[-1], ordered[0]
