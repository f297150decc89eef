"""An address in parts: literal text, constants in front, parameters of the function around, what is filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from auditor.model.pattern import lazy
from scanners.routing.route import spell

_STAGE = r"/(?:(?:prod|prd|production|dev|develop|development|stg|stage|staging|test|qa|uat|beta|demo|sandbox|live|latest|v)\d*|\$?default|\{\w*(?:stage|env)\w*\})(?=[/?#]|$)"
_GATEWAY = rf"[^/\s]+\.execute-api\.[^/\s]+(?:{_STAGE})?"
"""The host of a gateway, with the stage behind it: no part of the path that an API declares."""
_OWN_HOST = lazy(
    rf"(?i)^(?:https?:)?//(?:{_GATEWAY}|[\w-]+\.lambda-url\.[\w-]+\.on\.aws|(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::(?:\d+|\{{\w+\}}))?)"
)
ABSOLUTE = lazy(rf"(?i)^(?:[a-z][a-z0-9+.-]*:)?//(?:{_GATEWAY}|[^/]+)")
_BARE_GATEWAY = lazy(r"(?i)^(?:[a-z]+:)?//[^/\s]+\.execute-api\.[^/\s]+/?$")
_STAGE_FIRST = lazy(rf"(?i)^{_STAGE}")
_BEFORE_ANOTHER = lazy(r"(?i)^[^?#]+?(?=https?://[^/])")
"""A proxy's address in front of a whole one."""


_WHOLE = lazy(r"(?i)(^|_)(ur[li]|href|link)$|(?-i:[a-z]Ur[li]$)")
"""What is filled in under such a name is a whole address: no base goes before it."""
_PATH_NAME = lazy(
    r"(?i)(endpoint|path|url|uri|route|resource|href|suffix|action|^api$)(?!\w*(?:type|kind|ids?|name|key)$)"
)
"""Parameters that hold a path and not an id."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A parameter of the function around: filled in by its callers."""

    index: int
    name: str
    key: str = ""
    """Its key, where the parameter is one object with everything in it."""


