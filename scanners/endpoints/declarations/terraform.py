"""API Gateway and function URLs in Terraform."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from auditor.model.pattern import lazy
from scanners.endpoints.declarations.cloudformation import resolve_handler
from scanners.endpoints.declarations.hcl_values import Address, Pieces, known
from scanners.endpoints.declarations.terraform_modules import Instance, Module, instances, roots
from scanners.endpoints.declarations.terraform_written import written_routes
from scanners.endpoints.endpoint import Declared
from scanners.routing.evidence import Auth
from scanners.routing.route import ANY, METHODS, spell

_GATEWAY = lazy(r"aws_api_?gateway|aws_lambda_function_url|apigateway|lambda_function_url")
_KINDS = frozenset(
    {"aws_apigatewayv2_route", "aws_api_gateway_method", "aws_lambda_function_url", "aws_apigatewayv2_api",
     "aws_apigatewayv2_integration", "aws_api_gateway_integration"}
)  # fmt: skip
_WITHOUT_METHOD = frozenset({"$default", "$connect", "$disconnect"})


def terraform_routes(
    files: Mapping[str, str], settings: Mapping[str, str] | None = None, unreadable: dict[str, str] | None = None
) -> Iterator[Declared]:
    """Routes of all files together; `settings`: files of values for variables.

    Of a file that cannot be read, `unreadable` gets the path and the reason; only its maps of routes count.
    """
    if not any(_GATEWAY.search(source) for source in files.values()):
        return
    found: list[Declared] = []
    broken = unreadable if unreadable is not None else {}
    tops = roots(files, settings or {}, broken)
    doubtful = bool(broken)
    for root in tops:
        made = list(root.resources(_KINDS))
        for instance in made:
            routes = list(_routes(instance, made))
            doubtful = doubtful or not (routes or instance.block.labels[0] in _SILENT or _is_preflight(instance))
            found.extend(routes)
        found.extend(_of_registry(root))
    seen: set[tuple[str, str]] = set()
    for declared in found:
        seen.add((declared.method, declared.path))
    yield from dict.fromkeys(found)
    if doubtful or not found:
        yield from (d for d in written_routes(files) if (d.method, d.path) not in seen)


_SILENT = frozenset({"aws_apigatewayv2_api", "aws_apigatewayv2_integration", "aws_api_gateway_integration"})


def _is_preflight(instance: Instance) -> bool:
    return instance.value("http_method") == "OPTIONS" or str(instance.value("route_key")).startswith(("OPTIONS", "$"))


def _routes(instance: Instance, made: list[Instance]) -> Iterator[Declared]:
    kind = instance.block.labels[0]
    if kind == "aws_apigatewayv2_route":
        yield from _http_route(instance)
    elif kind == "aws_apigatewayv2_api" and "target" in instance.block.attributes:
        key = instance.value("route_key")
        yield from _of_key(
            key if isinstance(key, str) else "$default", instance, (Auth.NO, "no authorizer in Terraform"),
            _function_handler(instance.value("target")),
        )  # fmt: skip
    elif kind == "aws_api_gateway_method":
        yield from _rest_method(instance, made)
    elif kind == "aws_lambda_function_url":
        given = instance.value("authorization_type")
        written = given.upper() if isinstance(given, str) else ""
        auth = {"NONE": Auth.NO, "AWS_IAM": Auth.YES}.get(written, Auth.UNKNOWN)
        yield Declared(
            ANY, "$default", instance.file, instance.block.line, auth,
            f"function URL with {written or 'computed'} authorization", _function_handler(instance.value("function_name")),
            source="function URL",
        )  # fmt: skip


def _http_route(instance: Instance) -> Iterator[Declared]:
    key = instance.value("route_key")
    if isinstance(key, str):
        yield from _of_key(key, instance, _authorization(instance, "authorization_type"), _target(instance))


def _of_key(key: str, instance: Instance, access: tuple[Auth, str], handler: str) -> Iterator[Declared]:
    method, _, path = key.strip().partition(" ")
    if method == "OPTIONS" or (not path and key not in _WITHOUT_METHOD):
        return
    if key in {"$connect", "$disconnect"}:
        return
    yield Declared(
        method if path and method in METHODS else ANY, spell(path.strip()) if path else "$default", instance.file,
        instance.block.line, *access, handler, source="Terraform",
    )  # fmt: skip


def _rest_method(instance: Instance, made: list[Instance]) -> Iterator[Declared]:
    method, place = instance.value("http_method"), instance.value("resource_id")
    path = _path(place)
    if not isinstance(method, str) or method.upper() == "OPTIONS" or path is None:
        return
    auth, evidence = _authorization(instance, "authorization")
    if instance.value("api_key_required") is True:
        auth, evidence = Auth.YES, "API key"
    handler = ""
    for other in made:
        if other.block.labels[0] != "aws_api_gateway_integration" or other.module is not instance.module:
            continue
        if _same_place(other.value("resource_id"), place, instance) and _same_method(other, instance, method):
            handler = _function_handler(other.value("uri"))
            break
    yield Declared(
        ANY if method.upper() == "ANY" else method.upper(), spell(path), instance.file, instance.block.line, auth, evidence,
        handler, source="Terraform",
    )  # fmt: skip


def _same_place(value: object, place: object, method: Instance) -> bool:
    if not isinstance(value, Address):
        return False
    if value.kind == "aws_api_gateway_method":  # `resource_id = aws_api_gateway_method.x.resource_id`
        return (value.name, value.key) == (method.block.labels[1], method.key)
    return isinstance(place, Address) and value.same(place) and value.key == place.key


def _same_method(integration: Instance, method: Instance, verb: str) -> bool:
    value = integration.value("http_method")
    if isinstance(value, Address):
        return value.kind != "aws_api_gateway_method" or (
            value.name == method.block.labels[1] and value.key in {None, method.key}
        )
    return not isinstance(value, str) or value.upper() == verb.upper()


def _authorization(instance: Instance, attribute: str) -> tuple[Auth, str]:
    given = instance.value(attribute)
    if given is None or given == "" or (isinstance(given, str) and given.upper() == "NONE"):
        return Auth.NO, "authorization NONE in Terraform"
    if isinstance(given, str):
        return Auth.YES, f"authorization {given}"
    return Auth.UNKNOWN, "authorization depends on a variable"


def _path(place: object, depth: int = 0) -> str | None:
    """The path of a REST resource, from its parents."""
    if not isinstance(place, Address) or depth > 20:
        return None
    if place.kind.removeprefix("data.") == "aws_api_gateway_rest_api":
        return "/"
    if place.kind == "data.aws_api_gateway_resource":
        return _told(place, "path") if isinstance(_told(place, "path"), str) else None  # type: ignore[return-value]
    if place.kind != "aws_api_gateway_resource":
        return None
    part, parent = _told(place, "path_part"), _path(_told(place, "parent_id"), depth + 1)
    return f"{parent.rstrip('/')}/{part}" if parent is not None and isinstance(part, str) and part else None


def _told(address: Address, attribute: str) -> object:
    """An attribute as it is written in the resource of an address."""
    home = address.module
    block = home.find(address.kind, address.name) if isinstance(home, Module) else None
    if block is None or attribute not in block.attributes or not isinstance(home, Module):
        return None
    made = list(instances(block, home))
    own = next((o for key, o in made if key == address.key), made[0][1] if made else {})
    return known(block.attributes[attribute], home, own)


def _addresses(value: object) -> Iterator[Address]:
    if isinstance(value, Address):
        yield value
    for part in value.parts if isinstance(value, Pieces) else ():
        yield from _addresses(part)


def _target(route: Instance) -> str:
    """The function behind `target = "integrations/${aws_apigatewayv2_integration.x.id}"`."""
    for address in _addresses(route.value("target")):
        if address.kind == "aws_apigatewayv2_integration":
            return _function_handler(_told(address, "integration_uri"))
    return ""


def _function_handler(value: object) -> str:
    """Where the code of a function is, as far as its archive tells: `~lambda/get/index.handler`."""
    for address in _addresses(value):
        if address.kind == "aws_lambda_alias":
            return _function_handler(_told(address, "function_name"))
        if address.kind == "aws_lambda_function":
            handler = _told(address, "handler")
            if not isinstance(handler, str) or not handler:
                return ""
            return f"~{_placed(address, handler) or resolve_handler('', '.', handler)}"
    return ""


def _placed(function: Address, handler: str) -> str:
    """The handler with the folder or file that its archive is made of."""
    for attribute in ("filename", "s3_key", "source_code_hash"):
        value = _told(function, attribute)
        for address in _addresses(value):
            if address.kind == "data.archive_file":
                folder, file = _told(address, "source_dir"), _told(address, "source_file")
                if isinstance(folder, str):
                    return resolve_handler("", _from_root(folder, function), handler)
                if isinstance(file, str):
                    stem = posixpath.splitext(_from_root(file, function))[0]
                    return f"{stem}.{handler.rpartition('.')[2]}"
        if isinstance(value, str) and value.endswith(".zip"):
            stem = value.removesuffix(".zip").rsplit("/", 1)[-1]
            return f"{stem}/{resolve_handler('', '.', handler)}"
    return ""


def _from_root(path: str, function: Address) -> str:
    home = function.module
    root = home.root if isinstance(home, Module) else ""
    inside = path == root or path.startswith(f"{root}/")
    return posixpath.normpath(path if inside or not root else posixpath.join(root, path))


def _of_registry(module: Module) -> Iterator[Declared]:
    """`routes = {"GET /x" = {...}}` of a module for API Gateway that is not in the repository."""
    for file, block in module.blocks:
        source = known(block.attributes.get("source"), module, {}) if block.kind == "module" else None
        if not isinstance(source, str) or source.startswith(".") or "gateway" not in source.lower():
            continue
        for attribute in ("routes", "integrations"):
            table = known(block.attributes.get(attribute), module, {})
            for key, value in table.items() if isinstance(table, dict) else ():
                method, _, path = str(key).partition(" ")
                if method not in METHODS or method == "OPTIONS" or not path.startswith("/"):
                    continue
                kind = value.get("authorization_type") if isinstance(value, dict) else None
                named = (
                    any(k in value for k in ("authorizer_key", "authorizer_id")) if isinstance(value, dict) else False
                )
                none = not named and (kind is None or (isinstance(kind, str) and kind.upper() == "NONE"))
                evidence = "no authorizer in Terraform" if none else "an authorizer in Terraform"
                handler = next((
                    h for a in ("lambda_arn", "uri") for part in (value, value.get("integration"))
                    if isinstance(part, dict) and (h := _function_handler(part.get(a)))
                ), "") if isinstance(value, dict) else ""  # fmt: skip
                yield Declared(
                    method, spell(path), file, block.line, Auth.NO if none else Auth.YES, evidence, handler, source="Terraform"
                )  # fmt: skip
    for made in module.children.values():
        for child in made.values():
            yield from _of_registry(child)
