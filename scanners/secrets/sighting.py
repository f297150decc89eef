"""What may leave the scanner about a detection: no secret in clear, only its mark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace

from auditor.model.content import foreign_marker, is_test
from auditor.model.finding import Match
from auditor.model.location import CodeLocation, Location, WikiLocation
from auditor.model.pattern import lazy
from auditor.model.ports import Marker
from auditor.model.target import Repo, Wiki
from auditor.model.text import visible
from scanners.secrets.detection import Detection

_SHOWN_BEFORE, _SHOWN_AFTER = 70, 24
_LOOKED_AT = 600
_BLANK = lazy(r"[\s\"',;]")
_RANDOM = lazy(r"(?=[^\s\d]{0,200}\d)[A-Za-z0-9+/_\-.=!@#$%^&*]{12,}")


@dataclass(frozen=True, slots=True)
class Sighting:
    """A detection without its secret; what the cache keeps."""

    rule: str
    line: int
    end_line: int
    column: int
    """From 1."""
    mark: str
    excerpt: str
    score: float
    kind: str
    name: str = ""
    grade: str = ""
    via: str = ""
    marker: str = ""
    """Another tool's suppression comment on the line; told, never obeyed."""

    def as_list(self) -> list[object]:
        """Fields in order, for JSON."""
        return [getattr(self, name) for name in _FIELDS]


_FIELDS = tuple(field.name for field in fields(Sighting))


def sighting(detection: Detection, mark: Marker) -> Sighting:
    """The safe form of a detection."""
    return Sighting(
        rule=detection.rule,
        line=detection.line,
        end_line=detection.end_line,
        column=detection.column + 1,
        mark=mark(detection.secret.encode("utf-8", "surrogatepass")),
        excerpt=excerpt(detection),
        score=detection.score,
        kind=detection.kind,
        name=visible(_without_random(detection.name))[:60],
        grade=detection.grade,
        via=detection.via,
        marker=foreign_marker(detection.text),
    )


def excerpt(detection: Detection) -> str:
    """The line with every candidate hidden, and random-looking text beside it too: a neighbour may be a secret as well."""
    text = detection.text
    spans = merged((max(0, start), min(end, len(text))) for start, end in (*detection.spans, *_occurrences(detection)))
    own = next((s for s in spans if s[0] <= detection.column < s[1] or s[0] >= detection.column), None)
    first, last = own or (0, len(text))
    pieces: list[str] = []
    # Of a very long line only what can be shown is looked at; a token that this cuts loses its rest too.
    at, stop = _near(text, first, last)
    text = text[:stop]
    spans = [span for span in spans if at < span[1] and span[0] < len(text)]
    for start, end in spans:
        pieces += [_without_random(text[at:start]), f"[redacted, {end - start} characters]"]
        at = end
    pieces.append(_without_random(text[at:]))
    index = 2 * spans.index((first, last)) + 1 if own else 0
    before, after = "".join(pieces[:index]), "".join(pieces[index + 1 :])
    cut_before = before.lstrip()[-_SHOWN_BEFORE:] if len(before) > _SHOWN_BEFORE else before.lstrip()
    return visible((cut_before + pieces[index] + after[:_SHOWN_AFTER]).strip().replace("\n", " "))


def _near(text: str, first: int, last: int) -> tuple[int, int]:
    """Where to begin and to end looking around a place: at blanks, so that no token is cut in two."""
    start, end = max(0, first - _LOOKED_AT), min(len(text), last + _LOOKED_AT)
    if start:
        blank = _BLANK.search(text, start, first)
        start = blank.end() if blank else first
    if end < len(text):
        end = max(last, *(text.rfind(blank, last, end) for blank in " \"',;"))
    return start, end


def _occurrences(detection: Detection) -> Iterator[tuple[int, int]]:
    """Every place of the secret in the line, whatever the spans say."""
    head = detection.secret.split("\n", 1)[0]
    start = detection.text.find(head) if head else -1
    while start >= 0:
        yield start, start + len(head)
        start = detection.text.find(head, start + 1)


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans in order, overlapping ones joined."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _without_random(text: str) -> str:
    return _RANDOM.sub("[…]", text)


@dataclass(frozen=True, slots=True)
class Placed:
    """A sighting in a file."""

    path: str
    seen: Sighting
    details: tuple[tuple[str, str], ...] = ()


def matches(target: Repo | Wiki, placed: Sequence[Placed]) -> tuple[Match, ...]:
    """One match per secret and rule, with all its places; the first in path order leads."""
    groups: dict[tuple[str, str], list[Placed]] = {}
    for item in placed:
        groups.setdefault((item.seen.rule, item.seen.mark), []).append(item)
    return tuple(_match(target, group) for group in groups.values())


def _match(target: Repo | Wiki, group: Sequence[Placed]) -> Match:
    first = max(group, key=lambda item: item.seen.score)
    others = [item for item in group if item is not first]
    details = {
        "kind": first.seen.kind,
        **({"name": first.seen.name} if first.seen.name else {}),
        **({"decoded_from": first.seen.via} if first.seen.via else {}),
        **({"foreign_marker": first.seen.marker} if first.seen.marker else {}),
        **({"in_tests": "yes"} if all(is_test(item.path) for item in group) else {}),
        **({"places": str(len(group))} if others else {}),
        **dict(first.details),
    }
    return Match(
        rule_id=first.seen.rule,
        location=_location(target, first),
        excerpt=first.seen.excerpt,
        mark=first.seen.mark,
        grade=first.seen.grade,
        score=first.seen.score,
        details=details,
        also_at=tuple(_location(target, item) for item in others),
    )


def _location(target: Repo | Wiki, item: Placed) -> Location:
    seen = item.seen
    commit = dict(item.details).get("last_commit") or target.commit
    if isinstance(target, Wiki):
        return WikiLocation(item.path, "", seen.line, seen.column, commit)
    end = seen.end_line if seen.end_line != seen.line else None
    return CodeLocation(target.name, item.path, seen.line, end, seen.column, commit)


def with_details(item: Placed, **details: str) -> Placed:
    """The same with named facts added."""
    return replace(item, details=(*item.details, *sorted(details.items())))
