"""OpenAPI 2 and 3 documents, with Amazon's extensions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanners.endpoints.declarations.documents import Block, block, text
from scanners.endpoints.endpoint import Declared
from scanners.routing.evidence import Auth
from scanners.routing.route import ANY, spell

_METHODS = {
    "get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE", "head": "HEAD",
    "x-amazon-apigateway-any-method": ANY,
}  # fmt: skip


def is_openapi(document: Block) -> bool:
    """Whether a document describes an HTTP API."""
    return ("openapi" in document or "swagger" in document) and isinstance(document.get("paths"), Block)


def openapi_routes(document: Block, path: str) -> Iterator[Declared]:
    """Every operation; its `handler` is the logical name of a Lambda function where the integration says one."""
    amazon = _has(document, _AMAZON)
    prefix = "" if amazon else text(document.get("basePath"))  # in Amazon's exports that is the stage
    servers = document.get("servers")
    if isinstance(servers, list) and servers and not prefix and not amazon:
        prefix = _server_path(text(block(servers[0]).get("url")))
    paths = block(document.get("paths"))
    for route, item in paths.items():
        for key, operation in block(item).items():
            method = _METHODS.get(key.lower())
            if method is None or not isinstance(operation, Block):
                continue
            auth, evidence = _security(operation, document)
            whole = route if not prefix.strip("/") else prefix.rstrip("/") + route
            yield Declared(
                method, spell(whole), path, block(item).line(key), auth, evidence, _function(operation),
                "schema in OpenAPI" if _has_schema(operation) else "", "OpenAPI",
            )  # fmt: skip


_AMAZON = ("x-amazon-apigateway-integration",)
_GATEWAYS = (*_AMAZON, "x-google-backend", "x-azure-backend")


def is_gateway(document: Block) -> bool:
    """Whether a document says where a gateway sends each request: then it is deployed, and does not only describe."""
    return _has(document, _GATEWAYS)


def _has(document: Block, keys: tuple[str, ...]) -> bool:
    items = [block(item) for item in block(document.get("paths")).values()]
    places = [document, *items, *(block(operation) for item in items for operation in item.values())]
    return any(key in place for place in places for key in keys)


def _server_path(url: str) -> str:
    path = re.sub(r"^[a-z]+://[^/]+", "", url)
    return "" if "{" in path or path in {"/", ""} else path


def _security(operation: Block, document: Block) -> tuple[Auth, str]:
    own = operation.get("security", document.get("security"))
    kind = text(block(operation.get("x-amazon-apigateway-auth")).get("type"))
    if kind.upper() == "NONE":
        return Auth.NO, "auth NONE in the OpenAPI file"
    if isinstance(own, list):
        names = [name for item in own for name in block(item)]
        if names and all(block(item) for item in own):
            return Auth.YES, f"security {names[0]} in the OpenAPI file"
        return Auth.NO, "security optional or empty in the OpenAPI file"
    if kind:
        return Auth.YES, f"auth {kind} in the OpenAPI file"
    return Auth.NO, "no security in the OpenAPI file"


def _has_schema(operation: Block) -> bool:
    body = operation.get("requestBody")
    parameters = operation.get("parameters")
    in_body = isinstance(parameters, list) and any(text(block(p).get("in")) == "body" for p in parameters)
    return isinstance(body, Block) or in_body


def _function(operation: Block) -> str:
    integration = block(operation.get("x-amazon-apigateway-integration"))
    uri = integration.get("uri")
    if isinstance(uri, Block):
        uri = uri.get("Fn::Sub")
    found = re.search(r"\$\{(\w+)\.(?:Arn|Alias)\}", uri) if isinstance(uri, str) else None
    return found.group(1) if found else ""
