"""Faults that stand in one place of the code: a file by a stranger's id, a formula from a stranger, a leaked stack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from scanners.apps_script.actions import Action
from scanners.apps_script.credentials import constants, first_passwords, given_back, in_table, shaped
from scanners.apps_script.given import holds
from scanners.apps_script.hard_coded import addresses, bound, compared, listed, opened, returned, stored
from scanners.apps_script.leaks import leaks
from scanners.apps_script.place import Place
from scanners.apps_script.project import Project
from scanners.apps_script.queries import query_secrets
from scanners.apps_script.reach import Reach, Reaches
from scanners.apps_script.request import Body, bodies, is_raw, names_a_file, passing, reached_by_get
from scanners.apps_script.validation import checks_input, is_validator, uses_input
from scanners.routing.evidence import Auth
from scanners.routing.shapes import called
from scanners.routing.taint import names_in
from scanners.syntax import tree as t
from scanners.syntax.program import Scope

_PASSWORD = re.compile(r"(?i)\bpass\b|passw|pwd|senha|contrase")


def code_faults(project: Project, actions: Sequence[Action]) -> Iterator[Place]:
    """Every such fault, repeats of one kind in one file folded."""
    found: dict[tuple[str, str, str], list[Place]] = {}
    told: set[tuple[str, int]] = set()
    for place in (*_anywhere(project), *_of_requests(project, actions)):
        if place.rule == "hard-coded-secret":
            if (place.file, place.line) in told:
                continue  # known by its name and by its shape
            told.add((place.file, place.line))
        key = (place.rule, place.file, place.mark)
        found.setdefault(key, []).append(place)
    for places in found.values():
        first = min(places, key=lambda p: p.line)
        also = tuple(sorted({(p.file, p.line) for p in places if p.line != first.line}))
        yield Place(first.rule, first.file, first.line, first.message, first.mark, first.excerpt, first.by_access, also)


def _anywhere(project: Project) -> Iterator[Place]:
    helpers = _digests(project)
    for scope, node in project.walk():
        if isinstance(node, t.Call):
            name = called(node)
            last = name.rsplit(".", 1)[-1]
            if last == "setXFrameOptionsMode" and node.args and t.dotted(node.args[0]).endswith("ALLOWALL"):
                yield Place("framing-allowed", scope.path, node.line)
            if _weak_hash(node, helpers):
                yield Place("weak-password-hash", scope.path, node.line)
            yield from first_passwords(node, scope)
            yield from opened(node, last, scope)
            yield from stored(node, last, scope)
            yield from addresses(project, node, last, scope)
        elif isinstance(node, t.Binary) and node.op in {"==", "!="}:
            yield from compared(node, scope)
            yield from constants(project, node, scope)
        elif isinstance(node, t.Bind):
            yield from bound(node, scope)
        elif isinstance(node, t.Table):
            yield from listed(node, scope)
            yield from in_table(node, scope)
        elif isinstance(node, t.Const):
            yield from shaped(node, scope)
        elif isinstance(node, t.Function):
            yield from given_back(node, scope)
            yield from returned(node, scope)


def _digests(project: Project) -> dict[str, str]:
    """Our functions that only hash what they are given, with the algorithm: `sha256_(text)`.

    None where passwords are salted somewhere: the bare hash is then for what was stored before, or for something else.
    """
    found: dict[str, str] = {}
    for _, function in project.functions():
        params = {p.name for p in function.params}
        for node in t.walk(*function.body):
            if isinstance(node, t.Call) and len(node.args) > 1 and re.search(r"compute(Digest|Hmac)", called(node)):
                names = set(names_in(node.args[1]))
                if re.search(r"(?i)salt|pepper", " ".join(names)):
                    return {}
                if names and names <= params | {"String"} and not _PASSWORD.search(" ".join(names)):
                    found[function.name] = t.dotted(node.args[0]).rsplit(".", 1)[-1]
    return found


def _weak_hash(node: t.Call, helpers: dict[str, str]) -> bool:
    """A password that is hashed fast and alone; what is mixed with a salt is not."""
    name = called(node)
    if name.endswith("computeDigest") and len(node.args) > 1:
        algorithm, hashed = t.dotted(node.args[0]).rsplit(".", 1)[-1], node.args[1]
    elif name in helpers and node.args:
        algorithm, hashed = helpers[name], node.args[0]
        if len(node.args) > 1:
            return False
    else:
        return False
    names = " ".join(names_in(hashed))
    if not _PASSWORD.search(names):
        return False
    return algorithm in {"MD5", "MD2", "SHA_1"} or not re.search(r"(?i)salt|pepper", names)


def _of_requests(project: Project, actions: Sequence[Action]) -> Iterator[Place]:
    unchecked: list[Action] = []
    passes, reaches = passing(project), Reaches(project.program)
    for action in actions:
        if action.method == "RUN":
            continue
        runs = list(bodies(project, action, passes, reaches))
        for body in runs:
            yield from _in_body(action, body)
        entry = project.function("doPost")
        around = entry.node.body if entry is not None and isinstance(entry.node, t.Function) else ()
        checked = any(checks_input(body) for body in runs) or any(
            is_validator(n) for n in t.walk(*around) if isinstance(n, t.Call)
        )
        uses = any(uses_input(n, body.names) for body in runs for n in t.walk(*body.nodes))
        if (
            action.method == "POST"
            and action.reach >= Reach.WRITE
            and uses
            and not checked
            and action.auth is not Auth.YES
            and (action.reach is not Reach.MAIL or any(reaches.stores(body.nodes, body.scope) for body in runs))
        ):
            unchecked.append(action)
    if unchecked:
        listed = ", ".join(a.name for a in unchecked if a.name) or "doPost"
        first = unchecked[0]
        message = f"{listed} stores what the request holds without a check"
        yield Place("post-without-validation", first.file, first.line, message, by_access=True)
    by_get = reached_by_get(project)
    yield from _wrapped_answers(project, reaches)
    yield from query_secrets(project)
    for scope, function in project.functions():
        if function.name in {"doGet", "doPost"} or id(function) in by_get:
            yield from _in_entry(scope, function)
    asked = [found for name in ("doGet", "doPost") for found in project.entries(name)]
    asked += [found for a in actions if a.method == "RUN" and (found := project.function(a.name)) is not None]
    starts = {id(found.node) for found in asked}
    for found in {id(f.node): f for start in asked for f in reaches.everything(start)}.values():
        for node in t.walk(*_statements(found.node)):
            if isinstance(node, t.Try):
                yield from leaks(found.module, node, reaches, entry=id(found.node) in starts)


def _in_body(action: Action, body: Body) -> Iterator[Place]:
    scope, names = body.scope, body.names
    contained = any(called(n).endswith(".getParents") for n in t.walk(*body.nodes) if isinstance(n, t.Call))
    for node in t.walk(*body.nodes):
        if not isinstance(node, t.Call):
            continue
        name = called(node)
        last = name.rsplit(".", 1)[-1]
        if (
            last in {"getFileById", "getFolderById", "openById", "openByUrl"}
            and node.args
            and action.auth is not Auth.YES
            and not contained  # it is looked whether the file lies in the folder of this script
        ) and names_a_file(node.args[0], body):
            yield Place("file-by-request-id", scope.path, node.line, by_access=True)
        if (
            last in {"appendRow", "setValues", "setValue"}
            and action.auth is not Auth.YES
            and node.args
            and isinstance(node.func, t.Attr)
            and is_raw(node.args[0], body)
        ):
            yield Place("formula-injection", scope.path, node.line, by_access=True)
        if name == "eval" and node.args and holds(node.args[0], names):
            yield Place("dynamic-dispatch", scope.path, node.line, "text from the request is run as code")
        func = node.func
        if isinstance(func, t.Attr) and func.name in {"apply", "call"}:
            func = func.base
        if (
            isinstance(func, t.Index)
            and not isinstance(func.key, t.Const)
            and holds(func.key, names)
            and t.dotted(func.base) in {"this", "globalThis", "self", "window"}
        ):
            yield Place(
                "dynamic-dispatch", scope.path, node.line, "the function to run is found by a name from the request"
            )


def _statements(node: t.Node) -> tuple[t.Node, ...]:
    return node.body if isinstance(node, t.Function) else ()


def _in_entry(scope: Scope, function: t.Function) -> Iterator[Place]:
    callbacks = _callbacks(function)
    for node in t.walk(*function.body):
        if isinstance(node, (t.Text, t.Binary)) and _is_jsonp(node, callbacks):
            yield Place("jsonp", scope.path, node.line)


_CALLBACK = re.compile(r"(?i)callback|jsonp|^cb$")


def _wrapped_answers(project: Project, reaches: Reaches) -> Iterator[Place]:
    """JSONP that a function of ours puts together, given the name of the callback: `jsonp(callback, answer)`."""
    for entry in project.entries("doGet"):
        body = _statements(entry.node)
        names = _callbacks(entry.node) if isinstance(entry.node, t.Function) else frozenset()
        taken = any(_CALLBACK.search(n) for n in (name for node in body for name in names_in(node)))
        for call in t.walk(*body) if taken else ():
            found = reaches.target(call, entry.module) if isinstance(call, t.Call) else None
            if found is None or not isinstance(call, t.Call) or not isinstance(found.node, t.Function):
                continue
            told = frozenset(
                p.name for p, a in zip(found.node.params, call.args, strict=False) if set(names_in(a)) & names
            )
            for node in t.walk(*found.node.body):
                if isinstance(node, (t.Text, t.Binary)) and told and _is_jsonp(node, told):
                    yield Place("jsonp", found.module.path, node.line)


def _callbacks(function: t.Function) -> frozenset[str]:
    """Names that hold the name of the function to call in the page: `callback`, or what was taken from `parameter.cb`."""
    names = {"callback"}
    for node in t.walk(*function.body):
        if isinstance(node, t.Bind) and isinstance(node.target, t.Name):
            taken = [t.dotted(n) for n in t.walk(node.value) if isinstance(n, (t.Attr, t.Index))]
            if any(".parameter." in f".{d}" and _CALLBACK.search(d.rsplit(".", 1)[-1]) for d in taken):
                names.add(node.target.id)
    return frozenset(names)


def _is_jsonp(node: t.Text | t.Binary, callbacks: frozenset[str]) -> bool:
    """`callback + "(" + json + ")"`: the parenthesis follows the name."""
    parts = list(node.parts) if isinstance(node, t.Text) else _added(node)
    for name, after in pairwise(parts):
        found = set(names_in(name))
        if found & callbacks or any(_CALLBACK.search(n) for n in found if "parameter" in found):
            text = t.text_of(after)
            if text is not None and text.strip().startswith("("):
                return True
    return False


def _added(node: t.Node) -> list[t.Node]:
    if isinstance(node, t.Binary) and node.op == "+":
        return [*_added(node.left), *_added(node.right)]
    return [node]
