"""What a flow is given: the implementations that wiring chose, and what blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.model.rule import Confidence, Severity

if TYPE_CHECKING:
    # The hook never opens an executor.
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

    from auditor.model.finding import Finding
    from auditor.model.outcome import Outcome
    from auditor.model.ports import Cache, Marker, Scanner
    from auditor.rulebook import Rulebook
    from auditor.rulebook.mappings import Frameworks


def no_frameworks() -> Frameworks:
    """Nothing to judge by."""
    from auditor.rulebook.mappings import Frameworks

    return Frameworks({}, (), frozenset(), "")


@dataclass(frozen=True, slots=True)
class Tools:
    """The implementations that wiring chose for a run."""

    scanners: tuple[Scanner, ...]
    broken_scanners: Mapping[str, str]
    """Reason by name, for those that could not be loaded."""
    rulebook: Rulebook
    rules_folder: Path
    cache: Cache
    mark: Marker
    now: datetime
    executor: Callable[[int], AbstractContextManager[Executor]]
    """Opens an executor for so many jobs."""
    frameworks: Callable[[], Frameworks] = no_frameworks
    """Catalogues of controls with their mappings, read when first needed."""
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Options by scanner."""
    announce: Callable[[int], Callable[[Outcome], None]] = lambda _count: lambda _outcome: None
    """Told the number of jobs; gives what is told every outcome."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What blocks."""

    fail_on: Severity = Severity.HIGH
    min_confidence: Confidence = Confidence.LOW

    def blocks(self, finding: Finding) -> bool:
        """Whether a finding is over the threshold."""
        return finding.severity >= self.fail_on and Confidence[finding.confidence.upper()] >= self.min_confidence
