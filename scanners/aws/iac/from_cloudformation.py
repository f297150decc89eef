"""CloudFormation resources in the shape that the collector writes: the API's names, AWS's defaults filled in.

A field that is set, even to None, is known; a check that reads any other field is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from auditor.model.credential import credential_kind
from scanners.aws.iac.declared import UNKNOWN, Declared, get, many, target

Shape = dict[str, Any]
_ALL_BLOCKED = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)


def _others(all_: Sequence[Declared], type_: str, key: str, name: str) -> list[Mapping[str, Any]]:
    """Properties of resources of a type that point to this one."""
    return [item.properties for item in all_ if item.type == type_ and target(item.properties.get(key)) == name]


def _distribution(item: Declared, _all: Sequence[Declared]) -> Shape:
    config = dict(item.properties.get("DistributionConfig") or {})
    viewer = dict(get(config, "ViewerCertificate") or {"CloudFrontDefaultCertificate": True})
    if "AcmCertificateArn" in viewer:
        viewer["ACMCertificateArn"] = viewer.pop("AcmCertificateArn")
    if "SslSupportMethod" in viewer:
        viewer["SSLSupportMethod"] = viewer.pop("SslSupportMethod")
    config["ViewerCertificate"] = viewer
    config.setdefault("Enabled", True)
    config.setdefault("PriceClass", "PriceClass_All")
    config.setdefault("HttpVersion", "http1.1")
    if isinstance(config.get("Logging"), Mapping):
        config["Logging"] = {**config["Logging"], "Enabled": True}
    config["Origins"] = [_origin(origin) for origin in many(config.get("Origins")) if isinstance(origin, Mapping)]
    config["OriginGroups"] = {"Items": many(get(config, "OriginGroups", "Items"))}
    return {"DistributionConfig": config, "DomainName": f"{item.name}.cloudfront.net"}


def _origin(origin: Mapping[str, Any]) -> Shape:
    found = dict(origin)
    domain = str(found.get("DomainName", ""))
    if domain.startswith("@") and domain.endswith(("DomainName", "RegionalDomainName")):
        found["DomainName"] = f"{target(domain).lower()}.s3.amazonaws.com"
    custom = found.get("CustomOriginConfig")
    if isinstance(custom, Mapping):
        found["CustomOriginConfig"] = {
            **custom,
            "OriginSslProtocols": {"Items": many(custom.get("OriginSSLProtocols") or ["TLSv1", "SSLv3"])},
        }
    return found


def _web_acl(item: Declared, all_: Sequence[Declared]) -> Shape:
    logging = [
        entry.properties
        for entry in all_
        if entry.type == "AWS::WAFv2::LoggingConfiguration" and target(entry.properties.get("ResourceArn")) == item.name
    ]
    return {
        "Name": item.properties.get("Name", item.name),
        "Rules": many(item.properties.get("Rules")),
        "DefaultAction": item.properties.get("DefaultAction"),
        "VisibilityConfig": item.properties.get("VisibilityConfig"),
        "LoggingConfiguration": {"LogDestinationConfigs": many(logging[0].get("LogDestinationConfigs"))}
        if logging
        else None,
    }


def _bucket(item: Declared, all_: Sequence[Declared]) -> Shape:
    p = item.properties
    policies = _others(all_, "AWS::S3::BucketPolicy", "Bucket", item.name) or (
        _others(all_, "AWS::S3::BucketPolicy", "Bucket", str(p["BucketName"])) if p.get("BucketName") else []
    )
    rules = many(get(p, "BucketEncryption", "ServerSideEncryptionConfiguration"))
    encrypted = [{"ApplyServerSideEncryptionByDefault": get(rule, "ServerSideEncryptionByDefault")} for rule in rules]
    logging = p.get("LoggingConfiguration")
    website = p.get("WebsiteConfiguration")
    cors = many(get(p, "CorsConfiguration", "CorsRules"))
    canned = {"PublicRead": ["READ"], "PublicReadWrite": ["READ", "WRITE"]}.get(str(p.get("AccessControl", "")), [])
    everybody = {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
    return {
        "Name": p.get("BucketName") or item.name,
        # Since April 2023 new buckets block public access, own their objects and are encrypted unless told otherwise.
        "PublicAccessBlock": p.get("PublicAccessBlockConfiguration", _ALL_BLOCKED),
        "Encryption": encrypted or [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}],
        "Ownership": many(get(p, "OwnershipControls", "Rules")) or [{"ObjectOwnership": "BucketOwnerEnforced"}],
        "Acl": {"Grants": [{"Grantee": everybody, "Permission": permission} for permission in canned]},
        "Policy": policies[0].get("PolicyDocument") if policies else None,
        "Versioning": {"Status": get(p, "VersioningConfiguration", "Status"), "MFADelete": None},
        "Logging": {"TargetBucket": get(logging, "DestinationBucketName") or item.name} if logging else None,
        "Lifecycle": many(get(p, "LifecycleConfiguration", "Rules")),
        "Website": {"Index": get(website, "IndexDocument"), "Redirect": get(website, "RedirectAllRequestsTo")}
        if website
        else None,
        "Cors": cors,
    }


def _function(item: Declared, all_: Sequence[Declared]) -> Shape:
    p = item.properties
    variables = get(p, "Environment", "Variables")
    variables = variables if isinstance(variables, Mapping) else {}
    written = {
        str(name): value
        for name, value in variables.items()
        if isinstance(value, str) and not value.startswith(("@", UNKNOWN))
    }
    judged = ((name, credential_kind(name, value)) for name, value in sorted(written.items()))
    urls = _others(all_, "AWS::Lambda::Url", "TargetFunctionArn", item.name)
    own = p.get("FunctionUrlConfig")
    tracing = get(p, "TracingConfig", "Mode") or p.get("Tracing")
    reserved = p.get("ReservedConcurrentExecutions")
    return {
        "FunctionName": p.get("FunctionName") or item.name,
        "Runtime": p.get("Runtime"),
        "Environment": {"Variables": dict.fromkeys(variables, "(not recorded)")},
        "_secrets": [{"name": name, "what": what} for name, what in judged if what],
        "TracingConfig": {"Mode": tracing},
        "DeadLetterConfig": p.get("DeadLetterConfig") or p.get("DeadLetterQueue"),
        "KMSKeyArn": p.get("KmsKeyArn"),
        "Concurrency": {"ReservedConcurrentExecutions": reserved} if reserved is not None else None,
        "UrlConfigs": [{"AuthType": url.get("AuthType"), "Cors": url.get("Cors")} for url in [*urls, *many(own)]],
        "Policy": {
            "Statement": [
                _permission(entry) for entry in _others(all_, "AWS::Lambda::Permission", "FunctionName", item.name)
            ]
        },
    }


def _permission(entry: Mapping[str, Any]) -> Shape:
    principal = str(entry.get("Principal", ""))
    named = (
        {"Service": principal}
        if principal.endswith("amazonaws.com")
        else principal
        if principal == "*"
        else {"AWS": principal}
    )
    conditions = {
        "aws:SourceArn": entry.get("SourceArn"),
        "aws:SourceAccount": entry.get("SourceAccount"),
        "aws:PrincipalOrgID": entry.get("PrincipalOrgID"),
        "lambda:FunctionUrlAuthType": entry.get("FunctionUrlAuthType"),
    }
    given = {key: value for key, value in conditions.items() if value}
    return {
        "Effect": "Allow",
        "Principal": named,
        "Action": entry.get("Action"),
        "Condition": {"StringEquals": given} if given else {},
    }


def _http_api(item: Declared, all_: Sequence[Declared]) -> Shape:
    return {
        "ApiId": item.name,
        "Name": item.properties.get("Name", item.name),
        "CorsConfiguration": item.properties.get("CorsConfiguration"),
        "Routes": [dict(route) for route in _others(all_, "AWS::ApiGatewayV2::Route", "ApiId", item.name)],
        "Stages": [dict(stage) for stage in _others(all_, "AWS::ApiGatewayV2::Stage", "ApiId", item.name)],
    }


def _rest_api(item: Declared, all_: Sequence[Declared]) -> Shape:
    methods = _others(all_, "AWS::ApiGateway::Method", "RestApiId", item.name)
    stages = _others(all_, "AWS::ApiGateway::Stage", "RestApiId", item.name)
    return {
        "id": item.name,
        "name": item.properties.get("Name", item.name),
        "endpointConfiguration": {"types": many(get(item.properties, "EndpointConfiguration", "Types"))},
        "Resources": [
            {
                "path": f"/{target(method.get('ResourceId'))}",
                "resourceMethods": {
                    str(method.get("HttpMethod", "ANY")): {
                        "authorizationType": method.get("AuthorizationType"),
                        "apiKeyRequired": method.get("ApiKeyRequired"),
                    }
                },
            }
            for method in methods
        ],
        "Stages": [
            {
                "stageName": stage.get("StageName", ""),
                "accessLogSettings": {"destinationArn": get(stage, "AccessLogSetting", "DestinationArn")},
                "tracingEnabled": stage.get("TracingEnabled"),
                "cacheClusterEnabled": stage.get("CacheClusterEnabled"),
                "methodSettings": {},
            }
            for stage in stages
        ],
    }


def _table(item: Declared, _all: Sequence[Declared]) -> Shape:
    p = item.properties
    recovery = get(p, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled")
    encrypted = get(p, "SSESpecification", "SSEEnabled")
    return {
        "TableName": p.get("TableName") or item.name,
        "BillingModeSummary": {"BillingMode": p.get("BillingMode", "PROVISIONED")},
        "ProvisionedThroughput": p.get("ProvisionedThroughput"),
        "ContinuousBackups": {
            "PointInTimeRecoveryDescription": {
                "PointInTimeRecoveryStatus": recovery if recovery == UNKNOWN else "ENABLED" if recovery else "DISABLED"
            }
        },
        "DeletionProtectionEnabled": p.get("DeletionProtectionEnabled", False),
        "SSEDescription": {"SSEType": get(p, "SSESpecification", "SSEType") or "KMS"} if encrypted else None,
    }


def _database(item: Declared, _all: Sequence[Declared]) -> Shape:
    p = item.properties
    names = (
        "Engine", "EngineVersion", "DBInstanceClass", "MultiAZ", "StorageEncrypted", "DeletionProtection",
        "MasterUsername", "CopyTagsToSnapshot", "DBClusterIdentifier", "PubliclyAccessible",
    )  # fmt: skip
    return {name: p.get(name) for name in names} | {
        "DBInstanceIdentifier": p.get("DBInstanceIdentifier") or item.name,
        "BackupRetentionPeriod": p.get("BackupRetentionPeriod", 1),
        "AutoMinorVersionUpgrade": p.get("AutoMinorVersionUpgrade", True),
        "IAMDatabaseAuthenticationEnabled": p.get("EnableIAMDatabaseAuthentication"),
        "EnabledCloudwatchLogsExports": many(p.get("EnableCloudwatchLogsExports")),
        "ReadReplicaSourceDBInstanceIdentifier": p.get("SourceDBInstanceIdentifier"),
    }


def _cluster(item: Declared, _all: Sequence[Declared]) -> Shape:
    names = ("StorageEncrypted", "DeletionProtection", "Engine")
    return {name: item.properties.get(name) for name in names} | {"DBClusterIdentifier": item.name}


def _group(item: Declared, all_: Sequence[Declared]) -> Shape:
    rules = many(item.properties.get("SecurityGroupIngress"))
    rules += _others(all_, "AWS::EC2::SecurityGroupIngress", "GroupId", item.name)
    return {
        "GroupId": item.name,
        "GroupName": item.properties.get("GroupName") or item.name,
        "IpPermissions": [_rule(rule) for rule in rules if isinstance(rule, Mapping)],
        "IpPermissionsEgress": [],
    }


def _rule(rule: Mapping[str, Any]) -> Shape:
    def port(value: Any) -> Any:
        return int(value) if str(value).lstrip("-").isdigit() else None

    return {
        "IpProtocol": str(rule.get("IpProtocol", "-1")),
        "FromPort": port(rule.get("FromPort")),
        "ToPort": port(rule.get("ToPort")),
        "IpRanges": [{"CidrIp": rule["CidrIp"]}] if rule.get("CidrIp") else [],
        "Ipv6Ranges": [{"CidrIpv6": rule["CidrIpv6"]}] if rule.get("CidrIpv6") else [],
    }


def _instance(item: Declared, _all: Sequence[Declared]) -> Shape:
    options = item.properties.get("MetadataOptions")
    known: Shape = {"InstanceId": item.name, "InstanceType": item.properties.get("InstanceType")}
    if "LaunchTemplate" not in item.properties:
        known |= {"State": {"Name": "running"}, "MetadataOptions": options or {"HttpTokens": "optional"}}
    return known


def _volume(item: Declared, _all: Sequence[Declared]) -> Shape:
    p = item.properties
    return {
        "VolumeId": item.name,
        "State": "in-use",
        "Encrypted": p.get("Encrypted"),
        "VolumeType": p.get("VolumeType", "gp2"),
        "Size": p.get("Size"),
    }


def _log_group(item: Declared, _all: Sequence[Declared]) -> Shape:
    p = item.properties
    return {
        "logGroupName": p.get("LogGroupName") or item.name,
        "retentionInDays": p.get("RetentionInDays"),
        "kmsKeyId": p.get("KmsKeyId"),
    }


def _key(item: Declared, _all: Sequence[Declared]) -> Shape:
    p = item.properties
    return {"KeyId": item.name, "KeyManager": "CUSTOMER", "KeyState": "Enabled", "KeySpec": p.get("KeySpec"),
            "Rotation": p.get("EnableKeyRotation", False), "Policy": p.get("KeyPolicy")}  # fmt: skip


def _secret(item: Declared, all_: Sequence[Declared]) -> Shape:
    rotation = _others(all_, "AWS::SecretsManager::RotationSchedule", "SecretId", item.name)
    return {"Name": item.properties.get("Name") or item.name, "RotationEnabled": bool(rotation), "DeletedDate": None}


def _role(item: Declared, _all: Sequence[Declared]) -> Shape:
    p = item.properties
    return {
        "RoleName": p.get("RoleName") or item.name,
        "Path": p.get("Path"),
        "AssumeRolePolicyDocument": p.get("AssumeRolePolicyDocument"),
        "AttachedManagedPolicies": [{"PolicyArn": arn} for arn in many(p.get("ManagedPolicyArns"))],
        "RolePolicyList": [policy for policy in many(p.get("Policies")) if isinstance(policy, Mapping)],
    }


def _policy(item: Declared, _all: Sequence[Declared]) -> Shape:
    document = item.properties.get("PolicyDocument")
    return {"PolicyName": item.name, "PolicyVersionList": [{"IsDefaultVersion": True, "Document": document}]}


def _balancer(item: Declared, all_: Sequence[Declared]) -> Shape:
    p = item.properties
    return {
        "LoadBalancerName": p.get("Name") or item.name,
        "Type": p.get("Type", "application"),
        "Scheme": p.get("Scheme", "internet-facing"),
        "Attributes": many(p.get("LoadBalancerAttributes")),
        "Listeners": [
            dict(entry)
            for entry in _others(all_, "AWS::ElasticLoadBalancingV2::Listener", "LoadBalancerArn", item.name)
        ],
    }


def _trail(item: Declared, _all: Sequence[Declared]) -> Shape:
    p = item.properties
    return {
        "Name": p.get("TrailName") or item.name,
        "Status": {"IsLogging": p.get("IsLogging")},
        "IsMultiRegionTrail": p.get("IsMultiRegionTrail"),
        "LogFileValidationEnabled": p.get("EnableLogFileValidation"),
        "KmsKeyId": p.get("KMSKeyId"),
        "CloudWatchLogsLogGroupArn": p.get("CloudWatchLogsLogGroupArn"),
    }


def _configuration_set(item: Declared, _all: Sequence[Declared]) -> Shape:
    p = item.properties
    return {"ConfigurationSetName": p.get("Name") or item.name, "DeliveryOptions": p.get("DeliveryOptions"),
            "ReputationOptions": p.get("ReputationOptions"), "SendingOptions": p.get("SendingOptions")}  # fmt: skip


def _receipt_rule(item: Declared, _all: Sequence[Declared]) -> Shape:
    rule = item.properties.get("Rule") or {}
    return {
        "Name": item.name,
        "Enabled": get(rule, "Enabled"),
        "TlsPolicy": get(rule, "TlsPolicy"),
        "ScanEnabled": get(rule, "ScanEnabled"),
    }


KINDS: Mapping[str, tuple[str, Callable[[Declared, Sequence[Declared]], Shape]]] = {
    "AWS::CloudFront::Distribution": ("cloudfront.distribution", _distribution),
    "AWS::WAFv2::WebACL": ("wafv2.web_acl", _web_acl),
    "AWS::S3::Bucket": ("s3.bucket", _bucket),
    "AWS::Lambda::Function": ("lambda.function", _function),
    "AWS::Serverless::Function": ("lambda.function", _function),
    "AWS::ApiGatewayV2::Api": ("apigatewayv2.api", _http_api),
    "AWS::ApiGateway::RestApi": ("apigateway.rest_api", _rest_api),
    "AWS::DynamoDB::Table": ("dynamodb.table", _table),
    "AWS::RDS::DBInstance": ("rds.instance", _database),
    "AWS::RDS::DBCluster": ("rds.cluster", _cluster),
    "AWS::EC2::SecurityGroup": ("ec2.security_group", _group),
    "AWS::EC2::Instance": ("ec2.instance", _instance),
    "AWS::EC2::Volume": ("ec2.volume", _volume),
    "AWS::Logs::LogGroup": ("logs.log_group", _log_group),
    "AWS::KMS::Key": ("kms.key", _key),
    "AWS::SecretsManager::Secret": ("secretsmanager.secret", _secret),
    "AWS::IAM::Role": ("iam.role", _role),
    "AWS::IAM::ManagedPolicy": ("iam.policy", _policy),
    "AWS::IAM::Policy": ("iam.policy", _policy),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("elbv2.load_balancer", _balancer),
    "AWS::CloudTrail::Trail": ("cloudtrail.trail", _trail),
    "AWS::SES::ConfigurationSet": ("ses.configuration_set", _configuration_set),
    "AWS::SES::ReceiptRule": ("ses.receipt_rule", _receipt_rule),
}
