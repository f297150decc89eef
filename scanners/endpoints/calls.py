"""The requests that a front end makes: fetch, axios, XMLHttpRequest, jQuery, google.script.run, and wrappers of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from auditor.model.pattern import lazy
from scanners.endpoints.endpoint import FrontCall
from scanners.endpoints.library_calls import amplify_request, described, keyed_request, script_run
from scanners.endpoints.settings import Settings
from scanners.endpoints.url import Base, Hole, Url, flat
from scanners.endpoints.urls import Urls
from scanners.endpoints.wrappers import Wrapper, members, wrapper_of
from scanners.routing.route import METHODS
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

RELEVANT = lazy(
    rb"fetch|axios|XMLHttpRequest|\.ajax\b|\$\.(?:get|post)|jQuery\.|google\.script\.run|sendBeacon|EventSource|\bky\b|"
    rb"superagent|\$http|HttpClient|\bhttp\.(?:get|post|put|patch|delete)|\b(?:api|client|request|service|\$api)\w*\s*[.(]|"
    rb"useSWR|createApi|injectEndpoints|['\"`]/[\w-]+|['\"`]https?://",
    re.IGNORECASE,
)
"""A script without any of these makes no request that we know."""
_SURE = (
    b"fetch", b"axios", b"xmlhttprequest", b"jquery.", b"google.script.run", b"sendbeacon", b"eventsource", b"superagent",
    b"$http", b"httpclient", b"useswr", b"createapi", b"injectendpoints",
)  # fmt: skip
_PERHAPS = (b".ajax", b"$.get", b"$.post", b"ky", b"http.", b"api", b"client", b"request", b"service")
_ADDRESS = lazy(rb"['\"`](?:/[\w-]|https?://)", re.IGNORECASE)


def is_relevant(content: bytes) -> bool:
    """Whether a script has any of `RELEVANT`; nearly always a plain search answers."""
    text = content.lower()
    if any(word in text for word in _SURE) or _ADDRESS.search(content):
        return True
    return any(word in text for word in _PERHAPS) and RELEVANT.search(content) is not None


_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head"})
_HTTP_OBJECTS = lazy(r"(?i)^(axios|\$http|http|httpClient|ky|got|superagent|request|\$axios|\$fetch)$")
_INSTALLED = lazy(r"(?:^|\.)(?:prototype|globalProperties)\.(\$?\w+)$")
_CLIENT_NAME = lazy(
    r"(?i)axios|^(use)?(\w*_)?api$|api_?client|api_?service|http_?(client|service)?$|^client$|^\w+(Api|API|Http|Client)$"
)
_LAST = frozenset({
    *_VERBS, "fetch", "$fetch", "ofetch", "fetchJson", "useFetch", "open", "ajax", "getJSON", "axios", "request", "$http", "del",
    "sendBeacon", "EventSource", "patchForm", "postForm", "getUri", "load", "$get", "$post", "$put", "$patch", "$delete", "WebSocket",
})  # fmt: skip
"""Last names of calls that may be a request by themselves."""
_COMMON = frozenset(
    {*_VERBS, "fetch", "request", "send", "call", "load", "del", "create", "update", "remove", "list", "open", "add"}
)
_CLIENT_TYPE = lazy(r"^(HttpClient|HttpService|Axios(Instance|Static)|AxiosRequester|KyInstance)$")
_CLIENTS = lazy(r"(?i)^(axios\.create|ky\.create|ky\.extend|got\.extend|\$?o?fetch\.create)$")
_FETCH = lazy(
    r"(?i)^(window\.|globalThis\.|self\.|unfetch\.)?(fetch|\$fetch|ofetch|fetchJson|useFetch|cross_?fetch|isomorphic_?fetch)$"
)


class _Said(NamedTuple):
    """A call in a script, with what is asked of it again and again."""

    node: t.Call
    function: t.Function | None
    name: str
    script: t.Node | None
    """The server function that `google.script.run` names."""


class Calls:
    """All requests of a program's scripts."""

    def __init__(self, program: Program, settings: Settings) -> None:
        self.program = program
        self.urls = Urls(program, settings)
        self.wrappers: dict[str, list[tuple[str, Wrapper]]] = {}
        """By name: (file, wrapper)."""
        self.clients: dict[tuple[str, str], Url] = {}
        """HTTP client objects with their base."""
        self._imports: dict[str, frozenset[str]] = {}
        self.installed: dict[str, tuple[t.Node, Scope]] = {}
        """`Vue.prototype.$axios = api`: what every component has under that name."""
        self.default: Url | None = None
        """`axios.defaults.baseURL`."""
        self.scopes = [s for s in program.scopes.values() if s.module.language == "javascript"]
        self.owners = {id(f): name for s in self.scopes for name, f in members(s)}
        self.found = {
            s.path: [
                _Said(call, function, called(call), script_run(call)) for call, function in _calls_in(s.module.body)
            ]
            for s in self.scopes
        }
        for scope in self.scopes:
            self._find_clients(scope)
        for _ in range(3):  # wrappers of wrappers
            before = sum(map(len, self.wrappers.values()))
            for scope in self.scopes:
                self._find_wrappers(scope)
            if sum(map(len, self.wrappers.values())) == before:
                break
        self.wrappers = {name: found for name, found in self.wrappers.items() if found}

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

    def _calls(self, said: _Said, scope: Scope) -> Iterator[FrontCall]:
        node, function = said.node, said.function
        for method, url in self._requests(said, scope):
            if (url.is_wrapper or (url.direct and url.has_hole)) and self._is_wrapper(function, scope):
                continue  # its callers say the path
            call = self._front(method or "GET", url.filled({}) if url.has_hole else url, node, scope)
            if call.path.endswith((".js", ".mjs", ".css")):
                continue  # a part of the page itself
            if re.sub(r"[{]\w*[}]|/", "", call.path) or call.path == "/":
                yield call

    def _front(self, method: str, url: Url, node: t.Node, scope: Scope) -> FrontCall:
        return FrontCall(method, url.shown, url.base, scope.path, node.line)

    def _is_wrapper(self, function: t.Function | None, scope: Scope) -> bool:
        if function is None:
            return False
        return any(path == scope.path for path, _ in self.wrappers.get(function.name, ()))

    def _requests(self, said: _Said, scope: Scope) -> Iterator[tuple[str, Url]]:
        node, function, name = said.node, said.function, said.name
        last = name.rsplit(".", 1)[-1]
        if said.script is not None:
            yield "RUN", self._script(said.script, function)
            return
        if last not in self.wrappers and last not in _LAST and not isinstance(node.func, t.Name):
            return
        given = self._given(node)
        if given is not None:
            call, home = given
            found = list(self._wrapped(call, last, None, home, (node, function, scope)))
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
        yield from self._wrapped(node, last, function, scope)

    def _given(self, node: t.Call) -> tuple[t.Call, Scope] | None:
        """`this.$axios.get(...)` as a call of what is installed under that name, in the file that installs it."""
        if not isinstance(node.func, t.Attr):
            return None
        name = t.dotted(node.func.base).removeprefix("this.")
        if name not in self.installed:
            return None
        value, home = self.installed[name]
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
            next((w for _, w in self._candidates(t.Call(key.line, fetcher, (key,)), t.dotted(fetcher), scope)), None)
            if (fetcher is not None and t.dotted(fetcher))
            else None
        )
        if wrapper is not None and wrapper.url.has_hole:
            for url in self._fill(wrapper.url, t.Call(key.line, key, (key,)), function, scope, {}):
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
            methods = self._methods_of(args[1] if len(args) > 1 else None, function, scope)
            return self._one(methods, args[0], function, scope)
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
        if isinstance(node.func, t.Name) and self._client(node.func, scope) is not None and args:
            return self._by_config(node, function, scope, self._client(node.func, scope))
        return None

    def _by_client(
        self, node: t.Call, last: str, function: t.Function | None, scope: Scope
    ) -> list[tuple[str, Url]] | None:
        assert isinstance(node.func, t.Attr)
        owner = t.dotted(node.func.base)
        tail = owner.rsplit(".", 1)[-1]
        installed = self.installed.get(owner.removeprefix("this."))
        base = self._client(node.func.base, scope) or (self._client(*installed) if installed is not None else None)
        if base is None and installed is not None:
            return None  # an object of ours: its own functions make the request
        if base is None and tail == "axios":
            base = self.default
        if base is None and (self._ours(owner, scope) or not self._is_client(tail, node, function, scope)):
            return None
        if last == "request":
            return self._by_config(node, function, scope, base)
        method = "DELETE" if last == "del" else last.removeprefix("$").removesuffix("Form").upper()
        return self._one(method, node.args[0], function, scope, base)

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
        if isinstance(first, t.Table):
            url = first.get("url", "uri") or _spread_address(first, function)
            if url is None:
                return None
            return self._one(
                self._methods_of(first, function, scope), url, function, scope, base or self._base_of(first, scope)
            )
        return self._one(self._methods_of(second, function, scope), node.args[0], function, scope, base)

    def _base_of(self, table: t.Table, scope: Scope) -> Url | None:
        base = table.get("baseURL", "prefixUrl", "baseUrl")
        return self.urls.of(base, None, scope) if base is not None else None

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
        return _pairs(methods, urls)

    def _methods_of(self, options: t.Node | None, function: t.Function | None, scope: Scope) -> tuple[str, ...]:
        """Both methods of `method: editing ? "PUT" : "POST"`, else the one."""
        table = self.urls.definition(options, function, scope) if options is not None else None
        value = table.get("method", "type") if isinstance(table, t.Table) else None
        said = self.urls.assigned(value, function)
        if len(said) > 1:
            found = tuple(dict.fromkeys(m for v in said for m in _literal_methods(v)))
            return found or (self._method_of(options, function, scope),)
        value = self.urls.definition(value, function, scope) if value is not None else None
        found = _literal_methods(value) if isinstance(value, t.Choice) else ()
        return found or (self._method_of(options, function, scope),)

    def _method_of(self, options: t.Node | None, function: t.Function | None, scope: Scope) -> str:
        table = self.urls.definition(options, function, scope) if options is not None else None
        if isinstance(table, t.Table):
            value = table.get("method", "type")
            value = self.urls.definition(value, function, scope) if value is not None else None
            if isinstance(value, t.Choice):
                value = value.then if isinstance(value.then, t.Const) else value.other
            if isinstance(value, t.Logic):
                value = next((v for v in value.values if isinstance(v, t.Const)), None)
            text = t.text_of(value)
            if text and text.upper() in METHODS:
                return text.upper()
            if value is None and any(k is None for k, _ in table.pairs):
                spread = next((v for k, v in table.pairs if k is None), None)
                inner = self.urls.definition(spread, function, scope) if spread is not None else None
                return self._method_of(inner, function, scope) if isinstance(inner, t.Table) else "GET"
        return "GET"

    # -- clients ------------------------------------------------------------------------------------------------

    def _find_clients(self, scope: Scope) -> None:
        for param in scope.all_of(t.Param):
            note = param.annotation
            if param.name and isinstance(note, t.Unknown) and any(_CLIENT_TYPE.search(t.dotted(x)) for x in note.parts):
                self.clients.setdefault((scope.path, param.name), Url(("",)))
        for node in scope.all_of(t.Bind):
            if _is_injected(node.value):
                self.clients.setdefault((scope.path, t.dotted(node.target).removeprefix("this.")), Url(("",)))
            target = t.dotted(node.target)
            installed = _INSTALLED.search(target) if "." in target else None
            if installed is not None and t.dotted(node.value):
                self.installed[installed.group(1)] = (node.value, scope)
            elif installed is not None and isinstance(node.value, t.Call) and _CLIENTS.match(called(node.value)):
                self.installed[installed.group(1)] = (node.target, scope)
            if target.endswith("axios.defaults.baseURL"):
                self.default = self.urls.of(node.value, None, scope)
            if isinstance(node.value, t.Call) and _CLIENTS.match(called(node.value)):
                name = target.removeprefix("this.")
                table = node.value.args[0] if node.value.args else None
                table = self.urls.definition(table, None, scope) if table is not None else None
                base = self._base_of(table, scope) if isinstance(table, t.Table) else None
                self.clients[scope.path, name] = base or Url(("",))

    def _client(self, node: t.Node, scope: Scope) -> Url | None:
        name = t.dotted(node).removeprefix("this.")
        if not name:
            return None
        if (scope.path, name) in self.clients:
            return self.clients[scope.path, name]
        found = self.program.resolve(scope, name.split(".", 1)[0])
        if isinstance(found, Found):
            for (path, made), url in self.clients.items():
                if path == found.module.path and found.module.names.get(made) is found.node:
                    return url
            if isinstance(found.node, t.Call) and _CLIENTS.match(called(found.node)):
                table = found.node.args[0] if found.node.args else None
                return (self._base_of(table, found.module) if isinstance(table, t.Table) else None) or Url(("",))
        return None

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
            known = self.wrappers.setdefault(function.name, [])
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

    def _wrapped(
        self,
        node: t.Call,
        last: str,
        function: t.Function | None,
        scope: Scope,
        place: tuple[t.Call, t.Function | None, Scope] | None = None,
    ) -> Iterator[tuple[str, Url]]:
        """`place`: where the arguments stand, when the function is looked up elsewhere."""
        wrappers = [w for _, w in self._candidates(node, last, scope, function)]
        node, function, scope = place or (node, function, scope)
        for wrapper in wrappers:
            methods = (wrapper.method,) if wrapper.method else self._passed_methods(wrapper, node, function, scope)
            yield from _pairs(methods, self._fill(wrapper.url, node, function, scope, dict(wrapper.defaults)))

    def _means_ours(self, owner: t.Node, last: str, known: list[tuple[str, Wrapper]], scope: Scope) -> bool:
        """Whether `owner.get("/x")` is a method of our own client and not of some other thing with a `get`."""
        name = t.dotted(owner)
        if name in {"this", "self", "super"}:
            return any(path == scope.path or path in self._mixed(scope) for path, _ in known)
        member = name.rsplit(".", 1)[-1]
        if any(wrapper.owner == member for _, wrapper in known):
            return True
        for path, wrapper in known:
            beside = self.program.scopes[path].names.get(member)
            if wrapper.owner and member != wrapper.owner and isinstance(beside, (t.Table, t.Class)):
                return False  # a method of that name of another object beside the wrapper's
        if last not in _COMMON or re.search(r"(?i)api|http|client|request|service|backend|fetch", name):
            return True
        found = self.program.resolve(scope, name.split(".", 1)[0])
        made = self._class_of(name, scope)
        if made and any(made == wrapper.owner for _, wrapper in known):
            return True
        home = found.path if isinstance(found, Scope) else found.module.path if isinstance(found, Found) else ""
        return any(path == home for path, _ in known) and home != scope.path

    def _fill(
        self, url: Url, node: t.Call, function: t.Function | None, scope: Scope, url_defaults: Mapping[int, str]
    ) -> list[Url]:
        """The wrapper's address with this call's arguments in place of its parameters."""
        indexes = sorted({h.index for h in url.holes})
        first = indexes[0] if indexes else 0
        if first >= len(node.args):
            return [url.filled({})]
        given: t.Node | None = node.args[first]
        key = next((h.key for h in url.holes if h.index == first), "")
        if key:
            table = self.urls.definition(given, function, scope)
            given = table.get(key) if isinstance(table, t.Table) else None
        if given is None:
            return [url.filled({})]
        options = self.urls.alternatives(given, function, scope)
        found: list[Url] = []
        for option in options:
            values = {first: option}
            for index in indexes[1:]:
                if index < len(node.args):
                    values[index] = self.urls.of(node.args[index], function, scope)
                elif index in url_defaults:
                    values[index] = Url((url_defaults[index],))
            found.append(url.filled(values))
        return found

    def _passed_methods(
        self, wrapper: Wrapper, node: t.Call, function: t.Function | None, scope: Scope
    ) -> tuple[str, ...]:
        """What the caller says; both of a choice, else what the wrapper does by itself."""
        if wrapper.method_param is not None and wrapper.method_param < len(node.args):
            value = self.urls.definition(node.args[wrapper.method_param], function, scope)
            found = _literal_methods(value)
            if found:
                return found
        if wrapper.options_param is not None and wrapper.options_param < len(node.args):
            table = self.urls.definition(node.args[wrapper.options_param], function, scope)
            if isinstance(table, t.Table) and table.get("method", "type") is not None:
                return self._methods_of(table, function, scope)
        return (wrapper.default_method,)

    def _candidates(
        self, node: t.Call, last: str, scope: Scope, function: t.Function | None = None
    ) -> Iterator[tuple[str, Wrapper]]:
        """The wrapper that a call means: by the same file, by the import, or the only one of that name."""
        known = self.wrappers.get(last)
        if not known or not node.args:
            return
        if isinstance(node.func, t.Attr) and not self._means_ours(node.func.base, last, known, scope):
            return
        if isinstance(node.func, t.Name):
            found = self.program.resolve(scope, node.func.id)
            if isinstance(found, Found):
                name = found.node.name if isinstance(found.node, t.Function) else last
                matching = [w for w in self.wrappers.get(name, ()) if w[0] == found.module.path]
                if matching:
                    yield from _of_one(matching)
                    return
                if found.module is not scope and not isinstance(found.node, t.Function):
                    return
        same = [w for w in known if w[0] == scope.path]
        if isinstance(node.func, t.Attr) and not same:
            base = t.dotted(node.func.base)
            if base in {"this", "self"}:
                same = [w for w in known if w[0] in self._mixed(scope)]
            owner = self.program.resolve(scope, base) if base else None
            home = owner.path if isinstance(owner, Scope) else owner.module.path if isinstance(owner, Found) else ""
            same = same or [w for w in known if w[0] == home]
        chosen = same or known
        name = self._owner(node, function, scope)
        yield from _of_one([w for w in chosen if name and w[1].owner == name] or chosen)

    def _mixed(self, scope: Scope) -> frozenset[str]:
        """Files that a file imports: mixins give their methods to `this`."""
        if scope.path not in self._imports:
            modules = {module for module, _ in scope.imports.values()}
            found = (self.program.module(scope.path, module) for module in modules)
            self._imports[scope.path] = frozenset(other.path for other in found if other is not None)
        return self._imports[scope.path]

    def _owner(self, node: t.Call, function: t.Function | None, scope: Scope) -> str:
        """The object or class that a method is called on."""
        if not isinstance(node.func, t.Attr):
            return ""
        name = t.dotted(node.func.base)
        if name in {"this", "self", "super"}:
            return self.owners.get(id(function), "") if function is not None else ""
        return self._class_of(name, scope) or name.rsplit(".", 1)[-1]

    def _class_of(self, name: str, scope: Scope) -> str:
        """`Api` of a name that is bound to `new Api(...)`."""
        found = self.program.resolve(scope, name.split(".", 1)[0]) if name else None
        return t.dotted(found.node.func) if isinstance(found, Found) and isinstance(found.node, t.Call) else ""


