"""Which files are code, and how each is put before the engine with its lines kept.

A dialect is decided by the path alone, so that an answer can be looked up by (blob, dialect) without reading the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from auditor.model.content import as_utf8, has_minified_name, is_lfs_pointer, is_minified, is_vendored
from auditor.model.outcome import NotScanned
from auditor.model.pattern import lazy

LARGEST = 1024 * 1024
"""Bytes; larger files are not parsed, only counted."""

_BY_SUFFIX = {
    ".py": "python", ".pyw": "python", ".pyi": "python", ".wsgi": "python",
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascript",
    ".ts": "typescript", ".tsx": "tsx", ".mts": "typescript", ".cts": "typescript",
    ".gs": "gs",
    ".html": "html", ".htm": "html", ".xhtml": "html", ".jinja": "html", ".jinja2": "html", ".j2": "html",
    ".ejs": "html", ".hbs": "html", ".njk": "html",
    ".vue": "vue", ".svelte": "vue",
    ".ipynb": "notebook",
    ".yaml": "yaml", ".yml": "yaml", ".json": "json",
    ".tf": "terraform",
}  # fmt: skip
_NOT_PROGRAMS = frozenset({
    "package-lock.json", "npm-shrinkwrap.json", "composer.lock", "tsconfig.json", "yarn.lock", "pnpm-lock.yaml",
})  # fmt: skip
_JINJA_SUFFIXES = frozenset({".j2", ".jinja", ".jinja2", ".ejs", ".hbs", ".njk"})

_SCRIPT = lazy(rb"(?is)<script\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>(.*?)(</script\s*>|\Z)")
_ATTRIBUTE = lazy(rb"(?is)\b(type|lang|language)\s*=\s*[\"']?\s*([\w/+.-]+)")
_JS_TYPES = frozenset({
    b"", b"module", b"text/javascript", b"application/javascript", b"text/ecmascript", b"application/x-javascript",
    b"text/babel", b"text/jsx", b"javascript", b"js", b"jsx", b"ts", b"tsx", b"typescript", b"text/typescript",
    b"application/ecmascript",
})  # fmt: skip
_PRINTED = lazy(rb"<\?!?=.*?\?>|<%[-=].*?%>|\{\{[^{}\n]*\}\}|\{%=.*?%\}", re.DOTALL)
_CONTROL = lazy(rb"<\?.*?\?>|<%.*?%>|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_NOT_NEWLINE = lazy(rb"[^\r\n]")
_SHEBANG = lazy(rb"^#![^\n]*")
_GLSL = lazy(rb"(?m)^\s*#version\b|\bgl_Position\b|\bvoid\s+main\s*\(|^\s*layout\s*\(|\bEmitVertex\b")
_GOSU = lazy(rb"(?m)^\s*(?:uses|package)\s+[\w.]+\s*$|\bproperty\s+get\b|^\s*enhancement\s")


@dataclass(frozen=True, slots=True)
class Unit:
    """What the engine is given for one file: content in one of its languages."""

    language: str
    """Semgrep's name of the analyzer."""
    content: bytes
    """UTF-8."""
    lines: tuple[int, ...] = ()
    """Line of the file for each line of the content; empty: they are the same."""
    suffix: str = ""
    """Ending of the name, where the grammar depends on it (`tsx`); empty: the language's usual one."""

    def line(self, number: int) -> int:
        """Line of the file for a line of this content."""
        return self.lines[min(number, len(self.lines)) - 1] if self.lines else number


def dialect_of(path: str, *, clasp: bool = True) -> str:
    """Dialect of a file by its path; empty when it holds nothing we have rules for.

    `clasp`: whether the repository is an Apps Script project, which settles what `.gs` means.
    """
    name = path.rsplit("/", 1)[-1]
    pure = PurePosixPath(name)
    if name in _NOT_PROGRAMS:
        return ""
    if not pure.suffix and not name.startswith("."):
        return "shebang"
    dialect = _BY_SUFFIX.get(pure.suffix.lower(), "")
    if dialect == "html" and pure.suffix in _JINJA_SUFFIXES:
        inner = _BY_SUFFIX.get(PurePosixPath(pure.stem).suffix.lower(), "")
        return "html" if inner in {"html", ""} and (inner or pure.suffix in {".ejs", ".hbs", ".njk"}) else ""
    if dialect == "gs" and clasp:
        return "javascript"
    return dialect


def is_clasp(paths: Iterable[str]) -> bool:
    """Whether a tree holds an Apps Script project."""
    return any(path.rsplit("/", 1)[-1] in {"appsscript.json", ".clasp.json"} for path in paths)


def skip_reason(path: str, size: int) -> NotScanned | None:
    """Why a file is left out before it is read."""
    if is_vendored(path):
        return NotScanned(path, "vendored", expected=True)
    if has_minified_name(path):
        return NotScanned(path, "minified", expected=True)
    if size > LARGEST:
        return NotScanned(path, "too large", detail=f"{size} bytes, limit {LARGEST}")
    return None


def units_of(path: str, dialect: str, content: bytes) -> tuple[Unit, ...] | NotScanned:
    """The units of a file, none when there is no code in it, or why it cannot be looked at."""
    if len(content) > LARGEST:
        return NotScanned(path, "too large", detail=f"{len(content)} bytes, limit {LARGEST}")
    if is_lfs_pointer(content):
        return NotScanned(path, "LFS pointer")
    text = as_utf8(content)
    if text is None:
        return () if dialect == "shebang" else NotScanned(path, "binary")
    if not text.strip():
        return ()
    if dialect in {"javascript", "typescript", "tsx", "gs"} and is_minified(text):
        return NotScanned(path, "minified", expected=True)
    return _MAKERS[dialect](path, text)


