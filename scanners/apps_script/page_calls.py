"""Functions of the script that its pages run by `google.script.run`."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from auditor.model.pattern import lazy
from scanners.apps_script.project import Project
from scanners.routing.shapes import called
from scanners.syntax import tree as t


def named_by_pages(project: Project) -> Iterator[str]:
    """Names that pages run; where a page finds the name at run time, every text of the pages that is one of ours."""
    by_name = False
    scopes = [s for path in project.pages if (s := project.program.scopes.get(path)) is not None]
    for scope in scopes:
        runners = {
            n.target.id
            for n in scope.nodes
            if isinstance(n, t.Bind) and isinstance(n.target, t.Name) and _is_runner(n.value)
        }
        for node in scope.nodes:
            if isinstance(node, t.Call):
                yield run_target(node, runners)
                func = node.func
                by_name = by_name or (
                    isinstance(func, t.Index) and not isinstance(func.key, t.Const) and _is_runner(func.base, runners)
                )
    yield from _in_texts(project)
    for scope in scopes if by_name else ():
        for node in scope.nodes:
            if isinstance(node, t.Const) and isinstance(node.value, str) and not node.value.endswith("_"):
                yield node.value


_HANDLERS = frozenset({"withSuccessHandler", "withFailureHandler", "withUserObject"})


_DIRECT = lazy(rb"google\.script\.run\s*\.\s*(\w+)\s*\(")
_CALLED = lazy(r"\.\s*(\w+)\s*\(")
_SOURCE = lazy(rb"\bscript\s*(?:\?\s*)?\.\s*run\b|\bserverFunctions\b")


def runs_functions(path: str, content: bytes) -> bool:
    """Whether a source of a front end that is built into a page runs functions of the script."""
    return not path.endswith(".d.ts") and _SOURCE.search(content) is not None


def _in_texts(project: Project) -> Iterator[str]:
    """Functions that attributes of a page run, `onclick="google.script.run.save()"`, or a page in a text of the script."""
    for content in project.pages.values():
        for found in _DIRECT.findall(content):
            yield found.decode()
    for _, node in project.walk():
        if isinstance(node, t.Const) and isinstance(node.value, str) and "google.script.run" in node.value:
            for part in node.value.split("google.script.run")[1:]:
                yield from _CALLED.findall(part)


def run_target(node: t.Call, runners: Collection[str] = ()) -> str:
    """The server function of `google.script.run...name(...)`, or empty; `runners`: names that hold the front part of it."""
    if not isinstance(node.func, t.Attr) or node.func.name in _HANDLERS:
        return ""
    if called(node).endswith(f"serverFunctions.{node.func.name}"):  # as the client for React gives them
        return node.func.name
    return node.func.name if _is_runner(node.func.base, runners) else ""


def _is_runner(node: t.Node, runners: Collection[str] = ()) -> bool:
    """`google.script.run`, with handlers or without."""
    while isinstance(node, (t.Call, t.Attr)):
        if isinstance(node, t.Attr) and node.name == "run" and t.dotted(node).endswith("google.script.run"):
            return True
        if isinstance(node, t.Attr) and node.name not in _HANDLERS:
            return False
        node = node.func if isinstance(node, t.Call) else node.base
    return isinstance(node, t.Name) and node.id in runners
