"""SAM and CloudFormation templates, and what the CDK writes out."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scanners.endpoints.declarations.documents import Block, block, refers_to, text
from scanners.endpoints.declarations.openapi import openapi_routes
from scanners.endpoints.endpoint import Declared
from scanners.routing.evidence import Auth
from scanners.routing.route import ANY, spell

ReadFile = Callable[[str], Block | None]


def is_template(document: Block) -> bool:
    """Whether a document is a CloudFormation template."""
    resources = document.get("Resources")
    return isinstance(resources, Block) and any(
        text(block(r).get("Type")).startswith("AWS::") for r in resources.values()
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Template:
    """One template and what it needs to be read."""

    path: str
    document: Block
    read: ReadFile
    """Reads a document by its path in the repository, for included OpenAPI files."""

    def routes(self) -> Iterator[Declared]:
        """Every route that is declared."""
        for name, resource in block(self.document.get("Resources")).items():
            kind = text(block(resource).get("Type"))
            properties = block(block(resource).get("Properties"))
            line = block(self.document["Resources"]).line(name)
            if kind == "AWS::Serverless::Function":
                yield from self._function(properties, line)
            elif kind in {
                "AWS::Serverless::Api",
                "AWS::Serverless::HttpApi",
                "AWS::ApiGateway::RestApi",
                "AWS::ApiGatewayV2::Api",
            }:
                yield from self._definition(properties, line)
            elif kind == "AWS::ApiGateway::Method":
                yield from self._method(properties, line)
            elif kind == "AWS::ApiGatewayV2::Route":
                yield from self._route(properties, line)
            elif kind == "AWS::Lambda::Url":
                target = refers_to(properties.get("TargetFunctionArn")) or text(properties.get("TargetFunctionArn"))
                yield self._url(properties, self._handler_of(target), line)

    # -- SAM ----------------------------------------------------------------------------------------------------

    def _function(self, properties: Block, line: int) -> Iterator[Declared]:
        handler = self._handler(properties)
        events = block(properties.get("Events"))
        for name, event in events.items():
            kind, details = text(block(event).get("Type")), block(block(event).get("Properties"))
            if kind not in {"Api", "HttpApi"}:
                continue
            path = text(details.get("Path")) or ("$default" if kind == "HttpApi" else "")
            if not path:
                continue
            method = (text(details.get("Method")) or ANY).upper()
            auth, evidence = self._sam_auth(kind, details)
            place = block(event).line("Type") if block(event).lines else events.line(name)
            yield Declared(
                ANY if method in {"ANY", "*"} else method, path if path == "$default" else spell(path), self.path, place,
                auth, evidence, handler, source="SAM",
            )  # fmt: skip
        if "FunctionUrlConfig" in properties:
            yield self._url(
                block(properties["FunctionUrlConfig"]), handler, properties.line("FunctionUrlConfig") or line
            )

    def _sam_auth(self, kind: str, details: Block) -> tuple[Auth, str]:
        own = block(details.get("Auth"))
        authorizer = text(own.get("Authorizer"))
        if authorizer:
            if authorizer.upper() == "NONE":
                return Auth.NO, "authorizer NONE in the template"
            return Auth.YES, f"authorizer {authorizer}"
        if _true(own.get("ApiKeyRequired")):
            return Auth.YES, "API key"
        reference = refers_to(details.get("RestApiId") or details.get("ApiId"))
        api = block(block(block(self.document.get("Resources")).get(reference)).get("Properties"))
        for source in (block(api.get("Auth")), block(block(block(self.document.get("Globals")).get(kind)).get("Auth"))):
            default = text(source.get("DefaultAuthorizer"))
            if default and default.upper() != "NONE":
                return Auth.YES, f"default authorizer {default}"
            if _true(source.get("ApiKeyRequired")):
                return Auth.YES, "API key"
            if isinstance(source.get("DefaultAuthorizer"), Block):
                return Auth.UNKNOWN, "authorizer depends on a parameter"
        if reference and not api:
            return Auth.UNKNOWN, "the API is declared elsewhere"
        return Auth.NO, "no authorizer in the template"

    def _definition(self, properties: Block, line: int) -> Iterator[Declared]:
        """OpenAPI given in the template or in an included file."""
        body = properties.get("DefinitionBody") or properties.get("Body")
        place = self.path
        document = block(body)
        include = block(document.get("Fn::Transform"))
        location: object = block(include.get("Parameters")).get("Location") if include else None
        location = location or properties.get("DefinitionUri") or properties.get("BodyS3Location")
        if isinstance(location, str) and "://" not in location:
            place = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), location))
            document = self.read(place) or Block()
        if "paths" not in document:
            return
        default = text(block(properties.get("Auth")).get("DefaultAuthorizer"))
        for route in openapi_routes(document, place):
            handler = self._handler_of(route.handler)
            auth, evidence = route.auth, route.evidence
            if auth is Auth.NO and default and default.upper() != "NONE":
                auth, evidence = Auth.YES, f"default authorizer {default}"
            yield Declared(
                route.method,
                route.path,
                place,
                route.line or line,
                auth,
                evidence,
                handler,
                route.validation,
                "OpenAPI",
            )

    # -- CloudFormation -----------------------------------------------------------------------------------------

    def _method(self, properties: Block, line: int) -> Iterator[Declared]:
        method = text(properties.get("HttpMethod")).upper()
        if method == "OPTIONS" or not method:
            return
        path = self._path_of(properties.get("ResourceId"))
        if path is None:
            return
        kind = properties.get("AuthorizationType")
        if _true(properties.get("ApiKeyRequired")):
            auth, evidence = Auth.YES, "API key"
        else:
            auth, evidence = _by_type(kind)
        integration = block(properties.get("Integration"))
        uri = integration.get("Uri")
        yield Declared(
            ANY if method == "ANY" else method, spell(path), self.path, line, auth, evidence,
            self._handler_of(refers_to(uri)), "request validator" if properties.get("RequestValidatorId") else "",
            "CloudFormation", by_itself=text(integration.get("Type")).upper() == "MOCK",
        )  # fmt: skip

    def _path_of(self, value: object, depth: int = 0) -> str | None:
        if depth > 20:
            return None
        if isinstance(value, Block) and "Fn::GetAtt" in value:
            return "/"
        name = refers_to(value)
        resource = block(block(self.document.get("Resources")).get(name))
        if text(resource.get("Type")) != "AWS::ApiGateway::Resource":
            return "/" if not name or "RestApi" in text(resource.get("Type")) else None
        properties = block(resource.get("Properties"))
        parent = self._path_of(properties.get("ParentId"), depth + 1)
        part = text(properties.get("PathPart"))
        return None if parent is None or not part else f"{parent.rstrip('/')}/{part}"

    def _route(self, properties: Block, line: int) -> Iterator[Declared]:
        key = text(properties.get("RouteKey"))
        if not key:
            return
        method, _, path = key.partition(" ")
        auth, evidence = _by_type(properties.get("AuthorizationType"))
        integration = refers_to(properties.get("Target"))
        target = block(block(block(self.document.get("Resources")).get(integration)).get("Properties"))
        handler = self._handler_of(refers_to(target.get("IntegrationUri")))
        if method.upper() == "OPTIONS":
            return
        yield Declared(
            method.upper() if path and method.upper() != "ANY" else ANY, spell(path) if path else "$default", self.path,
            line, auth, evidence, handler, source="CloudFormation",
        )  # fmt: skip

    def _url(self, properties: Block, handler: str, line: int) -> Declared:
        kind = text(properties.get("AuthType")).upper()
        auth = {"NONE": Auth.NO, "AWS_IAM": Auth.YES}.get(kind, Auth.UNKNOWN)
        evidence = {"NONE": "function URL with AuthType NONE", "AWS_IAM": "function URL with IAM"}.get(
            kind, "function URL"
        )
        return Declared(ANY, "$default", self.path, line, auth, evidence, handler, source="function URL")

    # -- handlers -----------------------------------------------------------------------------------------------

    def _handler_of(self, name: str) -> str:
        resource = block(block(self.document.get("Resources")).get(name))
        if not text(resource.get("Type")).endswith("::Function"):
            return ""
        return self._handler(block(resource.get("Properties")))

    def _handler(self, properties: Block) -> str:
        """`folder/module.function` of a function's code; empty when it is not a file of this repository."""
        defaults = block(block(self.document.get("Globals")).get("Function"))
        handler = text(properties.get("Handler")) or text(defaults.get("Handler"))
        code = properties.get("CodeUri", defaults.get("CodeUri", properties.get("Code")))
        folder = code if isinstance(code, str) and "://" not in code else "."
        if not handler:
            return ""
        return resolve_handler(posixpath.dirname(self.path), folder, handler)


def resolve_handler(base: str, folder: str, handler: str) -> str:
    """`src` and `users.create` (or `app/users.create`, `app.users.create`) as `base/src/users.create`."""
    module, _, function = handler.rpartition(".")
    module = module.replace(".", "/") if "/" not in module else module
    path = posixpath.normpath(posixpath.join(base, folder, module))
    return f"{path}.{function}" if function else ""


def _by_type(kind: object) -> tuple[Auth, str]:
    if kind is None or text(kind).upper() == "NONE":
        return Auth.NO, "authorization NONE in the template"
    if text(kind):
        return Auth.YES, f"authorization {text(kind)}"
    return Auth.UNKNOWN, "authorization depends on a parameter"


def _true(value: object) -> bool:
    return value is True or text(value).lower() == "true"
