"""From lines of text to facts: `Label: value` items, code lines, and, marked as such, figures in running text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from auditor.adapters.wiki import units
from auditor.adapters.wiki.absence import is_quoted, may_say_nothing
from auditor.adapters.wiki.blocks import Line
from auditor.adapters.wiki.cells import SCALED, TOTAL
from auditor.adapters.wiki.composition import compose, is_relative, lately
from auditor.adapters.wiki.counting import BEFORE, ENUMERATED, OF_THINGS, THINGS, is_amount, is_no_year
from auditor.adapters.wiki.dates import parse_date
from auditor.adapters.wiki.labels import (
    GOES_ON,
    as_of_of,
    broken_per,
    following_period,
    near_period,
    prose_label,
    recurring_per,
    segment_label,
)
from auditor.adapters.wiki.masking import strip_marker
from auditor.adapters.wiki.numbers import Hit, find_quantities
from auditor.adapters.wiki.parting import booked_line, further_label, is_basis, is_span, parted, tight
from auditor.adapters.wiki.periods import is_day, is_period, parse_period
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.tables import COST_WORDS, Placeholder
from auditor.adapters.wiki.vocabulary import Meaning, Vocabulary
from auditor.adapters.wiki.words import ZERO, is_rule, per_of, placeholder, status_of
from auditor.model.fact import Fact, Quantity, Status, Tier
from auditor.model.location import WikiLocation

_PARTED = (":", "=", "→", "|", "–", "—", " -", "...", "  ", "\t")
_LEAD = re.compile(
    r"^[\W_]*(?:(?:about|around|approximately|approx\.?|circa|roughly|nearly|under|over|up to|at least|at most|between|from|starting at|max|min|less than|more than|est\.?|estimated|currently|only|just|USD|EUR|GBP)\s*)*[\W_]*$",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(
    r"\b(?:block|hash|ids?|nonce|port|phone|tel|fax|zip|post ?code|serial|ein|iban|account (?:no|number)|chain id|founded|established|since|issue|ticket|isbn|doi|"
    r"pid|uid|version|build|revision|commit|line|page|vat (?:no|number|id)|registration (?:no|number))\b\.?\s*#?$",
    re.IGNORECASE,
)
_OPERAND = re.compile(r"\s*(?:[+×x*÷/]|\s[−–-]\s)\s*[(]?[$€£]?\d")
"""What follows a figure that is only a part of a calculation."""
_SIZES = frozenset(
    {"km", "miles", "GB", "TB", "MB", "ft", "kg", "lb", "litres", "vCPU", "W", "kW", "sqft", "sqm", "oz"}
)
"""Units of figures in the name of something with a price: `5 km run: 16 EUR`."""
_GENERIC = re.compile(
    r"(?:scenario|example|option|case|note|commentary|summary|update|good|bad|result|total|for example|przykładowo|np\.?|например|наприклад|par exemple|zum beispiel|por ejemplo)s?",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\W*([A-Z][^():;=.!?\d]{2,50}?) \(")
"""The name that an item begins with, before brackets."""
_ORDINAL_VALUE = re.compile(r"^\W*(month|week|day) (\d{1,3})\b(?!\s*[-–:])[^\w]*$", re.IGNORECASE)


def line_facts(
    line: Line, kind: str, scope: Scope, vocabulary: Vocabulary, *, costs: bool = False
) -> Iterator[Fact | Placeholder]:
    """Figures of one line of an item, a paragraph, a text fence or a heading."""
    text = line.text if kind == "heading" else strip_marker(line.text)
    hits = find_quantities(
        text, currency=scope.currency, dots_group=scope.dots_group, years=is_no_year(text, kind, vocabulary)
    )
    if kind == "heading":
        hits = tuple(h for h in hits if h.value.unit in {"money", "percent"})
        if not hits:
            return
    if (
        not hits
        and not line.term
        and (len(text) > 240 or not any(sign in text for sign in _PARTED) or not may_say_nothing(text))
    ):
        return
    split = (line.term, text.index(":") + 1) if line.term else parted(text, hits, kind)
    if split is None:
        split, hits = _unmarked(text, hits, kind, scope, vocabulary)
    if split is not None and kind in {"item", "code"} and is_period(split[0]) and not is_period(scope.heading):
        # below `Revenue`, an item `Q1: $5k` is of revenue, and of no metric that a label declares
        yield from _of_period(split, text, hits, line, kind, scope, vocabulary)
        return
    if split is None:
        if kind == "code":
            hits = tuple(h for h in hits if not h.bare)
        yield from _prose(text, hits, line, kind, scope, vocabulary)
        return
    label, value_at = split
    value_text = text[value_at:]
    inside = tuple(h for h in hits if h.start >= value_at - 1)
    sizes = _SIZES if inside and inside[0].value.unit == "money" else ()
    before = tuple(
        h for h in hits if h.start < value_at - 1 and not h.bare and h.value.unit not in sizes and not is_span(text, h)
    )
    if before and kind != "heading":
        own = re.sub(r"\s*\([^)]*\)?", "", label).strip() or label
        for hit in before:
            yield from _fact(
                own,
                hit,
                text,
                line,
                scope,
                vocabulary,
                Tier.PROSE,
                meaning=None,
                category=None,
                extractor=f"{kind}.label",
            )
    if not inside and kind != "heading" and (ordinal := _ORDINAL_VALUE.match(value_text)) is not None:
        unit = units.MEASURES[ordinal[1].lower() + "s"]
        number = Quantity(Decimal(ordinal[2]), Decimal(ordinal[2]), unit)
        inside = (Hit(value_at + ordinal.start(1), value_at + ordinal.end(2), number),)
    if not inside:
        yield from _without_figure(label, value_text, value_at, line, kind, scope, vocabulary)
        return
    yield from _declared(label, text, value_at, inside, line, kind, scope, vocabulary, costs=costs)


def _unmarked(
    text: str, hits: tuple[Hit, ...], kind: str, scope: Scope, vocabulary: Vocabulary
) -> tuple[tuple[str, int] | None, tuple[Hit, ...]]:
    """Label and place of the value of a line that no sign parts, with its figures."""
    if kind == "item" and len(hits) == 1:
        return tight(text, hits[0], vocabulary), hits
    if kind == "paragraph" and (booked := booked_line(text, hits, scope)) is not None:
        label, amount = booked
        return (label, amount[0].start), amount
    return None, hits


def _of_period(
    split: tuple[str, int],
    text: str,
    hits: tuple[Hit, ...],
    line: Line,
    kind: str,
    scope: Scope,
    vocabulary: Vocabulary,
) -> Iterator[Fact]:
    label, at = split
    name = re.sub(r"\s*\([^)]*\)", "", line.lead or scope.heading).strip(" :") or label
    inside = tuple(h for h in hits if h.start >= at - 1)
    for position, hit in enumerate(inside):
        if hit.bare and not _bare_counts(text, at, hit, position):
            continue
        dated = is_day(label)
        segment = segment_label(text, at, hit, inside, position) if position or dated else ""
        for fact in _fact(
            segment if segment and dated else f"{name} ({segment})" if segment else name,
            hit, text, line, scope, vocabulary, Tier.DECLARED if not position else Tier.PROSE, meaning=None, category=None, extractor=f"{kind}.period",
        ):  # fmt: skip
            yield replace(fact, period=lately(compose(parse_period(label), scope.period), scope.written))


def _declared(
    label: str,
    text: str,
    value_at: int,
    hits: tuple[Hit, ...],
    line: Line,
    kind: str,
    scope: Scope,
    vocabulary: Vocabulary,
    *,
    costs: bool,
) -> Iterator[Fact]:
    main = _main(text, value_at, hits)
    meaning = vocabulary.lookup(label)
    if _OPERAND.match(text, main.end):
        meaning = None
    if _GENERIC.fullmatch(label) and (said := segment_label(text, value_at, hits[0], hits, 0)):
        label = f"{label}: {said}"
    if (
        meaning is not None
        and costs
        and vocabulary.metrics[meaning.metric].direction == "up"
        and not TOTAL.search(label)
    ):
        meaning = None
    first_gap = text[value_at : hits[0].start]
    direct = bool(_LEAD.match(first_gap)) or len(re.findall(r"[A-Za-z]+", first_gap)) <= 3
    for position, hit in enumerate(hits):
        is_main = hit is main
        if hit.bare and not _bare_counts(text, value_at, hit, position):
            continue
        if hit.bare and meaning is None and _IDENTIFIER.search(label):
            continue
        segment = segment_label(text, value_at, hit, hits, position) if not is_main or (not direct and position) else ""
        own = label if is_main or not segment else segment
        if position and (further := further_label(text, hits[position - 1].end, hit.start)):
            own = label = further
        if not direct and len(re.findall(r"[A-Za-z]+", first_gap)) > 8:
            own = label = segment_label(text, value_at, hit, hits, position) or label
        tier = Tier.DECLARED if direct and (kind != "paragraph" or position == 0 or is_main) else Tier.PROSE
        yield from _fact(
            own if own == label or vocabulary.lookup(own) else (f"{label} ({segment})" if segment else label),
            hit, text, line, scope, vocabulary, tier,
            meaning=meaning if is_main and direct else None,
            category=label.lower() if is_main and costs and hit.value.unit == "money" and not TOTAL.search(label) else None,
            extractor=f"{kind}.label", main=is_main or (main.start < hit.start and not is_basis(text, hit.start)),
        )  # fmt: skip


def _main(text: str, value_at: int, hits: tuple[Hit, ...]) -> Hit:
    """The figure that the label means: the result where the line shows a calculation, else the first."""
    last = hits[-1]
    equals = [m.end() for m in re.finditer(r"=|→|≈", text) if m.start() >= value_at]
    if equals and len(hits) > 1:
        results = [h for h in hits if h.start >= equals[-1]]
        if results and not text[equals[-1] : results[0].start].strip(" ~$€£*"):
            return (
                results[0] if results[0].value.unit in {hits[0].value.unit, ""} or "=" in text[value_at:] else hits[0]
            )
        return last
    return hits[0]


def _bare_counts(text: str, value_at: int, hit: Hit, position: int) -> bool:
    """A plain number is a value where it is all, or nearly all, that stands behind the label."""
    if text[: hit.start].rstrip(" ~").endswith(("=", "≈", "→")):
        return not re.match(r"[\w]", text[hit.end :])
    if OF_THINGS.match(text, hit.start):
        return True
    if ENUMERATED.fullmatch(text[value_at:].strip(" .*_")):
        return True
    if position:
        return BEFORE.search(text[value_at : hit.start]) is not None and not re.match(r"[\w/]", text[hit.end :])
    lead = text[value_at : hit.start]
    if not _LEAD.match(lead) and position == 0:
        return False
    rest = text[hit.end :]
    if re.match(r"\s*(?:of|/|out of)\s*\d", rest) or re.match(r"[\w]", rest):
        return False
    if re.match(r"\s*[×x*÷/+]\s*[\d$(]", rest) or re.match(r"\s*[−–-]\s+[\d$(]", rest):
        return False
    return len(re.findall(r"[A-Za-z]{2,}", rest.split("(")[0])) <= 5


def _without_figure(
    label: str, value: str, value_at: int, line: Line, kind: str, scope: Scope, vocabulary: Vocabulary
) -> Iterator[Fact | Placeholder]:
    meaning = vocabulary.lookup(label)
    if meaning is not None and ZERO.match(value):
        need = vocabulary.metrics[meaning.metric].unit
        if need in {"money", "count", "hours"}:
            zero = Quantity(
                Decimal(0),
                Decimal(0),
                need,
                scope.currency if need == "money" else None,
                flags=frozenset({"zero_word"}),
            )
            lead = len(value) - len(value.lstrip())
            hit = Hit(value_at + lead, value_at + len(value.rstrip()), zero)
            yield from _fact(
                label,
                hit,
                line.text,
                line,
                scope,
                vocabulary,
                Tier.DECLARED,
                meaning=meaning,
                category=None,
                extractor=f"{kind}.zero",
            )
        return
    raw = placeholder(value)
    if raw and (meaning is not None or kind in {"item", "code"}) and len(value.split()) <= 6:
        yield Placeholder(label, raw, line.number, scope.heading)


def _prose(
    text: str, hits: tuple[Hit, ...], line: Line, kind: str, scope: Scope, vocabulary: Vocabulary
) -> Iterator[Fact]:
    label = ""
    lead_per = per_of(scope.heading) if hits and not text[: hits[0].start].strip() else None
    for position, found in enumerate(hits):
        hit = found
        if hit.bare:
            things = THINGS.match(text, hit.start)
            if things is None and OF_THINGS.match(text, hit.start) is None and not is_quoted(text, hit):
                continue
            hit = replace(hit, noun=things[1] if things else "", value=replace(hit.value, unit="count"))
        if hit.value.unit == "" and not hit.noun and SCALED.search(text[hit.start : hit.end]) and hit.value.per is None:
            signed = next((h.value for h in hits if h.value.unit == "money"), None)
            if signed is not None and not re.match(r"\s*[A-Za-z]{3,}", text[hit.end :]):
                hit = replace(hit, value=replace(hit.value, unit="money", currency=signed.currency))
        if not (
            label
            and (label != scope.heading or text[hits[position - 1].end : hit.start].strip() in {"(", "/"})
            and position
            and not hit.noun
            and GOES_ON.fullmatch(text[hits[position - 1].end : hit.start])
        ):
            label = prose_label(text, hit, hits, position, line.following, line.preceding) or scope.heading
            name = _NAMED.match(text) if kind == "item" else None
            if name is not None and name.end() <= hit.start and ")" not in text[name.end() : hit.start]:
                label = name[1] if label.startswith(name[1]) else f"{name[1]} ({label})"
        if (
            position == len(hits) - 1
            and hit.value.unit == "money"
            and hit.value.per is None
            and (broken := broken_per(text, hit, line.following))
        ):
            hit = replace(hit, value=replace(hit.value, per=broken))
        if lead_per is not None and hit.value.unit == "money" and hit.value.per is None:
            hit = replace(hit, value=replace(hit.value, per=lead_per))
        yield from _fact(
            label,
            hit,
            text,
            line,
            scope,
            vocabulary,
            Tier.PROSE,
            meaning=None,
            category=None,
            extractor=f"{kind}.prose",
        )


def _fact(
    label: str, hit: Hit, text: str, line: Line, scope: Scope, vocabulary: Vocabulary, tier: Tier, *, meaning: Meaning | None,
    category: str | None, extractor: str, main: bool = True,
) -> Iterator[Fact]:  # fmt: skip
    value = hit.value
    per = value.per or (per_of(label) if main and not (hit.noun and tier is Tier.PROSE) else None)
    if per is None and value.unit == "money":
        per = recurring_per(text, hit)
    status = Status.RULE if is_rule(text) else status_of(label) or status_of(text) or scope.status
    period = compose(following_period(text, hit) or parse_period(label) or near_period(text, hit), scope.period)
    if (
        per is None
        and value.unit == "money"
        and tier is Tier.DECLARED
        and not re.search(
            r"one[- ]?time|upfront|initial|set-?up|purchase|down payment|total investment|(?:runway|reserves?(?! (?:fund|contribution))|(?:working|start(?:ing|-?up)?|seed|total) capital)",
            label,
            re.IGNORECASE,
        )
    ):
        per = scope.per
    metric = None
    if meaning is not None and vocabulary.holds(meaning.metric, value, scope):
        metric = meaning.metric
        entry = vocabulary.metrics[metric]
        if meaning.status is not None and status in {None, Status.ACTUAL}:
            status = meaning.status
        if value.unit in {"", "gallons"}:
            money = entry.unit == "money"
            value = replace(value, unit=entry.unit, currency=scope.currency if money else value.currency)
        if entry.unit in {"money", "count", "hours", "percent"}:
            per = per or meaning.per or entry.per
    if value.unit == "" and tier is Tier.DECLARED and main and label in units.CODES:
        value = replace(value, unit="money", currency=label)
    if value.unit == "" and tier is Tier.DECLARED and main and is_amount(label, text[hit.end :], scope):
        value = replace(value, unit="money", currency=scope.currency)
    if (
        scope.factor != 1
        and value.unit == "money"
        and tier is Tier.DECLARED
        and not SCALED.search(text[hit.start : hit.end])
    ):
        value = replace(value, low=value.low * scope.factor, high=value.high * scope.factor)
    if status is None and is_relative(period):
        status = Status.PROJECTED
    dated = as_of_of(text)
    yield Fact(
        entity=scope.entity,
        label=label,
        value=replace(value, per=per),
        source=WikiLocation(scope.page, scope.section, line.number, hit.start + 1, scope.commit),
        metric=metric,
        category=category,
        period=period,
        as_of=parse_date(dated[1]) if dated else scope.as_of,
        status=status or Status.ACTUAL,
        tier=tier,
        scenario=scope.scenario,
        raw=" ".join(text[hit.start : hit.end].split()),
        extractor=extractor,
    )


def is_cost_list(scope: Scope, lead: str) -> bool:
    """Whether the items below are positions of a cost."""
    about = f"{scope.heading} {lead}"
    return bool(COST_WORDS.search(about)) and not re.search(
        r"\b(?:revenue|income|pricing|saving|per unit|unit economics|variable)\b", about, re.IGNORECASE
    )
