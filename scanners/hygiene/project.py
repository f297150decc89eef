"""Named checks about a repository as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from auditor.model.pattern import lazy
from auditor.model.ports import FileEntry, History
from scanners.hygiene.seen import Seen
from scanners.hygiene.tree import Tree

_SOURCE = lazy(
    r"\.(?:py|js|jsx|mjs|cjs|ts|tsx|vue|svelte|gs|java|kt|kts|scala|go|rs|rb|php|cs|fs|vb|swift|dart|ex|exs|clj|c|cc|cpp"
    r"|lua|pl|pm|groovy|sol)$"
)
_NO_PROGRAM = lazy(
    r"(?:^|/)(?:[^/]*\.config\.[cm]?[jt]s|\.eslintrc\.c?js|[gG]runtfile\.js|[gG]ulpfile\.js|setup\.py|conf\.py|[^/]*\.min\.js|[^/]*\.d\.ts"
    r"|__init__\.py|(?:jquery|bootstrap|popper|swiper|aos|wow|modernizr|isotope|owl\.carousel|slick|lightbox|fancybox"
    r"|html5shiv|respond|waypoints|magnific-popup|moment|d3|three|angular|vue|react|react-dom|lodash|underscore|axios"
    r"|chart|leaflet|gsap|particles|typed|glightbox|easing)[^/]*\.js)$",
    re.IGNORECASE,
)
_TEST_FILE = lazy(
    r"(?:^|/)(?:test_[^/]+|[^/]+_tests?|[^/]+[.-](?:[Tt]ests?|[Ss]pec|cy|e2e)|[^/]+_spec|conftest|[^/]*[a-z0-9]Tests?|Test[A-Z][^/]*"
    r"|[^/]*[a-z0-9](?:TestCase|IT|Spec))"
    r"\.(?:py|js|jsx|mjs|cjs|ts|tsx|vue|gs|java|kt|kts|scala|go|rs|rb|php|cs|fs|vb|swift|dart|exs|clj|c|cc|cpp|lua|pl|groovy|sh|bats|sol)$"
    r"|(?:^|/)(?:[Tt]ests?|[Ss]pecs?|__tests__|e2e|cypress|testing|unit[-_]?tests?|integration[-_]?tests?|[^/]+[-_.]tests?|[^/]*[a-z0-9]Tests?|androidTest)/(?:[^/]+/)*[^/]+"
    r"\.(?:py|js|jsx|mjs|cjs|ts|tsx|java|kt|kts|scala|go|rs|rb|php|cs|fs|vb|swift|dart|exs|ex|clj|c|cc|cpp|lua|t|pl|groovy|feature|robot|bats|sh|sol)$"
    r"|\.(?:bats|feature|robot)$|(?:^|/)tests\.py$|^tests?\.\w+$|(?:^|/)t/[^/]+\.t$|(?:^|/)[^/]*\.postman_collection\.json$|(?:^|/)[^/]*\.t\.sol$"
)
_ASSET = re.compile(r"(?:^|/)(?:assets|public|static|wwwroot|plugins?)/.*\.js$")
"""A library that was copied in brings its own tests."""
_TEMPLATE = re.compile(r"(?:^|/)RunnerTests/RunnerTests\.swift$")
"""What `flutter create` writes: a test without a statement."""
_DOUBTFUL = lazy(r"\.(?:jsx?|mjs|cjs|tsx?|py)$")
_MOST_DOUBTFUL = 20
"""Where more scripts are named like tests, some of them are."""
_SCRIPT_TEST = lazy(rb"\b(?:describe|it|test|suite|expect|assert\w*|QUnit|tape|t\.\w+)\s*[.(]|assert|cy\.")
_PYTHON_TEST = lazy(rb"\bdef test|\bassert|\bclass \w+\(|>>> ")
_INLINE_TEST = lazy(rb"#\[(?:cfg\(test\)|test|tokio::test)\]")


def without_tests(tree: Tree, read: Mapping[str, bytes]) -> Seen | None:
    """No automated test beside a program's sources; pages without a program of their own need none.

    `read` holds the Rust sources, whose tests stand in the same file, and scripts that are only named like tests.
    """
    sources = [e for e in tree.own if _SOURCE.search(e.path) and not _NO_PROGRAM.search(e.path)]
    named = [
        e.path for e in tree.own
        if _TEST_FILE.search(e.path) and not _ASSET.search(e.path) and not _TEMPLATE.search(e.path)
    ]  # fmt: skip
    if not sources or any(path not in read or _tests_something(path, read[path]) for path in named):
        return None
    if any(_INLINE_TEST.search(content) for path, content in read.items() if path.endswith(".rs")):
        return None
    return Seen(message=f"No automated tests beside {len(sources)} source file{'s' * (len(sources) != 1)}")


def _tests_something(path: str, content: bytes) -> bool:
    """Whether a file that is named like a test holds one: Django begins every application with an empty `tests.py`."""
    return bool((_PYTHON_TEST if path.endswith(".py") else _SCRIPT_TEST).search(content))


def doubtful_tests(tree: Tree) -> tuple[FileEntry, ...]:
    """What must be read to know: at most 200 Rust files, and scripts named like tests where there are few of them."""
    rust = tuple(entry for entry in tree.own if entry.path.endswith(".rs"))[:200]
    scripts = tuple(entry for entry in tree.own if _DOUBTFUL.search(entry.path) and _TEST_FILE.search(entry.path))
    return rust + (scripts if len(scripts) <= _MOST_DOUBTFUL else ())


def stale(history: History | None, now: datetime, months: int = 18) -> Seen | None:
    """The commit under scan is older than `months`."""
    head = history.head() if history else None
    if head is None:
        return None
    try:
        when = datetime.fromisoformat(head.when)
    except ValueError:
        return None
    if now - when < timedelta(days=months * 365.25 / 12):
        return None
    return Seen(message=f"No change since {when.date().isoformat()}")


_MACHINE = lazy(r"\[bot\]|\bbot\b|dependabot|renovate|github-actions|semantic-release|greenkeeper|snyk", re.IGNORECASE)


def bus_factor(history: History | None, fewest: int = 20) -> Seen | None:
    """One person wrote nine of ten commits or more; says nothing below `fewest` commits. Machines do not count."""
    if history is None:
        return None
    people = {name: count for name, count in history.authors().items() if not _MACHINE.search(name)}
    total = sum(people.values())
    if total < fewest or max(people.values()) * 10 < total * 9:
        return None
    share = max(people.values()) * 100 // total
    return Seen(message=f"One person wrote {share} % of {total} commits: the bus factor is 1")
