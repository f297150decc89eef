"""State for the double: a small account with one of most things."""

from __future__ import annotations

import io
import json
import zipfile

from tests.support.aws.server import Cloud

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def package() -> bytes:
    """A deployment package with an empty handler."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("lambda_function.py", "def lambda_handler(event, context):\n    return {}\n")
    return buffer.getvalue()


def small_account(aws: Cloud, region: str = "us-east-1") -> None:
    """Two buckets, a function with a secret, a table, a volume, an address, a distribution, a zone, an identity."""
    s3 = aws.client("s3")
    for name in ("site", "backups"):
        s3.create_bucket(Bucket=name)
    s3.put_public_access_block(
        Bucket="backups",
        PublicAccessBlockConfiguration=dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        ),
    )
    role = aws.client("iam").create_role(RoleName="api", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    functions = aws.client("lambda", region)
    functions.create_function(
        FunctionName="api",
        Runtime="python3.8",
        Role=role,
        Handler="lambda_function.lambda_handler",
        Code={"ZipFile": package()},
        Environment={"Variables": {"TABLE": "events", "DB_PASSWORD": "made-up-Pa55word"}},
        Tags={"Entity": "jada"},
    )
    functions.create_function_url_config(FunctionName="api", AuthType="NONE")
    aws.client("dynamodb", region).create_table(
        TableName="events",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    ec2 = aws.client("ec2", region)
    ec2.create_volume(Size=10, AvailabilityZone=f"{region}a", VolumeType="gp2")
    ec2.allocate_address(Domain="vpc")
    zone = aws.client("route53").create_hosted_zone(Name="jada.example.com", CallerReference="1")["HostedZone"]["Id"]
    aws.client("route53").change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={
            "Changes": [
                {
                    "Action": "CREATE",
                    "ResourceRecordSet": {
                        "Name": "jada.example.com",
                        "Type": "TXT",
                        "TTL": 300,
                        "ResourceRecords": [{"Value": '"v=spf1 include:amazonses.com -all"'}],
                    },
                }
            ]
        },
    )
    aws.client("sesv2", region).create_email_identity(EmailIdentity="jada.example.com")
    aws.client("secretsmanager", region).create_secret(Name="jada/jwt", SecretString="made-up")
    aws.client("iam").create_user(UserName="deploy")
    aws.client("iam").create_access_key(UserName="deploy")
    aws.client("logs", region).create_log_group(logGroupName="/aws/lambda/api")
    aws.client("wafv2", region).create_web_acl(
        Name="site",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "site"},
        Rules=[],
    )
    aws.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "s3",
                        "DomainName": "site.s3.amazonaws.com",
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "s3",
                "ViewerProtocolPolicy": "allow-all",
                "MinTTL": 0,
                "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
            },
        }
    )
