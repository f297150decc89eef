"""A small framework, and a snapshot that it can be judged by; built from words that a test can vary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from auditor.formats.snapshot import freeze
from auditor.model.finding import Finding, State, Waiver
from auditor.model.location import CloudLocation, CodeLocation
from auditor.model.rule import Rule, Severity
from auditor.model.run import Coverage, EntityInfo, OutcomeStatus, Snapshot, Tally
from auditor.rulebook.catalogs import Catalog, Control
from auditor.rulebook.mappings import Frameworks, Mapped

RULES = ("secrets.key", "semgrep.sql", "aws.trail-off", "aws.bucket-open")
CONTROLS = ("C.1", "C.2", "C.3", "C.4", "C.5")
MAPPED = (
    Mapped("secrets.key", "own", "C.1", "full"),
    Mapped("semgrep.sql", "own", "C.2"),
    Mapped("secrets.key", "own", "C.2"),
    Mapped("aws.trail-off", "own", "C.3", "full"),
    Mapped("aws.bucket-open", "own", "C.4"),
    Mapped("aws.trail-off", "own", "C.4"),
)
OWN = Catalog("own", "We", "1", "full", tuple(Control(i, "All", f"Title of {i}") for i in CONTROLS))
FRAMEWORKS = Frameworks({"own": OWN}, MAPPED, frozenset(), "d" * 32)
REPOS, ACCOUNTS = ("shop", "boats"), ("main",)


def finding(rule: str, number: int = 0, *, state: State = State.KNOWN, entity: str = "jada") -> Finding:
    card = Rule(rule, f"Fault {rule}", rule.partition(".")[0], Severity.HIGH, "Because.", "Mend it.")
    code = CodeLocation("shop", f"src/m{number}.py", 3, commit="c" * 40)
    cloud = CloudLocation("111122223333", "us-east-1", f"arn:aws:s3:::b{number}", "s3:ListBuckets", "2026-11-01")
    waiver = Waiver(rule, "known", "Dana", "2027-01-31", "waivers.toml:1") if state is State.WAIVED else None
    place = cloud if rule.startswith("aws.") else code
    return Finding(card, place, f"v1:{rule}{number}:1", Severity.HIGH, "high", entity, state=state, waived_by=waiver)


def line(scanner: str, target: str, *, status: OutcomeStatus = OutcomeStatus.DONE, reason: str = "",
         not_scanned: dict[str, int] | None = None, files: int = 12, tallies: Sequence[Tally] = ()) -> Coverage:  # fmt: skip
    kind = "aws-account" if target in ACCOUNTS else "repo"
    looked = {"resources" if kind == "aws-account" else "files": files}
    complete = status is not OutcomeStatus.FAILED and not not_scanned
    entity = "" if kind == "aws-account" else "jada"
    return Coverage(
        scanner, target, kind, entity, status, reason, looked, not_scanned or {}, complete, "c0ffee", tuple(tallies)
    )


CLEAN = (Tally("aws.trail-off", "jada", passed=1, passed_on=("arn:trail",)), Tally("aws.bucket-open", "jada", passed=7))
COVERAGE = (
    *(line(scanner, repo) for scanner in ("secrets", "semgrep") for repo in REPOS),
    line("aws", "main", tallies=CLEAN),
)


def snapshot(
    findings: Sequence[Finding] = (), coverage: Sequence[Coverage] = COVERAGE, rules: Sequence[str] = RULES
) -> Snapshot:
    entities = (EntityInfo("jada", "JADA", repos=REPOS, aws=ACCOUNTS), EntityInfo("rental", "Rental"))
    nothing = dict.fromkeys(("facts", "records", "gaps", "conflicts", "miscalculations"), ())
    return freeze(
        Snapshot("2026-10", "Boats", datetime(2026, 11, 2, 6, 17, tzinfo=UTC), entities, tuple(findings),
                 coverage=tuple(coverage), rules_run=tuple(rules), run_id="run-1", **nothing)  # type: ignore[arg-type]
    )  # fmt: skip
