"""A whole collection against the double: complete, each call once, denials never passed, secrets never kept."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.adapters.aws.collecting import Collected, Wanted, collect_accounts
from auditor.adapters.aws.policy import action_of, asks, policy_json
from auditor.adapters.aws.schema import written
from auditor.adapters.aws.table import TABLE
from auditor.adapters.aws.writing import inventory_json
from auditor.errors import UsageError
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.aws import Aws
from scanners.aws.check import Status
from tests.support.aws.server import ACCOUNT, CREDENTIALS, Cloud, cloud
from tests.support.aws.state import small_account

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("moto")]
REGION = "us-east-1"
STANDS_FOR = {detail.instead.name: detail.ask.name for kind in TABLE for detail in kind.details if detail.instead}
"""A call that is made where another is unknown -> the one under whose name its failure is recorded."""


@pytest.fixture(scope="module")
def aws() -> Iterator[Cloud]:
    patch = pytest.MonkeyPatch()
    for name, value in CREDENTIALS.items():
        patch.setenv(name, value)
    with cloud() as double:
        small_account(double)
        yield double
    patch.undo()


@pytest.fixture
def fresh(aws: Cloud) -> Iterator[Cloud]:
    aws.layer.calls.clear()
    yield aws
    aws.layer.denied.clear()
    aws.layer.throttle_first = 0
    aws.layer.expires_after = 0


def record(aws: Cloud, services: tuple[str, ...] = ()) -> Collected:
    return collect_accounts(Wanted(regions=(REGION,), endpoint_url=aws.url, services=services))


def test_a_collection_sees_everything_and_makes_each_call_once(fresh: Cloud) -> None:
    found = record(fresh)
    assert found.failures == {}
    assert {
        kind: len(items) for kind, items in found.resources.items() if kind in {"s3.bucket", "lambda.function"}
    } == {
        "s3.bucket": 2,
        "lambda.function": 1,
    }
    per_bucket = {name: count for name, count in fresh.layer.calls.items() if name.startswith("s3:GetBucket")}
    assert set(per_bucket.values()) == {2}
    assert fresh.layer.calls["iam:GetAccountAuthorizationDetails"] == 1


def test_values_of_settings_are_judged_and_never_kept(fresh: Cloud) -> None:
    text = inventory_json(record(fresh, ("lambda",)))
    function = json.loads(text)["resources"]["lambda.function"][0]
    assert function["_secrets"] == [{"name": "DB_PASSWORD", "what": "secret by its name"}]
    assert "made-up-Pa55word" not in text


def test_an_account_outside_the_allow_list_is_refused_before_anything_is_read(fresh: Cloud) -> None:
    with pytest.raises(UsageError, match=ACCOUNT):
        collect_accounts(Wanted(accounts=("999988887777",), endpoint_url=fresh.url))
    assert set(fresh.layer.calls) == {"sts:GetCallerIdentity"}


def test_a_storm_over_the_whole_account_loses_nothing(fresh: Cloud) -> None:
    calm = record(fresh).resources
    fresh.layer.throttle_first = 40
    stormy = record(fresh)
    assert stormy.failures == {}
    assert {kind: len(items) for kind, items in stormy.resources.items()} == {k: len(v) for k, v in calm.items()}


def test_every_denied_call_is_not_assessed_and_none_of_its_checks_passes(fresh: Cloud, tmp_path: Path) -> None:
    rules = read_rulebook(rules_folder(), scanners=["aws"]).of("aws")
    record(fresh)
    called = sorted(set(fresh.layer.calls) - {"sts:GetCallerIdentity"})
    tried = called if os.environ.get("DENIALS") == "all" else called[:: max(1, len(called) // 4)]
    for call in tried:
        fresh.layer.denied = {call}
        name = STANDS_FOR.get(call, call)
        judged = Aws().judge(_written(record(fresh), tmp_path), rules, rules_folder())
        assert any(failure.call == name and failure.kind == "denied" for failure in judged.estate.inventory.failures), (
            name
        )
        hidden = [result for result in judged.results if result.call_missing == name]
        assert all(result.status is Status.NOT_ASSESSED for result in hidden)
        passed = [r for r in judged.results if r.status is Status.PASS and r.call == name]
        assert passed == [], name


def test_credentials_that_end_in_mid_run_pass_nothing(fresh: Cloud, tmp_path: Path) -> None:
    rules = read_rulebook(rules_folder(), scanners=["aws"]).of("aws")
    whole = Aws().judge(_written(record(fresh), tmp_path), rules, rules_folder())
    fresh.layer.calls.clear()
    fresh.layer.expires_after = 60
    cut = Aws().judge(_written(record(fresh), tmp_path), rules, rules_folder())
    assert {failure.kind for failure in cut.estate.inventory.failures} == {"expired"}
    passed = {(r.rule.id, r.resource) for r in whole.results if r.status is Status.PASS}
    assert {(r.rule.id, r.resource) for r in cut.results if r.status is Status.PASS} <= passed
    assert sum(r.status is Status.NOT_ASSESSED for r in cut.results) > 50


def _written(found: Collected, folder: Path) -> Path:
    path = folder / "inventory.json"
    path.write_text(inventory_json(found))
    return path


def test_the_policy_covers_every_call_that_was_made(fresh: Cloud) -> None:
    record(fresh)
    allowed = set(json.loads(policy_json())["Statement"][0]["Action"])
    made = set(fresh.layer.calls) - {"sts:GetCallerIdentity"}
    by_name = {ask.name: action_of(ask) for ask in asks()}
    assert {by_name.get(name, name) for name in made} <= allowed
    assert not any("*" in action for action in allowed)


def test_the_schema_that_ships_is_the_one_the_collector_writes() -> None:
    assert (rules_folder() / "aws" / "schema.json").read_text() == written()
