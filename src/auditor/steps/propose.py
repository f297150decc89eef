"""A first portfolio file for a folder: one entity per repository found in it, and the wiki if there is one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from auditor.steps.discover import repositories_below

_WIKI_NAMES = ("wiki", "agent_handoffs", "handbook", "notes", "docs")
_SITE = ("index.html", "public/index.html", "frontend/index.html", "src/index.html")


def propose(folder: Path) -> str:
    """The text of `portfolio.toml`; every line that a person should look at says so."""
    repositories = sorted(repositories_below(folder))
    if (folder / ".git").exists():
        repositories = [folder]
    wiki = next((name for name in _WIKI_NAMES if any((folder / name).rglob("*.md"))), None)
    return "\n".join([*_head(folder, wiki), *_entities(folder, repositories, wiki), *_tail()]) + "\n"


def _head(folder: Path, wiki: str | None) -> Iterator[str]:
    yield "# What auditor looks at, and who reads about it. Check it with `auditor doctor`, then `auditor run`."
    yield "# Addresses and credentials do not belong here: a value $NAME is read from repos.env beside this file."
    yield ""
    yield "[portfolio]"
    yield f"name = {_quoted(folder.resolve().name)}"
    yield f'wiki = "{wiki}"' if wiki else '# wiki = "wiki"            # a folder of Markdown pages with your figures'
    yield 'timezone = "UTC"'
    yield 'currency = "USD"'
    yield ""


def _entities(folder: Path, repositories: list[Path], wiki: str | None) -> Iterator[str]:
    seen: set[str] = set()
    pages = sorted(p.relative_to(folder / wiki) for p in (folder / wiki).rglob("*.md")) if wiki else []
    for path in repositories or [folder]:
        key = re.sub(r"[^a-z0-9]+", "-", path.resolve().name.lower()).strip("-") or "main"
        while key in seen:
            key += "-2"
        seen.add(key)
        yield "[[entity]]"
        yield f'key = "{key}"'
        yield f"name = {_quoted(path.resolve().name)}"
        yield 'kind = ""                   # event-boat, charter, hauling, web-clients, rental, yacht-delivery, ...'
        yield f"repositories = [{_quoted(path.relative_to(folder).as_posix())}]"
        if any((path / name).is_file() for name in _SITE):
            yield '# profile = "marketing"    # what its pages are for: app, marketing, booking, tours'
        named = {page.parent / f"{key}*.md" for page in pages if page.name.lower().startswith(key)}
        if named:
            yield f"pages = [{', '.join(_quoted(p.as_posix()) for p in sorted(named))}]"
        else:
            yield f'# pages = ["projects/{key}*.md"]'
        yield ""


def _tail() -> Iterator[str]:
    yield from """# [[aws]]
# name = "main"
# account = "111122223333"
# regions = ["us-east-1"]
# inventory = "aws/{period}.json"   # a recorded inventory; leave out to ask the account itself

# A report without readers is written as a page and mailed to nobody.
[reports.ceo]
readers = []
[reports.cto]
readers = []
[reports.accounting]
readers = []
[reports.cmo]
readers = []
[reports.cfo]
readers = []
[reports.rental]
readers = []
[reports.delivery]
readers = []
[reports.clients]
readers = []

[mail]
transport = "outbox"               # outbox (files), smtp or ses
outbox = "outbox"
sender = "auditor@example.com\"""".splitlines()


def _quoted(text: str) -> str:
    """A TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(text)
