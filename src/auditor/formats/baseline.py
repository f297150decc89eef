"""A baseline: what is known today, so that only what comes after it blocks. No line numbers, no times: no merge conflicts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from auditor.errors import ConfigError
from auditor.formats.scan_json import path_of
from auditor.model.finding import Finding, State

SCHEMA = "auditor/baseline@1"


def baseline(findings: Iterable[Finding]) -> str:
    """The file's text: one finding a line, in the order of their fingerprints.

    The path stands there for people; a finding is recognised by its fingerprint alone, which holds the number of equal
    ones, so that a second copy of a known line is new.
    """
    lines = {
        finding.fingerprint: json.dumps(
            {"fingerprint": finding.fingerprint, "rule": finding.rule.id, "path": path_of(finding.location)}
        )
        for finding in findings
        if finding.state.is_open
    }
    body = ",\n".join(f"  {lines[key]}" for key in sorted(lines))
    return f'{{"schema": "{SCHEMA}", "findings": [\n{body}\n]}}\n'


def read_baseline(path: Path) -> frozenset[str]:
    """Fingerprints of a baseline file.

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
    return frozenset(str(item["fingerprint"]) for item in document.get("findings", ()) if "fingerprint" in item)


def with_baseline(findings: Sequence[Finding], known: frozenset[str]) -> tuple[Finding, ...]:
    """Those in the baseline are known; the others stay new."""
    return tuple(
        replace(f, state=State.KNOWN) if f.state is State.NEW and f.fingerprint in known else f for f in findings
    )
