"""Whether an evidence pack is whole and unchanged, as far as it can say by itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.adapters.packing import Unpacked
from auditor.errors import StoreError
from auditor.formats.pack import SCHEMA, SUFFIXES, manifest_text, seal
from auditor.formats.snapshot import load_snapshot
from auditor.model.decision import Anchor, Decision, first_break
from auditor.model.pack import MANIFEST, is_safe
from auditor.model.text import visible

SNAPSHOT, LOG = "snapshot.json", "decisions/log.jsonl"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found."""

    problems: tuple[str, ...]
    period: str
    files: int
    omissions: int
    fingerprint: str
    """SHA-256 of the manifest: with it kept elsewhere, a pack made anew from changed data is seen too."""
    decisions: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(found: Unpacked, fingerprint: str = "") -> Verified:
    """Hashes, missing and foreign files, the manifest's seal, the snapshot's own hash, and the chain of decisions."""
    content = found.files.get(MANIFEST)
    if content is None:
        return Verified((*found.problems, f"{MANIFEST} is missing: not an evidence pack"), "", 0, 0, "")
    digest = hashlib.sha256(content).hexdigest()
    manifest = _manifest(content)
    if manifest is None:
        return Verified((*found.problems, f"{MANIFEST} cannot be read as {SCHEMA}"), "", 0, 0, digest)
    problems = [*found.problems]
    if fingerprint and fingerprint.lower() != digest:
        problems.append(f"{MANIFEST}: its fingerprint is {digest}, {fingerprint} was expected")
    if manifest.get("seal") != seal(manifest) or manifest_text(manifest).encode() != content:
        problems.append(f"{MANIFEST}: it was changed after it was sealed")
    problems.extend(_files(manifest, found.files))
    problems.extend(_snapshot(manifest, found.files))
    chain, said = _chain(manifest, found.files)
    problems.extend(said)
    problems.extend(_scorecards(manifest, found.files))
    return Verified(
        tuple(problems), str(manifest.get("period", "")), len(manifest["files"]), len(manifest["omissions"]), digest, chain
    )  # fmt: skip


def _manifest(content: bytes) -> Mapping[str, Any] | None:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if (
        not isinstance(document, dict)
        or document.get("schema") != SCHEMA
        or not isinstance(document.get("files"), list)
    ):
        return None
    if not isinstance(document.get("omissions"), list):
        return None
    whole = all(isinstance(f, dict) and {"path", "sha256", "bytes"} <= set(f) for f in document["files"])
    return document if whole else None


def _files(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[str]:
    listed: set[str] = set()
    for item in manifest["files"]:
        path = str(item["path"])
        if not is_safe(path):
            yield f"{MANIFEST}: names {path!r}, which leads outside of the pack"
            continue
        if path in listed:
            yield f"{MANIFEST}: names {path} twice"
        listed.add(path)
        content = files.get(path)
        if content is None:
            yield f"{path}: missing"
        elif len(content) != item["bytes"] or hashlib.sha256(content).hexdigest() != item["sha256"]:
            yield f"{path}: changed"
    for path in sorted(files.keys() - listed - {MANIFEST}):
        yield f"{visible(path)}: not in the manifest"
    for path in sorted(listed):
        if not any(path.endswith(suffix) for suffix in SUFFIXES):
            yield f"{path}: a kind of file that no pack holds"


def _snapshot(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[str]:
    if SNAPSHOT not in files:
        return
    try:
        snapshot = load_snapshot(files[SNAPSHOT])
    except StoreError as error:
        yield f"{SNAPSHOT}: {error}"
        return
    if snapshot.content_hash != manifest.get("snapshot"):
        yield f"{SNAPSHOT}: not the one that the manifest speaks of"


def _chain(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> tuple[int, list[str]]:
    if LOG not in files:
        return 0, []
    try:
        chain = [Decision(**json.loads(line)) for line in files[LOG].decode().splitlines()]
    except (ValueError, TypeError) as error:
        return 0, [f"{LOG}: cannot be read: {error}"]
    said = manifest.get("decisions")
    anchors = []
    if isinstance(said, dict):
        anchors = [
            Anchor(str(said.get("head", "")), "the manifest"),
            Anchor(str(said.get("at_freeze", "")), "the snapshot"),
        ]
    broken = first_break(chain, anchors)
    return len(chain), [f"{LOG}: {broken}"] if broken else []


def _scorecards(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[str]:
    for path in sorted(files):
        if path.startswith("compliance/") and path.endswith(".json") and not path.endswith(".oscal.json"):
            try:
                said = json.loads(files[path]).get("snapshot")
            except (ValueError, AttributeError):
                yield f"{path}: cannot be read"
                continue
            if said != manifest.get("snapshot"):
                yield f"{path}: made from another snapshot"
