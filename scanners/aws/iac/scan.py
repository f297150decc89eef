"""Templates and plans of a repository, judged by the checks that a declaration alone can answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.ports import FileEntry, ScanContext
from auditor.model.run import NotScanned, ScanResult
from auditor.model.target import Repo
from scanners.aws.check import Check, Result, judge
from scanners.aws.derived import DERIVED
from scanners.aws.estate import Estate, enrich
from scanners.aws.fixture import fill
from scanners.aws.iac import cloudformation, terraform
from scanners.aws.iac.declared import Declared, target
from scanners.aws.iac.document import UnreadableError, read_document
from scanners.aws.iac.from_cloudformation import KINDS
from scanners.aws.inventory import SCHEMA, inventory_of
from scanners.aws.judge import load
from scanners.aws.prices import Prices
from scanners.aws.schema import COMMON, Schema

_SUFFIXES = (".yaml", ".yml", ".json", ".template", ".tfplan")
_LARGEST = 4 * 1024 * 1024
_EXAMPLE_ACCOUNT = "111122223333"


def scan_repo(repo: Repo, context: ScanContext) -> ScanResult:
    """Judge every template and plan; a repository without any is skipped."""
    assert context.files is not None
    wanted = [entry for entry in context.files.entries() if entry.path.lower().endswith(_SUFFIXES)]
    sources = [entry for entry in context.files.entries() if entry.path.endswith(".tf")]
    bench: _Bench | None = None
    matches: list[Match] = []
    unread: list[NotScanned] = []
    files = resources = plans = 0
    for entry, content in context.files.read_many([entry for entry in wanted if entry.size <= _LARGEST]):
        if not _may_declare(content):
            continue
        try:
            items, is_plan = _declared(content)
        except UnreadableError as problem:
            unread.append(NotScanned(entry.path, str(problem)))
            continue
        if not items:
            continue
        bench = bench or _Bench(context)
        files, resources, plans = files + 1, resources + len(items), plans + is_plan
        matches += bench.matches(repo, entry, items, is_plan=is_plan)
    if sources and not plans:
        reason = "Terraform source without a plan"
        unread += [NotScanned(entry.path, reason, expected=True) for entry in sources]
    if not files and not unread:
        return ScanResult(skipped="no CloudFormation, SAM or Terraform plan here")
    return ScanResult(
        matches=tuple(matches),
        looked_at={"files": files, "resources": resources, "rules": len(bench.checks) if bench else 0},
        not_scanned=(*unread, *context.files.unreadable()),
    )


def _may_declare(content: bytes) -> bool:
    return (b"AWS::" in content and b"Resources" in content) or b'"planned_values"' in content


def _declared(content: bytes) -> tuple[list[Declared], bool]:
    text = content.decode("utf-8-sig", "replace")
    if b'"planned_values"' in content:
        try:
            plan = json.loads(text)
        except (ValueError, RecursionError):
            raise UnreadableError("syntax error") from None
        if terraform.is_plan(plan):
            return _with_parts(list(terraform.declared(plan, text))), True
        return [], False
    document = read_document(text)
    if not cloudformation.is_template(document.value):
        return [], False
    return list(cloudformation.declared(document.value, document.lines)), False


def _with_parts(items: list[Declared]) -> list[Declared]:
    """Terraform's buckets with the settings that are resources of their own there."""
    parts = [item for item in items if item.type == "tf:bucket-part"]
    whole = []
    for item in items:
        if item.type == "tf:bucket-part":
            continue
        properties = dict(item.properties)
        if item.type == "AWS::S3::Bucket":
            names = {item.name, str(properties.get("BucketName"))}
            for part in parts:
                if target(part.properties.get("Bucket")) in names:
                    properties |= {key: value for key, value in part.properties.items() if key != "Bucket"}
        whole.append(Declared(item.type, item.name, properties, item.line))
    return whole


class _Bench:
    """The checks, compiled when the first template is met."""

    def __init__(self, context: ScanContext) -> None:
        self.checks: tuple[Check, ...]
        self.schema: Schema
        self.prices: Prices
        self.checks, self.schema, self.prices = load(context.rules, context.data)
        self.now = context.now

    def matches(self, repo: Repo, entry: FileEntry, items: list[Declared], *, is_plan: bool) -> Iterator[Match]:
        """Faults of one file's resources."""
        found: dict[str, list[dict[str, Any]]] = {}
        for item in items:
            if item.type in KINDS:
                kind, shape = KINDS[item.type]
                found.setdefault(kind, []).append(self._resource(kind, item, shape(item, items)))
        inventory = inventory_of(
            {
                "schema": SCHEMA,
                "accounts": [{"id": _EXAMPLE_ACCOUNT}],
                "regions": ["us-east-1"],
                "collected_at": self.now.isoformat(),
                "resources": found,
            },
            entry.path,
        )
        estate = Estate(inventory, self.schema)
        enrich(estate, DERIVED, {})
        by_name = {item.name: item for item in items}
        for check in self.checks:
            if check.kind not in found or not check.from_code or not self._known(check, found[check.kind]):
                continue
            for result in judge(check, estate, self.prices):
                if result.failed and not _unsure(result):
                    yield self._match(repo, entry, result, by_name, is_plan=is_plan)

    def _resource(self, kind: str, item: Declared, shape: Mapping[str, Any]) -> dict[str, Any]:
        templates = self.schema.collected[kind]
        known = {"partition": "aws", "account": _EXAMPLE_ACCOUNT, "region": "us-east-1", "_tail": item.name} | dict(
            shape
        )
        return dict(shape) | {
            "_id": fill(str(templates["id"]), known) or item.name,
            # Within one file the logical name is what identifies; it leads back to the line.
            "_arn": item.name,
            "_name": item.name,
            "_region": "us-east-1",
            "_account": _EXAMPLE_ACCOUNT,
            "_tags": {},
            "_missing": {},
        }

    def _known(self, check: Check, resources: list[dict[str, Any]]) -> bool:
        """Whether the declaration sets (or leaves to a default that we know) everything that the check reads."""
        shape = set(resources[0])
        ours = self.schema.derived.get(check.kind, {})
        for name in check.read_names:
            own = ours[name].own if name in ours else ()
            if name in ours and not own:
                continue
            if any(field not in shape and field not in ours for field in own or (name,)) and name not in COMMON:
                return False
        return True

    def _match(
        self, repo: Repo, entry: FileEntry, result: Result, items: Mapping[str, Declared], *, is_plan: bool
    ) -> Match:
        item = items.get(result.arn)
        name = terraform.address_of(result.arn) if is_plan else result.arn
        return Match(
            rule_id=result.rule.id,
            location=CodeLocation(repo.name, entry.path, item.line if item else 1, commit=repo.commit, scope=name),
            excerpt=name,
            grade=result.grade,
            message=result.message,
            details={"resource": name, "kind": result.kind, "declared_in": "terraform plan" if is_plan else "template"},
        )


def _unsure(result: Result) -> bool:
    """Whether a value that the check read is known only when the stack is made."""
    return any(_mentions_unknown(value) for value in result.evidence.values())


def _mentions_unknown(value: object) -> bool:
    if isinstance(value, list):
        return any(_mentions_unknown(item) for item in value)
    # In evidence control characters are written out.
    return isinstance(value, str) and ("\x00unknown" in value or "\\x00unknown" in value)
