"""What Terraform's language is made of: blocks and expressions."""

from __future__ import annotations

from dataclasses import dataclass, field


class HclError(ValueError):
    """What is written cannot be read."""


@dataclass(frozen=True, slots=True)
class Template:
    """A string with `${...}` in it: pieces of text and expressions."""

    parts: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Ref:
    """A name with what is taken of it: `var.x`, `local.routes["a"].method`, `aws_lambda_function.f.arn`."""

    name: str
    steps: tuple[object, ...] = ()
    """Names, or expressions of an index; `"*"` for a splat."""


@dataclass(frozen=True, slots=True)
class On:
    """A step on something that is no name: `(a).b`, `f(x)[0]`."""

    base: object
    steps: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Apply:
    """`name(args)`, and operators by their sign."""

    name: str
    args: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`."""

    items: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class MapOf:
    """`{ a = 1 }`; a bare name as a key is a string."""

    pairs: tuple[tuple[object, object], ...]


@dataclass(frozen=True, slots=True)
class For:
    """`[for k, v in source : value if test]`, with `key` for a map."""

    names: tuple[str, ...]
    source: object
    value: object
    key: object = None
    test: object = None


@dataclass(slots=True)
class HclBlock:
    """`kind "label" { ... }`."""

    kind: str
    labels: tuple[str, ...]
    line: int
    attributes: dict[str, object] = field(default_factory=dict)
    blocks: list[HclBlock] = field(default_factory=list)
