"""Judging a recorded inventory: what was hidden never passes, money counts once, hostile files are refused."""

from __future__ import annotations

import copy
import json
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from auditor.adapters.aws.policy import asks
from auditor.adapters.aws.spec import Scope
from auditor.adapters.aws.table import TABLE
from auditor.cli.app import app
from auditor.errors import NotScannedError, RuleError
from auditor.finance.book import Book
from auditor.finance.metrics import over
from auditor.formats.aws import as_text
from auditor.model.rule import Rule, Severity
from auditor.model.run import Outcome, OutcomeStatus
from auditor.model.scorecard import ControlResult, ControlState
from auditor.model.target import AwsAccount
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from auditor.rulebook.mappings import read_frameworks
from auditor.steps.comply import scorecards
from auditor.steps.freeze import coverage
from scanners.aws import Aws
from scanners.aws.check import Check, Status
from scanners.aws.estate import Estate
from scanners.aws.fixture import Bench, inventory_of_example
from scanners.aws.inventory import inventory_of
from scanners.aws.judge import load, results, savings
from scanners.aws.judging import Judgement, scan_result
from scanners.aws.prices import Prices, read_prices
from scanners.aws.records import records
from scanners.aws.schema import Schema
from tests.support.frameworks import snapshot

EXAMPLE = Path(__file__).parents[3] / "examples" / "portfolio" / "aws" / "2026-09.json"
RULES = read_rulebook(rules_folder(), scanners=["aws"]).of("aws")
ACCOUNT = "111122223333"


@cache
def loaded() -> tuple[tuple[Check, ...], Schema, Prices]:
    return load(RULES, rules_folder())


def judged(document: dict[str, Any]) -> Judgement:
    checks, schema, prices = loaded()
    inventory = inventory_of(copy.deepcopy(document), "inventory.json")
    estate = Estate(inventory, schema)
    found = results(checks, estate, prices)
    return Judgement(found, savings(found, inventory), estate, tuple(c.rule.id for c in checks))


@cache
def _recorded() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(EXAMPLE.read_text())
    return document


def recorded() -> dict[str, Any]:
    return copy.deepcopy(_recorded())


