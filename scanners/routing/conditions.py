"""Comparisons of parts of a request with constants, as routes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from scanners.routing.route import METHODS, Match, Route, both, exact, from_key, from_regex, product, spell
from scanners.routing.values import Cond, Lit, Many, Pairs, Part, Pattern, Picked, Request, Value, What
from scanners.syntax import tree as t

NOTHING = Cond()


def compare(op: str, left: Value | None, right: Value | None) -> Cond:
    """`left op right` as a condition."""
    if op in {"!=", "not in"}:
        return negated(compare("==" if op == "!=" else "in", left, right))
    if op == "==":
        return Cond(yes=equal(left, right) or equal(right, left))
    if op == "in":
        return Cond(yes=_contained(left, right))
    return NOTHING


def negated(cond: Cond) -> Cond:
    """The opposite."""
    return Cond(cond.no, cond.yes)


def every(conds: Iterable[Cond]) -> Cond:
    """All of them hold. What follows when they do not is not said, unless only one is about the route."""
    known = [c for c in conds if c.yes is not None or c.no is not None]
    yes: tuple[Route, ...] | None = None
    for cond in known:
        if cond.yes is not None:
            yes = cond.yes if yes is None else product(yes, cond.yes)
    return Cond(yes, None)


def any_of(conds: Iterable[Cond]) -> Cond:
    """One of them holds."""
    known = list(conds)
    yes = [r for c in known if c.yes is not None for r in c.yes]
    no: tuple[Route, ...] | None = None
    for cond in known:
        if cond.no is not None:
            no = cond.no if no is None else product(no, cond.no)
    return Cond(tuple(dict.fromkeys(yes)) or None, no)


def equal(left: Value | None, right: Value | None) -> tuple[Route, ...] | None:
    """Routes for which a part of the request equals a constant."""
    if isinstance(left, Many) and isinstance(right, Many):
        return _pairwise(left, right)
    if not isinstance(left, Part):
        return None
    if left.what is What.SEGMENTS and isinstance(right, Many):
        return _whole_segments(left, right)
    if not isinstance(right, Lit):
        return None
    return _equals_literal(left, right.value)


def _equals_literal(part: Part, value: object) -> tuple[Route, ...] | None:
    if part.what is What.COUNT and isinstance(value, int) and not isinstance(value, bool):
        return (Route(length=max(0, value - part.offset)),)
    if not isinstance(value, str):
        return None
    if part.what is What.PATH:
        return (exact(_whole(part, value)),)
    if part.what is What.METHOD:
        return (Route(methods=frozenset({value.upper()})),) if value.upper() in METHODS else None
    if part.what is What.KEY:
        found = from_key(value)
        if found is None and value == "$default":
            found = Route(path="/*", match=Match.WILDCARD)
        return (found,) if found is not None else None
    if part.what is What.SEGMENT:
        return (Route(segments=((part.offset, value),)),) if value.strip("/") else None
    if part.what is What.ACTION:
        return (Route(action=value),)
    return None


def _whole(part: Part, rest: str) -> str:
    """The path again, with what has been cut off."""
    return f"{part.below.rstrip('/')}/{rest.lstrip('/')}" if part.below else rest


def _pairwise(left: Many, right: Many) -> tuple[Route, ...] | None:
    if len(left.items) != len(right.items):
        return None
    found: tuple[Route, ...] | None = None
    for a, b in zip(left.items, right.items, strict=True):
        routes = equal(a, b)
        if routes is not None:
            found = routes if found is None else product(found, routes)
    return found


def _whole_segments(left: Part, right: Many) -> tuple[Route, ...] | None:
    """`parts == ["users", id]`."""
    known = [
        (index - left.offset, item.value)
        for index, item in enumerate(right.items)
        if isinstance(item, Lit) and isinstance(item.value, str) and item.value
    ]
    return (Route(segments=tuple(known), length=max(0, len(right.items) - left.offset)),)


def _contained(left: Value | None, right: Value | None) -> tuple[Route, ...] | None:
    if isinstance(right, Pairs):
        right = Many(tuple(Lit(k.value) if isinstance(k, t.Const) else _key(k) for k, _ in right.table.pairs))
    if isinstance(right, Many) and isinstance(left, (Part, Many)):
        found = [r for item in right.items for r in equal(left, item) or ()]
        return tuple(dict.fromkeys(found)) or None
    if isinstance(left, Lit) and isinstance(left.value, str) and isinstance(right, Part):
        if right.what is What.PATH and len(left.value.strip("/")) > 1:
            return (Route(path=spell(left.value), match=Match.CONTAINS),)
        if right.what is What.SEGMENTS and left.value.strip("/"):
            return (Route(path=spell(left.value), match=Match.CONTAINS),)
    return None


def _key(node: t.Node | None) -> Value | None:
    if isinstance(node, t.Items):
        return Many(tuple(Lit(i.value) if isinstance(i, t.Const) else None for i in node.items))
    return None


def starts(part: Part, value: Value | None) -> Cond:
    """`part.startswith(value)`."""
    return _affix(part, value, Match.PREFIX)


def ends(part: Part, value: Value | None) -> Cond:
    """`part.endswith(value)`."""
    return _affix(part, value, Match.SUFFIX)


def _affix(part: Part, value: Value | None, match: Match) -> Cond:
    literals = value.items if isinstance(value, Many) else (value,)
    routes: list[Route] = []
    for literal in literals:
        if not isinstance(literal, Lit) or not isinstance(literal.value, str) or not literal.value.strip("/"):
            continue
        if part.what is What.PATH:
            path = _whole(part, literal.value) if part.below and match is Match.PREFIX else literal.value
            path = path if path.startswith("/") else "/" + path
            routes.append(Route(path=path, match=match))
        elif part.what is What.KEY:
            found = from_key(literal.value)
            if found is not None:
                routes.append(replace(found, match=match))
    return Cond(tuple(routes) or None)


def matches(pattern: Value | None, subject: Value | None, *, whole: bool, anchored: bool) -> Cond:
    """A regular expression over a part of the request.

    `anchored`: it must match from the start even without `^` (Python's `match`).
    """
    if isinstance(pattern, Lit) and isinstance(pattern.value, str):
        source = pattern.value
    elif isinstance(pattern, Pattern):
        source = pattern.source
    else:
        return NOTHING
    if not isinstance(subject, Part):
        return NOTHING
    if anchored and not source.startswith("^"):
        source = "^" + source
    if subject.what is What.PATH:
        body = source.removeprefix("^")
        if source.startswith("^") and not body.startswith(("/", r"\/", "(")) and subject.offset == 0:
            source = "^/" + body
        if subject.below and source.startswith("^"):
            source = f"^{re.escape(subject.below.rstrip('/'))}/{source[1:].lstrip(chr(92)).lstrip('/')}"
        route = from_regex(source, whole=whole)
        return Cond((route,) if route is not None else None)
    if subject.what is What.KEY:
        found = re_key(source)
        return Cond((found,) if found is not None else None)
    return NOTHING


def re_key(source: str) -> Route | None:
    r"""`^GET /users/(\\d+)$` as a route."""
    method, _, rest = source.removeprefix("^").partition(" ")
    if method not in METHODS or not rest:
        return None
    route = from_regex("^" + rest)
    return both(Route(methods=frozenset({method})), route) if route is not None else None


def picked(table: Pairs, key: Value | None) -> tuple[tuple[Route, t.Node], ...]:
    """Entries of a table by the routes for which they are looked up with `key`."""
    found: list[tuple[Route, t.Node]] = []
    for name, value in table.table.pairs:
        literal: Value | None = Lit(name.value) if isinstance(name, t.Const) else _key(name)
        if literal is None and isinstance(name, t.Attr) and name.name in METHODS:
            literal = Lit(name.name)
        found.extend((route, value) for route in equal(key, literal) or ())
    return tuple(found)


def is_part(value: Value | None) -> bool:
    """Whether a value says something of the request, so that a call with it must be followed."""
    if isinstance(value, Many):
        return any(is_part(item) for item in value.items)
    return isinstance(value, (Part, Request, Picked))
