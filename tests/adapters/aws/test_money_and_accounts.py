"""The bill, prices, several accounts and usage, against the double."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.adapters.aws import bill
from auditor.adapters.aws.collecting import Collected, Wanted, collect_accounts
from auditor.adapters.aws.pricing import renewed_prices
from auditor.adapters.aws.sessions import open_accounts
from auditor.adapters.aws.writing import inventory_json
from auditor.errors import UsageError
from auditor.resources import rules_folder
from auditor.rulebook import read_rulebook
from scanners.aws import Aws
from tests.support.aws.server import ACCOUNT, CREDENTIALS, Cloud, cloud
from tests.support.aws.state import TRUST

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("moto")]
REGION = "us-east-1"


@pytest.fixture(scope="module")
def aws() -> Iterator[Cloud]:
    patch = pytest.MonkeyPatch()
    for name, value in CREDENTIALS.items():
        patch.setenv(name, value)
    with cloud() as double:
        yield double
    patch.undo()


def group(service: str, entity: str, amount: str) -> dict[str, object]:
    return {"Keys": [service, f"Entity${entity}"], "Metrics": {"UnblendedCost": {"Amount": amount, "Unit": "USD"}}}


def month(start: str, end: str, *groups: dict[str, object]) -> dict[str, object]:
    return {"TimePeriod": {"Start": start, "End": end}, "Groups": list(groups), "Total": {}, "Estimated": False}


def test_the_bill_is_split_by_service_and_tag_and_asked_for_once_a_day(
    aws: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    aws.layer.canned["ce:GetCostAndUsage"] = {
        "ResultsByTime": [
            month("2026-09-01", "2026-10-01", group("AWS Lambda", "jada", "10.10"), group("AWS Lambda", "", "2.20")),
            month("2026-10-01", "2026-11-01", group("AWS Lambda", "", "1.00")),
        ]
    }
    account = open_accounts((), (), "", (), aws.url, 2)[0]
    now = datetime(2026, 10, 5, 6, 0, tzinfo=UTC)
    first, again, tomorrow = Collected(now), Collected(now + timedelta(hours=9)), Collected(now + timedelta(days=1))
    for collected in (first, again, tomorrow):
        bill.add_bill(account, "Entity", collected, cached=True)
    assert [c.bill_requests for c in (first, again, tomorrow)] == [1, 0, 1]
    months = first.bill[0]["months"]
    assert [(m["month"], m["estimated"], m["total"]) for m in months] == [
        ("2026-09", False, "12.30"),
        ("2026-10", True, "1.00"),
    ]
    assert months[0]["by_entity"] == {"jada": {"AWS Lambda": "10.10"}}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "auditor").iterdir()} == {0o600}


def test_an_empty_bill_is_empty_and_no_failure(aws: Cloud) -> None:
    aws.layer.canned["ce:GetCostAndUsage"] = {"ResultsByTime": []}
    found = collect_accounts(Wanted(regions=(REGION,), endpoint_url=aws.url, services=("budgets",)))
    assert (found.bill[0]["status"], found.failures) == ("empty", {})


def test_prices_are_renewed_and_what_has_no_answer_is_kept(aws: Cloud) -> None:
    product = {
        "product": {"attributes": {"regionCode": "us-east-1"}},
        "terms": {"OnDemand": {"t": {"priceDimensions": {"d": {"pricePerUnit": {"USD": "0.9990000000"}}}}}},
    }
    asked: list[bytes] = []

    def answer(request: object) -> dict[str, object]:
        asked.append(request.body)  # type: ignore[attr-defined]
        return {"FormatVersion": "aws_v1", "PriceList": [json.dumps(product)] if b"t3.micro" in request.body else []}  # type: ignore[attr-defined]

    aws.layer.canned["pricing:GetProducts"] = answer
    before = json.loads((rules_folder() / "prices" / "aws.json").read_text())
    text, changed, kept = renewed_prices(
        rules_folder() / "prices" / "aws.json", profile="", endpoint_url=aws.url, regions=(REGION,)
    )
    after = json.loads(text)
    assert after["prices"]["ec2.t3.micro"]["usd"]["us-east-1"] == "0.999"
    assert after["prices"]["ec2.t3.micro"]["source"] == "AWS Price List API"
    assert after["prices"]["ec2.t3.small"] == before["prices"]["ec2.t3.small"]
    assert changed >= 1
    assert kept > 1000


def test_two_accounts_by_role_are_one_inventory_and_a_third_is_refused(aws: Cloud) -> None:
    roles = tuple(f"arn:aws:iam::{number}:role/auditor" for number in ("222233334444", "333344445555"))
    aws.client("iam").create_role(RoleName="auditor", AssumeRolePolicyDocument=TRUST)
    wanted = Wanted(role_arns=roles, regions=(REGION,), endpoint_url=aws.url, services=("iam",), bill=False)
    found = collect_accounts(wanted)
    assert [account["id"] for account in found.accounts] == ["222233334444", "333344445555"]
    assert {resource["_account"] for resource in found.resources["iam.account"]} == {"222233334444", "333344445555"}
    with pytest.raises(UsageError, match="333344445555"):
        collect_accounts(Wanted(role_arns=roles, accounts=("222233334444",), endpoint_url=aws.url))


def test_usage_comes_in_one_pass_and_an_idle_gateway_is_priced(aws: Cloud, tmp_path: Path) -> None:
    ec2 = aws.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    moment = datetime.now(UTC) - timedelta(days=3)
    aws.client("cloudwatch").put_metric_data(
        Namespace="AWS/NATGateway",
        MetricData=[
            {
                "MetricName": "BytesOutToDestination",
                "Dimensions": [{"Name": "NatGatewayId", "Value": gateway}],
                "Timestamp": moment,
                "Value": 0.0,
            }
        ],
    )
    aws.layer.dates[r"<createTime>[^<]+<"] = "<createTime>2025-01-01T00:00:00.000Z<"
    aws.layer.calls.clear()
    found = collect_accounts(Wanted(regions=(REGION,), endpoint_url=aws.url, services=("ec2",), bill=False))
    aws.layer.dates.clear()
    assert aws.layer.calls["cloudwatch:GetMetricData"] <= 2
    path = tmp_path / "inventory.json"
    path.write_text(inventory_json(found))
    rules = read_rulebook(rules_folder(), scanners=["aws"]).of("aws")
    idle = next(r for r in Aws().judge(path, rules, rules_folder()).results if r.rule.id == "aws.nat-idle")
    assert (idle.status.value, idle.account) == ("fail", ACCOUNT), idle.why
    assert idle.saving is not None
    assert idle.saving.monthly is not None
    assert f"{idle.saving.monthly.high.amount:.2f}" == "36.50"


def test_a_metric_without_a_point_is_not_assessed_and_not_idle(aws: Cloud, tmp_path: Path) -> None:
    aws.client("rds").create_db_instance(
        DBInstanceIdentifier="silent", DBInstanceClass="db.t3.micro", Engine="mysql", AllocatedStorage=20,
        MasterUsername="owner", MasterUserPassword="made-up-password",
    )  # fmt: skip
    aws.layer.dates[r"<InstanceCreateTime>[^<]+<"] = "<InstanceCreateTime>2025-01-01T00:00:00.000Z<"
    found = collect_accounts(Wanted(regions=(REGION,), endpoint_url=aws.url, services=("rds",), bill=False))
    aws.layer.dates.clear()
    path = tmp_path / "inventory.json"
    path.write_text(inventory_json(found))
    rules = read_rulebook(rules_folder(), scanners=["aws"]).of("aws")
    idle = next(r for r in Aws().judge(path, rules, rules_folder()).results if r.rule.id == "aws.rds-idle")
    assert (idle.status.value, idle.cause, idle.hides) == ("not assessed", "no data", False)
