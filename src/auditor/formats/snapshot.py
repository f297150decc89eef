"""A snapshot as canonical JSON: the same content gives the same bytes, and its hash proves it.

The document is `{"schema": "auditor/snapshot@1", "rules": {id: card}, "snapshot": {...}}`, ASCII, keys sorted. A card
stands once and findings name it; a card's examples and its scanner's part are left out, no report needs them.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from auditor.errors import StoreError
from auditor.formats.codec import Codec, CodecError
from auditor.model.finding import Finding
from auditor.model.rule import Rule
from auditor.model.run import Coverage, Snapshot

SCHEMA = "auditor/snapshot@1"


def freeze(snapshot: Snapshot) -> Snapshot:
    """The same content in canonical order, cards reduced to their words, with its content hash.

    Order of pages, repositories or scanners takes no part: two runs that saw the same are equal. Entities keep the
    order of the portfolio file. Freezing a frozen snapshot changes nothing.
    """
    cards = {id(finding.rule): finding.rule for finding in snapshot.findings}
    words = {key: replace(card, examples=(), counter_examples=(), spec={}) for key, card in cards.items()}
    findings = (replace(finding, rule=words[id(finding.rule)]) for finding in snapshot.findings)
    order = _canonical_order()
    frozen = replace(
        snapshot,
        findings=tuple(sorted(findings, key=_finding_order)),
        facts=order(snapshot.facts),
        records=order(snapshot.records),
        gaps=order(snapshot.gaps),
        conflicts=order(snapshot.conflicts),
        miscalculations=order(snapshot.miscalculations),
        coverage=_coverage_order(snapshot.coverage),
        wiki_edits=order(snapshot.wiki_edits),
        content_hash="",
    )
    return replace(frozen, content_hash=content_hash(frozen))


def content_hash(snapshot: Snapshot) -> str:
    """SHA-256, in hex, of the canonical document without the hash itself."""
    return hashlib.sha256(dump_snapshot(replace(snapshot, content_hash=""))).hexdigest()


def dump_snapshot(snapshot: Snapshot) -> bytes:
    """The canonical document of a frozen snapshot."""
    names, cards = _name_cards(snapshot.findings)
    codec = Codec({Rule: (lambda rule: names[id(rule)], _unused)})
    document = {"schema": SCHEMA, "rules": cards, "snapshot": codec.encode(snapshot)}
    return (_canonical(document) + "\n").encode()


def load_snapshot(content: bytes) -> Snapshot:
    """The snapshot that `dump_snapshot` wrote, equal to the original.

    Raises:
        StoreError: not such a document, written by a newer version, or changed since it was frozen.
    """
    try:
        snapshot = _decode(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(f"the snapshot cannot be read: {error}") from error
    if snapshot.content_hash and content_hash(snapshot) != snapshot.content_hash:
        raise StoreError(f"the snapshot of {snapshot.period} was changed after it was frozen: its hash does not fit")
    return snapshot


def _decode(document: Any) -> Snapshot:
    if document.get("schema") != SCHEMA:
        raise CodecError(f"its schema is {document.get('schema')!r}, {SCHEMA!r} was expected")
    plain = Codec()
    cards = {name: plain.decode(Rule, data) for name, data in document["rules"].items()}
    codec = Codec({Rule: (_unused, cards.__getitem__)})
    snapshot: Snapshot = codec.decode(Snapshot, document["snapshot"])
    return snapshot


def _unused(_: Any) -> Any:
    raise CodecError("this codec goes one way")


def _canonical(data: object) -> str:
    return json.dumps(data, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def _canonical_order() -> Callable[[Iterable[Any]], tuple[Any, ...]]:
    codec = Codec()
    return lambda values: tuple(sorted(values, key=lambda value: _canonical(codec.encode(value))))


def _coverage_order(lines: Iterable[Coverage]) -> tuple[Coverage, ...]:
    """By scanner and target; the whole text decides only where these are equal, because there are thousands of lines."""
    named: dict[tuple[str, str, str], list[Coverage]] = defaultdict(list)
    for line in lines:
        named[line.scanner, line.target, line.kind].append(line)
    order = _canonical_order()
    return tuple(
        line for name in sorted(named) for line in (named[name] if len(named[name]) == 1 else order(named[name]))
    )


def _finding_order(finding: Finding) -> tuple[str, str, str, str]:
    return (finding.fingerprint, finding.rule.id, str(finding.location), finding.state.value)


def _name_cards(findings: Iterable[Finding]) -> tuple[Mapping[int, str], Mapping[str, Any]]:
    """Name of each card by the identity of its object, and the cards by name.

    Cards of one id with different words (a waived finding of an older rulebook) get `id~2`, `id~3`, ...
    """
    codec = Codec()
    objects = {id(finding.rule): finding.rule for finding in findings}
    texts = {key: _canonical(codec.encode(card)) for key, card in objects.items()}
    ids = {text: objects[key].id for key, text in texts.items()}
    names: dict[str, str] = {}
    used: dict[str, int] = {}
    for text in sorted(ids):
        used[ids[text]] = used.get(ids[text], 0) + 1
        names[text] = ids[text] if used[ids[text]] == 1 else f"{ids[text]}~{used[ids[text]]}"
    return {key: names[text] for key, text in texts.items()}, {name: json.loads(text) for text, name in names.items()}
