"""`--engine detect-secrets`: the findings of `detect-secrets scan --no-verify`, several times faster, without our judging.

Its plugins, filters and transformers do the work; what is spared are the files and lines in which no plugin can find
anything. Lines are chosen by the same single pass as our own rules, with over-approximations of the plugins' own
expressions; a line with a byte outside ASCII always goes to every plugin, because `re` folds case by Unicode.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from auditor.model.content import foreign_marker, is_lfs_pointer
from auditor.model.outcome import NotScanned, ScanResult
from auditor.model.pattern import lazy
from auditor.model.ports import Cache, FileEntry, ScanContext
from auditor.model.target import Repo, Wiki
from scanners.secrets.detection import Detection
from scanners.secrets.engine import Engine, Expression, build
from scanners.secrets.sighting import Placed, matches, sighting, with_details

if TYPE_CHECKING:
    from detect_secrets.types import NamedIO  # its import costs 0.3 s

RULE = "secrets.detect-secrets"
_ANY = -1
_NOT_ASCII = r"[\x80-\xff]"
_RAW = (
    r"[A-Za-z0-9+/\\\-_=]{16}|[0-9a-fA-F]{9}|AKC[a-zA-Z0-9]{10}|AP[0-9A-F][a-zA-Z0-9]{8}|eyJ|://|xox|_authToken|PRIVATE KEY"
    r"|PuTTY|[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|!!binary|\\\n|\\\r|\\x|\\u|\\U|%\("
)
"""What a file must hold somewhere, in whatever form a transformer may give it, before any plugin can find something."""
_AROUND = lazy(r"\(\?<?[!=](?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)")


class NamedBytes(io.BytesIO):
    """Content with the name of its file, as detect-secrets' transformers expect of a stream."""

    name = ""


@dataclass(frozen=True, slots=True)
class Library:
    """detect-secrets with default settings, and the engines that choose files and lines for it."""

    plugins: tuple[Any, ...]
    raw: Engine
    lines: Engine
    owner: tuple[int, ...]
    """Per expression id: index of the plugin, or -1 for all of them."""


def scan_identically(target: Repo | Wiki, context: ScanContext) -> ScanResult:
    """The result of a scan with detect-secrets alone."""
    assert context.files is not None
    placed: list[Placed] = []
    missed: list[NotScanned] = []
    files = lines = 0
    with opened(context.cache) as library:
        for entry, content in context.files.read_many(context.files.entries()):
            if is_lfs_pointer(content):
                missed.append(NotScanned(entry.path, "LFS pointer"))
                continue
            files, lines = files + 1, lines + content.count(b"\n")
            try:
                found = list(secrets_of(library, entry.path, content))
            except (IndexError, RecursionError) as error:  # its YAML transformer fails on some valid files
                missed.append(NotScanned(entry.path, "detect-secrets failed", detail=type(error).__name__))
                continue
            placed += [_placed(entry, content, secret, context) for secret in found]
    looked_at = {"files": files, "lines": lines, "rules": len(library.plugins)}
    return ScanResult(matches(target, placed), looked_at=looked_at, not_scanned=tuple(missed))


def _placed(entry: FileEntry, content: bytes, secret: Any, context: ScanContext) -> Placed:
    lines = content.splitlines()
    text = lines[secret.line_number - 1].decode("utf-8", "replace") if secret.line_number <= len(lines) else ""
    value = secret.secret_value or ""
    detection = Detection(
        rule=RULE,
        line=secret.line_number,
        end_line=secret.line_number,
        column=max(text.find(value), 0),
        secret=value,
        score=0.5,
        kind="detect-secrets",
        text=text,
        spans=((0, len(text)),) if value not in text else (),
    )
    seen = sighting(detection, context.mark)
    return with_details(Placed(entry.path, seen), type=secret.type, foreign_marker=foreign_marker(text))


@contextmanager
def opened(cache: Cache) -> Iterator[Library]:
    """Its global settings are set for the time of the scan and restored after it; its log stays silent throughout."""
    logging.getLogger("detect_secrets").setLevel(logging.CRITICAL)
    from detect_secrets.core.log import log
    from detect_secrets.settings import default_settings, get_plugins, get_settings

    log.setLevel(logging.CRITICAL)  # at lower levels it logs secrets
    with default_settings():
        get_settings().disable_filters("detect_secrets.filters.common.is_invalid_file")  # content need not lie on disk
        from detect_secrets.settings import get_filters

        get_filters.cache_clear()
        plugins = tuple(get_plugins())
        yield _with_engines(plugins, cache)


