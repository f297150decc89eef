"""Objects that make requests: axios instances and their kin."""

from __future__ import annotations

from auditor.model.pattern import lazy
from scanners.endpoints.url import Url
from scanners.endpoints.urls import Urls
from scanners.routing.shapes import called
from scanners.syntax import tree as t
from scanners.syntax.program import Found, Program, Scope

_INSTALLED = lazy(r"(?:^|\.)(?:prototype|globalProperties)\.(\$?\w+)$")
_CLIENT_TYPE = lazy(r"^(HttpClient|HttpService|Axios(Instance|Static)|AxiosRequester|KyInstance)$")
_CLIENTS = lazy(r"(?i)^(axios\.create|ky\.create|ky\.extend|got\.extend|\$?o?fetch\.create)$")

_BASE_KEYS = ("baseURL", "prefixUrl", "baseUrl")
_SET_LATER = ".defaults.baseURL"


class Clients:
    """HTTP clients of a program: what makes them, their base, and under which names components have them."""

    def __init__(self, program: Program, urls: Urls) -> None:
        self.program = program
        self.urls = urls
        self.clients: dict[tuple[str, str], Url] = {}
        """By file and name, with their base."""
        self.installed: dict[str, tuple[t.Node, Scope]] = {}
        """`Vue.prototype.$axios = api`: what every component has under that name."""
        self.default: Url | None = None
        """`axios.defaults.baseURL`."""

    def find(self, scope: Scope) -> None:
        """Note the clients that a file makes, is given or installs."""
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
            elif target.endswith(_SET_LATER):
                self.clients[scope.path, target.removesuffix(_SET_LATER).removeprefix("this.")] = self.urls.of(
                    node.value, None, scope
                )
            if isinstance(node.value, t.Call) and _CLIENTS.match(called(node.value)):
                name = target.removeprefix("this.")
                table = node.value.args[0] if node.value.args else None
                table = self.urls.definition(table, None, scope) if table is not None else None
                base = self.base_of(table, scope) if isinstance(table, t.Table) else None
                self.clients[scope.path, name] = base or Url(("",))

    def client(self, node: t.Node, scope: Scope) -> Url | None:
        """The base of the client that an expression means; None when it is none that is known."""
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
                return (self.base_of(table, found.module) if isinstance(table, t.Table) else None) or Url(("",))
            if isinstance(found.node, t.Call):
                return self._of_factory(found.node, found.module)
        return None

    def _of_factory(self, call: t.Call, scope: Scope) -> Url | None:
        """`const client = makeClient(BASE)`, where a function of ours gives back what `axios.create` makes."""
        found = self.program.resolve(scope, t.dotted(call.func)) if t.dotted(call.func) else None
        if isinstance(found, Scope) or found is None or not isinstance(found.node, t.Function):
            return None
        function = found.node
        for node in t.walk(*function.body, into_functions=False):
            made = node.value if isinstance(node, t.Return) else None
            if isinstance(made, t.Name):
                binds = (n for n in t.walk(*function.body) if isinstance(n, t.Bind))
                made = next((n.value for n in binds if t.dotted(n.target) == t.dotted(made)), None)
            if not isinstance(made, t.Call) or not _CLIENTS.match(called(made)):
                continue
            table = made.args[0] if made.args else None
            base = table.get(*_BASE_KEYS) if isinstance(table, t.Table) else None
            names = [p.name for p in function.params]
            if isinstance(base, t.Name) and base.id in names and names.index(base.id) < len(call.args):
                return self.urls.of(call.args[names.index(base.id)], None, scope)
            return (self.base_of(table, found.module) if isinstance(table, t.Table) else None) or Url(("",))
        return None

    def base_of(self, table: t.Table, scope: Scope) -> Url | None:
        """`baseURL` of a table of options."""
        base = table.get(*_BASE_KEYS)
        return self.urls.of(base, None, scope) if base is not None else None

    def given(self, options: t.Node | None, function: t.Function | None, scope: Scope) -> Url | None:
        """The base that one request is given with its options: `$fetch("/x", { baseURL })`."""
        base = options.get("baseURL", "prefixUrl") if isinstance(options, t.Table) else None
        return self.urls.of(base, function, scope) if base is not None else None


def _is_injected(node: t.Node) -> bool:
    """`inject(HttpClient)` of Angular."""
    return (
        isinstance(node, t.Call) and called(node) == "inject" and bool(node.args)
        and _CLIENT_TYPE.search(t.dotted(node.args[0])) is not None
    )  # fmt: skip