def _spread_address(table: t.Table, function: t.Function | None) -> t.Node | None:
    """`config.url` of `axios({ baseURL, ...config })` where `config` is a parameter."""
    params = {p.name for p in function.params} if function is not None else set()
    spread = next((v for k, v in table.pairs if k is None and isinstance(v, t.Name) and v.id in params), None)
    return t.Attr(spread.line, spread, "url") if spread is not None else None


def _is_injected(node: t.Node) -> bool:
    """`inject(HttpClient)` of Angular."""
    return (
        isinstance(node, t.Call) and called(node) == "inject" and bool(node.args)
        and _CLIENT_TYPE.search(t.dotted(node.args[0])) is not None
    )  # fmt: skip


def _pairs(methods: tuple[str, ...], urls: list[Url]) -> list[tuple[str, Url]]:
    """Methods and addresses of one condition go together."""
    if len(methods) == len(urls):
        return list(zip(methods, urls, strict=True))
    return [(m, u) for u in urls for m in (methods if len(urls) == 1 else methods[:1])]


def _literal_methods(value: t.Node | None) -> tuple[str, ...]:
    """`"PUT"`, or both of `editing ? "PUT" : "POST"`; empty for anything else."""
    sides = (value.then, value.other) if isinstance(value, t.Choice) else (value,)
    texts = [(t.text_of(side) or "").upper() for side in sides]
    return tuple(dict.fromkeys(texts)) if all(x in METHODS for x in texts) else ()


