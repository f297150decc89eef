"""The Serverless Framework's file, included files among them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import Any

from auditor.model.pattern import lazy
from scanners.endpoints.declarations.cloudformation import resolve_handler
from scanners.endpoints.declarations.documents import Block, block, text
from scanners.endpoints.endpoint import Declared
from scanners.routing.evidence import Auth
from scanners.routing.route import ANY, spell

_FILE = lazy(r"^\$\{file\(([^)]+)\)(?::([\w.]+))?\}$")


def is_serverless(path: str, document: Block) -> bool:
    """Whether a file is a service of the Serverless Framework."""
    return bool(re.search(r"(^|/)serverless[\w.-]*\.ya?ml$", path)) and "provider" in document


def serverless_routes(document: Block, path: str, read: Callable[[str], Block | None]) -> Iterator[Declared]:
    """Routes of all functions."""
    base = posixpath.dirname(path)

    def included(value: Any, depth: int = 0) -> tuple[Any, str]:
        """A value with `${file(...)}` followed, and the file it stands in."""
        found = _FILE.match(value.strip()) if isinstance(value, str) else None
        if not found or depth > 4:
            return value, path
        name = posixpath.normpath(posixpath.join(base, found.group(1).strip("'\" ")))
        inner: Any = read(name)
        for part in (found.group(2) or "").split("."):
            inner = block(inner).get(part) if part else inner
        return inner, name

    functions, home = included(document.get("functions"))
    entries = functions if isinstance(functions, list) else [functions]
    default = block(block(document.get("provider")).get("httpApi")).get("authorizer")
    for entry in entries:
        table, file = included(entry)
        file = home if file == path else file
        for value in block(table).values():
            function, where = included(value)
            where = block(function).home or (file if where == path else where)
            yield from _function(block(function), where, base, default)


def _function(function: Block, file: str, base: str, default: object) -> Iterator[Declared]:
    handler = resolve_handler(base, ".", text(function.get("handler"))) if function.get("handler") else ""
    if base and handler.startswith(f"{base}/{base}/"):  # already from the root of the repository
        handler = handler.removeprefix(f"{base}/")
    events = function.get("events")
    for event in events if isinstance(events, list) else []:
        for kind in ("http", "httpApi"):
            details = block(event).get(kind) if isinstance(event, Block) else None
            if details is not None:
                found = _event(details, kind, file, block(event).line(kind), handler, default)
                if found is not None:
                    yield found
    url = function.get("url")
    if url is not None and url is not False:
        authorizer = text(block(url).get("authorizer"))
        auth = Auth.YES if authorizer == "aws_iam" else Auth.NO
        evidence = "function URL with IAM" if authorizer else "function URL without authorizer"
        yield Declared(ANY, "$default", file, function.line("url"), auth, evidence, handler, source="function URL")


def _event(details: object, kind: str, file: str, line: int, handler: str, default: object) -> Declared | None:
    authorizer: object = default
    if isinstance(details, str):
        method, _, path = details.strip().partition(" ")
        if method == "*":
            return Declared(ANY, "$default", file, line, *_auth(authorizer), handler, source="Serverless")
    else:
        method, path = text(block(details).get("method")) or ANY, text(block(details).get("path"))
        authorizer = block(details).get("authorizer", default)
        if block(details).get("private") in {True, "true"}:
            authorizer = "API key"
    if not path and kind == "httpApi":
        return None
    method = method.upper()
    method = ANY if method in {"*", "ANY"} else method
    schema = (
        "request schema"
        if block(block(details).get("request")).get("schemas") or block(block(details).get("request")).get("schema")
        else ""
    )
    if method == "OPTIONS":
        return None
    auth, evidence = _auth(authorizer)
    return Declared(method, spell(path.strip() or "/"), file, line, auth, evidence, handler, schema, "Serverless")


def _auth(authorizer: object) -> tuple[Auth, str]:
    if authorizer is None or authorizer is False:
        return Auth.NO, "no authorizer in serverless.yml"
    if isinstance(authorizer, Block):
        name = text(authorizer.get("name")) or text(authorizer.get("type")) or text(authorizer.get("arn")) or "set"
        return Auth.YES, f"authorizer {name}"
    if isinstance(authorizer, str) and authorizer.startswith("${"):
        return (Auth.YES, "authorizer from the configuration") if "file" in authorizer or "custom" in authorizer else (
            Auth.UNKNOWN, "authorizer depends on a variable"
        )  # fmt: skip
    return Auth.YES, f"authorizer {authorizer}"
