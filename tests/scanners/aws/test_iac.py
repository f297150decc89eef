"""Declared infrastructure is judged by the checks of the account, at the line where it is declared."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.location import CodeLocation
from auditor.model.run import ScanResult
from scanners.aws import Aws
from scanners.aws.iac.document import UnreadableError, read_document
from tests.support.context import scan

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Auth: {Type: String, Default: NONE}
  Level: {Type: String}
  Token: {Type: String}
Globals: {Function: {Runtime: python3.8}}
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties:
      Environment:
        Variables: {API_TOKEN: !Ref Token, TABLE: !Ref Table}
      FunctionUrlConfig: {AuthType: !Ref Auth}
  Site:
    Type: AWS::S3::Bucket
    Properties:
      PublicAccessBlockConfiguration: {BlockPublicAcls: false}
  SitePolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Site
      PolicyDocument:
        Statement: [{Effect: Allow, Principal: "*", Action: s3:GetObject, Resource: !Sub "${Site.Arn}/*"}]
  Private:
    Type: AWS::S3::Bucket
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      DeletionProtectionEnabled: !Ref Level
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true}
"""

PLAN = {
    "format_version": "1.2",
    "planned_values": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_s3_bucket.site",
                    "mode": "managed",
                    "type": "aws_s3_bucket",
                    "values": {"bucket": "site"},
                },
                {
                    "address": "aws_s3_bucket_public_access_block.site",
                    "mode": "managed",
                    "type": "aws_s3_bucket_public_access_block",
                    "values": {"block_public_acls": False},
                },
                {
                    "address": "aws_lambda_function.api",
                    "mode": "managed",
                    "type": "aws_lambda_function",
                    "values": {
                        "function_name": "api",
                        "runtime": "python3.7",
                        "environment": [{"variables": {"A": "b"}}],
                    },
                },
                {
                    "address": "aws_lambda_function_url.api",
                    "mode": "managed",
                    "type": "aws_lambda_function_url",
                    "values": {"authorization_type": "NONE"},
                },
                {
                    "address": "aws_db_instance.main",
                    "mode": "managed",
                    "type": "aws_db_instance",
                    "values": {"engine": "postgres", "publicly_accessible": True, "backup_retention_period": 14},
                },
            ],
            "child_modules": [
                {
                    "address": "module.net",
                    "resources": [
                        {
                            "address": "module.net.aws_security_group.ssh",
                            "mode": "managed",
                            "type": "aws_security_group",
                            "values": {
                                "name": "ssh",
                                "ingress": [
                                    {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}
                                ],
                            },
                        }
                    ],
                }
            ],
        }
    },
    "configuration": {
        "root_module": {
            "resources": [
                {
                    "address": "aws_s3_bucket_public_access_block.site",
                    "expressions": {"bucket": {"references": ["aws_s3_bucket.site.id", "aws_s3_bucket.site"]}},
                },
                {
                    "address": "aws_lambda_function_url.api",
                    "expressions": {
                        "function_name": {
                            "references": ["aws_lambda_function.api.function_name", "aws_lambda_function.api"]
                        }
                    },
                },
            ]
        }
    },
}


def found(result: ScanResult) -> set[tuple[str, str, int | None]]:
    places = [(match, match.location) for match in result.matches]
    return {(m.rule_id, place.scope, place.line) for m, place in places if isinstance(place, CodeLocation)}


def test_a_template_is_judged_at_the_line_of_its_resource() -> None:
    seen = found(scan(Aws(), {"template.yaml": TEMPLATE}))
    assert ("aws.lambda-ended-runtime", "Api", 8) in seen
    assert ("aws.lambda-open-url", "Api", 8) in seen
    assert ("aws.s3-public-read", "Site", 14) in seen
    assert ("aws.s3-public-access-not-blocked", "Site", 14) in seen


def test_what_aws_does_by_default_is_no_fault() -> None:
    rules = {rule for rule, scope, _ in found(scan(Aws(), {"t.yml": TEMPLATE})) if scope == "Private"}
    assert not rules & {"aws.s3-public-access-not-blocked", "aws.s3-not-encrypted", "aws.s3-access-lists-on"}


def test_a_value_that_only_deployment_knows_is_not_judged() -> None:
    rules = {rule for rule, scope, _ in found(scan(Aws(), {"t.json": TEMPLATE})) if scope in {"Table", "Api"}}
    assert not rules & {"aws.dynamodb-deletable", "aws.lambda-secret-in-environment"}


def test_a_plan_is_judged_with_its_references_followed() -> None:
    seen = {(rule, scope) for rule, scope, _ in found(scan(Aws(), {"plan.json": json.dumps(PLAN, indent=1)}))}
    assert {
        ("aws.s3-public-access-not-blocked", "aws_s3_bucket.site"),
        ("aws.lambda-open-url", "aws_lambda_function.api"),
        ("aws.lambda-ended-runtime", "aws_lambda_function.api"),
        ("aws.rds-public", "aws_db_instance.main"),
        ("aws.port-admin-open", "module.net.aws_security_group.ssh"),
    } <= seen
    assert ("aws.rds-few-backups", "aws_db_instance.main") not in seen


def test_terraform_source_without_a_plan_is_said_and_not_failed() -> None:
    result = scan(Aws(), {"main.tf": 'resource "aws_s3_bucket" "b" {}'})
    assert [(n.path, n.expected) for n in result.not_scanned] == [("main.tf", True)]


def test_a_repository_without_templates_is_skipped() -> None:
    assert scan(Aws(), {"a.yaml": "x: 1", "b.json": "{}"}).skipped


@pytest.mark.parametrize(
    "text",
    [
        "Resources: {A: {Type: AWS::S3::Bucket",
        "a: &a [1]\nb: &b [*a, *a]\nResources: {X: {Type: 'AWS::S3::Bucket', y: &c [*c]}}",
        "[" * 5000 + "]" * 5000 + " AWS::X Resources",
    ],
)
def test_a_broken_or_hostile_template_is_not_scanned_with_its_reason(text: str) -> None:
    result = scan(Aws(), {"t.yaml": f"# AWS:: Resources\n{text}"})
    assert [n.path for n in result.not_scanned] == ["t.yaml"]
    assert not result.matches


def test_laughing_aliases_are_refused_in_time() -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 600)}]" for n in range(1, 9))
    with pytest.raises(UnreadableError):
        read_document(f"l0: &l0 [x]\n{levels}")


def test_a_python_object_tag_is_text_and_nothing_runs() -> None:
    assert read_document("a: !!python/object/apply:os.system ['x']").value == {"a": ["x"]}


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(UnreadableError):
        read_document(text)
