"""What a file is by its path and its bytes: foreign code, test code, a pointer, text or not."""

from __future__ import annotations

from auditor.model.pattern import lazy

VENDORED = frozenset({
    "node_modules", "bower_components", "jspm_packages", "site-packages", ".venv", "venv", "virtualenv", ".tox",
    "vendor", "vendors", "third_party", "third-party", "thirdparty", ".terraform", ".serverless", ".aws-sam",
    "__pycache__", ".yarn", ".pnpm-store", "cdk.out",
})  # fmt: skip
"""Names of folders with code that others wrote or a tool made."""
_TESTS = lazy(
    r"(?i)(?:^|/)(?:tests?|__tests__|specs?|testing|testdata|fixtures|e2e|cypress)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$|\.(?:test|spec)\.[cm]?[jt]sx?$"
)
_MINIFIED_NAME = lazy(r"(?i)[.-](?:min|bundle|chunk|packed|prod)\.(?:m|c)?js$|\.bundle\.\w+\.js$")
_FOREIGN_MARKER = lazy(
    r"(?i)(?:#|//|/\*|<!--|\{#)[^\n]*?\b(nosemgrep|nosem|nosec|pragma:\s*allowlist|noqa:\s*S\d|nosonar|lgtm\s*\[|eslint-disable)"
)


def is_vendored(path: str) -> bool:
    """Whether a path lies in a folder of foreign or generated code."""
    return any(part in VENDORED for part in path.split("/")[:-1])


def is_test(path: str) -> bool:
    """Whether a path holds test code or test data."""
    return _TESTS.search(path) is not None


def has_minified_name(path: str) -> bool:
    """Whether the name says that a tool made the file."""
    return _MINIFIED_NAME.search(path) is not None


def is_minified(text: bytes) -> bool:
    """Whether lines are so long that no person wrote them."""
    if len(text) < 4096:
        return False
    lines = text.split(b"\n")
    longest = max(map(len, lines))
    return len(text) / len(lines) > 400 or (longest > 4000 and longest * 2 > len(text))


def is_lfs_pointer(content: bytes) -> bool:
    """Whether git holds only a pointer and the content lies elsewhere."""
    return content.startswith(b"version https://git-lfs.github.com/spec/")


def as_utf8(content: bytes) -> bytes | None:
    """The text as UTF-8 without a byte-order mark; None when it is not text."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", "replace").encode()
    head = content[:4096]
    if b"\0" in head:
        for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
            if zeros.count(0) * 10 > len(zeros) * 7:
                return content.decode(encoding, "replace").encode()
        return None
    if b"\0" in content:
        return None
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        content.decode()
    except UnicodeDecodeError:
        return content.decode("latin-1").encode()
    return content


def foreign_marker(text: str) -> str:
    """Another tool's suppression comment in some lines, in lower case; empty when there is none."""
    found = _FOREIGN_MARKER.search(text)
    return found.group(1).lower() if found else ""


def foreign_markers(text: str) -> int:
    """How many suppression comments of other tools a text holds."""
    return sum(1 for _ in _FOREIGN_MARKER.finditer(text))
