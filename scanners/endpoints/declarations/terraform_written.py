"""Routes that Terraform takes from maps and modules whose values are not all known: read by how they are written."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.model.pattern import lazy
from scanners.endpoints.endpoint import Declared
from scanners.routing.evidence import Auth
from scanners.routing.route import ANY, METHODS, spell

_HEAD = lazy(r'^[ \t]*resource\s+"(\w+)"\s+"([\w-]+)"\s*\{', re.MULTILINE)
_ATTRIBUTE = lazy(r"^[ \t]*(\w+)[ \t]*=[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_REFERENCE = lazy(r"(aws_\w+)\.([\w-]+)")
_KEY = lazy(r'"((?:GET|POST|PUT|PATCH|DELETE|ANY|HEAD) /[^"\s]*)"')


@dataclass(frozen=True, slots=True)
class Resource:
    """One `resource` block."""

    kind: str
    name: str
    file: str
    line: int
    text: str
    attributes: Mapping[str, str]

    def reference(self, attribute: str) -> tuple[str, str] | None:
        """(type, name) of the resource that an attribute points to."""
        found = _REFERENCE.search(self.attributes.get(attribute, ""))
        return (found.group(1), found.group(2)) if found else None

    def literal(self, attribute: str) -> str:
        """A quoted value; empty when it is computed."""
        found = re.fullmatch(r'"([^"$]*)"', self.attributes.get(attribute, ""))
        return found.group(1) if found else ""


def resources(path: str, source: str) -> Iterator[Resource]:
    """The resource blocks of a file."""
    for head in _HEAD.finditer(source):
        end = _closing(source, head.end())
        body = source[head.end() : end]
        attributes = {m.group(1): m.group(2) for m in reversed(list(_ATTRIBUTE.finditer(body)))}
        line = source.count("\n", 0, head.start(1)) + 1
        yield Resource(head.group(1), head.group(2), path, line, body, attributes)


def _closing(source: str, start: int) -> int:
    depth, quoted = 1, False
    for index in range(start, len(source)):
        char = source[index]
        if char == '"' and source[index - 1] != "\\":
            quoted = not quoted
        elif char == "\n":
            quoted = False
        elif not quoted and char == "{":
            depth += 1
        elif not quoted and char == "}":
            depth -= 1
            if depth == 0:
                return index
    return len(source)


def written_routes(files: Mapping[str, str]) -> Iterator[Declared]:
    """Keys like `"GET /x"` in maps, and arguments of modules that make a route of a method and a path."""
    if any(
        "each." in r.attributes.get("route_key", "") for path, source in files.items() for r in resources(path, source)
    ):
        yield from _mapped_routes(files)
    yield from _module_routes(files)


_MODULE = lazy(r'^[ \t]*module\s+"[\w-]+"\s*\{', re.MULTILINE)


def _module_routes(files: Mapping[str, str]) -> Iterator[Declared]:
    """`module "get" { source = "../mapping"  method = "GET"  path = "/x" }` where the module's route takes both."""
    takers: dict[str, tuple[str, str, Resource]] = {}
    for path, source in files.items():
        for resource in resources(path, source):
            names = re.findall(r"\$\{var\.(\w+)\}", resource.attributes.get("route_key", ""))
            whole = re.fullmatch(r"var\.(\w+)", resource.attributes.get("route_key", ""))
            if len(names) == 2:
                takers[posixpath.dirname(path)] = (names[0], names[1], resource)
            elif whole:
                takers[posixpath.dirname(path)] = ("", whole.group(1), resource)
    for path, source in files.items() if takers else ():
        for head in _MODULE.finditer(source):
            body = source[head.end() : _closing(source, head.end())]
            given = {m.group(1): m.group(2).strip('"') for m in _ATTRIBUTE.finditer(body)}
            home = posixpath.normpath(posixpath.join(posixpath.dirname(path), given.get("source", "")))
            if home not in takers:
                continue
            method_name, path_name, resource = takers[home]
            key = (
                f"{given.get(method_name, '')} {given.get(path_name, '')}" if method_name else given.get(path_name, "")
            )
            method, _, route = key.partition(" ")
            if route.startswith("/"):
                line = source.count("\n", 0, head.start()) + 1
                yield Declared(
                    method if method in METHODS else ANY, spell(route), path, line,
                    *_authorization(resource, "authorization_type"), source="Terraform",
                )  # fmt: skip


def _mapped_routes(files: Mapping[str, str]) -> Iterator[Declared]:
    """`"GET /x" = {...}` and `{ route_key = "GET /x" ... }` in maps that a module turns into routes by `for_each`."""
    for path, source in files.items():
        for found in _KEY.finditer(source):
            before = source[source.rfind("\n", 0, found.start()) + 1 : found.start()].strip()
            after = source[found.end() : found.end() + 8].strip()
            if before and not before.endswith(("route_key =", "route_key=", "{", "=")):
                continue
            if not before and not after.startswith(("=", ":")):
                continue
            body = _block_around(source, found.start(), found.end(), as_key=not before)
            kind = re.search(r"(?i)(authorization_?type|authorizer\w*|auth\w*)\s*=\s*(\S+)", body)
            none = kind is None or kind.group(2).strip('",').upper() in {"NONE", "NULL", "FALSE", ""}
            method, _, route = found.group(1).partition(" ")
            evidence = (
                "no authorizer in Terraform"
                if none or kind is None
                else f"{kind.group(1)} {kind.group(2).strip(chr(34))}"
            )
            yield Declared(
                method if method in METHODS else ANY, spell(route), path, source.count("\n", 0, found.start()) + 1,
                Auth.NO if none else Auth.YES, evidence, source="Terraform",
            )  # fmt: skip


def _block_around(source: str, start: int, end: int, *, as_key: bool) -> str:
    """The braces after a key, or those around a value."""
    opened = source.find("{", end) if as_key else source.rfind("{", 0, start)
    if opened < 0 or (as_key and "\n" in source[end:opened]):
        return ""
    return source[opened + 1 : _closing(source, opened + 1)]


def _authorization(resource: Resource, attribute: str) -> tuple[Auth, str]:
    given = resource.attributes.get(attribute)
    if given is None or given.strip('"').upper() == "NONE":
        return Auth.NO, "authorization NONE in Terraform"
    if given.startswith('"') and "$" not in given:
        return Auth.YES, f"authorization {given.strip(chr(34))}"
    return Auth.UNKNOWN, "authorization depends on a variable"
