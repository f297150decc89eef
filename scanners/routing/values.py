"""What an expression of a router stands for: a part of the request, a constant, a condition, a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from scanners.routing.route import Route
from scanners.syntax import tree as t
from scanners.syntax.program import Scope


class What(StrEnum):
    """The part of a request."""

    PATH = "path"
    METHOD = "method"
    KEY = "key"
    """Method and path in one string."""
    SEGMENTS = "segments"
    SEGMENT = "segment"
    COUNT = "count"
    """Number of segments."""
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the request; for segments `offset` is how many leading empty or cut parts the list holds."""

    what: What
    offset: int = 0
    below: str = ""
    """The start of the path that has been cut off."""


@dataclass(frozen=True, slots=True)
class Request:
    """The event, or something inside of it by its keys."""

    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lit:
    """A constant."""

    value: str | int | float | bool | bytes | complex | None


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled regular expression."""

    source: str


@dataclass(frozen=True, slots=True)
class Many:
    """A list, tuple or set of values; None is unknown."""

    items: tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A dict or object, values still as written."""

    table: t.Table
    frame: Frame


@dataclass(frozen=True, slots=True)
class Code:
    """A function that can be called."""

    function: t.Function
    frame: Frame


@dataclass(frozen=True, slots=True)
class Made:
    """An instance of a class of ours."""

    cls: t.Class
    scope: Scope
    fields: dict[str, Value | None] = field(compare=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cond:
    """What follows when a test holds, and when it does not; None: nothing about the route."""

    yes: tuple[Route, ...] | None = None
    no: tuple[Route, ...] | None = None


@dataclass(frozen=True, slots=True)
class Picked:
    """A value looked up in a table by a part of the request: all entries with their routes."""

    options: tuple[tuple[Route, Value | t.Node | None, Frame], ...]


Value: TypeAlias = Part | Request | Lit | Pattern | Many | Pairs | Code | Made | Cond | Picked | Scope


@dataclass(slots=True)
class Frame:
    """The names of one running function; `outer` are those around it."""

    scope: Scope
    names: dict[str, Value | None] = field(default_factory=dict)
    outer: Frame | None = None
    function: t.Function | None = None
    me: Made | None = None
    trail: tuple[tuple[str, t.Node], ...] = ()
    """(file, statement) that ran before, from the first function on."""
    returns: list[Value | None] = field(default_factory=list)

    def lookup(self, name: str) -> tuple[bool, Value | None]:
        """Whether the name is local here or around, and its value."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return True, frame.names[name]
            frame = frame.outer
        return False, None


PATH_KEYS = frozenset({
    ("path",), ("rawPath",), ("resource",), ("resourcePath",), ("requestContext", "path"),
    ("requestContext", "http", "path"), ("requestContext", "resourcePath"), ("pathParameters", "proxy"),
    ("requestContext", "resource"), ("url",), ("nextUrl", "pathname"), ("pathname",), ("pathInfo",),
})  # fmt: skip
METHOD_KEYS = frozenset({
    ("httpMethod",), ("method",), ("requestContext", "httpMethod"), ("requestContext", "http", "method"),
    ("requestContext", "method"), ("http_method",),
})  # fmt: skip
KEY_KEYS = frozenset({("routeKey",), ("requestContext", "routeKey")})


def part_of_request(request: Request) -> Value:
    """The part that those keys of an event mean, or the request further in."""
    if request.keys in PATH_KEYS:
        return Part(What.PATH, 0 if request.keys[-1] == "proxy" else 1)
    if request.keys in METHOD_KEYS:
        return Part(What.METHOD)
    if request.keys in KEY_KEYS:
        return Part(What.KEY)
    return request
