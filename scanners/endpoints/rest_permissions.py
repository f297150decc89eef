"""Which permissions a view of Django REST framework asks for, where `get_permissions` decides by method or action."""

from __future__ import annotations

from scanners.syntax import tree as t

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def permissions_for(cls: t.Class, method: str, action: str) -> tuple[t.Node, ...] | None:
    """Permission classes of one method and action; None when the class does not decide, or it cannot be seen how."""
    function = next((m for m in cls.body if isinstance(m, t.Function) and m.name == "get_permissions"), None)
    if function is None:
        return None
    return _run(function.body, {}, method, action)


def _run(
    body: tuple[t.Node, ...], names: dict[str, tuple[t.Node, ...]], method: str, action: str
) -> tuple[t.Node, ...] | None:
    for node in body:
        if isinstance(node, t.Bind):
            value = _classes(node.value, names)
            if value is not None:
                names[t.dotted(node.target)] = value
        elif isinstance(node, t.If):
            holds = _holds(node.test, method, action)
            if holds is None:
                return None
            found = _run(node.body if holds else node.orelse, names, method, action)
            if found is not None:
                return found
        elif isinstance(node, t.Return):
            return _classes(node.value, names) if node.value is not None else None
    return None


def _classes(node: t.Node, names: dict[str, tuple[t.Node, ...]]) -> tuple[t.Node, ...] | None:
    """`[IsAdmin()]`, `[p() for p in self.permission_classes]`."""
    if isinstance(node, t.Items):
        return tuple(i.func if isinstance(i, t.Call) else i for i in node.items)
    if isinstance(node, t.Unknown):
        loop = next((p for p in node.parts if isinstance(p, t.Loop)), None)
        return names.get(t.dotted(loop.source)) if loop is not None else None
    return names.get(t.dotted(node))


def _holds(test: t.Node, method: str, action: str) -> bool | None:
    """Whether a test holds; None when it is about something else."""
    if isinstance(test, t.Not):
        inner = _holds(test.value, method, action)
        return None if inner is None else not inner
    if isinstance(test, t.Logic):
        sides = [_holds(v, method, action) for v in test.values]
        if test.op == "and":
            return False if False in sides else None if None in sides else True
        return True if True in sides else None if None in sides else False
    if not isinstance(test, t.Binary):
        return None
    subject = t.dotted(test.left)
    if not subject.endswith((".method", ".action")):
        return None
    actual = method if subject.endswith(".method") else action
    if t.dotted(test.right).endswith("SAFE_METHODS"):
        listed = actual in _SAFE
    else:
        items = test.right.items if isinstance(test.right, t.Items) else (test.right,)
        listed = actual in {t.text_of(i) for i in items}
    return {"==": listed, "in": listed, "!=": not listed, "not in": not listed}.get(test.op)
