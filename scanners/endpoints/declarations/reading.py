"""All declared routes of a repository."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.model.pattern import lazy
from auditor.model.ports import FileEntry, Files
from auditor.model.run import NotScanned
from scanners.endpoints.declarations.cloudformation import Template, is_template
from scanners.endpoints.declarations.documents import Block, read_document
from scanners.endpoints.declarations.openapi import is_gateway, is_openapi, openapi_routes
from scanners.endpoints.declarations.serverless import is_serverless, serverless_routes
from scanners.endpoints.declarations.terraform import terraform_routes
from scanners.endpoints.endpoint import Declared
from scanners.endpoints.hardening import Fault
from scanners.routing.evidence import Auth
from scanners.syntax.reading import TESTS

_RELEVANT = lazy(
    rb"AWS::Serverless|AWS::ApiGateway|AWS::Lambda::Url|[\"']?\b(?:openapi|swagger)[\"']?\s*:|^functions\s*:|handler\s*:|"
    rb"aws_api_?gateway|aws_lambda_function|route_key|^\s*module\s+\"",
    re.MULTILINE,
)
_WORDS = (
    b"AWS::Serverless", b"AWS::ApiGateway", b"AWS::Lambda::Url", b"openapi", b"swagger", b"functions", b"handler", b"aws_api",
    b"aws_lambda_function", b"route_key", b"module",
)  # fmt: skip
"""One of them is in everything that is relevant; plain searches are many times as fast as the expression."""
_SKIP = lazy(
    r"(^|/)(node_modules|\.venv|venv|vendor|\.terraform|\.git|site-packages|\.aws-sam|dist|\.serverless|\.chalice)/|(^|/)out/sam\.json$"
)
_MODULE_EXAMPLE = lazy(r"(^|/)modules/.*/examples?/")
"""What shows how to use a Terraform module deploys nothing."""
_ENDS = (".yaml", ".yml", ".json", ".template", ".tf", ".tfvars")
LARGEST = 2 * 1024 * 1024


def read_declarations(files: Files) -> tuple[list[Declared], list[Declared], list[NotScanned]]:
    """(routes that are deployed from here, routes that an OpenAPI file only describes, Terraform files that cannot be read)."""
    entries = [
        e for e in files.entries()
        if e.path.endswith(_ENDS) and e.size <= LARGEST and not _SKIP.search(e.path) and not TESTS.search(e.path)
        and not _MODULE_EXAMPLE.search(e.path) and not e.path.endswith(("package-lock.json", "package.json", "tsconfig.json"))
    ]  # fmt: skip
    by_path = {e.path: e for e in entries}
    content = {
        e.path: body
        for e, body in files.read_many(entries)
        if any(word in body for word in _WORDS) and _RELEVANT.search(body)
    }
    documents: dict[str, Block | None] = {}

    def read(path: str) -> Block | None:
        if path not in documents:
            body = content.get(path)
            if body is None and path in by_path:
                body = _content(files, by_path[path])
            documents[path] = read_document(body) if body is not None else None
        return documents[path]

    deployed: list[Declared] = []
    described: list[Declared] = []
    gateways: set[str] = set()
    for path in content:
        document = read(path) if not path.endswith(".tf") else None
        if document is None:
            continue
        if is_template(document):
            deployed.extend(Template(path, document, read).routes())
        elif is_serverless(path, document):
            deployed.extend(serverless_routes(document, path, read))
        elif is_openapi(document):
            described.extend(openapi_routes(document, path))
            gateways.update([path] if is_gateway(document) else ())
    broken: dict[str, str] = {}
    if any(path.endswith(".tf") for path in content):  # what the others say of variables counts too
        deployed.extend(terraform_routes(_texts(files, entries, ".tf"), _texts(files, entries, ".tfvars"), broken))
    not_scanned = [
        NotScanned(path, "syntax error", expected=path not in content, detail=reason)
        for path, reason in sorted(broken.items())
    ]
    return (*_apart(deployed, described, gateways), not_scanned)


def _apart(
    deployed: list[Declared], described: list[Declared], gateways: set[str]
) -> tuple[list[Declared], list[Declared]]:
    """An OpenAPI file that says where a gateway sends requests is deployed, unless another file says what is."""
    included = {(d.file, d.method, d.path) for d in deployed}
    described = [d for d in described if (d.file, d.method, d.path) not in included]
    if deployed:
        return deployed, described
    return [d for d in described if d.file in gateways], [d for d in described if d.file not in gateways]


def _texts(files: Files, entries: Sequence[FileEntry], end: str) -> dict[str, str]:
    """Files of one ending."""
    wanted = [e for e in entries if e.path.endswith(end)]
    return {e.path: body.decode(errors="replace") for e, body in files.read_many(wanted)}


def _content(files: Files, entry: FileEntry) -> bytes | None:
    return next((body for _, body in files.read_many([entry])), None)


_AUTHORIZER = lazy(
    rb"^\s*resource\s+\"aws_api_?gateway(?:v2)?_authorizer\"|^\s*Authorizers\s*:|[\"']?AWS::ApiGateway(?:V2)?::Authorizer",
    re.MULTILINE,
)


def unused_authorizers(files: Files, deployed: Sequence[Declared]) -> list[Fault]:
    """Authorizers that are declared while no route has one: only where the routes are seen."""
    if not deployed or any(d.auth is not Auth.NO for d in deployed):
        return []
    sources = {d.file for d in deployed}
    entries = [e for e in files.entries() if e.path in sources]
    found: list[Fault] = []
    for entry, body in files.read_many(entries):
        match = _AUTHORIZER.search(body)
        if match is not None:
            line = body.count(b"\n", 0, match.start()) + 1 + body[match.start() : match.end()].count(b"\n")
            found.append(Fault("authorizer-unused", entry.path, line))
    return found
