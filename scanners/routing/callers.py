"""Names in a block: what comes from who is calling, and what was looked up by what anybody may say."""

from __future__ import annotations

from auditor.model.pattern import lazy
from scanners.routing.checks import PASSWORD, names_in
from scanners.routing.shapes import called
from scanners.syntax import tree as t

_REQUEST = lazy(r"(?i)^(?:this\.|self\.|ctx\.|app\.)?(?:req|request|event|current_request|ctx|context)$")
_SAID = frozenset({
    "params", "body", "query", "pathParameters", "queryStringParameters", "json", "args", "form", "values", "get_json",
    "path_params", "query_params", "uri_params", "json_body", "data",
})  # fmt: skip
"""Parts of a request that everybody fills in as they like."""
_PROVES = lazy(
    r"(?i)token|secret|key|session|cookie|auth|passw|pwd|code|\bpin\b|otp|signature|header|credential|hash|jwt|bearer|claims"
)
_LOOKS_UP = lazy(
    r"(?i)(^|[._])(find|get|fetch|select|query|look_?up|load|first|one|read|execute|filter|scalar|retrieve)"
)


class Callers(set[str]):
    """Names that come from who is calling; beside them those that a stranger chooses."""

    __slots__ = ("looked_up", "said")

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()
        """What the request says: ids and addresses, nothing that proves who somebody is."""
        self.looked_up: set[str] = set()
        """What was found by it."""

    def note(self, node: t.Bind) -> None:
        """Take in what a name is bound to, when it is not about who is calling."""
        targets = {n.id for n in t.walk(node.target) if isinstance(n, t.Name) and not _PROVES.search(n.id)}
        names = set(names_in(node.value))
        if any(PASSWORD.search(name) for name in names):
            self.looked_up |= targets  # `const same = await bcrypt.compare(...)`: a wrong password, as in a log-in
            return
        if not targets or names & self or any(_PROVES.search(name) for name in names):
            return
        if names & self.looked_up:
            self.looked_up |= targets
        elif names & self.said or any(_of_request(n) for n in t.walk(node.value, into_functions=False)):
            finds = any(isinstance(n, t.Call) and _finds(n) for n in t.walk(node.value, into_functions=False))
            (self.looked_up if finds else self.said).update(targets)

    def asks_whether_there(self, test: t.Node) -> bool:
        """`!user`, `rows.length === 0`, or the opposite: is there what somebody asked for?"""
        parts = test.values if isinstance(test, t.Logic) else (test,)
        return all(self._there(part) for part in parts)

    def _there(self, part: t.Node) -> bool:
        if isinstance(part, t.Not):
            part = part.value
        elif isinstance(part, t.Binary) and part.op in {"==", "!=", "is", "is not", ">", "<"}:
            if not isinstance(part.right, t.Const) or isinstance(part.right.value, str):
                return False
            part = part.left
        if isinstance(part, t.Call) and called(part) == "len" and part.args:
            part = part.args[0]
        if isinstance(part, t.Attr) and part.name in {"length", "exists", "Item", "rowCount"}:
            part = part.base
        return isinstance(part, t.Name) and part.id in self.looked_up


def only_callers(value: t.Node, callers: set[str]) -> bool:
    """Whether a value always comes from who is calling: of `donor?.email || email` a stranger fills in the rest."""
    sides: tuple[t.Node, ...] = (value,)
    if isinstance(value, t.Logic) and value.op in {"or", "||", "??"}:
        sides = value.values
    elif isinstance(value, t.Choice):
        sides = (value.then, value.other)
    return all(isinstance(side, t.Const) or set(names_in(side)) & callers for side in sides) and bool(
        set(names_in(value)) & callers
    )


def _of_request(node: t.Node) -> bool:
    """`req.params`, `request.get_json`, `event["body"]`."""
    if isinstance(node, t.Attr):
        return node.name in _SAID and _REQUEST.match(t.dotted(node.base)) is not None
    return (
        isinstance(node, t.Index) and t.text_of(node.key) in _SAID and _REQUEST.match(t.dotted(node.base)) is not None
    )


def _finds(node: t.Call) -> bool:
    """A look-up with something of the request among what it is given."""
    name = called(node)
    plain = isinstance(node.func, t.Attr) and _of_request(node.func.base)  # `request.args.get("id")`
    return not plain and _LOOKS_UP.search(name) is not None and not _of_request(node.func)
