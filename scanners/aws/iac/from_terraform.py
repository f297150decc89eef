"""Terraform's resources under CloudFormation's names, so that one set of shapes serves both."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scanners.aws.iac.declared import get, many

Values = Mapping[str, Any]
Refer = Callable[[str], str]
"""Value of an attribute, or the resource it is taken from."""
Properties = dict[str, Any]


def _block(values: Any, *names: str) -> Any:
    """A value below nested blocks, which a plan writes as lists of one."""
    for name in names:
        values = values[0] if isinstance(values, list) and values else values
        values = values.get(name) if isinstance(values, Mapping) else None
    return values[0] if isinstance(values, list) and len(values) == 1 and isinstance(values[0], Mapping) else values


def _document(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


Converted = Iterator[tuple[str, Properties]]


def _bucket(v: Values, _refer: Refer, _name: str) -> Converted:
    yield (
        "AWS::S3::Bucket",
        {
            "BucketName": v.get("bucket"),
            "AccessControl": {"public-read": "PublicRead", "public-read-write": "PublicReadWrite"}.get(
                str(v.get("acl"))
            ),
        },
    )


def _side(key: str, make: Callable[[Values], Any]) -> Callable[[Values, Refer, str], Converted]:
    def convert(v: Values, refer: Refer, _name: str) -> Converted:
        yield "tf:bucket-part", {"Bucket": refer("bucket"), key: make(v)}

    return convert


def _bucket_policy(v: Values, refer: Refer, _name: str) -> Converted:
    yield "AWS::S3::BucketPolicy", {"Bucket": refer("bucket"), "PolicyDocument": _document(v.get("policy"))}


def _blocked(v: Values) -> Properties:
    names = {"block_public_acls": "BlockPublicAcls", "ignore_public_acls": "IgnorePublicAcls",
             "block_public_policy": "BlockPublicPolicy", "restrict_public_buckets": "RestrictPublicBuckets"}  # fmt: skip
    return {ours: bool(v.get(theirs)) for theirs, ours in names.items()}


def _lifecycle(v: Values) -> Properties:
    rules = []
    for rule in many(v.get("rule")):
        found: Properties = {"Status": rule.get("status")}
        if _block(rule, "abort_incomplete_multipart_upload"):
            found["AbortIncompleteMultipartUpload"] = _block(rule, "abort_incomplete_multipart_upload")
        if _block(rule, "noncurrent_version_expiration"):
            found["NoncurrentVersionExpiration"] = _block(rule, "noncurrent_version_expiration")
        rules.append(found)
    return {"Rules": rules}


def _cors(v: Values) -> Properties:
    return {
        "CorsRules": [
            {"AllowedOrigins": rule.get("allowed_origins"), "AllowedMethods": rule.get("allowed_methods")}
            for rule in many(v.get("cors_rule"))
        ]
    }


def _website(v: Values) -> Properties:
    return {
        "IndexDocument": _block(v, "index_document", "suffix"),
        "RedirectAllRequestsTo": _block(v, "redirect_all_requests_to"),
    }


def _behavior(item: Any) -> Properties:
    forwarded = _block(item, "forwarded_values") or {}
    return {
        "PathPattern": get(item, "path_pattern"),
        "TargetOriginId": get(item, "target_origin_id"),
        "ViewerProtocolPolicy": get(item, "viewer_protocol_policy"),
        "Compress": get(item, "compress"),
        "CachePolicyId": get(item, "cache_policy_id"),
        "ResponseHeadersPolicyId": get(item, "response_headers_policy_id"),
        "FieldLevelEncryptionId": get(item, "field_level_encryption_id"),
        "MaxTTL": get(item, "max_ttl"),
        "ForwardedValues": {
            "Headers": many(get(forwarded, "headers")),
            "Cookies": {"Forward": _block(forwarded, "cookies", "forward")},
        },
        "FunctionAssociations": many(get(item, "function_association")),
        "LambdaFunctionAssociations": many(get(item, "lambda_function_association")),
    }


def _distribution(v: Values, _refer: Refer, _name: str) -> Converted:
    viewer = _block(v, "viewer_certificate") or {}
    logging = _block(v, "logging_config")
    config: Properties = {
        "Enabled": v.get("enabled"),
        "Aliases": many(v.get("aliases")),
        "DefaultRootObject": v.get("default_root_object"),
        "PriceClass": v.get("price_class"),
        "HttpVersion": v.get("http_version"),
        "WebACLId": v.get("web_acl_id"),
        "DefaultCacheBehavior": _behavior(_block(v, "default_cache_behavior")),
        "CacheBehaviors": [_behavior(item) for item in many(v.get("ordered_cache_behavior"))],
        "Origins": [_origin(origin) for origin in many(v.get("origin"))],
        "OriginGroups": {"Items": many(v.get("origin_group"))},
        "Restrictions": {
            "GeoRestriction": {"RestrictionType": _block(v, "restrictions", "geo_restriction", "restriction_type")}
        },
        "ViewerCertificate": {
            "CloudFrontDefaultCertificate": get(viewer, "cloudfront_default_certificate"),
            "AcmCertificateArn": get(viewer, "acm_certificate_arn"),
            "MinimumProtocolVersion": get(viewer, "minimum_protocol_version"),
            "SslSupportMethod": get(viewer, "ssl_support_method"),
        },
    }
    if logging:
        config["Logging"] = {"Bucket": get(logging, "bucket")}
    yield "AWS::CloudFront::Distribution", {"DistributionConfig": config}


def _origin(origin: Any) -> Properties:
    custom = _block(origin, "custom_origin_config")
    found: Properties = {
        "Id": get(origin, "origin_id"),
        # Known only when it is made: then it is what the origin's own block says it is.
        "DomainName": get(origin, "domain_name") or ("origin.example" if custom else "bucket.s3.amazonaws.com"),
        "OriginAccessControlId": get(origin, "origin_access_control_id"),
        "S3OriginConfig": {"OriginAccessIdentity": _block(origin, "s3_origin_config", "origin_access_identity")},
    }
    if custom:
        found["CustomOriginConfig"] = {
            "OriginProtocolPolicy": get(custom, "origin_protocol_policy"),
            "OriginSSLProtocols": many(get(custom, "origin_ssl_protocols")),
        }
    return found


def _function(v: Values, _refer: Refer, _name: str) -> Converted:
    yield "AWS::Lambda::Function", {
        "FunctionName": v.get("function_name"),
        "Runtime": v.get("runtime"),
        "Environment": {"Variables": _block(v, "environment", "variables") or {}},
        "TracingConfig": {"Mode": _block(v, "tracing_config", "mode")},
        "DeadLetterConfig": {"TargetArn": _block(v, "dead_letter_config", "target_arn")},
        "KmsKeyArn": v.get("kms_key_arn"),
        "ReservedConcurrentExecutions": v.get("reserved_concurrent_executions") if v.get("reserved_concurrent_executions") != -1 else None,
    }  # fmt: skip


def _function_url(v: Values, refer: Refer, _name: str) -> Converted:
    origins = many(_block(v, "cors", "allow_origins"))
    yield (
        "AWS::Lambda::Url",
        {
            "TargetFunctionArn": refer("function_name"),
            "AuthType": v.get("authorization_type"),
            "Cors": {"AllowOrigins": origins},
        },
    )


def _permission(v: Values, refer: Refer, _name: str) -> Converted:
    yield "AWS::Lambda::Permission", {
        "FunctionName": refer("function_name"), "Action": v.get("action"), "Principal": v.get("principal"),
        "SourceArn": refer("source_arn"), "SourceAccount": v.get("source_account"), "FunctionUrlAuthType": v.get("function_url_auth_type"),
    }  # fmt: skip


def _table(v: Values, _refer: Refer, _name: str) -> Converted:
    yield (
        "AWS::DynamoDB::Table",
        {
            "TableName": v.get("name"),
            "BillingMode": v.get("billing_mode"),
            "ProvisionedThroughput": {
                "ReadCapacityUnits": v.get("read_capacity"),
                "WriteCapacityUnits": v.get("write_capacity"),
            },
            "PointInTimeRecoverySpecification": {
                "PointInTimeRecoveryEnabled": _block(v, "point_in_time_recovery", "enabled")
            },
            "DeletionProtectionEnabled": v.get("deletion_protection_enabled"),
            "SSESpecification": {"SSEEnabled": _block(v, "server_side_encryption", "enabled")},
        },
    )


def _database(v: Values, _refer: Refer, _name: str) -> Converted:
    yield "AWS::RDS::DBInstance", {
        "DBInstanceIdentifier": v.get("identifier"), "Engine": v.get("engine"), "EngineVersion": v.get("engine_version"),
        "DBInstanceClass": v.get("instance_class"), "MultiAZ": v.get("multi_az"), "StorageEncrypted": v.get("storage_encrypted"),
        "DeletionProtection": v.get("deletion_protection"), "MasterUsername": v.get("username"),
        "CopyTagsToSnapshot": v.get("copy_tags_to_snapshot"), "PubliclyAccessible": v.get("publicly_accessible"),
        "BackupRetentionPeriod": v.get("backup_retention_period") or 0,
        "AutoMinorVersionUpgrade": v.get("auto_minor_version_upgrade", True),
        "EnableIAMDatabaseAuthentication": v.get("iam_database_authentication_enabled"),
        "EnableCloudwatchLogsExports": many(v.get("enabled_cloudwatch_logs_exports")),
        "SourceDBInstanceIdentifier": v.get("replicate_source_db"),
    }  # fmt: skip


def _ranges(v: Any) -> Iterator[Properties]:
    base = {
        "IpProtocol": get(v, "protocol") or get(v, "ip_protocol") or "-1",
        "FromPort": get(v, "from_port"),
        "ToPort": get(v, "to_port"),
    }
    for cidr in [*many(get(v, "cidr_blocks")), *many(get(v, "cidr_ipv4"))]:
        yield {**base, "CidrIp": cidr}
    for cidr in [*many(get(v, "ipv6_cidr_blocks")), *many(get(v, "cidr_ipv6"))]:
        yield {**base, "CidrIpv6": cidr}


def _group(v: Values, _refer: Refer, _name: str) -> Converted:
    rules = [rule for item in many(v.get("ingress")) for rule in _ranges(item)]
    yield "AWS::EC2::SecurityGroup", {"GroupName": v.get("name"), "SecurityGroupIngress": rules}


def _group_rule(v: Values, refer: Refer, _name: str) -> Converted:
    if v.get("type", "ingress") == "ingress":
        for rule in _ranges(v):
            yield "AWS::EC2::SecurityGroupIngress", {"GroupId": refer("security_group_id"), **rule}


def _instance(v: Values, _refer: Refer, _name: str) -> Converted:
    tokens = _block(v, "metadata_options", "http_tokens")
    options = {"HttpTokens": tokens, "HttpEndpoint": _block(v, "metadata_options", "http_endpoint")} if tokens else None
    yield "AWS::EC2::Instance", {"InstanceType": v.get("instance_type"), "MetadataOptions": options}


def _volume(v: Values, _refer: Refer, _name: str) -> Converted:
    yield (
        "AWS::EC2::Volume",
        {"Encrypted": v.get("encrypted"), "VolumeType": v.get("type") or "gp2", "Size": v.get("size")},
    )


def _log_group(v: Values, _refer: Refer, _name: str) -> Converted:
    yield (
        "AWS::Logs::LogGroup",
        {
            "LogGroupName": v.get("name"),
            "RetentionInDays": v.get("retention_in_days") or None,
            "KmsKeyId": v.get("kms_key_id"),
        },
    )


def _key(v: Values, _refer: Refer, _name: str) -> Converted:
    yield (
        "AWS::KMS::Key",
        {
            "EnableKeyRotation": v.get("enable_key_rotation"),
            "KeyPolicy": _document(v.get("policy")),
            "KeySpec": v.get("customer_master_key_spec"),
        },
    )


def _secret(v: Values, _refer: Refer, _name: str) -> Converted:
    yield "AWS::SecretsManager::Secret", {"Name": v.get("name")}


def _secret_rotation(_v: Values, refer: Refer, _name: str) -> Converted:
    yield "AWS::SecretsManager::RotationSchedule", {"SecretId": refer("secret_id")}


def _role(v: Values, _refer: Refer, _name: str) -> Converted:
    inline = [
        {"PolicyName": item.get("name"), "PolicyDocument": _document(item.get("policy"))}
        for item in many(v.get("inline_policy"))
        if isinstance(item, Mapping)
    ]
    yield "AWS::IAM::Role", {"RoleName": v.get("name"), "Path": v.get("path"), "AssumeRolePolicyDocument": _document(v.get("assume_role_policy")),
                             "ManagedPolicyArns": many(v.get("managed_policy_arns")), "Policies": inline}  # fmt: skip


def _policy(v: Values, _refer: Refer, _name: str) -> Converted:
    yield "AWS::IAM::ManagedPolicy", {"PolicyDocument": _document(v.get("policy"))}


def _http_api(v: Values, _refer: Refer, _name: str) -> Converted:
    cors = _block(v, "cors_configuration")
    yield (
        "AWS::ApiGatewayV2::Api",
        {
            "Name": v.get("name"),
            "CorsConfiguration": {"AllowOrigins": many(get(cors, "allow_origins"))} if cors else None,
        },
    )


def _route(v: Values, refer: Refer, _name: str) -> Converted:
    yield (
        "AWS::ApiGatewayV2::Route",
        {
            "ApiId": refer("api_id"),
            "RouteKey": v.get("route_key"),
            "AuthorizationType": v.get("authorization_type"),
            "ApiKeyRequired": v.get("api_key_required"),
        },
    )


def _stage(v: Values, refer: Refer, _name: str) -> Converted:
    settings = _block(v, "default_route_settings")
    yield "AWS::ApiGatewayV2::Stage", {
        "ApiId": refer("api_id"), "StageName": v.get("name"),
        "AccessLogSettings": {"DestinationArn": _block(v, "access_log_settings", "destination_arn") or ("@log" if v.get("access_log_settings") else None)},
        "DefaultRouteSettings": {"ThrottlingRateLimit": get(settings, "throttling_rate_limit")} if settings else None,
    }  # fmt: skip


def _balancer(v: Values, _refer: Refer, _name: str) -> Converted:
    attributes = {
        "deletion_protection.enabled": v.get("enable_deletion_protection"),
        "routing.http.drop_invalid_header_fields.enabled": v.get("drop_invalid_header_fields"),
        "access_logs.s3.enabled": _block(v, "access_logs", "enabled"),
    }
    yield "AWS::ElasticLoadBalancingV2::LoadBalancer", {
        "Name": v.get("name"), "Type": v.get("load_balancer_type") or "application",
        "Scheme": "internal" if v.get("internal") else "internet-facing",
        "LoadBalancerAttributes": [{"Key": key, "Value": str(bool(value)).lower()} for key, value in attributes.items()],
    }  # fmt: skip


def _listener(v: Values, refer: Refer, _name: str) -> Converted:
    action = _block(v, "default_action") or {}
    redirect = {"Protocol": _block(action, "redirect", "protocol")}
    yield "AWS::ElasticLoadBalancingV2::Listener", {"LoadBalancerArn": refer("load_balancer_arn"), "Protocol": v.get("protocol"), "SslPolicy": v.get("ssl_policy"),
                                                    "DefaultActions": [{"Type": get(action, "type"), "RedirectConfig": redirect}]}  # fmt: skip


def _trail(v: Values, _refer: Refer, _name: str) -> Converted:
    yield "AWS::CloudTrail::Trail", {
        "TrailName": v.get("name"), "IsLogging": v.get("enable_logging", True), "IsMultiRegionTrail": v.get("is_multi_region_trail"),
        "EnableLogFileValidation": v.get("enable_log_file_validation"), "KMSKeyId": v.get("kms_key_id"),
        "CloudWatchLogsLogGroupArn": v.get("cloud_watch_logs_group_arn"),
    }  # fmt: skip


CONVERTERS: Mapping[str, Callable[[Values, Refer, str], Converted]] = {
    "aws_s3_bucket": _bucket,
    "aws_s3_bucket_policy": _bucket_policy,
    "aws_s3_bucket_public_access_block": _side("PublicAccessBlockConfiguration", _blocked),
    "aws_s3_bucket_versioning": _side(
        "VersioningConfiguration", lambda v: {"Status": _block(v, "versioning_configuration", "status")}
    ),
    "aws_s3_bucket_logging": _side("LoggingConfiguration", lambda v: {"DestinationBucketName": v.get("target_bucket")}),
    "aws_s3_bucket_lifecycle_configuration": _side("LifecycleConfiguration", _lifecycle),
    "aws_s3_bucket_cors_configuration": _side("CorsConfiguration", _cors),
    "aws_s3_bucket_website_configuration": _side("WebsiteConfiguration", _website),
    "aws_s3_bucket_ownership_controls": _side(
        "OwnershipControls", lambda v: {"Rules": [{"ObjectOwnership": _block(v, "rule", "object_ownership")}]}
    ),
    "aws_s3_bucket_acl": _side(
        "AccessControl",
        lambda v: {"public-read": "PublicRead", "public-read-write": "PublicReadWrite"}.get(str(v.get("acl"))),
    ),
    "aws_cloudfront_distribution": _distribution,
    "aws_lambda_function": _function,
    "aws_lambda_function_url": _function_url,
    "aws_lambda_permission": _permission,
    "aws_dynamodb_table": _table,
    "aws_db_instance": _database,
    "aws_security_group": _group,
    "aws_default_security_group": _group,
    "aws_security_group_rule": _group_rule,
    "aws_vpc_security_group_ingress_rule": _group_rule,
    "aws_instance": _instance,
    "aws_ebs_volume": _volume,
    "aws_cloudwatch_log_group": _log_group,
    "aws_kms_key": _key,
    "aws_secretsmanager_secret": _secret,
    "aws_secretsmanager_secret_rotation": _secret_rotation,
    "aws_iam_role": _role,
    "aws_iam_policy": _policy,
    "aws_apigatewayv2_api": _http_api,
    "aws_apigatewayv2_route": _route,
    "aws_apigatewayv2_stage": _stage,
    "aws_lb": _balancer,
    "aws_alb": _balancer,
    "aws_lb_listener": _listener,
    "aws_cloudtrail": _trail,
}
