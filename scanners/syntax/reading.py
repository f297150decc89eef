"""Which files of a repository are programs, and their trees."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from auditor.model.pattern import lazy
from auditor.model.ports import FileEntry, Files
from auditor.model.run import NotScanned
from scanners.syntax import tree as t
from scanners.syntax.javascript import parse_javascript
from scanners.syntax.pages import handlers, inline_scripts
from scanners.syntax.python import parse_python

LARGEST = 2 * 1024 * 1024
"""Bytes of a source file that is still read; larger ones are generated."""
MEAN_LINE = 400
"""Mean bytes of a line in a file that people write; minified bundles have longer ones."""

VENDORED = lazy(
    r"(^|/)(node_modules|site-packages|\.venv|venv|env|vendor|vendored|third_party|bower_components|dist|build|out|\.next|\.nuxt|"
    r"\.git|__pycache__|\.terraform|\.aws-sam|\.serverless|coverage|target|\.tox|\.mypy_cache|htmlcov|wheels|\.yarn|"
    r"public/build|static/admin|storybook-static|python/lib|dist-packages)/"
)
TESTS = lazy(
    r"(?i)(^|/)(tests?|__tests__|spec|specs|e2e|cypress|playwright|__mocks__|mocks?|fixtures?|testdata|test_data|stories)/|"
    r"(^|/)(test_[^/]+|[^/]+_test|conftest)\.py$|(^|/)(test|verify|smoke)-[^/]+\.(?:[cm]?js|html)$|\.(test|spec|stories|cy|e2e|d)\.[cm]?[jt]sx?$|"
    r"[-_](e2e|tests?|spec)\.[cm]?[jt]sx?$"
)
_SCRIPT = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts")
_PAGE = (".html", ".htm", ".vue", ".svelte", ".jinja", ".jinja2", ".j2", ".ejs", ".hbs", ".astro", ".php")
_BUNDLE = lazy(
    r"(?i)(\.min|[.-]bundle|\.chunk|-vendor|\.umd|\.prod)\.js$|(^|/)(jquery|bootstrap|react|vue|angular|lodash|moment|d3|three|leaflet|chart)([.-][\w.]+)?\.js$"
)


_ROUTE_FILE = lazy(r"(^|/)(app/.*/route|pages/api/.*)\.[jt]sx?$")
"""`app/api/test/auth/route.ts` serves requests, whatever its address is called."""


@dataclass(slots=True)
class Sources:
    """Parsed programs, and what could not be parsed."""

    modules: list[t.Module] = field(default_factory=list)
    pages: dict[str, bytes] = field(default_factory=dict)
    not_scanned: list[NotScanned] = field(default_factory=list)
    files: int = 0


def is_ours(path: str) -> bool:
    """Whether a file is the repository's own product: not vendored, not a test, not built."""
    tests = TESTS.search(path) and not _ROUTE_FILE.search(path)
    return not VENDORED.search(path) and not tests and not _BUNDLE.search(path)


def language(path: str) -> str:
    """`python`, `script`, `page`, or empty."""
    lower = path.lower()
    if lower.endswith(".py"):
        return "python"
    if lower.endswith(_SCRIPT):
        return "script"
    return "page" if lower.endswith(_PAGE) else ""


def read_programs(
    files: Files, entries: Iterable[FileEntry], wanted: Callable[[str, bytes], bool], apps_script: bool = False
) -> Sources:
    """Parse every entry whose content is `wanted`; a file that cannot be read or parsed is noted, the others go on."""
    found = Sources()
    chosen = [e for e in entries if (language(e.path) or (apps_script and e.path.endswith(".gs"))) and is_ours(e.path)]
    for entry in [e for e in chosen if e.size > LARGEST]:
        found.not_scanned.append(NotScanned(entry.path, "too large", expected=entry.size > 8 * LARGEST))
    for entry, content in files.read_many([e for e in chosen if e.size <= LARGEST]):
        found.files += 1
        if not wanted(entry.path, content):
            continue
        _parse(entry.path, content, found)
    found.not_scanned.extend(files.unreadable())
    return found


def _parse(path: str, content: bytes, found: Sources) -> None:
    kind = language(path)
    if kind == "python":
        try:
            found.modules.append(parse_python(path, content))
        except SyntaxError as error:
            found.not_scanned.append(
                NotScanned(path, "syntax error", expected=True, detail=f"line {error.lineno or 0}")
            )
        return
    if kind == "page":
        found.pages[path] = content
        body: list[t.Node] = []
        for script in inline_scripts(content):
            module = parse_javascript(path, script.source, first_line=script.first_line, dialect=script.dialect)
            body.extend(module.body)
        run = handlers(content)
        if run is not None:
            body.extend(parse_javascript(path, run.source).body)
        if body:
            found.modules.append(t.Module(path, "javascript", tuple(body)))
        return
    minified = len(content) > 8 * MEAN_LINE and len(content) > MEAN_LINE * (content.count(b"\n") + 1)
    if minified or b"\0" in content[:4096]:
        found.not_scanned.append(NotScanned(path, "minified or binary", expected=True))
        return
    found.modules.append(parse_javascript(path, content))
