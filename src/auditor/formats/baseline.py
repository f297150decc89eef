"""A baseline: what is known today, so that only what comes after it blocks. No line numbers, no times: no merge conflicts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from auditor.errors import ConfigError
from auditor.formats.scan_json import path_of
from auditor.model.finding import Finding, State

SCHEMA = "auditor/baseline@1"


def baseline(findings: Iterable[Finding]) -> str:
    """The file's text: one finding a line, in the order of their fingerprints.

    The path stands there for people; a finding is recognised by its fingerprint alone, which holds the number of equal
    ones, so that a second copy of a known line is new; of a secret, which is one finding wherever it stands, the number
    of places is kept for that.
    """
    lines = {
        finding.fingerprint: json.dumps(
            {"fingerprint": finding.fingerprint, "rule": finding.rule.id, "path": path_of(finding.location)}
            | ({"places": _places(finding)} if _places(finding) > 1 else {})
        )
        for finding in findings
        if finding.state.is_open
    }
    body = ",\n".join(f"  {lines[key]}" for key in sorted(lines))
    return f'{{"schema": "{SCHEMA}", "findings": [\n{body}\n]}}\n'


def _places(finding: Finding) -> int:
    return 1 + len(finding.also_at) if finding.rule.scanner == "secrets" else 1


def read_baseline(path: Path) -> Mapping[str, int]:
    """Number of places by fingerprint, of a baseline file.

    Raises:
        ConfigError: the file is missing or is none.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; `auditor baseline` writes one") from error
    except ValueError as error:
        raise ConfigError(f"{path}: not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ConfigError(f"{path}: no baseline of this program ({SCHEMA})")
    items = [item for item in document.get("findings", ()) if isinstance(item, dict) and "fingerprint" in item]
    return {str(item["fingerprint"]): places if isinstance(places := item.get("places"), int) else 1 for item in items}


def with_baseline(findings: Sequence[Finding], known: Mapping[str, int]) -> tuple[Finding, ...]:
    """Those in the baseline are known, in no more places than stand there; the others stay new."""
    return tuple(
        replace(f, state=State.KNOWN) if f.state is State.NEW and _places(f) <= known.get(f.fingerprint, 0) else f
        for f in findings
    )
