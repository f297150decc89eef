"""AWS: judges recorded inventories of accounts, and the infrastructure that repositories declare.

What a scan needs is imported when there is something to scan: the hook asks every scanner about every commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.model.ports import ExamplesReport, ScanContext
from auditor.model.rule import Rule
from auditor.model.run import ScanResult
from auditor.model.target import Repo, ScanTarget

if TYPE_CHECKING:
    from scanners.aws.judging import Judgement

DECLARES = (".yaml", ".yml", ".json", ".template", ".tfplan", ".tf")
"""Ends of names that templates and plans have."""


class Aws:
    """Looks at `aws-account` targets, and at `repo` targets that declare infrastructure."""

    name = "aws"
    kinds = frozenset({"aws-account", "repo"})

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        """Judge the target.

        Raises:
            NotScannedError: the inventory cannot be read, or is of another account.
        """
        if isinstance(target, Repo):
            assert context.files is not None
            if not any(entry.path.lower().endswith(DECLARES) for entry in context.files.entries()):
                return ScanResult(skipped="no CloudFormation, SAM or Terraform plan here")
            from scanners.aws.iac import scan_repo

            return scan_repo(target, context)
        from auditor.model.target import AwsAccount
        from scanners.aws.judging import scan_account

        assert isinstance(target, AwsAccount)
        return scan_account(target, context)

    def judge(
        self,
        inventory: Path,
        rules: Iterable[Rule],
        data: Path,
        *,
        account: str = "",
        entity: str = "",
        options: Mapping[str, str] | None = None,
    ) -> Judgement:
        """Every check on every resource, with the money; what `auditor aws check` prints.

        Raises:
            NotScannedError: as `scan`.
        """
        from scanners.aws.judging import judgement_of

        return judgement_of(inventory, rules, data, account=account, entity=entity, options=options)

    def try_examples(self, context: ScanContext) -> ExamplesReport:
        """Run the examples of the cards: small inventories that must fail, must not, and save to the cent."""
        from scanners.aws.fixture import try_examples

        return try_examples(context.rules, context.data)
