"""The manifest of an evidence pack: every file with its hash, everything that is left out with its reason, and a seal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.model.pack import Omission, PackFile

SCHEMA = "auditor/evidence@1"
SUFFIXES = frozenset({".json", ".jsonl", ".csv", ".html", ".txt", ".pdf", ".md"})
"""Kinds of files in a pack: nothing that can be run."""


def manifest_bytes(header: Mapping[str, Any], files: Iterable[PackFile], omissions: Sequence[Omission]) -> bytes:
    """The manifest, sealed: any change to it shows, unless the seal is made anew as well."""
    document: dict[str, Any] = {
        "schema": SCHEMA,
        **header,
        "files": [
            {"path": f.path, "sha256": hashlib.sha256(f.content).hexdigest(), "bytes": len(f.content), "what": f.what}
            for f in sorted(files, key=lambda f: f.path)
        ],
        "omissions": [{"what": item.what, "why": item.why} for item in omissions],
    }
    return manifest_text({**document, "seal": seal(document)}).encode()


def manifest_text(document: Mapping[str, Any]) -> str:
    """A manifest as it is written: one text for one content."""
    return json.dumps(document, indent=1, ensure_ascii=True) + "\n"


def seal(document: Mapping[str, Any]) -> str:
    """SHA-256 over everything in a manifest but the seal."""
    kept = {key: value for key, value in document.items() if key != "seal"}
    return hashlib.sha256(
        json.dumps(kept, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()
    ).hexdigest()
