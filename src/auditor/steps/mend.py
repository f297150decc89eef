"""Changes to code that mend a finding and cannot change what a correct program does; a text in, edits out.

What would need a guess is left alone: whether a hash guards a password, whether a shell is needed, how a temporary name is
used later.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from auditor.model.pattern import lazy

SECONDS = 10
"""The time limit that is put on calls without one; the card names the same."""
_LOADERS = frozenset({"Loader", "UnsafeLoader", "FullLoader", "CLoader", "CUnsafeLoader", "CFullLoader"})
_SAFE = {
    "load": "safe_load", "load_all": "safe_load_all", "unsafe_load": "safe_load", "unsafe_load_all": "safe_load_all",
    "full_load": "safe_load", "full_load_all": "safe_load_all",
}  # fmt: skip
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request"})
_TAG = lazy(rb"<(?P<name>a|script)\b(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*?)\s*/?>", re.IGNORECASE)
_ATTRIBUTE = lazy(rb"([\w:-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")
_TEMPLATE = (b"{{", b"{%", b"<%", b"<?")
_PACKAGE = lazy(
    rb"https://(?:cdn\.jsdelivr\.net/npm|unpkg\.com)/(?P<name>(?:@[\w.-]+/)?[\w.-]+)@(?P<version>\d+\.\d+\.\d+)/(?P<path>[\w./-]+)\Z"
)

ReadFile = Callable[[str], bytes | None]
"""Content of a file beside the page, by its path in the repository; None when there is none."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes from `start` to `end` (exclusive) become `text`."""

    start: int
    end: int
    text: bytes


def edits(rule: str, content: bytes, line: int, read: ReadFile) -> tuple[Edit, ...]:
    """What mends a finding of a rule in this line; empty when it cannot be mended safely."""
    maker = _MAKERS.get(rule)
    return tuple(maker(content, line, read)) if maker else ()


def applied(content: bytes, changes: Iterator[Edit] | tuple[Edit, ...]) -> bytes:
    """The text with all edits; those that overlap an earlier one are left out."""
    pieces: list[bytes] = []
    at = 0
    for edit in sorted(set(changes), key=lambda edit: (edit.start, edit.end)):
        if edit.start >= at:
            pieces.extend((content[at : edit.start], edit.text))
            at = edit.end
    return b"".join((*pieces, content[at:]))


def _calls(content: bytes, line: int) -> Iterator[tuple[ast.Call, Callable[[int, int], int]]]:
    """Calls that begin in a line, with what turns (line, column) into an offset."""
    if content.startswith(b"\xef\xbb\xbf") or b"\f" in content or b"\r" in content.replace(b"\r\n", b""):
        return  # the parser counts lines or columns in its own way
    try:
        tree = ast.parse(content)
        content.decode()
    except (SyntaxError, ValueError, RecursionError):
        return
    starts = [0, *(found.end() for found in re.finditer(rb"\n", content))]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.lineno == line:
            yield node, lambda row, column: starts[row - 1] + column


def _module(call: ast.Call) -> tuple[str, str]:
    """`yaml`, `load` of `yaml.load(...)`; two empty words otherwise."""
    function = call.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.value.id, function.attr
    return "", ""


def _end(node: ast.expr | ast.keyword, offset: Callable[[int, int], int]) -> int:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return offset(node.end_lineno, node.end_col_offset)


def _safe_yaml(content: bytes, line: int, _read: ReadFile) -> Iterator[Edit]:
    """`yaml.load(text, Loader=yaml.Loader)` becomes `yaml.safe_load(text)`."""
    for call, offset in _calls(content, line):
        module, name = _module(call)
        if (
            module != "yaml"
            or name not in _SAFE
            or not 1 <= len(call.args) <= 2
            or isinstance(call.args[0], ast.Starred)
        ):
            continue
        loaders = [*call.args[1:], *(word.value for word in call.keywords if word.arg == "Loader")]
        if len(call.keywords) > 1 or (call.keywords and call.keywords[0].arg != "Loader"):
            continue
        if not all(_is_loader(loader) for loader in loaders):
            continue
        after = _end(call.func, offset)
        yield Edit(after - len(name), after, _SAFE[name].encode())
        if loaders:
            yield Edit(_end(call.args[0], offset), _end(loaders[-1], offset), b"")


