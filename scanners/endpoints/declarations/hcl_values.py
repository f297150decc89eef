"""What an expression of Terraform comes to, where that stands in the repository; `UNKNOWN` where it does not."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from scanners.endpoints.declarations.hcl_tree import Apply, For, ListOf, MapOf, On, Ref, Template

_DEEPEST = 60
_MOST = 2000
"""Elements of one collection that are looked at."""
_MOST_PIECES = 50
_LONGEST = 300
"""Characters of a string that is made into another; addresses are shorter."""


class Unknown:
    """A value that only a run could tell."""

    __slots__ = ()


UNKNOWN = Unknown()


class MissingError(LookupError):
    """A field that a value does not have: `try` and `lookup` go on with the next."""


@dataclass(frozen=True, slots=True)
class Address:
    """A resource, or what hangs from it: `aws_lambda_function.get["a"].arn` of one module."""

    module: object
    """The module in which it stands; compared by identity."""
    kind: str
    name: str
    key: object = None
    rest: tuple[str, ...] = ()

    def same(self, other: Address) -> bool:
        """Whether both are of one resource."""
        return self.module is other.module and (self.kind, self.name) == (other.kind, other.name)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A string of which parts are not known: `integrations/${aws_apigatewayv2_integration.x.id}`."""

    parts: tuple[object, ...]


class Names(Protocol):
    """What names mean in a module."""

    folder: str
    root: str

    def spend(self) -> bool:
        """Whether there is still a step to make: what is written may ask for more than anybody has time for."""

    def variable(self, name: str, depth: int) -> object:
        """`var.name`."""

    def local(self, name: str, depth: int) -> object:
        """`local.name`."""

    def output(self, name: str, steps: tuple[object, ...], depth: int) -> tuple[object, tuple[object, ...]]:
        """(what `module.name...` is, the steps that are left)."""


def evaluate(node: object, names: Names, own: Mapping[str, object], depth: int = 0) -> object:
    """The value of an expression; `own` holds `each`, `count` and the names of a `for`."""
    if depth > _DEEPEST or not names.spend():
        return UNKNOWN
    if isinstance(node, Template):
        return _text(tuple(evaluate(p, names, own, depth + 1) if not isinstance(p, str) else p for p in node.parts))
    if isinstance(node, Ref):
        return _reference(node, names, own, depth + 1)
    if isinstance(node, On):
        return _stepped(evaluate(node.base, names, own, depth + 1), node.steps, names, own, depth + 1)
    if isinstance(node, ListOf):
        return [evaluate(i, names, own, depth + 1) for i in node.items]
    if isinstance(node, MapOf):
        found: dict[object, object] = {}
        for key, value in node.pairs:
            at = evaluate(key, names, own, depth + 1)
            if isinstance(at, (str, int)):
                found[at] = evaluate(value, names, own, depth + 1)
        return found
    if isinstance(node, For):
        return _for(node, names, own, depth + 1)
    if isinstance(node, Apply):
        return _apply(node, names, own, depth + 1)
    return node


def known(node: object, names: Names, own: Mapping[str, object], depth: int = 0) -> object:
    """Like `evaluate`, and `UNKNOWN` where a field is missing."""
    try:
        return evaluate(node, names, own, depth)
    except MissingError:
        return UNKNOWN


def _text(parts: tuple[object, ...]) -> object:
    if len(parts) == 1 and not isinstance(parts[0], (str, bool, int, float)):
        return parts[0] if parts[0] is not None else UNKNOWN
    if sum(len(p) for p in parts if isinstance(p, str)) > _MOST:
        return UNKNOWN
    if all(isinstance(p, (str, int, float)) for p in parts):
        return "".join(str(p).lower() if isinstance(p, bool) else str(p) for p in parts)
    pieces = tuple(q for p in parts for q in (p.parts if isinstance(p, Pieces) else (p,)))
    return Pieces(pieces) if len(pieces) <= _MOST_PIECES else UNKNOWN


def _reference(node: Ref, names: Names, own: Mapping[str, object], depth: int) -> object:
    name, steps = node.name, node.steps
    if name in own:
        return _stepped(own[name], steps, names, own, depth)
    first = steps[0] if steps and isinstance(steps[0], str) else ""
    if name == "var" and first:
        return _stepped(names.variable(first, depth), steps[1:], names, own, depth)
    if name == "local" and first:
        return _stepped(names.local(first, depth), steps[1:], names, own, depth)
    if name == "path":
        return {"module": names.folder, "root": names.root, "cwd": names.root}.get(first, UNKNOWN) or "."
    if name == "module" and first:
        value, left = names.output(first, steps[1:], depth)
        return _stepped(value, left, names, own, depth)
    if name in {"each", "count", "self", "terraform"}:
        return UNKNOWN
    if name == "data" and len(steps) > 1:
        return _stepped(Address(names, f"data.{first}", str(steps[1])), steps[2:], names, own, depth)
    return _stepped(Address(names, name, first), steps[1:], names, own, depth) if first else UNKNOWN


