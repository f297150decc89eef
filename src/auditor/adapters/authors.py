"""Who wrote a history: names and addresses that belong to one person, put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

_NOREPLY = re.compile(r"(?:\d+\+)?(.+)@users\.noreply\.github\.com")
_NOBODY = frozenset(
    ",root,user,ubuntu,admin,administrator,developer,dev,test,unknown,git,ec2-user,debian,vagrant,name,you,your name".split(
        ","
    )
)
"""Names that a computer gave."""
_LONG = 8
"""Letters of a name that two people hardly share without its spaces."""


def by_person(commits: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """Commits by the name each person uses most, from commits by address and name.

    One address is one person, whatever the name; so is one name, whatever the address, unless a computer gave it; and a
    name that is the login in an address of GitHub, with or without its spaces.
    """
    parent: dict[str, str] = {}

    def person(mark: str) -> str:
        while (above := parent.setdefault(mark, mark)) != mark:
            parent[mark] = mark = parent[above]
        return mark

    for address, name in commits:
        marks = list(_marks(address.casefold(), name.casefold().strip()))
        for mark in marks[1:]:
            parent[person(mark)] = person(marks[0])
    names: dict[str, Counter[str]] = {}
    for (address, name), count in commits.items():
        mark = next(_marks(address.casefold(), name.casefold().strip()))
        names.setdefault(person(mark), Counter())[name] += count
    counts: Counter[str] = Counter()
    for used in names.values():
        counts[max(used, key=lambda each: used[each])] += used.total()
    return dict(counts)


def _marks(address: str, name: str) -> Iterator[str]:
    """What this author may be known by, at least one mark."""
    if address or name in _NOBODY:
        yield f"<{address}>"
    if name not in _NOBODY:
        yield name
    # `Dana Reyes` and the login `DanaReyes` are one person; a short word may be anybody.
    squeezed = "".join(filter(str.isalnum, name))
    if name not in _NOBODY and len(squeezed) >= _LONG:
        yield squeezed
    if login := _NOREPLY.fullmatch(address):
        yield login[1]