def _plain(language: str) -> Callable[[str, bytes], tuple[Unit, ...]]:
    return lambda _path, text: (Unit(language, text),)


def _gs(path: str, text: bytes) -> tuple[Unit, ...] | NotScanned:
    if _GLSL.search(text) or _GOSU.search(text):
        return NotScanned(path, "not Apps Script", expected=True)
    return (Unit("javascript", text),)


def _html(_path: str, text: bytes) -> tuple[Unit, ...]:
    markup = _CONTROL.sub(_spaces, text)
    scripts = _scripts(text)
    return (Unit("html", markup), Unit("regex", text), *([Unit(*scripts)] if scripts else []))


def _vue(_path: str, text: bytes) -> tuple[Unit, ...]:
    scripts = _scripts(text)
    return (Unit("regex", text), *([Unit(*scripts)] if scripts else []))


def _scripts(text: bytes) -> tuple[str, bytes] | None:
    """Everything outside script bodies becomes spaces; newlines stay, so lines and columns stay."""
    pieces: list[bytes] = []
    at = 0
    language = "javascript"
    for found in _SCRIPT.finditer(text):
        kinds = {name.lower(): value.lower() for name, value in _ATTRIBUTE.findall(found.group(1))}
        kind = kinds.get(b"lang") or kinds.get(b"type", b"")
        if kind not in _JS_TYPES or not found.group(2).strip():
            continue
        if kind in {b"ts", b"tsx", b"typescript", b"text/typescript"}:
            language = "typescript"
        body = _CONTROL.sub(_spaces, _PRINTED.sub(_placeholder, found.group(2)))
        pieces.extend((_NOT_NEWLINE.sub(b" ", text[at : found.start(2)]), body))
        at = found.end(2)
    if not pieces:
        return None
    return language, b"".join((*pieces, _NOT_NEWLINE.sub(b" ", text[at:])))


def _spaces(found: re.Match[bytes]) -> bytes:
    return _NOT_NEWLINE.sub(b" ", found.group())


def _placeholder(found: re.Match[bytes]) -> bytes:
    """What a template prints is a value: a zero in its place keeps the script well-formed."""
    return b"0" + _NOT_NEWLINE.sub(b" ", found.group()[1:])


def _notebook(path: str, text: bytes) -> tuple[Unit, ...] | NotScanned:
    import json

    try:
        document = json.loads(text)
        cells = [c for c in document.get("cells", ()) if c.get("cell_type") == "code"]
        sources = [c.get("source", "") for c in cells]
        joined = ["".join(s) if isinstance(s, list) else str(s) for s in sources]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        return NotScanned(path, "syntax error", detail=f"not a notebook: {error}"[:200])
    places = _places(text.decode().split("\n"))
    code: list[str] = []
    numbers: list[int] = []
    last = 1
    for source in joined:
        for piece in source.split("\n"):
            last = _next_place(places, piece, last)
            code.append("pass" if piece.lstrip().startswith(("%", "!")) else piece)
            numbers.append(last)
    if not any(line.strip() for line in code):
        return ()
    return (Unit("python", "\n".join(code).encode(), tuple(numbers)),)


def _places(raw: list[str]) -> dict[str, list[int]]:
    """Lines of a JSON file that hold one string each, by that string as written."""
    places: dict[str, list[int]] = {}
    for number, line in enumerate(raw, 1):
        written = line.strip().removeprefix('"source": [').strip().rstrip("],")
        places.setdefault(written, []).append(number)
    return places


def _next_place(places: dict[str, list[int]], piece: str, after: int) -> int:
    """Line of the JSON file with a line of a cell, at or after the last one found; that one when there is none."""
    import json
    from bisect import bisect_left

    candidates: list[int] = []
    for written in {json.dumps(piece + end, ensure_ascii=plain) for end in ("\n", "") for plain in (True, False)}:
        numbers = places.get(written, ())
        at = bisect_left(numbers, after + 1)
        candidates.extend(numbers[at : at + 1])
    return min(candidates, default=after)


def _shebang(path: str, text: bytes) -> tuple[Unit, ...]:
    found = _SHEBANG.match(text)
    words = [word for word in found.group()[2:].split() if not word.startswith(b"-")] if found else []
    programs = [word.rsplit(b"/", 1)[-1] for word in words if b"=" not in word]
    program = next((name for name in programs if name != b"env"), b"")
    if program.startswith(b"python"):
        return (Unit("python", text),)
    if program in {b"node", b"nodejs", b"deno", b"bun"}:
        # A shebang line is not JavaScript to every parser; blanked, its line stays.
        return (Unit("javascript", _SHEBANG.sub(lambda m: b" " * len(m.group()), text, count=1)),)
    del path
    return ()


_MAKERS: dict[str, Callable[[str, bytes], tuple[Unit, ...] | NotScanned]] = {
    "python": _plain("python"),
    "javascript": _plain("javascript"),
    "typescript": _plain("typescript"),
    "tsx": lambda _path, text: (Unit("typescript", text, suffix="tsx"),),
    "yaml": _plain("yaml"),
    "json": _plain("json"),
    "terraform": _plain("terraform"),
    "gs": _gs,
    "html": _html,
    "vue": _vue,
    "notebook": _notebook,
    "shebang": _shebang,
}