@dataclass(frozen=True, slots=True)
class Base:
    """A constant in front: its name, and its value where the program says it."""

    name: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something filled in at run time."""

    name: str


SEAM = Base("")
"""Between a base and what callers say: a slash, unless they begin with one."""
Piece: TypeAlias = str | Hole | Base | Gap


@dataclass(frozen=True, slots=True)
class Url:
    """An address in parts."""

    parts: tuple[Piece, ...]
    direct: bool = False
    """Not an address at all: a function's name."""

    @property
    def holes(self) -> tuple[Hole, ...]:
        """Parameters in it."""
        return tuple(p for p in self.parts if isinstance(p, Hole))

    @property
    def has_hole(self) -> bool:
        """Whether callers say a part of it."""
        return bool(self.holes)

    @property
    def is_wrapper(self) -> bool:
        """Whether callers say the path itself, and not only an id in it."""
        before = ""
        for part in self.parts:
            if isinstance(part, Hole):
                if "?" in before or before.endswith(("=", "&", "#")):
                    return False
                continues = not before.endswith("/") or not before.strip("/")
                return continues or bool(_PATH_NAME.search(part.name))
            before += part if isinstance(part, str) else "" if isinstance(part, Base) else "{}"
        return False

    @property
    def base(self) -> str:
        """What stands before the path."""
        for part in self.parts:
            if isinstance(part, Base):
                return part.name
            if isinstance(part, Gap):
                return ""
            if isinstance(part, str) and part:
                found = ABSOLUTE.match(part)
                return found.group(0) if found else ""
        return ""

    @property
    def is_absolute(self) -> bool:
        """Whether it names a host."""
        return any(isinstance(p, Base) for p in self.parts[:2]) or bool(ABSOLUTE.match(flat(self.parts)))

    @property
    def path(self) -> str:
        """The part after the base."""
        text = flat([p for p in self.parts if not isinstance(p, Base)])
        own = ABSOLUTE.match(text)
        if own:
            text = text[own.end() :]
        return text

    @property
    def shown(self) -> str:
        """The path in one spelling; a whole address where the host is another's."""
        if self.direct:
            return flat(self.parts)
        text = flat([p for p in self.parts if not isinstance(p, Base)])
        text = re.sub(r"(?i)^https?://(?=/|$)", "", text)
        text = _BEFORE_ANOTHER.sub("", text)
        if any(isinstance(p, Base) and _BARE_GATEWAY.match(p.value) for p in self.parts[:1]):
            text = _STAGE_FIRST.sub("", text)
        own = _OWN_HOST.match(text)
        if own:
            text = text[own.end() :]
        elif ABSOLUTE.match(text):
            return re.split(r"[?#]", text, maxsplit=1)[0].rstrip("/")
        text = re.split(r"[?#]", text, maxsplit=1)[0]
        text = re.sub(r"^\.{1,2}/", "/", text)
        text = re.sub(r"(?<!:)//+", "/", text)  # a base that ends in a slash, and a path that begins with one
        text = re.sub(r"(?<=[\w}])\{query\w*\}$", "", text)
        return spell(text)

    def then(self, other: Url) -> Url:
        """This as the base of another."""
        if not any(self.parts):
            return other
        head: tuple[Piece, ...] = self.parts
        rest = other.parts
        text = flat(head)
        if ABSOLUTE.match(text) and not any(isinstance(p, Base) for p in head):
            head = as_base(text, text)
        if rest and isinstance(rest[0], str) and rest[0] and not rest[0].startswith("/"):
            rest = ("/" + rest[0], *rest[1:])
        if rest and isinstance(rest[0], Hole):
            rest = (SEAM, *rest)  # the slash depends on what callers put there
        elif rest and isinstance(rest[0], Gap):
            if len(rest) == 1 and _WHOLE.search(rest[0].name):
                return other
            rest = ("/", *rest)
        if head and isinstance(head[-1], str):
            head = (*head[:-1], head[-1].rstrip("/"))
        return Url((*head, *rest))

    def filled(self, values: Mapping[int, Url]) -> Url:
        """With the callers' parts in the holes; a hole that nobody fills is a gap."""
        parts: list[Piece] = []
        for part in self.parts:
            if isinstance(part, Hole) and part.index in values:
                parts.extend(values[part.index].parts)
            elif isinstance(part, Hole):
                parts.append(Gap(part.name))
            else:
                parts.append(part)
        for index, part in enumerate(parts):
            last = parts[-1]
            if part == SEAM and index == len(parts) - 2 and isinstance(last, Gap) and _WHOLE.search(last.name):
                return Url((last,), self.direct)
            if part == SEAM:
                parts[index] = "" if flat(parts[index + 1 :]).startswith(("/", "?")) else "/"
        if len(parts) > 1 and isinstance(parts[0], Base):
            later = flat(parts[1:])
            if ABSOLUTE.match(later):
                parts = parts[1:]
        return Url(tuple(parts), self.direct)


def as_base(name: str, value: str) -> tuple[Piece, ...]:
    """A constant that holds a host: the host is the base, what follows belongs to the path."""
    found = ABSOLUTE.match(value)
    if not found:
        return (Base(name, value),)
    path = value[found.end() :]
    return (Base(name, value), path) if path.strip("/") else (Base(name, value),)


def tail_of(path: str) -> tuple[Piece, ...]:
    """The path of a base, and its slash at the end only where what follows has none."""
    kept = path.rstrip("/")
    return () if not kept else (kept, SEAM) if kept != path else (kept,)


def flat(parts: tuple[Piece, ...] | list[Piece]) -> str:
    """As text; what is filled in as `{name}`."""
    out: list[str] = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Base):
            out.append(part.value or "")
        else:
            name = re.sub(r"\W", "", part.name) or "value"
            out.append("{" + name + "}")
    return "".join(out)


def resolved(base: Url, address: Url) -> Url:
    """`new URL(address, base)`: a path from the root leaves nothing of the base but its host."""
    text = flat(address.parts)
    if not text.startswith("/") or text.startswith("//"):
        return base.then(address)
    whole = flat(base.parts)
    found = ABSOLUTE.match(whole)
    host = tuple(p for p in base.parts[:1] if isinstance(p, Base)) or (as_base(whole, found.group(0)) if found else ())
    return Url((*host, *address.parts))