def _stepped(value: object, steps: tuple[object, ...], names: Names, own: Mapping[str, object], depth: int) -> object:
    for index, step in enumerate(steps):
        if step == "*":
            inner = list(value.values()) if isinstance(value, dict) else value
            if not isinstance(inner, list):
                return UNKNOWN
            return [_stepped(i, steps[index + 1 :], names, own, depth) for i in inner[:_MOST]]
        at = evaluate(step.base, names, own, depth + 1) if isinstance(step, On) else step
        if isinstance(value, Address):
            if isinstance(step, On) and not value.rest and value.key is None:
                value = Address(value.module, value.kind, value.name, at)
            else:
                value = Address(value.module, value.kind, value.name, value.key, (*value.rest, str(at)))
        elif isinstance(value, dict):
            if isinstance(at, (Unknown, Address, Pieces)):
                return UNKNOWN
            if at not in value:
                raise MissingError(str(at))
            value = value[at]
        elif isinstance(value, list):
            place = int(at) if isinstance(at, (int, str)) and str(at).isdigit() else -1
            if not 0 <= place < len(value):
                raise MissingError(str(at))
            value = value[place]
        elif isinstance(value, Unknown):
            return UNKNOWN
        else:
            raise MissingError(str(at))
    return value


def pairs_of(value: object) -> list[tuple[object, object]] | None:
    """Keys and values of a collection; None where it is not known."""
    if isinstance(value, dict):
        return list(value.items())[:_MOST]
    return list(enumerate(value[:_MOST])) if isinstance(value, list) else None


def _for(node: For, names: Names, own: Mapping[str, object], depth: int) -> object:
    source = evaluate(node.source, names, own, depth)
    pairs = pairs_of(source)
    if pairs is None:
        return UNKNOWN
    listed: list[object] = []
    mapped: dict[object, object] = {}
    for key, value in pairs:
        given = dict(own)
        given.update(zip(node.names, (value,) if len(node.names) == 1 else (key, value), strict=False))
        if node.test is not None and evaluate(node.test, names, given, depth) is False:
            continue
        made = evaluate(node.value, names, given, depth)
        if node.key is None:
            listed.append(made)
            continue
        at = evaluate(node.key, names, given, depth)
        if len(mapped) >= _MOST:
            break
        mapped[at if isinstance(at, (str, int)) else f"?{len(mapped)}"] = made
    return listed if node.key is None else mapped


def _apply(node: Apply, names: Names, own: Mapping[str, object], depth: int) -> object:
    if node.name in {"try", "coalesce", "can"}:
        for arg in node.args:
            try:
                value = evaluate(arg, names, own, depth)
            except MissingError:
                continue
            if node.name == "can":
                return True
            if node.name == "try" or value not in (None, ""):
                return value
        return False if node.name == "can" else UNKNOWN
    if node.name == "?":
        test = evaluate(node.args[0], names, own, depth)
        if not isinstance(test, bool):
            return UNKNOWN
        return evaluate(node.args[1 if test else 2], names, own, depth)
    args = [evaluate(a, names, own, depth) for a in node.args]
    if node.name in _OPERATORS:
        return _OPERATORS[node.name](args)
    if node.name in _FUNCTIONS and args:
        try:
            return _FUNCTIONS[node.name](args)
        except (TypeError, ValueError, AttributeError, IndexError):
            return UNKNOWN  # of an argument that is not known
    return UNKNOWN


def _equal(args: list[object]) -> object:
    left, right = args
    if left is None or right is None:
        other = right if left is None else left
        return UNKNOWN if isinstance(other, Unknown) else other is None
    if any(isinstance(a, (Unknown, Address, Pieces)) for a in args):
        return UNKNOWN
    return left == right


def _not(value: object) -> object:
    return not value if isinstance(value, bool) else UNKNOWN


def _logic(args: list[object], deciding: bool) -> object:
    if any(a is deciding for a in args):
        return deciding
    return (not deciding) if all(isinstance(a, bool) for a in args) else UNKNOWN


