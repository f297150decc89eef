"""Source text as identity sees it: enclosing scopes, normalised code, and excerpts that hold no secret.

Everything works on tokens found by one regular expression per family of languages, never on a full parse, so that it
answers for broken files as well and in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from auditor.model.pattern import lazy

EXCERPT = 160
"""Longest excerpt in characters."""
MARK = 600
"""Longest mark; what goes beyond is not part of a finding's identity."""

_STRING = r"""[rRbBuUfF]{0,2}(?:\"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\Z)|'''(?:\\.|[^\\])*?(?:'''|\Z)"""
_SHORT = r"""\"(?:\\.|[^\"\\\n])*(?:\"|$)|'(?:\\.|[^'\\\n])*(?:'|$)"""
_HASH = lazy(rf"(?P<string>{_STRING}|{_SHORT}))|(?P<comment>\#[^\n]*)", re.DOTALL | re.MULTILINE)
_SLASH = lazy(
    rf"(?P<string>`(?:\\.|[^`\\])*(?:`|\Z)|{_SHORT})|(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z))",
    re.DOTALL | re.MULTILINE,
)
_HASH_LANGUAGES = frozenset({"python", "yaml", "terraform", "bash", "dockerfile"})

_PYTHON_SCOPE = lazy(r"^([ \t]*)(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
_BRACE = lazy(r"[{}]")
_EMPTY_BRACES = lazy(r"\{[ \t]*\}")
_NOT_NEWLINE = lazy(r"[^\n]")
_BLOCK_NAME = lazy(
    r"""(?:
        \bclass\s+(?P<class>[\w$]+)[^{}();]*
      | \bfunction\b\s*\*?\s*(?P<function>[\w$]+)\s*\([^{}]*\)[^{};=]*
      | (?P<assigned>[\w$.]+)\s*[:=]\s*(?:async\s+)?(?:function\b\s*\*?\s*[\w$]*\s*\([^{}]*\)|(?:\([^{}]*\)|[\w$]+)[^{};=]*=>)\s*
      | \b(?P<method>[\w$]+)\s*\([^{}]*\)\s*(?::[^{};=()]+)?
      | \b(?:resource|data|module|provider)\s+(?P<block>\"[^\"\n]*\"(?:\s+\"[^\"\n]*\")?)\s*
    )\Z""",
    re.VERBOSE,
)
_NOT_A_NAME = frozenset({"if", "for", "while", "switch", "catch", "with", "function", "return", "else", "do", "try"})

_KNOWN_SECRET = lazy(
    r"(?:sk|rk|pk)_(?:live|test)_\w{6,}|whsec_\w{6,}|\bA[KS]IA[0-9A-Z]{12,}|gh[pousr]_\w{16,}|github_pat_\w{16,}"
    r"|xox[abeoprs]-[\w-]{8,}|AIza[\w-]{20,}|\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?|SG\.[\w-]{10,}\.[\w-]{10,}"
    r"|-----BEGIN[^\n]*|(?<=://)[^\s/:@'\"]*:[^\s/@'\"]+(?=@)|[A-Za-z0-9+/=_-]{40,}"
)
_SECRET_NAME = lazy(
    r"(?i)(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|private_?key|credential|salt|auth)\w*[\"'\]]*\s*(?:[:=(,]|=>)\s*\Z"
)
_SETTING = lazy(r"(?:getenv|environ(?:\.get)?|\benv(?:\.get)?|getProperty)\s*[(\[]\s*\Z")
"""Before the name of a setting, which is no secret."""
_NO_SECRET = frozenset({"NONE", "JWT", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS", "none", "bearer", "Bearer", "basic"})
"""Kinds of authorization: they stand where a secret would, and are the fault itself."""
_LITERAL_BODY = lazy(r"\A([A-Za-z]{0,2})(\"\"\"|'''|\"|'|`)(.*?)(\2)?\Z", re.DOTALL)
_HIDDEN = lazy(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A function, class or block with a name, as a range of lines."""

    first: int
    last: int
    """Inclusive."""
    name: str
    """Whole chain, `Outer.inner`."""


def visible(text: str) -> str:
    r"""One line in which control characters, escapes and bidirectional overrides show as `\xNN` or `\uNNNN`."""

    def shown(found: re.Match[str]) -> str:
        code = ord(found.group())
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"

    return _HIDDEN.sub(shown, text.replace("\n", " ").replace("\t", " "))


def scopes(text: str, language: str) -> tuple[Scope, ...]:
    """Named scopes of a file, outer before inner."""
    if language in {"yaml", "json", "html", "regex", "generic"}:
        return ()
    blanked = _blanked(text, language)
    found = _python_scopes(blanked) if language == "python" else _brace_scopes(text, blanked)
    return tuple(sorted(found, key=lambda scope: (scope.first, -scope.last)))


def scope_at(found: tuple[Scope, ...], line: int) -> str:
    """Chain of the innermost scope around a line; empty at the top of the file."""
    name = ""
    for scope in found:
        if scope.first > line:
            break
        if line <= scope.last:
            name = scope.name
    return name


def _tokens(language: str) -> re.Pattern[str]:
    return _HASH if language in _HASH_LANGUAGES else _SLASH


def _blanked(text: str, language: str) -> str:
    """Same length and lines, strings and comments replaced by spaces."""
    return _tokens(language).sub(lambda m: _NOT_NEWLINE.sub(" ", m.group()), text)


def _python_scopes(blanked: str) -> Iterator[Scope]:
    lines = blanked.split("\n")
    stack: list[tuple[int, int, str]] = []
    last_code = 0
    for number, line in enumerate(lines, 1):
        stripped = line.lstrip()
        if not stripped or stripped[0] in ")]}":
            continue
        indent = len(line.expandtabs()) - len(line.expandtabs().lstrip())
        while stack and indent <= stack[-1][0]:
            _, first, name = stack.pop()
            yield Scope(first, max(first, last_code), name)
        head = _PYTHON_SCOPE.match(line)
        if head:
            outer = f"{stack[-1][2]}." if stack else ""
            stack.append((indent, number, outer + head.group(2)))
        last_code = number
    while stack:
        _, first, name = stack.pop()
        yield Scope(first, max(first, last_code), name)


def _brace_scopes(text: str, blanked: str) -> Iterator[Scope]:
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    blanked = _EMPTY_BRACES.sub(lambda m: " " * len(m.group()), blanked)
    line = 0
    stack: list[tuple[int, str, str]] = []
    for brace in _BRACE.finditer(blanked):
        at = brace.start()
        while line + 1 < len(starts) and starts[line + 1] <= at:
            line += 1
        if brace.group() == "{":
            name = _block_name(text, blanked, at)
            chain = stack[-1][2] if stack else ""
            stack.append((line + 1, name, f"{chain}.{name}".strip(".") if name else chain))
        elif stack:
            first, name, chain = stack.pop()
            if name:
                yield Scope(first, line + 1, chain)
    while stack:
        first, name, chain = stack.pop()
        if name:
            yield Scope(first, len(starts), chain)


def _block_name(text: str, blanked: str, at: int) -> str:
    begin = max(0, at - 200)
    cut = max(blanked.rfind(sign, begin, at) for sign in ";{}")
    before = blanked[max(begin, cut + 1) : at]
    if "resource" in before or "module" in before or "data" in before:
        before = text[max(begin, cut + 1) : at]
    found = _BLOCK_NAME.search(before)
    if not found:
        return ""
    name = next(value for value in found.groupdict().values() if value)
    name = re.sub(r"[\"']", "", name).replace(" ", ".")
    return "" if name in _NOT_A_NAME else name


def redacted(text: str, mark: Callable[[str], str], *, every_literal: bool = False, language: str = "") -> str:
    """Code without secrets: known key forms, long random strings and what is assigned to a secret's name go through `mark`.

    `every_literal` hides all strings, for rules whose fault is a secret in the code.
    """

    def literal(found: re.Match[str]) -> str:
        body = found.group()
        if found.lastgroup == "comment":
            return _KNOWN_SECRET.sub(lambda m: mark(m.group()), body)
        parts = _LITERAL_BODY.match(body)
        named = _SECRET_NAME.search(text, max(0, found.start() - 60), found.start()) is not None
        if _SETTING.search(text, max(0, found.start() - 30), found.start()):
            return _KNOWN_SECRET.sub(lambda m: mark(m.group()), body)
        if parts and parts.group(3) in _NO_SECRET:
            return body
        if parts and parts.group(3) and (every_literal or (named and "{" not in parts.group(3))):
            return f"{parts.group(1)}{parts.group(2)}{mark(parts.group(3))}{parts.group(4) or ''}"
        return _KNOWN_SECRET.sub(lambda m: mark(m.group()), body)

    pieces: list[str] = []
    at = 0
    for found in _tokens(language).finditer(text):
        pieces.extend((_KNOWN_SECRET.sub(lambda m: mark(m.group()), text[at : found.start()]), literal(found)))
        at = found.end()
    pieces.append(_KNOWN_SECRET.sub(lambda m: mark(m.group()), text[at:]))
    return "".join(pieces)


def normalised(code: str, language: str) -> str:
    """Code without comments, layout, kind of quotes and trailing commas: what stays when it is formatted anew."""

    def token(found: re.Match[str]) -> str:
        if found.lastgroup == "comment":
            return " "
        parts = _LITERAL_BODY.match(found.group())
        body = parts.group(3) if parts else found.group()
        return "\x1e" + body.replace(" ", "\x1f") + "\x1e"

    text = _tokens(language).sub(token, code)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?<![\w$]) | (?![\w$])", "", text)
    text = re.sub(r",(?=[)\]}])|;+\Z", "", text)
    return text.replace("\x1e", '"').replace("\x1f", " ")[:MARK]


def excerpt(line: str, *, every_literal: bool = False, language: str = "") -> str:
    """A line of code as it may be shown: one line, at most 160 characters, no secret, nothing a terminal obeys."""
    safe = visible(redacted(line.strip(), lambda _: "[redacted]", every_literal=every_literal, language=language))
    return safe if len(safe) <= EXCERPT else safe[: EXCERPT - 1] + "…"
