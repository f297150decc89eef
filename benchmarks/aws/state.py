"""The state that all scanners are measured on: a mixed account, 150 resources or 1,700."""

from __future__ import annotations

import json

from tests.support.aws.server import Cloud
from tests.support.aws.state import TRUST, package, small_account


def mixed_account(aws: Cloud, factor: int, region: str = "us-east-1") -> int:
    """A mixed account with faults; `factor` 1 makes about 150 resources, 12 about 1,700. Gives how many were made."""
    small_account(aws, region)
    made = 14
    s3, ec2, ddb = aws.client("s3"), aws.client("ec2", region), aws.client("dynamodb", region)
    functions, logs, rds = aws.client("lambda", region), aws.client("logs", region), aws.client("rds", region)
    secrets, iam, waf = aws.client("secretsmanager", region), aws.client("iam"), aws.client("wafv2", region)
    ses, acm, cdn = aws.client("sesv2", region), aws.client("acm", region), aws.client("cloudfront")
    role = iam.create_role(RoleName="bench", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    code = package()
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    image = ec2.register_image(Name="base", RootDeviceName="/dev/sda1")["ImageId"]
    made += 2
    for n in range(15 * factor):
        s3.create_bucket(Bucket=f"bench-{n}")
        if n % 3 == 0:
            s3.put_bucket_policy(Bucket=f"bench-{n}", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::bench-{n}/*"}]}))  # fmt: skip
        functions.create_function(
            FunctionName=f"bench-{n}", Runtime=("python3.8", "python3.12", "nodejs16.x")[n % 3], Role=role, Handler="lambda_function.lambda_handler",
            Code={"ZipFile": code}, Environment={"Variables": {"TABLE": "t", "DB_PASSWORD": f"made-up-{n}-Pa55word"} if n % 2 else {"TABLE": "t"}},
        )  # fmt: skip
        if n % 4 == 0:
            functions.create_function_url_config(FunctionName=f"bench-{n}", AuthType="NONE")
        ddb.create_table(
            TableName=f"bench-{n}", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST",
        )  # fmt: skip
        logs.create_log_group(logGroupName=f"/aws/lambda/bench-{n}")
        ec2.create_volume(Size=20, AvailabilityZone=f"{region}a", VolumeType="gp2" if n % 2 else "gp3")
        group = ec2.create_security_group(GroupName=f"bench-{n}", Description="x", VpcId=vpc)["GroupId"]
        if n % 3 == 0:
            ec2.authorize_security_group_ingress(
                GroupId=group,
                IpPermissions=[
                    {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
                ],
            )
        made += 6
    for n in range(5 * factor):
        ec2.allocate_address(Domain="vpc")
        secrets.create_secret(Name=f"bench/{n}", SecretString="made-up")
        iam.create_user(UserName=f"bench-{n}")
        iam.create_access_key(UserName=f"bench-{n}")
        waf.create_web_acl(Name=f"bench-{n}", Scope="REGIONAL", DefaultAction={"Allow": {}}, Rules=[],
                           VisibilityConfig={"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": f"bench-{n}"})  # fmt: skip
        ses.create_email_identity(EmailIdentity=f"bench-{n}.example.com")
        acm.request_certificate(DomainName=f"bench-{n}.example.com", ValidationMethod="DNS")
        cdn.create_distribution(DistributionConfig={
            "CallerReference": f"b{n}", "Comment": "", "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": f"bench-{n}.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}]},
            "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "MinTTL": 0,
                                     "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}},
        })  # fmt: skip
        rds.create_db_instance(DBInstanceIdentifier=f"bench-{n}", DBInstanceClass="db.t3.micro", Engine="mysql", AllocatedStorage=20,
                               MasterUsername="admin", MasterUserPassword="made-up-password", PubliclyAccessible=n % 2 == 0)  # fmt: skip
        ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro")
        made += 10
    return made