@cache
def calm() -> dict[tuple[str, str], Status]:
    """Every result while nothing is hidden."""
    return {(result.rule.id, result.arn): result.status for result in judged(_recorded()).results}


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The inventory as it would be had this call been denied."""
    changed = copy.deepcopy(document)
    regions = {"global"}
    for kind in TABLE:
        if kind.ask.name == name:
            changed["resources"][kind.name] = []
            regions |= set(changed["regions"]) if kind.scope is Scope.REGION else {"global"}
        for detail in kind.details:
            if detail.ask.name != name:
                continue
            for resource in changed["resources"].get(kind.name, ()):
                resource["_missing"] = {**resource["_missing"], name: "denied"}
                if detail.field:
                    resource[detail.field] = None
                regions.add(resource["_region"])
    if name == "cloudwatch:GetMetricData":
        for resources in changed["resources"].values():
            for resource in resources:
                if "_metrics" in resource:
                    resource["_metrics"], resource["_missing"] = {}, {name: "denied"}
        regions |= set(changed["regions"])
    if name == "ce:GetCostAndUsage":
        changed["bill"] = []
    changed["failures"] = [
        {"account": ACCOUNT, "region": region, "call": name, "kind": "denied", "count": 1} for region in sorted(regions)
    ]
    return changed


CALLS = sorted({ask.name for ask in asks()} - {"sts:GetCallerIdentity", "ec2:DescribeRegions"})


@pytest.mark.parametrize("name", CALLS)
def test_a_denied_permission_gives_no_verdict_that_was_not_there_before(name: str) -> None:
    after = judged(without(recorded(), name))
    for result in after.results:
        was = calm().get((result.rule.id, result.arn))
        if result.status in {Status.PASS, Status.FAIL}:
            assert result.status is was, f"{result.rule.id} on {result.arn} was {was} and is {result.status}"
    outcome = Outcome("aws", AwsAccount("main", "", ACCOUNT, EXAMPLE), OutcomeStatus.DONE, result=scan_result(after))
    assert not outcome.is_complete


def test_each_saving_counts_once() -> None:
    results = judged(recorded()).results
    counted: dict[str, int] = {}
    for result in results:
        if result.saving and result.saving.monthly and not result.saving.counted_with:
            counted[result.arn] = counted.get(result.arn, 0) + 1
    assert set(counted.values()) == {1}


def test_a_volume_of_a_stopped_server_counts_with_the_server() -> None:
    example = {
        "ec2.instance": [
            {
                "InstanceId": "i",
                "State": {"Name": "stopped"},
                "StateTransitionReason": "User initiated (2026-01-01 00:00:00 GMT)",
            }
        ],
        "ec2.volume": [
            {"VolumeId": "v", "State": "in-use", "VolumeType": "gp2", "Size": 60, "Attachments": [{"InstanceId": "i"}]}
        ],
    }
    checks, schema, prices = loaded()
    found = results(checks, Estate(inventory_of_example(example, schema), schema), prices)
    savings = {r.rule.id: r.saving for r in found if r.saving}
    assert savings["aws.ebs-gp2"].counted_with.endswith("instance/i")  # type: ignore[union-attr]
    assert not savings["aws.ec2-stopped"].counted_with  # type: ignore[union-attr]


def test_no_line_of_the_bill_saves_more_than_was_paid() -> None:
    for service in judged(recorded()).savings:
        assert service.billed is not None
        assert service.capped[1] <= service.billed


def test_findings_together_save_no_more_than_was_paid_and_say_so() -> None:
    judgement = judged(recorded())
    capped = [
        m.saving for m in scan_result(judgement).matches if m.saving and m.saving.monthly and not m.saving.counted_with
    ]
    total = sum(saving.monthly.high.amount for saving in capped if saving.monthly)
    assert abs(total - sum(service.capped[1] for service in judgement.savings)) < Decimal("0.01")
    assert any("capped: the list saves" in saving.basis for saving in capped)


def test_an_unknown_price_is_unpriced_and_not_zero() -> None:
    rule = next(rule for rule in RULES if rule.id == "aws.ebs-unattached")
    example = {"ec2.volume": [{"State": "available", "VolumeType": "gp9", "Size": 5}]}
    saving = Bench.of([rule], rules_folder()).results(rule, example)[0].saving
    assert saving is not None
    assert saving.monthly is None
    assert "unpriced" in saving.basis


def test_a_price_of_another_region_is_said() -> None:
    prices = read_prices(rules_folder() / "prices" / "aws.json")
    here, there = prices.of("vpn.connection", "us-east-1"), prices.of("vpn.connection", "eu-west-1")
    assert here is not None
    assert there is not None
    assert (here.fallback, there.fallback) == (False, True)
    assert here.monthly == Decimal("36.50")


def card(when: str, **spec: str) -> Rule:
    return Rule(
        "aws.x",
        "x",
        "aws",
        Severity.LOW,
        "why",
        "fix",
        spec={"resource": "s3.bucket", "when": when, **spec},
        path="aws/x.yaml",
    )


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (card("r.Versionning.Status == 'x'"), "did you mean 'Versioning'"),
        (card("r.Versioning.Status.x == 1"), "has no field 'x'"),
        (card("r.Lifecycle.exists(l, l.Stauts == 'Enabled')"), "did you mean 'Status'"),
        (card("r.Versioning.Status =="), "not valid CEL"),
        (card("true", wehn="x"), "unknown key 'wehn'"),
        (card("true", applies="size(r._public_action) > 0"), "did you mean '_public_actions'"),
        (card("true", message="{r.Nmae}"), "did you mean 'Name'"),
        (
            Rule("aws.y", "y", "aws", Severity.LOW, "w", "f", spec={"resource": "s3.buket", "when": "true"}),
            "did you mean 's3.bucket'",
        ),
    ],
)
def test_a_typo_in_a_card_is_an_error_when_it_is_loaded(rule: Rule, said: str) -> None:
    with pytest.raises(RuleError, match=said.replace("(", r"\(")):
        Bench.of([rule], rules_folder())


def test_an_expression_without_an_answer_is_an_error_and_no_verdict() -> None:
    rule = card("r.Name > 5")
    result = Bench.of([rule], rules_folder()).results(rule, {"s3.bucket": [{"Name": "b"}]})[0]
    assert result.status is Status.ERROR
    assert result.hides


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"schema": "auditor/aws-inventory@1"}', '{"schema": "other"}', "[" * 100_000, '{"schema": NaN}',
     '{"schema": "auditor/aws-inventory@1", "accounts": [], "regions": [], "resources": {"s3.bucket": {}}, "collected_at": "x"}'],
)  # fmt: skip
def test_a_file_that_is_no_inventory_is_refused_with_its_name(text: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    with pytest.raises(NotScannedError, match=r"broken\.json"):
        Aws().judge(path, RULES, rules_folder())


def test_an_inventory_of_another_account_is_refused() -> None:
    with pytest.raises(NotScannedError, match="not of 999988887777"):
        Aws().judge(EXAMPLE, RULES, rules_folder(), account="999988887777")


def test_control_characters_in_names_are_made_visible() -> None:
    document = recorded()
    document["resources"]["lambda.function"][0]["_secrets"] = [{"name": "A\x1b[31m\u202eB", "what": "x"}]
    result = next(r for r in judged(document).results if r.rule.id == "aws.lambda-secret-in-environment" and r.failed)
    assert "\x1b" not in result.message
    assert "\u202e" not in result.message
    document["resources"]["cloudfront.distribution"][0]["_name"] = "A\x1b[31m\u202eB" + "y" * 256
    assert not {"\x1b", "\u202e"} & set(as_text(judged(document)))


def test_sites_carry_the_business_and_the_client() -> None:
    sites = {site.name: (site.entity, site.text["client"]) for site in judged(recorded()).sites}
    assert sites["kelpandco.example.com"] == ("client-portfolio", "Kelp & Co")
    assert sites["jada.example.com"] == ("jada", "")


def test_the_bill_is_shared_out_to_the_cent() -> None:
    for month in judged(recorded()).months:
        assert sum(month["entities"].values()) == month["total"] == sum(month["services"].values())


@pytest.mark.parametrize(("asked", "days"), [("2026-09-16", 15), ("2026-10-03", 30), ("2026-09-01", None)])
def test_a_running_month_of_the_bill_is_extended_by_its_whole_days(asked: str, days: int | None) -> None:
    document = recorded()
    bill = document["bill"][0]
    bill["months"], bill["as_of"] = [{**bill["months"][-1], "estimated": True}], f"{asked}T06:00:00+00:00"
    costs = [r for r in records(judged(document).estate) if r.kind == "cost"]
    value = over((Book("jada", "2026-09"),), "aws_run_rate", costs).value
    so_far = Decimal(bill["months"][0]["total"])
    assert (value and value.low) == (so_far / days * 30 if days else None)


def test_json_has_the_fields_of_the_contract() -> None:
    answer = CliRunner().invoke(app, ["aws", "check", str(EXAMPLE), "--format", "json"])
    assert answer.exit_code == 1
    document = json.loads(answer.stdout)
    assert document["schema"] == "auditor/aws-check@1"
    needed = {
        "check",
        "aliases",
        "resource",
        "arn",
        "region",
        "account",
        "status",
        "severity",
        "saving",
        "evidence",
        "why_not_assessed",
    }
    assert all(needed <= set(result) for result in document["results"])
    saving = next(result["saving"] for result in document["results"] if result["check"] == "aws.eip-unassociated")
    assert {key: saving[key] for key in ("low", "high", "currency")} == {"low": 3.65, "high": 3.65, "currency": "USD"}
    assert saving["basis"].startswith("list price")
    assert saving["as_of"]


def test_a_hidden_call_makes_the_exit_code_three(tmp_path: Path) -> None:
    path = tmp_path / "inventory.json"
    path.write_text(json.dumps(without(recorded(), "wafv2:ListWebACLs")))
    assert CliRunner().invoke(app, ["aws", "check", str(path)]).exit_code == 3


@pytest.mark.parametrize("name", ["", "s3:GetBucketPolicy", "cloudtrail:DescribeTrails", "ec2:DescribeSecurityGroups"])
def test_every_check_is_tallied_and_what_was_denied_is_counted_as_not_seen(name: str) -> None:
    judgement = judged(without(recorded(), name) if name else recorded())
    tallies = scan_result(judgement).tallies
    assert {tally.rule for tally in tallies} == set(judgement.rules)
    counted = Counter(result.status for result in judgement.results)
    assert sum(t.passed for t in tallies) == counted[Status.PASS]
    assert sum(t.failed for t in tallies) == counted[Status.FAIL]
    assert sum(t.not_applicable for t in tallies) == counted[Status.NOT_APPLICABLE]
    assert sum(sum(t.unseen.values()) for t in tallies) == counted[Status.NOT_ASSESSED] + counted[Status.ERROR]
    denied = {t.rule for t in tallies if t.unseen.get("access denied")}
    assert denied == {r.rule.id for r in judgement.results if r.cause == "denied"}
    assert bool(denied) == bool(name)


def test_a_control_whose_call_was_denied_is_not_evaluated_and_names_the_account() -> None:
    frameworks = read_frameworks(rules_folder())

    def control(document: dict[str, Any]) -> ControlResult:
        result = scan_result(judged(document))
        line = coverage(Outcome("aws", AwsAccount("main", "", ACCOUNT, EXAMPLE), OutcomeStatus.DONE, result=result))
        of = snapshot(coverage=[line], rules=[rule.id for rule in RULES])
        (card,) = scorecards(frameworks, of, wanted=["cis-aws-3.0.0"])
        return next(c for c in card.controls if c.id == "2.3.3")

    calm_document = recorded()
    for database in calm_document["resources"]["rds.instance"]:
        database["PubliclyAccessible"] = False
    assert control(calm_document).state is ControlState.PASS
    denied = control(without(calm_document, "rds:DescribeDBInstances"))
    assert (denied.state, denied.word) == (ControlState.NOT_EVALUATED, "not evaluated")
    assert "main: not assessed" in denied.why
    assert "access denied" in denied.why
