"""What is found: endpoints with their guards, calls, and what routes a request."""

from __future__ import annotations

from dataclasses import dataclass

from scanners.routing.evidence import Auth
from scanners.routing.route import Match
from scanners.syntax import tree as t


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in a program that serves requests, before anything is judged."""

    method: str
    """Upper case, or `ANY`."""
    path: str
    """In one spelling; empty when the code does not look at the path."""
    match: Match
    file: str
    line: int
    handler: str
    """Name of the function that answers; empty for an anonymous one."""
    backend: str
    """What is served together: the file of the router or application."""
    before: tuple[tuple[str, t.Node], ...] = ()
    """Middleware, dependencies and functions that run before all routes of an application, with their files."""
    body: tuple[t.Node, ...] = ()
    """Statements of the branch, or of the handler."""
    decorators: tuple[t.Node, ...] = ()
    """Decorators, dependencies and middleware of the route."""
    module: str = ""
    """File whose names the nodes use; empty: `file`."""
    framework: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the inventory."""

    method: str
    path: str
    match: Match
    auth: Auth
    evidence: str
    validation: str
    handler: str
    file: str
    line: int
    backend: str = ""
    strength: str = ""
    declared: str = ""
    """`file:line` of the infrastructure code that routes to it; empty: none in this repository."""
    framework: str = ""
    by_action: bool = False
    """Told apart by a field of the request and not by an address."""


@dataclass(frozen=True, slots=True)
class FrontCall:
    """A request that a front end makes."""

    method: str
    path: str
    """In one spelling, `{name}` for what is filled in at run time; a whole address for other hosts."""
    base: str
    """What stands before the path: a constant's name or value; empty: the page's own host."""
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Declared:
    """A route in infrastructure code."""

    method: str
    path: str
    file: str
    line: int
    auth: Auth
    evidence: str
    handler: str = ""
    """As declared: `folder/module.function`, without extension; empty when it cannot be seen."""
    validation: str = ""
    source: str = ""
    """`SAM`, `CloudFormation`, `Serverless`, `Terraform`, `OpenAPI`."""
    by_itself: bool = False
    """The gateway answers without any function."""

    @property
    def is_wildcard(self) -> bool:
        """Whether it takes everything below."""
        return "+}" in self.path or "*" in self.path or self.path == "$default"