def _of_one(wrappers: list[tuple[str, Wrapper]]) -> list[tuple[str, Wrapper]]:
    """The requests of the first function among them."""
    return [w for w in wrappers if w[1].function == wrappers[0][1].function]


def _is_jquery(node: t.Call, name: str) -> bool:
    """`$.get`, `$.post`, `$("#x").load`."""
    if name in {"$.get", "$.getJSON", "jQuery.get", "jQuery.getJSON", "$.post", "jQuery.post"}:
        return True
    base = node.func.base if isinstance(node.func, t.Attr) and node.func.name == "load" else None
    return isinstance(base, t.Call) and called(base) in {"$", "jQuery"}


def _calls_in(body: tuple[t.Node, ...]) -> Iterator[tuple[t.Call, t.Function | None]]:
    """Every call with the function around whose parameters it uses, else the innermost named one, in the order of the source."""
    around: tuple[t.Function, ...] = ()
    stack: list[t.Node | tuple[t.Function, ...]] = [*reversed(body)]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):  # the end of a function: what was around it is around again
            around = node
            continue
        found = t.children(node)
        if not found:
            continue
        found.reverse()
        if isinstance(node, t.Call):
            yield node, _meant(node, around)
        elif isinstance(node, t.Function) and (node.name or not around):
            stack.append(around)
            around = (*around, node)
        stack += found


def _meant(node: t.Call, around: tuple[t.Function, ...]) -> t.Function | None:
    """`useFetch(url)` around `async function load() { axios.get(url) }`: the parameter is that of the outer one."""
    if len(around) > 1:
        names = [n.id for a in node.args for n in t.walk(a) if isinstance(n, t.Name)]
        for function in around:  # `(base) => ({ remove: (id) => axios.delete(`${base}/${id}`) })`
            if names and names[0] in {p.name for p in function.params}:
                return function
        used = set(names)
        for function in reversed(around):
            if used & {p.name for p in function.params}:
                return function
    return around[-1] if around else None
