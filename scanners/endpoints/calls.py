"""The requests that a front end makes: fetch, axios, XMLHttpRequest, jQuery, google.script.run, and wrappers of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.model.pattern import lazy
from scanners.endpoints.clients import Clients
from scanners.endpoints.endpoint import FrontCall
from scanners.endpoints.library_calls import amplify_request, described, keyed_request, script_run
from scanners.endpoints.request_methods import methods_of, pairs
from scanners.endpoints.said import Said, calls_in
from scanners.endpoints.settings import Settings
from scanners.endpoints.url import Base, Hole, Url, flat
from scanners.endpoints.urls import Urls
from scanners.endpoints.wrapped import Wrapped
from scanners.endpoints.wrappers import members, wrapper_of
from scanners.routing.route import METHODS
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head"})
_HTTP_OBJECTS = lazy(r"(?i)^(axios|\$http|http|httpClient|ky|got|superagent|request|\$axios|\$fetch)$")
_CLIENT_NAME = lazy(
    r"(?i)axios|^(use)?(\w*_)?api$|api_?client|api_?service|http_?(client|service)?$|^client$|^\w+(Api|API|Http|Client)$"
)
_STATIC = (
    ".js",
    ".mjs",
    ".css",
    ".png",
    ".jpg",
    ".svg",
    ".gif",
    ".webp",
    ".mp3",
    ".wav",
    ".ogg",
    ".mp4",
    ".woff2",
    ".wasm",
    ".glb",
)
_LAST = frozenset({
    *_VERBS, "fetch", "$fetch", "ofetch", "fetchJson", "useFetch", "open", "ajax", "getJSON", "axios", "request", "$http", "del",
    "sendBeacon", "EventSource", "patchForm", "postForm", "getUri", "load", "$get", "$post", "$put", "$patch", "$delete", "WebSocket",
})  # fmt: skip
"""Last names of calls that may be a request by themselves."""
_FETCH = lazy(
    r"(?i)^(window\.|globalThis\.|self\.|unfetch\.)?(fetch|\$fetch|ofetch|fetchJson|useFetch|cross_?fetch|isomorphic_?fetch)$"
)


class Calls:
    """All requests of a program's scripts."""

    def __init__(self, program: Program, settings: Settings) -> None:
        self.program = program
        self.urls = Urls(program, settings)
        self.clients = Clients(program, self.urls)
        self.scopes = [s for s in program.scopes.values() if s.module.language == "javascript"]
        self.owners = {id(f): name for s in self.scopes for name, f in members(s)}
        self.wrapped = Wrapped(program, self.urls, self.owners)
        self.found = {
            s.path: [Said(call, function, called(call), script_run(call)) for call, function in calls_in(s.module.body)]
            for s in self.scopes
        }
        for scope in self.scopes:
            self.clients.find(scope)
        for _ in range(3):  # wrappers of wrappers
            before = sum(map(len, self.wrapped.known.values()))
            for scope in self.scopes:
                self._find_wrappers(scope)
            if sum(map(len, self.wrapped.known.values())) == before:
                break
        self.wrapped.known = {name: found for name, found in self.wrapped.known.items() if found}

    def all(self, skip: frozenset[str] = frozenset()) -> Iterator[FrontCall]:
        """Every call in order of files and lines; `skip`: files of back ends."""
        for scope in self.scopes:
            if scope.path in skip:
                continue
            for said in self.found[scope.path]:
                yield from self._calls(said, scope)
            yield from self._described(scope)

    def _described(self, scope: Scope) -> Iterator[FrontCall]:
        """Requests that Redux Toolkit's `createApi` is told of."""
        for said in described(scope, self.program):
            inner = self.urls.of(said.base, None, said.home) if said.base is not None else None
            function = said.node if isinstance(said.node, t.Function) else None
            for found, url in self._one(said.method, said.address, function, scope, inner):
                yield self._front(found, url.filled({}), said.address, scope)

    # -- what a call requests -----------------------------------------------------------------------------------

    def _calls(self, said: Said, scope: Scope) -> Iterator[FrontCall]:
        node, function = said.node, said.function
        for method, url in self._requests(said, scope):
            if (url.is_wrapper or (url.direct and url.has_hole)) and self._is_wrapper(function, scope):
                continue  # its callers say the path
            call = self._front(method or "GET", url.filled({}), node, scope)
            if call.path.lower().endswith(_STATIC):
                continue  # a part of the page itself
            if re.sub(r"[{]\w*[}]|/", "", call.path) or call.path == "/":
                yield call

    def _front(self, method: str, url: Url, node: t.Node, scope: Scope) -> FrontCall:
        return FrontCall(method, url.shown, url.base, scope.path, node.line)

    def _is_wrapper(self, function: t.Function | None, scope: Scope) -> bool:
        if function is None:
            return False
        return any(path == scope.path for path, _ in self.wrapped.known.get(function.name, ()))

    def _requests(self, said: Said, scope: Scope) -> Iterator[tuple[str, Url]]:
        node, function, name = said.node, said.function, said.name
        last = name.rsplit(".", 1)[-1]
        if said.script is not None:
            yield "RUN", self._script(said.script, function)
            return
        if last == "httpsCallable" and len(node.args) > 1:  # a function of Firebase, by its name
            yield "POST", Url(("/", t.text_of(node.args[1]) or ""))
            return
        if last not in self.wrapped.known and last not in _LAST and not isinstance(node.func, t.Name):
            return
        given = self._given(node)
        if given is not None:
            call, home = given
            found = list(self.wrapped.requests(call, last, None, home, (node, function, scope)))
            if found:
                yield from found
                return
        keyed = keyed_request(node, last)
        if keyed is not None:
            yield from self._by_key(*keyed, function, scope)
            return
        known = self._known(node, name, last, function, scope)
        if known is not None:
            yield from known
            return
        yield from self.wrapped.requests(node, last, function, scope)

    def _given(self, node: t.Call) -> tuple[t.Call, Scope] | None:
        """`this.$axios.get(...)` as a call of what is installed under that name, in the file that installs it."""
        if not self.clients.installed or not isinstance(node.func, t.Attr):
            return None
        name = t.dotted(node.func.base).removeprefix("this.")
        if name not in self.clients.installed:
            return None
        value, home = self.clients.installed[name]
        return t.Call(node.line, t.Attr(node.line, value, node.func.name), node.args, node.kwargs), home

    def _script(self, name: t.Node, function: t.Function | None) -> Url:
        """A server function by its name, which may be a parameter of the function around."""
        names = [p.name for p in function.params] if function is not None else []
        if isinstance(name, t.Name) and name.id in names:
            return Url(("", Hole(names.index(name.id), name.id)), direct=True)
        return Url(("", t.text_of(name) or ""), direct=True)

    def _by_key(
        self, key: t.Node, fetcher: t.Node | None, function: t.Function | None, scope: Scope
    ) -> Iterator[tuple[str, Url]]:
        """`useSWR("/api/user", fetcher)`: the key is the address, the fetcher may put a base before it."""
        wrapper = (
            next(
                (w for _, w in self.wrapped.candidates(t.Call(key.line, fetcher, (key,)), t.dotted(fetcher), scope)),
                None,
            )
            if (fetcher is not None and t.dotted(fetcher))
            else None
        )
        if wrapper is not None and wrapper.url.has_hole:
            for url in self.wrapped.filled(wrapper.url, t.Call(key.line, key, (key,)), function, scope, {}):
                yield wrapper.method or "GET", url
            return
        for _, url in self._one("GET", key, function, scope):
            if url.is_absolute or flat(url.parts).startswith("/"):
                yield "GET", url

    def _known(
        self, node: t.Call, name: str, last: str, function: t.Function | None, scope: Scope
    ) -> list[tuple[str, Url]] | None:
        """Calls of the platform and of libraries; None when it is none of them."""
        args = node.args
        if _FETCH.match(name) and args and not self._ours(name, scope):
            made = self.urls.definition(args[0], function, scope)
            if isinstance(made, t.Call) and called(made) == "Request" and made.args:
                args = made.args
            options = args[1] if len(args) > 1 else None
            methods = methods_of(self.urls, options, function, scope)
            return self._one(methods, args[0], function, scope, self.clients.given(options, function, scope))
        if last == "open" and len(args) >= 2:
            method = t.text_of(args[0])
            if method and method.upper() in METHODS:
                return self._one(method.upper(), args[1], function, scope)
        if (
            name in {"$.ajax", "jQuery.ajax", "axios", "axios.request", "$http", "request", "uni.request", "wx.request"}
            and args
            and not self._ours(name, scope)
        ):
            return self._by_config(node, function, scope)
        if _is_jquery(node, name) and args:
            return self._one("POST" if last == "post" else "GET", args[0], function, scope)
        amplify = amplify_request(node, scope)
        if amplify is not None:
            return self._one(*amplify, function, scope)
        if name.endswith("sendBeacon") and args:
            return self._one("POST", args[0], function, scope)
        if name in {"EventSource", "window.EventSource"} and args:
            return self._one("GET", args[0], function, scope)
        if (
            isinstance(node.func, t.Attr)
            and last.removeprefix("$") in {*_VERBS, "request", "del", "patchForm", "postForm", "getUri"}
            and args
        ):
            return self._by_client(node, last, function, scope)
        if isinstance(node.func, t.Name) and self.clients.client(node.func, scope) is not None and args:
            return self._by_config(node, function, scope, self.clients.client(node.func, scope))
        return None

    def _by_client(
        self, node: t.Call, last: str, function: t.Function | None, scope: Scope
    ) -> list[tuple[str, Url]] | None:
        assert isinstance(node.func, t.Attr)
        owner = t.dotted(node.func.base)
        tail = owner.rsplit(".", 1)[-1]
        installed = self.clients.installed.get(owner.removeprefix("this."))
        base = self.clients.client(node.func.base, scope) or (
            self.clients.client(*installed) if installed is not None else None
        )
        if base is None and installed is not None:
            return None  # an object of ours: its own functions make the request
        if base is None and tail == "axios":
            base = self.clients.default
        if base is None and (self._ours(owner, scope) or not self._is_client(tail, node, function, scope)):
            return None
        if last == "request":
            return self._by_config(node, function, scope, base)
        method = "DELETE" if last == "del" else last.removeprefix("$").removesuffix("Form").upper()
        given = self.clients.given(node.args[-1], function, scope)
        return self._one(method, node.args[0], function, scope, given or base)

    def _is_client(self, name: str, node: t.Call, function: t.Function | None, scope: Scope) -> bool:
        """A library's object; or something named like a client, with an address and no handler as arguments."""
        if _HTTP_OBJECTS.match(name):
            return True
        if not _CLIENT_NAME.search(name) or any(isinstance(a, t.Function) for a in node.args):
            return False
        first = self.urls.of(node.args[0], function, scope)
        return flat(first.parts).startswith("/") or isinstance(first.parts[0], Base)

    def _by_config(
        self, node: t.Call, function: t.Function | None, scope: Scope, base: Url | None = None
    ) -> list[tuple[str, Url]] | None:
        """`axios({url, method})`, `$.ajax(url, {...})`."""
        first = self.urls.definition(node.args[0], function, scope)
        second = node.args[1] if len(node.args) > 1 else None
        verb = (t.text_of(first) or "").upper()
        if verb in METHODS and second is not None:  # `http.request("PUT", url)`
            return self._one(verb, second, function, scope, base)
        if isinstance(first, t.Attr) and first.name == "config":
            return []  # the request that failed, once more
        if isinstance(first, t.Table):
            url = first.get("url", "uri") or _spread_address(first, function)
            if url is None:
                return None
            return self._one(
                methods_of(self.urls, first, function, scope),
                url,
                function,
                scope,
                self.clients.given(first, function, scope) or base,
            )
        base = self.clients.given(second, function, scope) or base
        return self._one(methods_of(self.urls, second, function, scope), node.args[0], function, scope, base)

    def _one(
        self,
        method: str | tuple[str, ...],
        node: t.Node,
        function: t.Function | None,
        scope: Scope,
        base: Url | None = None,
    ) -> list[tuple[str, Url]]:
        """One request, or both of `editing ? ... : ...`; methods and addresses that both have two go together."""
        methods = (method,) if isinstance(method, str) else method
        urls = [
            url if base is None or url.is_absolute else base.then(url)
            for url in self.urls.alternatives(node, function, scope)
        ]
        return pairs(methods, urls)

    # -- wrappers -----------------------------------------------------------------------------------------------

    def _ours(self, name: str, scope: Scope) -> bool:
        """Whether a name that looks like a library's is a function of ours."""
        found = self.program.resolve(scope, name.split(".", 1)[0])
        return isinstance(found, Found) and isinstance(found.node, (t.Function, t.Table, t.Class))

    def _find_wrappers(self, scope: Scope) -> None:
        for said in self.found[scope.path]:
            call, function = said.node, said.function
            if function is None or not function.name:
                continue
            known = self.wrapped.known.setdefault(function.name, [])
            same = [w for path, w in known if path == scope.path and w.function == id(function)]
            owner = self.owners.get(id(function), "")
            if not same and any(path == scope.path and w.owner == owner for path, w in known):
                continue
            for method, url in self._requests(said, scope):
                if not (url.is_wrapper or (url.direct and url.has_hole)):
                    continue
                wrapper = wrapper_of(function, call, (method, url), self.urls, scope, owner)
                several = wrapper.method and all((w.url, w.method) != (url, wrapper.method) for w in same)
                if not same or several:
                    known.append((scope.path, wrapper))
                    same.append(wrapper)


def _spread_address(table: t.Table, function: t.Function | None) -> t.Node | None:
    """`config.url` of `axios({ baseURL, ...config })` where `config` is a parameter."""
    params = {p.name for p in function.params} if function is not None else set()
    spread = next((v for k, v in table.pairs if k is None and isinstance(v, t.Name) and v.id in params), None)
    return t.Attr(spread.line, spread, "url") if spread is not None else None


def _is_jquery(node: t.Call, name: str) -> bool:
    """`$.get`, `$.post`, `$("#x").load`."""
    if name in {"$.get", "$.getJSON", "jQuery.get", "jQuery.getJSON", "$.post", "jQuery.post"}:
        return True
    base = node.func.base if isinstance(node.func, t.Attr) and node.func.name == "load" else None
    return isinstance(base, t.Call) and called(base) in {"$", "jQuery"}