def _is_loader(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "yaml"
        and node.attr in _LOADERS
    )


def _with_timeout(content: bytes, line: int, _read: ReadFile) -> Iterator[Edit]:
    """`requests.get(url)` becomes `requests.get(url, timeout=10)`."""
    for call, offset in _calls(content, line):
        module, name = _module(call)
        words = {word.arg for word in call.keywords}
        if (
            module != "requests"
            or name not in _METHODS
            or words & {"timeout", None}
            or not (call.args or call.keywords)
        ):
            continue
        if any(isinstance(argument, ast.Starred | ast.GeneratorExp) for argument in call.args):
            continue
        given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
        last = max(_end(node, offset) for node in given)
        rest = content[last : _end(call, offset)]
        if not rest.strip(b") \t\r\n,") and rest.count(b")") == 1:  # no comment, and no bracket around the argument
            yield Edit(last, last, b", timeout=%d" % SECONDS)


def _tags(content: bytes, line: int, name: bytes) -> Iterator[tuple[re.Match[bytes], dict[bytes, bytes]]]:
    """Tags of that name that begin in a line, with their attributes; none that a template takes part in."""
    starts = [0, *(found.end() for found in re.finditer(rb"\n", content)), len(content) + 1]
    for tag in _TAG.finditer(content, starts[line - 1]):
        if tag.start() >= starts[line]:
            return
        if tag["name"].lower() == name and not any(sign in tag.group() for sign in _TEMPLATE):
            found = _ATTRIBUTE.findall(tag["attributes"])
            yield tag, {key.lower(): value.strip(b"\"'") for key, value in found}


def _noopener(content: bytes, line: int, _read: ReadFile) -> Iterator[Edit]:
    """A link that opens a window gets `rel="noopener"`."""
    for tag, attributes in _tags(content, line, b"a"):
        if attributes.get(b"target", b"").lower() == b"_blank" and b"rel" not in tag["attributes"].lower():
            yield Edit(tag.end("attributes"), tag.end("attributes"), b' rel="noopener"')


def _integrity(content: bytes, line: int, read: ReadFile) -> Iterator[Edit]:
    """A script of a package's fixed version gets its checksum, where that very version lies in `node_modules`."""
    for tag, attributes in _tags(content, line, b"script"):
        wanted = _PACKAGE.match(attributes.get(b"src", b""))
        if wanted is None or b"integrity" in attributes or b"crossorigin" in tag["attributes"].lower():
            continue
        home = f"node_modules/{wanted['name'].decode()}"
        if (
            ".." not in wanted["path"].decode().split("/")
            and _version(read(f"{home}/package.json")) == wanted["version"]
        ):
            script = read(f"{home}/{wanted['path'].decode()}")
            if script is not None:
                digest = base64.b64encode(hashlib.sha384(script).digest())
                text = b' integrity="sha384-%s" crossorigin="anonymous"' % digest
                yield Edit(tag.end("attributes"), tag.end("attributes"), text)


def _version(manifest: bytes | None) -> bytes:
    try:
        document = json.loads(manifest or b"{}")
    except (ValueError, RecursionError):
        return b""
    return str(document.get("version", "")).encode() if isinstance(document, dict) else b""


_MAKERS: Mapping[str, Callable[[bytes, int, ReadFile], Iterator[Edit]]] = {
    "semgrep.python-unsafe-yaml-load": _safe_yaml,
    "bandit.unsafe-yaml-load": _safe_yaml,
    "semgrep.python-request-without-timeout": _with_timeout,
    "bandit.request-without-timeout": _with_timeout,
    "semgrep.html-new-window-can-steer-the-old": _noopener,
    "semgrep.html-script-without-integrity": _integrity,
}
MENDED = tuple(_MAKERS)
"""Rules whose findings can be mended."""
