"""Folders that hold one project together, where no manifest says so: code of one calls what only another defines."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from auditor.model.pattern import lazy

_GLOBAL = lazy(rb"(?m)^(?:async\s+)?(?:function\s*\*?|const|let|var|class)\s+([A-Za-z_]\w{4,})")
_ANY = lazy(
    rb"(?:\b(?:function\s*\*?|const|let|var|class)\s+|^[ \t]*(?:async\s+|static\s+)?)([A-Za-z_]\w{4,})\s*(?=[=({ ])"
)
_USED = lazy(rb"(?<![\w.'\"])([A-Za-z_]\w{4,})\s?(?:\(|\.\w)")
_ENTRIES = frozenset({b"doGet", b"doPost", b"onOpen", b"onEdit", b"onInstall", b"onFormSubmit", b"include"})
_MOST = 60
"""Folders that are compared with each other."""


def joined(scripts: Mapping[str, bytes], homes: Mapping[str, str]) -> dict[str, str]:
    """`homes` with the folders that belong together under the folder around them; `scripts`: those that count."""
    by_folder: dict[str, list[bytes]] = {}
    for path, home in homes.items():
        by_folder.setdefault(home, []).append(scripts[path])
    if not 1 < len(by_folder) <= _MOST:
        return dict(homes)
    defined = {folder: _names(_GLOBAL, texts) - _ENTRIES for folder, texts in by_folder.items()}
    owners: dict[bytes, list[str]] = {}
    for folder, names in defined.items():
        for name in names:
            owners.setdefault(name, []).append(folder)
    leads = {folder: folder for folder in by_folder}
    for folder, texts in by_folder.items():
        for name in _names(_USED, texts) - _names(_ANY, texts):
            if len(owners.get(name, ())) == 1:
                _join(leads, folder, owners[name][0])
    groups: dict[str, list[str]] = {}
    for folder in by_folder:
        groups.setdefault(_lead(leads, folder), []).append(folder)
    around = {folder: _around(group) for group in groups.values() for folder in group}
    return {path: around[home] for path, home in homes.items()}


def _names(expression: re.Pattern[bytes], texts: Iterable[bytes]) -> set[bytes]:
    return {name for text in texts for name in expression.findall(text)}


def _lead(leads: dict[str, str], folder: str) -> str:
    while leads[folder] != folder:
        folder = leads[folder]
    return folder


def _join(leads: dict[str, str], one: str, other: str) -> None:
    leads[_lead(leads, one)] = _lead(leads, other)


def _around(folders: list[str]) -> str:
    return posixpath.commonpath(folders) if all(folders) else ""
