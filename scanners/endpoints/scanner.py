"""The scanner: programs in, records and matches out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from auditor.errors import NotScannedError
from auditor.model.fact import Record
from auditor.model.location import CodeLocation
from auditor.model.ports import Files, ScanContext
from auditor.model.run import ScanResult
from auditor.model.target import Repo, ScanTarget
from scanners.endpoints.backends import inventory, is_opaque
from scanners.endpoints.calls import Calls
from scanners.endpoints.declarations.cdk import cdk_routes
from scanners.endpoints.declarations.merging import merge
from scanners.endpoints.declarations.reading import read_declarations, unused_authorizers
from scanners.endpoints.declarations.serverless_program import serverless_programs
from scanners.endpoints.endpoint import Endpoint, FrontCall
from scanners.endpoints.faults import matches
from scanners.endpoints.file_routes import by_place
from scanners.endpoints.forms import form_calls
from scanners.endpoints.hardening import Fault, faults, server_files
from scanners.endpoints.join import Joined, join, unique
from scanners.endpoints.relevance import is_relevant
from scanners.endpoints.server_only import server_only
from scanners.endpoints.settings import read_settings
from scanners.routing.guards import Guards
from scanners.syntax.nesting import room_for_nesting
from scanners.syntax.program import Program
from scanners.syntax.reading import language, read_programs

_PYTHON = re.compile(
    rb"\bevent\b|(?i:prefix|api_v\d|base_path)|(?m:^[A-Z_]*(?:ENDPOINT|API_PATH|API_ROOT)\s*=)|HTTPRequestHandler|RequestHandler|ROOT_URLCONF|falcon|aiohttp|starlette|urlpatterns|REST_FRAMEWORK|View\b|ViewSet|def \w+\(request|add_method|add_routes|Flask|FastAPI|APIRouter|Blueprint|Chalice|aws_lambda_powertools|route|urlpatterns|Resource|Resolver|"
    rb"\bdef \w*(auth|token|user|verify|login|permission|check|require)\w*|BaseModel|HTTPException|abort|jwt"
)
_SERVER_WORDS = (
    b"express", b"exports", b"handler", b"fastify", b"koa", b"hono", b"router(", b"createserver", b"lambda", b"addmethod",
    b"addroutes", b"@controller", b"nestjs", b"onrequest", b"nextre", b"httpmethod", b"serverless", b"middleware",
    b"export const config", b"tsoa", b"@get(", b"@post(", b"@httpget(", b"@httppost(", b"routeprefix", b"nestfactory", b"setglobalprefix", b"app_guard", b"addhook", b"statuscode",
)  # fmt: skip
_GATHERS = ("__init__.py", "index.ts", "index.js", "index.mjs", "index.cjs", "index.mts")
_EVENT = re.compile(rb"\(event\b|\bevents\s*:")


class Endpoints:
    """Back ends, front ends, and the join."""

    name = "endpoints"
    kinds = frozenset({"repo"})
    timeless = True  # what it says does not depend on the date, so it is remembered over months

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        """Look at a repository.

        Raises:
            NotScannedError: it has no files to look at.
        """
        if context.files is None or not isinstance(target, Repo):
            raise NotScannedError("endpoints are looked for in repositories")
        with room_for_nesting():
            return self._scan(target, context.files)

    def _scan(self, target: Repo, files: Files) -> ScanResult:
        sources = read_programs(files, files.entries(), _wanted)
        program = Program(sources.modules)
        found = inventory(program)
        deployed, described, broken = read_declarations(files)
        deployed.extend(cdk_routes(program))
        deployed.extend(serverless_programs(program))
        if not sources.files and not deployed and not described and not broken:
            return ScanResult(skipped="no program in Python, JavaScript or TypeScript, no page, and no declared route")
        guards = Guards(program)
        everything, unserved = merge(found, deployed, described, guards)
        endpoints = sorted(unique(everything), key=lambda e: (e.file, e.line, e.path, e.method))
        servers = server_only(program, (e.file for e in endpoints if language(e.file) == "script"))
        calls = _once((*Calls(program, read_settings(files)).all(servers), *form_calls(sources.pages)))
        dynamic = frozenset(path for path, _ in found.dynamic)
        joined = join(endpoints, calls, dynamic=dynamic, opaque=is_opaque(found, endpoints))
        backend = server_files(program, (e.file for e in endpoints), (s.path for s, _ in found.handlers.values()))
        places = faults(program, backend, guards)
        places += [Fault("dynamic-dispatch", path, line) for path, line in dict.fromkeys(found.dynamic)]
        places += unused_authorizers(files, deployed)
        return ScanResult(
            matches=tuple(matches(target, endpoints, joined, unserved, places)),
            records=tuple(_records(target, endpoints, calls, joined)),
            looked_at={"files": sources.files, "endpoints": len(endpoints), "calls": len(calls)},
            not_scanned=(*sources.not_scanned, *broken),
        )


def _wanted(path: str, content: bytes) -> bool:
    kind = language(path)
    if path.endswith(_GATHERS) and (b"import" in content or b"export" in content or b"require" in content):
        return True  # it may pass on what other files define
    if kind == "python":
        return _PYTHON.search(content) is not None
    if (kind == "script" and by_place(path)) or path.endswith((".vue", ".svelte")):
        return True
    return is_relevant(content) or (kind == "script" and _serves(content))


def _serves(content: bytes) -> bool:
    """Whether a script has a word of servers; plain searches are ten times as fast as one expression."""
    text = content.lower()
    return any(word in text for word in _SERVER_WORDS) or _EVENT.search(text) is not None


def _once(calls: Iterable[FrontCall]) -> list[FrontCall]:
    """One call a place, method and path."""
    return sorted(dict.fromkeys(calls), key=lambda c: (c.file, c.line, c.path, c.method))


def _records(target: Repo, endpoints: list[Endpoint], calls: list[FrontCall], joined: Joined) -> Iterator[Record]:
    unguarded, dead, undeclared = (set(map(id, found)) for found in (joined.open, joined.dead, joined.undeclared))
    for e in endpoints:
        text = {
            "method": e.method, "path": e.path, "match": str(e.match), "auth": str(e.auth), "evidence": e.evidence,
            "validation": e.validation, "handler": e.handler, "file": e.file, "line": str(e.line),
            "backend": e.backend, "guard": str(e.strength), "declared": e.declared, "open": _yes(e, unguarded),
            "dead": _yes(e, dead), "undeclared": _yes(e, undeclared),
        }  # fmt: skip
        place = CodeLocation(target.name, e.file, e.line, commit=target.commit, scope=e.handler)
        yield Record("endpoint", target.entity, f"{e.method} {e.path}", place, text)
    missing = set(map(id, joined.missing))
    for c in calls:
        text = {
            "method": c.method, "path": c.path, "base": c.base, "file": c.file, "line": str(c.line),
            "missing": _yes(c, missing),
        }  # fmt: skip
        place = CodeLocation(target.name, c.file, c.line, commit=target.commit)
        yield Record("call", target.entity, f"{c.method} {c.path}", place, text)


def _yes(item: object, chosen: set[int]) -> str:
    return "yes" if id(item) in chosen else ""