def _compared(args: list[object], test: Callable[[float, float], bool]) -> object:
    left, right = args
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    return test(left, right) if numbers else UNKNOWN  # type: ignore[arg-type]


_OPERATORS: Mapping[str, Callable[[list[object]], object]] = {
    "==": _equal,
    "!=": lambda a: _not(_equal(a)),
    "!1": lambda a: _not(a[0]),
    "&&": lambda a: _logic(a, deciding=False),
    "||": lambda a: _logic(a, deciding=True),
    ">": lambda a: _compared(a, lambda x, y: x > y),
    "<": lambda a: _compared(a, lambda x, y: x < y),
    ">=": lambda a: _compared(a, lambda x, y: x >= y),
    "<=": lambda a: _compared(a, lambda x, y: x <= y),
}


def _flat(value: object) -> list[object]:
    found: list[object] = []
    waiting = [value]
    for _ in range(2 * _MOST):
        if not waiting:
            break
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item[:_MOST]))
        else:
            found.append(item)
    return found


def _merged(args: list[object]) -> object:
    if not all(isinstance(a, dict) for a in args):
        return UNKNOWN
    return {k: v for a in args if isinstance(a, dict) for k, v in a.items()}


def _found(args: list[object]) -> object:
    table, key = args[0], args[1]
    if not isinstance(table, dict) or isinstance(key, (Unknown, Address, Pieces)):
        return UNKNOWN
    return table.get(key, args[2] if len(args) > 2 else UNKNOWN)


def _words(args: list[object]) -> list[str]:
    if not all(isinstance(a, str) and len(a) <= _LONGEST for a in args):
        raise TypeError("not known")
    return [str(a) for a in args]


def _list(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list):
        return value
    raise TypeError("not known")


_FUNCTIONS: Mapping[str, Callable[[list[object]], object]] = {
    "toset": lambda a: {str(i): i for i in _list(a[0]) if isinstance(i, (str, int))},
    "tomap": lambda a: a[0], "tolist": lambda a: _list(a[0]), "tostring": lambda a: a[0], "jsonencode": lambda a: a[0],
    "flatten": lambda a: _flat(a[0]) if isinstance(a[0], list) else UNKNOWN,
    "merge": _merged, "lookup": _found,
    "concat": lambda a: [i for part in a for i in _list(part)][:_MOST],
    "keys": lambda a: list(a[0]) if isinstance(a[0], dict) else UNKNOWN,
    "values": lambda a: _list(a[0]), "distinct": lambda a: list(dict.fromkeys(i for i in _list(a[0]) if isinstance(i, (str, int)))),
    "compact": lambda a: [i for i in _list(a[0]) if i not in (None, "")],
    "length": lambda a: len(a[0]) if isinstance(a[0], (str, list, dict)) else UNKNOWN,
    "contains": lambda a: a[1] in _list(a[0]), "element": lambda a: _list(a[0])[int(str(a[1]))], "one": lambda a: _list(a[0])[0],
    "zipmap": lambda a: dict(zip(_list(a[0]), _list(a[1]), strict=False)),
    "upper": lambda a: _words(a)[0].upper(), "lower": lambda a: _words(a)[0].lower(), "title": lambda a: _words(a)[0].title(),
    "trimprefix": lambda a: _words(a)[0].removeprefix(_words(a)[1]), "trimspace": lambda a: _words(a)[0].strip(),
    "trimsuffix": lambda a: _words(a)[0].removesuffix(_words(a)[1]), "trim": lambda a: _words(a)[0].strip(_words(a)[1]),
    "replace": lambda a: _words(a)[0].replace(_words(a)[1], _words(a)[2]), "split": lambda a: list(_words(a)[1].split(_words(a)[0])),
    "join": lambda a: _words(a[:1])[0].join(_words(_list(a[1])[:50])), "basename": lambda a: posixpath.basename(_words(a)[0]),
    "dirname": lambda a: posixpath.dirname(_words(a)[0]), "abspath": lambda a: a[0], "nonsensitive": lambda a: a[0], "sensitive": lambda a: a[0],
    "startswith": lambda a: _words(a)[0].startswith(_words(a)[1]), "endswith": lambda a: _words(a)[0].endswith(_words(a)[1]),
    "format": lambda a: _text(tuple(_shuffled(_words(a[:1])[0].split("%s"), a[1:]))),
}  # fmt: skip


def _shuffled(pieces: list[str], values: list[object]) -> list[object]:
    found: list[object] = [pieces[0]]
    for piece, value in zip(pieces[1:], values, strict=False):
        found += [value, piece]
    return [p for p in found if p != ""]