def _with_engines(plugins: Sequence[Any], cache: Cache) -> Library:
    expressions: list[Expression] = [Expression(0, _NOT_ASCII)]
    owner = [_ANY]
    for index, plugin in enumerate(plugins):
        for text, caseless in approximations(plugin):
            expressions.append(Expression(len(owner), text, caseless))
            owner.append(index)
    words = "|".join(
        text for plugin in plugins for text, _ in approximations(plugin) if hasattr(plugin, "keyword_exclude")
    )
    raw = [Expression(0, _RAW), Expression(1, words, caseless=True), Expression(2, _NOT_ASCII)]
    return Library(tuple(plugins), build(raw, cache), build(expressions, cache), tuple(owner))


def approximations(plugin: Any) -> Iterator[tuple[str, bool]]:
    """Expressions over bytes that match wherever a plugin may find something in an ASCII line."""
    if hasattr(plugin, "entropy_limit"):
        least = int(2**plugin.entropy_limit) + 1
        for quote in "'\"":
            yield f"{quote}[{re.escape(plugin.charset)}]{{{least}}}", False
    elif hasattr(plugin, "keyword_exclude"):
        from detect_secrets.plugins.keyword import DENYLIST

        yield "|".join(word for word in DENYLIST if word.isascii()), True
    else:
        for expression in plugin.denylist:
            yield approximated(expression)


def approximated(expression: re.Pattern[str]) -> tuple[str, bool]:
    """An expression without look-arounds, anchors and layout; matches wherever the original does."""
    text = expression.pattern
    if expression.flags & re.VERBOSE:
        text = re.sub(r"(?<!\\)#[^\n]*", "", text)
        text = re.sub(r"\s+", "", text)
    before = None
    while before != text:
        before, text = text, _AROUND.sub("", text)
    text = text.replace("|^)", "|)").replace("|$)", "|)").replace("(?:|)", "")
    return text, bool(expression.flags & re.IGNORECASE)


def secrets_of(library: Library, path: str, content: bytes) -> Iterator[Any]:
    """What `detect_secrets.core.scan.scan_file` yields for a file with this name and content."""
    from detect_secrets.core import scan

    if not library.raw.hits(content) or scan._is_filtered_out(required_filter_parameters=["filename"], filename=path):  # noqa: SLF001
        return
    found: set[Any] = set()  # equal by type, value and file: the first place of a value is the one that is told
    for lines in _lines(path, content):
        for secret in _in_lines(library, path, lines):
            if secret not in found:
                found.add(secret)
                yield secret
        if found:
            return


def _lines(path: str, content: bytes) -> Iterator[list[str]]:
    """Lines as a transformer gives them, else as they are; then those of the eager transformers."""
    from detect_secrets.transformers import get_transformed_file

    buffer = NamedBytes(content)
    buffer.name = path
    with io.TextIOWrapper(buffer, encoding="utf-8") as stream:
        named = cast("NamedIO", stream)
        try:
            lines = get_transformed_file(named) or stream.readlines()
        except UnicodeDecodeError:
            return
        yield lines
        stream.seek(0)
        yield get_transformed_file(named, use_eager_transformers=True) or []


def _in_lines(library: Library, path: str, lines: list[str]) -> Iterator[Any]:
    """`_process_line_based_plugins`, for the lines and plugins that can find something."""
    from detect_secrets.core import scan
    from detect_secrets.util.code_snippet import get_code_snippet

    for index, wanted in _wanted(library, lines):
        line = lines[index].rstrip()
        snippet = get_code_snippet(lines=lines, line_number=index + 1)
        plugins = library.plugins if _ANY in wanted else [library.plugins[i] for i in sorted(wanted)]
        candidates = [
            (plugin, secret)
            for plugin in plugins
            for secret in scan._scan_line(plugin, filename=path, line=line, line_number=index + 1, context=snippet)  # noqa: SLF001
        ]
        # The filter of lines is costly on long ones, and matters only where a plugin has found something.
        if not candidates or scan._is_filtered_out(["line"], filename=path, line=line, context=snippet):  # noqa: SLF001
            continue
        for plugin, secret in candidates:
            facts = {
                "filename": path,
                "secret": secret.secret_value,
                "plugin": plugin,
                "line": line,
                "context": snippet,
            }
            if not scan._is_filtered_out(["context"], **facts):  # noqa: SLF001
                yield secret


def _wanted(library: Library, lines: Sequence[str]) -> Iterator[tuple[int, set[int]]]:
    """(index of a line, plugins that may find something in it), in order."""
    encoded = [line.encode("utf-8", "surrogatepass").replace(b"\n", b" ") for line in lines]
    hits = library.lines.hits(b"\n".join(encoded))
    index, end = 0, len(encoded[0]) if encoded else 0
    wanted: set[int] = set()
    for offset, identity in hits:
        while offset - 1 > end:  # the line break itself may be the last byte of a hit: `\s` after a token
            if wanted:
                yield index, wanted
                wanted = set()
            index += 1
            end += 1 + len(encoded[index])
        wanted.add(library.owner[identity])
    if wanted:
        yield index, wanted
