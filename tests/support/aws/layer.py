"""The layer in front of moto's dispatcher, as WSGI middleware.

What a request asks for is read as a signed request says it: service from the credential scope, operation from
`X-Amz-Target`, the `Action` field, or for REST services from botocore's own models (method and path).
"""

from __future__ import annotations

import io
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs

_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
_NAMES = {  # signing name -> client names whose models are tried, in order
    "s3": ("s3control", "s3"),
    "ses": ("sesv2", "ses"),
    "elasticloadbalancing": ("elbv2", "elb"),
    "apigateway": ("apigatewayv2", "apigateway"),
    "monitoring": ("cloudwatch",),
    "access-analyzer": ("accessanalyzer",),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    service: str
    region: str
    operation: str
    body: bytes
    path: str

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"


@dataclass(slots=True)
class Layer:
    """WSGI application around another one; everything below may be set by a test while it runs."""

    inner: Callable[..., Iterable[bytes]]
    canned: dict[str, Any] = field(default_factory=dict)
    """`service:Operation` -> answer as a mapping of the API's output, or a function of the request."""
    denied: set[str] = field(default_factory=set)
    """`service:Operation`, or `service:*`."""
    throttle_first: int = 0
    """So many calls are refused before the first is let through."""
    rate: float = 0.0
    """Calls a second; more are refused. 0: any number."""
    expires_after: int = 0
    """So many calls are let through, then the credentials are no longer good. 0: they never end."""
    latency: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)
    """Calls that were let through."""
    refused: int = 0
    dates: dict[str, str] = field(default_factory=dict)
    """Text that moto writes into an answer -> what stands there instead (back-dating)."""
    _times: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        request = _read(environ, body)
        if request is None:
            return self.inner(environ, start_response)
        if self.latency:
            time.sleep(self.latency)
        if self._refuses():
            return _error(request, start_response, "ThrottlingException", "Rate exceeded", 400)
        with self._lock:
            self.calls[request.name] += 1
            expired = bool(self.expires_after) and self.calls.total() > self.expires_after
        if expired:
            return _error(request, start_response, "ExpiredToken", "The security token is expired", 403)
        if request.name in self.denied or f"{request.service}:*" in self.denied:
            return _error(request, start_response, "AccessDenied", f"not authorized to perform: {request.name}", 403)
        if request.name in self.canned:
            found = self.canned[request.name]
            answer = found(request) if callable(found) else found
            return _answer(request, start_response, answer)
        return self._dated(self.inner, environ, start_response)

    def _refuses(self) -> bool:
        with self._lock:
            if self.throttle_first > 0:
                self.throttle_first -= 1
                self.refused += 1
                return True
            if self.rate:
                now = time.monotonic()
                self._times = [moment for moment in self._times if now - moment < 1]
                if len(self._times) >= self.rate:
                    self.refused += 1
                    return True
                self._times.append(now)
        return False

    def _dated(
        self, inner: Callable[..., Iterable[bytes]], environ: dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        if not self.dates:
            return inner(environ, start_response)
        seen: list[Any] = []
        body = b"".join(inner(environ, lambda status, headers, exc_info=None: seen.append((status, headers))))
        for old, new in self.dates.items():
            body = re.sub(old.encode(), new.encode(), body)
        status, headers = seen[0]
        headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]


def _read(environ: Mapping[str, Any], body: bytes) -> Request | None:
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if scope is None:
        return None
    region, signing = scope.groups()
    path = environ.get("PATH_INFO", "/")
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return Request(_client_of(signing), region, target.rsplit(".", 1)[-1], body, path)
    form = parse_qs(body.decode("latin-1")) if b"Action=" in body else {}
    if "Action" in form:
        versions = {"2012-06-01": "elb", "2015-12-01": "elbv2", "2010-12-01": "ses"}
        service = versions.get(form.get("Version", [""])[0], _client_of(signing))
        return Request(service, region, form["Action"][0], body, path)
    method, query = environ.get("REQUEST_METHOD", "GET"), environ.get("QUERY_STRING", "")
    for name in _NAMES.get(signing, (signing,)):
        operation = _rest(name, method, path, query)
        if operation:
            return Request(name, region, operation, body, path)
    return Request(_client_of(signing), region, f"{method} {path}", body, path)


def _client_of(signing: str) -> str:
    return _NAMES.get(signing, (signing,))[-1]


def _rest(service: str, method: str, path: str, query: str) -> str:
    """The operation with that method and path; the one whose fixed query matches best."""
    best, points = "", -1
    given = set(parse_qs(query, keep_blank_values=True))
    for name, verb, pattern, fixed in _operations(service):
        if verb == method and pattern.fullmatch(path) and fixed <= given:
            score = len(fixed) * 100 + pattern.pattern.count("/") - pattern.pattern.count("(") / 100
            if score > points:
                best, points = name, score
    return best


@cache
def _operations(service: str) -> tuple[tuple[str, str, re.Pattern[str], frozenset[str]], ...]:
    import botocore.session

    model = botocore.session.get_session().get_service_model(service)
    found = []
    for name in model.operation_names:
        if model.operation_model(name).deprecated:
            continue
        http = model.operation_model(name).http
        uri, _, query = http["requestUri"].partition("?")
        pattern = re.sub(r"\\\{(\w+)\\\+\\\}", "(.+)", re.escape(uri))
        pattern = re.sub(r"\\\{(\w+)\\\}", "([^/]+)", pattern)
        fixed = frozenset(parse_qs(query, keep_blank_values=True))
        found.append((name, http["method"], re.compile(pattern + "/?"), fixed))
    return tuple(found)


def _protocol(service: str) -> str:
    import botocore.session

    return str(botocore.session.get_session().get_service_model(service).metadata["protocol"])


def _error(request: Request, start_response: Any, code: str, message: str, status: int) -> list[bytes]:
    if _protocol(request.service) in {"json", "rest-json", "smithy-rpc-v2-cbor"}:
        body = json.dumps({"__type": code, "code": code, "message": message, "Message": message}).encode()
        headers = [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code)]
    elif request.service == "ec2":
        body = f"<Response><Errors><Error><Code>{_ec2(code)}</Code><Message>{message}</Message></Error></Errors><RequestID>0</RequestID></Response>".encode()
        headers = [("Content-Type", "text/xml")]
    elif request.service == "s3":
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
        headers = [("Content-Type", "text/xml")]
    else:
        body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>".encode()
        headers = [("Content-Type", "text/xml")]
    start_response(f"{status} Error", [*headers, ("Content-Length", str(len(body)))])
    return [body]


def _ec2(code: str) -> str:
    return {"AccessDenied": "UnauthorizedOperation", "ThrottlingException": "RequestLimitExceeded"}.get(code, code)


def _answer(request: Request, start_response: Any, answer: Any) -> list[bytes]:
    """A canned answer in the service's protocol, written by moto's own serializers."""
    from moto.core.serialize import get_serializer_class

    model = _model(request.service)
    serializer = get_serializer_class(request.service, model.metadata["protocol"])
    serialized = serializer(model.operation_model(request.operation)).serialize(answer)
    body = serialized["body"]
    body = body.encode() if isinstance(body, str) else body
    headers = [(name, str(value)) for name, value in serialized["headers"].items() if name.lower() != "content-length"]
    start_response(f"{serialized['status_code']} OK", [*headers, ("Content-Length", str(len(body)))])
    return [body]


@cache
def _model(service: str) -> Any:
    from moto.core.utils import get_service_model

    return get_service_model(service)
