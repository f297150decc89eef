"""Tests that compare a secret of the request with the script's own, or ask who the Google user is."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.model.pattern import lazy
from scanners.routing.shapes import called
from scanners.syntax import tree as t

_KEY = lazy(
    r"(?i)token|secret|api_?key|^key$|password|passcode|passphrase|auth|signature|^pin$|^pwd$|^pass$|access_?code|admin_?key|_key$"
)
_USER = lazy(
    r"getActiveUser|getEffectiveUser|(?i:user_?email|userMail|current_?user|is_?admin|is_?allowed|is_?authori[sz]ed|allowed_?users|"
    r"admin_?emails|allowed_?emails)"
)
_HASHES = lazy(r"(?i)hash|^sha|sha_?\d|digest|hmac|hex|encode|normali[sz]e|clean|sanit|^String$|^Number$|trim")
_EQUALITY = lazy(
    r"(?i)(safe|secure|const(ant)?_?time|timing|slow)\w*(eq|compare|match)|(eq|equals?|compare|match(es)?|same)_?\w*(safe|secure|const(ant)?_?time)"
    r"|^_?(is_?)?(str(ing)?s?_?)?(equals?|same)(_?(str(ing)?s?|texts?|hash(es)?))?_?$"
)


def is_equality(node: t.Call) -> bool:
    """Whether a function by its name says that two texts are the same: `safeEqual_(sent, kept)`, `constantTimeCompare(a, b)`."""
    return len(node.args) >= 2 and bool(_EQUALITY.search(called(node).rsplit(".", 1)[-1]))


def secret_compared(test: t.Node, bound: Mapping[str, t.Node] | None = None) -> str:
    """What a test compares a secret of the request with; empty when it does not."""
    for node in t.walk(test):
        sides: tuple[t.Node, ...] = ()
        if isinstance(node, t.Binary) and node.op in {"==", "!="}:
            sides = (node.left, node.right)
        elif isinstance(node, t.Call) and is_equality(node):
            sides = node.args[:2]
        if sides:
            for side, other in (sides, sides[::-1]):
                name = _last_name(side, bound or {})
                if (
                    _KEY.search(name)
                    and not (isinstance(other, t.Const) and other.value in {None, "", 0, "undefined"})
                    and not (isinstance(other, t.Const) and isinstance(other.value, bool))
                ):
                    return f"compares {name}"
        if isinstance(node, t.Call) and called(node).rsplit(".", 1)[-1] in {"includes", "indexOf", "has"} and node.args:
            name = _last_name(node.args[0], {})
            if _KEY.search(name):
                return f"looks {name} up"
    return ""


def user_checked(test: t.Node) -> str:
    """Whether a test asks who the Google user is."""
    text = [n.name if isinstance(n, t.Attr) else n.id for n in t.walk(test) if isinstance(n, (t.Attr, t.Name))]
    return "checks the user" if _USER.search(" ".join(text)) else ""


def _last_name(node: t.Node, bound: Mapping[str, t.Node]) -> str:
    if isinstance(node, t.Attr):
        return node.name
    if isinstance(node, t.Name):
        value = bound.get(node.id)
        further = _last_name(value, {}) if value is not None and not _KEY.search(node.id) else ""
        return further if _KEY.search(further) else node.id
    if isinstance(node, t.Index) and isinstance(node.key, t.Const):
        return str(node.key.value)
    if isinstance(node, t.Call):
        return _name_of_call(node, bound)
    if isinstance(node, t.Choice):
        return _last_name(node.then, bound)
    if isinstance(node, t.Logic):
        names = [n for v in node.values if (n := _last_name(v, bound))]
        return next((n for n in names if _KEY.search(n)), names[0] if names else "")
    return ""


def _name_of_call(node: t.Call, bound: Mapping[str, t.Node]) -> str:
    name = called(node)
    last = name.rsplit(".", 1)[-1]
    if node.args and isinstance(node.args[0], t.Const) and last.lower().startswith("get"):
        return str(node.args[0].value)  # getProperty("TOKEN"), or a helper of ours around it
    if node.args and _HASHES.search(last):
        return _last_name(node.args[0], bound)
    return _last_name(node.func.base, bound) if isinstance(node.func, t.Attr) and last in {"trim", "toString"} else ""
