"""Writes 2026-09.json and 2026-10.json: a small account in the shape that `auditor aws collect` records.

The account, its resources, figures and bill are invented; ids are made up. Between the two months the team has taken
some advice (a web ACL went out of Count, an address was released) and one new fault has come in (an open database).

    python examples/portfolio/aws/make.py
"""

import copy
import json
from pathlib import Path

ACCOUNT = "111122223333"
WEST, EAST = "us-west-2", "us-east-1"
TAG = "Entity"


def resource(kind_id, arn, region, entity="", name="", **fields):
    tags = {TAG: entity} if entity else {}
    client = fields.pop("client", "")
    if client:
        tags["Client"] = client
    return {
        "_id": kind_id,
        "_arn": arn.format(a=ACCOUNT, r=region, i=kind_id),
        "_name": name or kind_id,
        "_region": region,
        "_account": ACCOUNT,
        "_tags": tags,
        "_missing": {},
        **fields,
    }


def series(total, days=30, peak=None, points=None, average=None):
    points = days if points is None else points
    return {
        "sum": total,
        "max": peak if peak is not None else round(total / max(points, 1), 4),
        "avg": average if average is not None else round(total / max(points, 1), 4),
        "points": points,
        "days": days,
        "last": "2026-09-30" if total else "",
    }


def distribution(id_, aliases, entity, origins, *, behavior=None, acl="", requests=0, bytes_=0, client="", **config):
    domain = f"{id_.lower()[1:9]}.cloudfront.net"
    base = {
        "Enabled": True,
        "Aliases": {"Quantity": len(aliases), "Items": aliases},
        "DefaultRootObject": "index.html",
        "Origins": {"Quantity": len(origins), "Items": origins},
        "OriginGroups": {"Quantity": 0, "Items": []},
        "DefaultCacheBehavior": {
            "TargetOriginId": origins[0]["Id"],
            "ViewerProtocolPolicy": "redirect-to-https",
            "Compress": True,
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            **(behavior or {}),
        },
        "CacheBehaviors": {"Quantity": 0, "Items": []},
        "Logging": {"Enabled": False, "Bucket": "", "Prefix": ""},
        "PriceClass": "PriceClass_100",
        "ViewerCertificate": {
            "CloudFrontDefaultCertificate": False,
            "ACMCertificateArn": CERTIFICATES[aliases[0]] if aliases else "",
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": "TLSv1.2_2021",
        },
        "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        "WebACLId": acl,
        "HttpVersion": "http2",
    }
    base.update(config)
    return resource(
        id_,
        "arn:aws:cloudfront::{a}:distribution/{i}",
        "global",
        entity,
        domain,
        client=client,
        Id=id_,
        ARN=f"arn:aws:cloudfront::{ACCOUNT}:distribution/{id_}",
        DomainName=domain,
        Status="Deployed",
        LastModifiedTime="2026-04-02T10:00:00+00:00",
        DistributionConfig=base,
        _metrics={"requests": series(requests), "bytes": series(bytes_)},
    )


def s3_origin(bucket, oac=""):
    return {"Id": "s3", "DomainName": f"{bucket}.s3.{WEST}.amazonaws.com", "OriginAccessControlId": oac,
            "S3OriginConfig": {"OriginAccessIdentity": ""}}  # fmt: skip


def url_origin(id_):
    return {"Id": "api", "DomainName": f"{id_}.lambda-url.{WEST}.on.aws", "OriginAccessControlId": "",
            "CustomOriginConfig": {"OriginProtocolPolicy": "https-only", "OriginSslProtocols": {"Items": ["TLSv1.2"]}}}  # fmt: skip


def bucket(name, entity, *, blocked=True, policy=None, gb=0.2, **fields):
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    owner = {"ID": "canonical-owner"}
    return resource(
        name,
        "arn:aws:s3:::{i}",
        WEST,
        entity,
        Name=name,
        CreationDate="2024-05-01T09:00:00+00:00",
        BucketRegion=WEST,
        Policy=policy,
        PublicAccessBlock=block if blocked else None,
        Acl={"Owner": owner, "Grants": [{"Grantee": {"Type": "CanonicalUser", "ID": "canonical-owner"}, "Permission": "FULL_CONTROL"}]},
        Ownership=[{"ObjectOwnership": "BucketOwnerEnforced"}],
        Encryption=[{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}],
        **{"Versioning": {"Status": "Enabled", "MFADelete": None}, "Logging": None, "Lifecycle": None, "Website": None, "Cors": None} | fields,
        _metrics={"bytes": series(0, 14, average=gb * 1024**3, peak=gb * 1024**3)},
    )


def function(name, entity, runtime, *, url=None, auth="NONE", env=(), secrets=(), calls=0, region=WEST, concurrency=None, provisioned=(), memory=256, policy=None, **fields):
    arn = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}"
    urls = [{"FunctionUrl": f"https://{url}.lambda-url.{region}.on.aws/", "FunctionArn": arn, "AuthType": auth,
             "Cors": {"AllowOrigins": ["*"], "AllowMethods": ["*"]}, "InvokeMode": "BUFFERED"}] if url else []  # fmt: skip
    return resource(
        name,
        arn,
        region,
        entity,
        FunctionName=name,
        FunctionArn=arn,
        Runtime=runtime,
        Handler="lambda_function.lambda_handler",
        MemorySize=memory,
        Timeout=15,
        LastModified="2026-03-02T17:12:00+00:00",
        Architectures=["x86_64"],
        Environment={"Variables": {name: "(not recorded)" for name in (*env, *(s["name"] for s in secrets))}},
        _secrets=list(secrets),
        TracingConfig={"Mode": "PassThrough"},
        Concurrency={"ReservedConcurrentExecutions": concurrency} if concurrency is not None else None,
        Policy=policy,
        UrlConfigs=urls,
        ProvisionedConcurrency=list(provisioned),
        _metrics={
            "invocations": series(calls, 90) if calls is not None else None,
            "errors": series(round((calls or 0) * 0.002)) if calls else series(0),
            "throttles": series(0),
            "concurrency": series(0, peak=3 if calls else 0),
            **({"provisioned_utilisation": series(0, peak=0.12)} if provisioned else {}),
        },
        **fields,
    )


def table(name, entity, *, read=0, write=0, gb=0.01, pitr=False, protected=False, used=(0, 0)):
    mode = "PROVISIONED" if read else "PAY_PER_REQUEST"
    return resource(
        name,
        "arn:aws:dynamodb:{r}:{a}:table/{i}",
        WEST,
        entity,
        TableName=name,
        TableArn=f"arn:aws:dynamodb:{WEST}:{ACCOUNT}:table/{name}",
        TableStatus="ACTIVE",
        CreationDateTime="2024-06-10T12:00:00+00:00",
        BillingModeSummary={"BillingMode": mode},
        ProvisionedThroughput={"ReadCapacityUnits": read, "WriteCapacityUnits": write},
        TableSizeBytes=int(gb * 1024**3),
        ItemCount=int(gb * 400_000),
        DeletionProtectionEnabled=protected,
        GlobalSecondaryIndexes=[],
        ContinuousBackups={"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED" if pitr else "DISABLED"}},
        _metrics={"read": series(used[0]), "write": series(used[1])},
    )


def zone(name, records, entity=""):
    id_ = "Z" + name.upper().replace(".", "")[:14]
    listed = [{"Name": f"{label}.{name}." if label else f"{name}.", "Type": type_, "TTL": 300,
               "ResourceRecords": [{"Value": f'"{value}"' if type_ == "TXT" else value} for value in values]}
              for label, type_, values in records]  # fmt: skip
    return resource(
        f"/hostedzone/{id_}",
        "arn:aws:route53:::hostedzone/" + id_,
        "global",
        entity,
        name,
        Id=f"/hostedzone/{id_}",
        Name=f"{name}.",
        Config={"PrivateZone": False},
        ResourceRecordSetCount=len(listed),
        Records=listed,
        QueryLogging=[],
    )


def identity(name, entity, *, tokens=(), dkim="SUCCESS", mail_from="", verified=True, config_set=None):
    return resource(
        name,
        "arn:aws:ses:{r}:{a}:identity/{i}",
        WEST,
        entity,
        IdentityName=name,
        IdentityType="EMAIL_ADDRESS" if "@" in name else "DOMAIN",
        SendingEnabled=verified,
        VerificationStatus="SUCCESS" if verified else "PENDING",
        VerifiedForSendingStatus=verified,
        FeedbackForwardingStatus=True,
        DkimAttributes={"SigningEnabled": bool(tokens), "Status": dkim if tokens else "NOT_STARTED", "Tokens": list(tokens),
                        "SigningAttributesOrigin": "AWS_SES", "CurrentSigningKeyLength": "RSA_2048_BIT"},
        MailFromAttributes={"MailFromDomain": mail_from, "MailFromDomainStatus": "SUCCESS" if mail_from else "", "BehaviorOnMxFailure": "USE_DEFAULT_VALUE"},
        Policies={},
        ConfigurationSetName=config_set,
    )  # fmt: skip


def certificate(domain, names, not_after, in_use=True):
    id_ = "c-" + domain.replace(".", "-")
    return resource(
        f"arn:aws:acm:{EAST}:{ACCOUNT}:certificate/{id_}",
        f"arn:aws:acm:{EAST}:{ACCOUNT}:certificate/{id_}",
        EAST,
        "",
        domain,
        CertificateArn=f"arn:aws:acm:{EAST}:{ACCOUNT}:certificate/{id_}",
        DomainName=domain,
        SubjectAlternativeNames=names,
        Status="ISSUED",
        Type="AMAZON_ISSUED",
        KeyAlgorithm="RSA_2048",
        NotAfter=not_after,
        InUseBy=["in-use"] if in_use else [],
        RenewalEligibility="ELIGIBLE",
        DomainValidationOptions=[{"DomainName": domain, "ValidationMethod": "DNS", "ValidationStatus": "SUCCESS"}],
        Options={"CertificateTransparencyLoggingPreference": "ENABLED"},
    )


CERTIFICATES = {
    "jada.example.com": f"arn:aws:acm:{EAST}:{ACCOUNT}:certificate/c-jada-example-com",
    "queenofsandiego.example.com": f"arn:aws:acm:{EAST}:{ACCOUNT}:certificate/c-queenofsandiego-example-com",
    "dangerouscentaur.example.com": f"arn:aws:acm:{EAST}:{ACCOUNT}:certificate/c-dangerouscentaur-example-com",
    "harborcafe.example.com": f"arn:aws:acm:{EAST}:{ACCOUNT}:certificate/c-harborcafe-example-com",
    "kelpandco.example.com": f"arn:aws:acm:{EAST}:{ACCOUNT}:certificate/c-kelpandco-example-com",
    "oldtowntacos.example.com": f"arn:aws:acm:{EAST}:{ACCOUNT}:certificate/c-oldtowntacos-example-com",
}
JADA_ACL = f"arn:aws:wafv2:{EAST}:{ACCOUNT}:global/webacl/jada/1a2b"
OLD_ACL = f"arn:aws:wafv2:{EAST}:{ACCOUNT}:global/webacl/launch-party/9f8e"


def rule(name, statement, *, action=None, override=None):
    found = {"Name": name, "Priority": 0, "Statement": statement,
             "VisibilityConfig": {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name}}  # fmt: skip
    if action:
        found["Action"] = {action: {}}
    if override:
        found["OverrideAction"] = {override: {}}
    return found


def group(name):
    return {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}}


def web_acl(name, arn, rules, entity):
    return resource(arn.rsplit("/", 1)[1], arn, "global", entity, name, Name=name, Id=arn.rsplit("/", 1)[1], ARN=arn,
                    DefaultAction={"Allow": {}}, Rules=rules, Capacity=725, LoggingConfiguration=None,
                    VisibilityConfig={"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": name})  # fmt: skip


def log_group(name, entity, gb, retention=None):
    fields = {"retentionInDays": retention} if retention else {}
    return resource(name, "arn:aws:logs:{r}:{a}:log-group:{i}", WEST, entity, logGroupName=name, creationTime=1717243200000,
                    storedBytes=int(gb * 1024**3), _metrics={"bytes_in": series(1000)}, **fields)  # fmt: skip


def first_month():
    """As of 2026-10-01."""
    public = {"Version": "2012-10-17", "Statement": [{"Sid": "PublicRead", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::dangerouscentaur-site/*"}]}
    found = {
        "cloudfront.distribution": [
            distribution("E1JADA0EVENTS1", ["jada.example.com", "www.jada.example.com"], "jada", [s3_origin("jada-frontend", "E2OAC0JADA"), url_origin("jadaapi7x2k")], acl=JADA_ACL, requests=412_000, bytes_=31_000_000_000),
            distribution("E2QUEEN0CHART1", ["queenofsandiego.example.com"], "queenofsandiego", [s3_origin("shipcaptaincrew-frontend"), url_origin("shipcrew4f9q")], requests=96_000, bytes_=14_000_000_000,
                         behavior={"CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "Compress": False}, PriceClass="PriceClass_All",
                         ViewerCertificate={"ACMCertificateArn": CERTIFICATES["queenofsandiego.example.com"], "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1"}),
            distribution("E3CENTAUR0WEB1", ["dangerouscentaur.example.com"], "dangerouscentaur", [s3_origin("dangerouscentaur-site")], requests=8_100, bytes_=900_000_000, behavior={"ViewerProtocolPolicy": "allow-all"}),
            distribution("E4CAFE00CLIENT", ["harborcafe.example.com"], "client-portfolio", [s3_origin("client-harborcafe", "E2OAC0CLNT")], client="Harbor Cafe", requests=22_000, bytes_=2_300_000_000),
            distribution("E5KELP00CLIENT", ["kelpandco.example.com"], "client-portfolio", [s3_origin("client-kelpandco", "E2OAC0CLNT")], client="Kelp & Co", requests=5_400, bytes_=700_000_000),
            distribution("E7TACO00CLIENT", ["oldtowntacos.example.com"], "client-portfolio", [s3_origin("client-oldtowntacos", "E2OAC0CLNT")], client="Old Town Tacos", requests=310, bytes_=20_000_000),
            distribution("E6LAUNCH0PARTY", [], "jada", [s3_origin("jada-launch-2024")], requests=0, ViewerCertificate={"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"}),
        ],
        "cloudfront.response_headers_policy": [],
        "cloudfront.cache_policy": [],
        "cloudfront.origin_access_control": [
            resource("E2OAC0JADA", "arn:aws:cloudfront::{a}:origin-access-control/{i}", "global", Id="E2OAC0JADA", Name="jada", SigningProtocol="sigv4", SigningBehavior="always", OriginAccessControlOriginType="s3"),
        ],
        "wafv2.web_acl": [
            web_acl("jada", JADA_ACL, [rule("common", group("AWSManagedRulesCommonRuleSet"), override="Count"), rule("bad-inputs", group("AWSManagedRulesKnownBadInputsRuleSet"), override="Count")], "jada"),
            web_acl("launch-party", OLD_ACL, [rule("geo", {"GeoMatchStatement": {"CountryCodes": ["US"]}}, action="Allow"), rule("rate", {"RateBasedStatement": {"Limit": 2000, "AggregateKeyType": "IP"}}, action="Block")], "jada"),
        ],
        "acm.certificate": [
            certificate("jada.example.com", ["jada.example.com", "www.jada.example.com"], "2027-02-11T23:59:59+00:00"),
            certificate("queenofsandiego.example.com", ["queenofsandiego.example.com"], "2026-10-19T23:59:59+00:00"),
            certificate("dangerouscentaur.example.com", ["dangerouscentaur.example.com"], "2027-03-30T23:59:59+00:00"),
            certificate("harborcafe.example.com", ["harborcafe.example.com"], "2027-05-01T23:59:59+00:00"),
            certificate("kelpandco.example.com", ["kelpandco.example.com"], "2027-05-01T23:59:59+00:00"),
            certificate("oldtowntacos.example.com", ["oldtowntacos.example.com"], "2027-01-15T23:59:59+00:00"),
        ],
        "route53.hosted_zone": [
            zone("jada.example.com", [("", "MX", ["10 inbound-smtp.us-west-2.amazonaws.com"]), ("", "TXT", ["v=spf1 include:amazonses.com -all"]),
                                      ("_dmarc", "TXT", ["v=DMARC1; p=quarantine; rua=mailto:dmarc@example.com"]),
                                      ("aaaa1._domainkey", "CNAME", ["aaaa1.dkim.amazonses.com"]), ("aaaa2._domainkey", "CNAME", ["aaaa2.dkim.amazonses.com"]), ("aaaa3._domainkey", "CNAME", ["aaaa3.dkim.amazonses.com"]),
                                      ("mail", "MX", ["10 feedback-smtp.us-west-2.amazonses.com"]), ("mail", "TXT", ["v=spf1 include:amazonses.com ~all"])], "jada"),
            zone("queenofsandiego.example.com", [("", "MX", ["10 inbound-smtp.us-west-2.amazonaws.com"]), ("", "TXT", ["v=spf1 include:amazonses.com ?all"]),
                                                 ("_dmarc", "TXT", ["v=DMARC1; p=none"]), ("bbbb1._domainkey", "CNAME", ["bbbb1.dkim.amazonses.com"])], "queenofsandiego"),
            zone("quickdumpnow.example.com", [("", "TXT", ["site-verification=made-up"])], "quickdumpnow"),
            zone("dangerouscentaur.example.com", [("", "TXT", ["v=spf1 -all"]), ("_dmarc", "TXT", ["v=DMARC1; p=reject; rua=mailto:dmarc@example.com"])], "dangerouscentaur"),
        ],
        "ses.account": [resource("ses-account", "arn:aws:ses:{r}:{a}:account", WEST, ProductionAccessEnabled=False, SendingEnabled=True, EnforcementStatus="HEALTHY",
                                 SendQuota={"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 12.0}, SuppressionAttributes={"SuppressedReasons": []},
                                 _metrics={"send": series(310), "bounce_rate": series(0, peak=0.061, average=0.04), "complaint_rate": series(0, peak=0.0002, average=0.0001)})],
        "ses.identity": [
            identity("jada.example.com", "jada", tokens=("aaaa1", "aaaa2", "aaaa3"), mail_from="mail.jada.example.com", config_set="jada"),
            identity("queenofsandiego.example.com", "queenofsandiego", tokens=("bbbb1", "bbbb2", "bbbb3"), dkim="PENDING"),
            identity("quickdumpnow.example.com", "quickdumpnow", verified=False),
        ],
        "ses.configuration_set": [
            resource("jada", "arn:aws:ses:{r}:{a}:configuration-set/{i}", WEST, "jada", ConfigurationSetName="jada", DeliveryOptions={"TlsPolicy": "OPTIONAL"}, ReputationOptions={"ReputationMetricsEnabled": False}, SendingOptions={"SendingEnabled": True}, SuppressionOptions={}, EventDestinations=[]),
        ],
        "ses.receipt_rule": [
            resource("crew-inbox", "arn:aws:ses:{r}:{a}:receipt-rule/{i}", WEST, "queenofsandiego", Name="crew-inbox", Enabled=True, TlsPolicy="Optional", ScanEnabled=False, Recipients=["crew@queenofsandiego.example.com"],
                     Actions=[{"S3Action": {"BucketName": "queen-mail-2023"}}]),
        ],
        "lambda.function": [
            function("jada-api", "jada", "python3.12", url="jadaapi7x2k", env=("TABLE", "JWT_SECRET_ARN"), calls=96_400, concurrency=50),
            function("jada-reminders", "jada", "python3.9", calls=2_700),
            function("shipcaptaincrew", "queenofsandiego", "python3.8", url="shipcrew4f9q", env=("TABLE",), secrets=({"name": "STRIPE_SECRET_KEY", "what": "Stripe secret key"}, {"name": "JWT_SECRET", "what": "secret by its name"}), calls=38_200,
                     provisioned=({"FunctionArn": "prod", "RequestedProvisionedConcurrentExecutions": 2, "AllocatedProvisionedConcurrentExecutions": 2, "Status": "READY"},), memory=512, _provisioned_qualifier="prod"),
            function("client-contact-form", "client-portfolio", "nodejs20.x", url="contactf0rm", auth="NONE", calls=640),
            function("jada-old-importer", "jada", "python3.7", calls=0),
        ],
        "lambda.event_source_mapping": [],
        "apigateway.rest_api": [], "apigateway.domain_name": [],
        "apigatewayv2.api": [
            resource("q8events01", "arn:aws:apigateway:{r}::/apis/{i}", WEST, "queenofsandiego", "queen-events", ApiId="q8events01", Name="queen-events", ProtocolType="HTTP", CreatedDate="2025-02-01T10:00:00+00:00",
                     CorsConfiguration={"AllowOrigins": ["*"], "AllowMethods": ["*"], "AllowCredentials": False},
                     Routes=[{"RouteKey": "GET /events", "AuthorizationType": "NONE", "ApiKeyRequired": False}, {"RouteKey": "POST /crew", "AuthorizationType": "NONE", "ApiKeyRequired": False}, {"RouteKey": "POST /events", "AuthorizationType": "JWT", "ApiKeyRequired": False}],
                     Stages=[{"StageName": "$default", "DefaultRouteSettings": {"DetailedMetricsEnabled": False}}], Authorizers=[{"AuthorizerId": "a1", "Name": "jwt", "AuthorizerType": "JWT"}], _metrics={"requests": series(20_500)}),
        ],
        "ec2.instance": [
            resource("i-0staging00000001", "arn:aws:ec2:{r}:{a}:instance/{i}", WEST, "dangerouscentaur", "staging", InstanceId="i-0staging00000001", InstanceType="t3.medium", ImageId="ami-0aaa", State={"Name": "running"}, LaunchTime="2025-01-12T08:00:00+00:00", VpcId="vpc-0main",
                     PublicIpAddress="203.0.113.10", MetadataOptions={"HttpTokens": "optional", "HttpEndpoint": "enabled"}, Monitoring={"State": "disabled"}, SecurityGroups=[{"GroupId": "sg-0staging", "GroupName": "staging"}], IamInstanceProfile={"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/staging"},
                     _metrics={"cpu": series(0, 14, average=1.4, peak=2.2), "cpu_peak": series(0, 14, average=3.9, peak=6.1), "network_out": series(45_000_000, 14)}),
            resource("i-0oldcms000000002", "arn:aws:ec2:{r}:{a}:instance/{i}", WEST, "dangerouscentaur", "old-cms", InstanceId="i-0oldcms000000002", InstanceType="t2.small", ImageId="ami-0bbb", State={"Name": "stopped"}, LaunchTime="2024-03-12T08:00:00+00:00", VpcId="vpc-0main",
                     StateTransitionReason="User initiated (2026-02-03 19:20:11 GMT)", MetadataOptions={"HttpTokens": "optional", "HttpEndpoint": "enabled"}, Monitoring={"State": "disabled"}, SecurityGroups=[{"GroupId": "sg-0staging", "GroupName": "staging"}], _metrics={"cpu": None, "cpu_peak": None, "network_out": None}),
        ],
        "ec2.image": [],
        "ec2.volume": [
            resource("vol-0staging", "arn:aws:ec2:{r}:{a}:volume/{i}", WEST, "dangerouscentaur", VolumeId="vol-0staging", Size=40, VolumeType="gp2", Encrypted=False, State="in-use", CreateTime="2025-01-12T08:00:00+00:00", Attachments=[{"InstanceId": "i-0staging00000001", "State": "attached"}]),
            resource("vol-0oldcms", "arn:aws:ec2:{r}:{a}:volume/{i}", WEST, "dangerouscentaur", VolumeId="vol-0oldcms", Size=60, VolumeType="gp2", Encrypted=False, State="in-use", CreateTime="2024-03-12T08:00:00+00:00", Attachments=[{"InstanceId": "i-0oldcms000000002", "State": "attached"}]),
            resource("vol-0orphan", "arn:aws:ec2:{r}:{a}:volume/{i}", WEST, "", VolumeId="vol-0orphan", Size=100, VolumeType="gp3", Encrypted=True, State="available", CreateTime="2024-11-02T08:00:00+00:00", Attachments=[], Iops=3000, Throughput=125),
        ],
        "ec2.snapshot": [
            resource("snap-0cms2024", "arn:aws:ec2:{r}:{a}:snapshot/{i}", WEST, "dangerouscentaur", SnapshotId="snap-0cms2024", VolumeId="vol-0gone", VolumeSize=60, Encrypted=False, State="completed", StartTime="2024-08-20T03:00:00+00:00"),
        ],
        "ec2.public_snapshot": [],
        "ec2.address": [
            resource("eipalloc-0unused", "arn:aws:ec2:{r}:{a}:elastic-ip/{i}", WEST, "", "198.51.100.7", AllocationId="eipalloc-0unused", PublicIp="198.51.100.7", Domain="vpc"),
        ],
        "ec2.nat_gateway": [
            resource("nat-0idle", "arn:aws:ec2:{r}:{a}:natgateway/{i}", WEST, "", NatGatewayId="nat-0idle", VpcId="vpc-0main", State="available", CreateTime="2025-03-01T10:00:00+00:00", ConnectivityType="public", NatGatewayAddresses=[{"AllocationId": "eipalloc-0nat", "PublicIp": "198.51.100.20"}], _metrics={"bytes_out": series(0), "connections": series(0)}),
        ],
        "ec2.vpc_endpoint": [], "ec2.vpn_connection": [],
        "ec2.security_group": [
            resource("sg-0default", "arn:aws:ec2:{r}:{a}:security-group/{i}", WEST, "", "default", GroupId="sg-0default", GroupName="default", VpcId="vpc-0main", IpPermissions=[], IpPermissionsEgress=[]),
            resource("sg-0staging", "arn:aws:ec2:{r}:{a}:security-group/{i}", WEST, "dangerouscentaur", "staging", GroupId="sg-0staging", GroupName="staging", VpcId="vpc-0main",
                     IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [], "UserIdGroupPairs": []}, {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [], "UserIdGroupPairs": []}], IpPermissionsEgress=[]),
        ],
        "ec2.network_interface": [resource("eni-0a", "arn:aws:ec2:{r}:{a}:network-interface/{i}", WEST, NetworkInterfaceId="eni-0a", Status="in-use", Groups=[{"GroupId": "sg-0staging"}])],
        "ec2.vpc": [resource("vpc-0main", "arn:aws:ec2:{r}:{a}:vpc/{i}", WEST, "", VpcId="vpc-0main", IsDefault=True, CidrBlock="172.31.0.0/16", State="available")],
        "ec2.flow_log": [],
        "ec2.settings": [resource("ec2-settings", "arn:aws:ec2:{r}:{a}:settings", region, EbsEncryptionByDefault=False) for region in (EAST, WEST)],
        "elbv2.load_balancer": [], "elbv2.target_group": [], "elb.load_balancer": [],
        "s3.bucket": [
            bucket("jada-frontend", "jada", gb=0.4),
            bucket("shipcaptaincrew-frontend", "queenofsandiego", blocked=False, gb=0.3, Versioning={"Status": None, "MFADelete": None},
                   policy={"Version": "2012-10-17", "Statement": [{"Sid": "PublicRead", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shipcaptaincrew-frontend/*"}]}),
            bucket("dangerouscentaur-site", "dangerouscentaur", blocked=False, policy=public, gb=0.1, Website={"Index": "index.html", "Redirect": None}),
            bucket("client-harborcafe", "client-portfolio", gb=0.2),
            bucket("client-kelpandco", "client-portfolio", gb=0.1),
            bucket("client-oldtowntacos", "client-portfolio", gb=0.1),
            bucket("harbour-backups", "", gb=212.0, Versioning={"Status": "Enabled", "MFADelete": None}),
        ],
        "s3.account": [resource("s3-account", "arn:aws:s3:::account/{a}", "global")],
        "dynamodb.table": [
            table("jada-events", "jada", pitr=True, gb=0.02, used=(410_000, 22_000)),
            table("jada-users", "jada", gb=0.03, used=(380_000, 9_000)),
            table("jada-checklists", "jada", gb=0.01, used=(12_000, 800)),
            table("crew-roster", "queenofsandiego", read=100, write=50, gb=0.01, used=(180_000, 4_000)),
            table("crew-import-2024", "queenofsandiego", read=25, write=25, gb=0.02, used=(0, 0)),
        ],
        "dynamodb.scaling_target": [],
        "rds.instance": [
            resource("centaur-cms", "arn:aws:rds:{r}:{a}:db:{i}", WEST, "dangerouscentaur", DBInstanceIdentifier="centaur-cms", DBInstanceArn=f"arn:aws:rds:{WEST}:{ACCOUNT}:db:centaur-cms", DBInstanceClass="db.t3.medium", Engine="mysql", EngineVersion="5.7.44", DBInstanceStatus="available",
                     MultiAZ=False, AllocatedStorage=50, StorageType="gp2", StorageEncrypted=False, PubliclyAccessible=False, BackupRetentionPeriod=1, DeletionProtection=False, AutoMinorVersionUpgrade=False, MasterUsername="admin", InstanceCreateTime="2024-02-10T10:00:00+00:00",
                     IAMDatabaseAuthenticationEnabled=False, CopyTagsToSnapshot=False, EnabledCloudwatchLogsExports=[], MonitoringInterval=0, CertificateDetails={"CAIdentifier": "rds-ca-rsa2048-g1", "ValidTill": "2061-05-01T00:00:00+00:00"}, DBSubnetGroup={"VpcId": "vpc-0main"},
                     _metrics={"connections": series(0, 14, peak=0), "cpu": series(0, 14, average=2.1, peak=3.0)}),
        ],
        "rds.cluster": [],
        "rds.snapshot": [resource("centaur-before-move", "arn:aws:rds:{r}:{a}:snapshot:{i}", WEST, "dangerouscentaur", DBSnapshotIdentifier="centaur-before-move", DBSnapshotArn=f"arn:aws:rds:{WEST}:{ACCOUNT}:snapshot:centaur-before-move", DBInstanceIdentifier="centaur-cms", SnapshotType="manual", AllocatedStorage=50, Encrypted=False, Engine="mysql", SnapshotCreateTime="2024-12-01T02:00:00+00:00", Attributes=[])],
        "logs.log_group": [log_group("/aws/lambda/jada-api", "jada", 8.4), log_group("/aws/lambda/shipcaptaincrew", "queenofsandiego", 3.1), log_group("/aws/lambda/jada-reminders", "jada", 0.2, 30)],
        "secretsmanager.secret": [resource("jada/jwt", "arn:aws:secretsmanager:{r}:{a}:secret:{i}-a1B2c3", WEST, "jada", Name="jada/jwt", ARN=f"arn:aws:secretsmanager:{WEST}:{ACCOUNT}:secret:jada/jwt-a1B2c3", CreatedDate="2025-03-01T10:00:00+00:00", LastChangedDate="2025-03-01T10:00:00+00:00", LastAccessedDate="2026-09-30T00:00:00+00:00", RotationEnabled=False, Policy=None)],
        "kms.key": [], "kms.alias": [],
        "iam.account": [resource("iam-account", "arn:aws:iam::{a}:root", "global", AccountMFAEnabled=1, AccountAccessKeysPresent=0, AccountSigningCertificatesPresent=0, PasswordPolicy=None)],
        "iam.user": [
            resource("dana", "arn:aws:iam::{a}:user/dana", "global", UserName="dana", Arn=f"arn:aws:iam::{ACCOUNT}:user/dana", CreateDate="2024-02-01T10:00:00+00:00", PasswordLastUsed="2026-09-28T15:00:00+00:00", AccessKeys=[], KeysLastUsed={}, MfaDevices=["arn:aws:iam::111122223333:mfa/dana"], LoginProfile={"UserName": "dana", "CreateDate": "2024-02-01T10:00:00+00:00"}),
            resource("deploy", "arn:aws:iam::{a}:user/deploy", "global", UserName="deploy", Arn=f"arn:aws:iam::{ACCOUNT}:user/deploy", CreateDate="2024-02-01T10:00:00+00:00", AccessKeys=[{"UserName": "deploy", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Active", "CreateDate": "2024-02-01T10:00:00+00:00"}], KeysLastUsed={"AKIAIOSFODNN7EXAMPLE": {"LastUsedDate": "2026-09-29T10:00:00+00:00", "ServiceName": "s3", "Region": WEST}}, MfaDevices=[], LoginProfile=None),
        ],
        "iam.user_detail": [
            resource("dana", "arn:aws:iam::{a}:user/dana", "global", UserName="dana", Arn=f"arn:aws:iam::{ACCOUNT}:user/dana", AttachedManagedPolicies=[], UserPolicyList=[], GroupList=["admins"]),
            resource("deploy", "arn:aws:iam::{a}:user/deploy", "global", UserName="deploy", Arn=f"arn:aws:iam::{ACCOUNT}:user/deploy", AttachedManagedPolicies=[{"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}], UserPolicyList=[], GroupList=[]),
        ],
        "iam.group": [resource("admins", "arn:aws:iam::{a}:group/admins", "global", GroupName="admins", Arn=f"arn:aws:iam::{ACCOUNT}:group/admins", AttachedManagedPolicies=[{"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}], GroupPolicyList=[])],
        "iam.role": [], "iam.policy": [], "iam.server_certificate": [],
        "budgets.budget": [], "cloudtrail.trail": [], "guardduty.detector": [], "config.recorder": [], "accessanalyzer.analyzer": [], "cloudwatch.alarm": [],
    }  # fmt: skip
    return found


SERVICES = {
    "Amazon Relational Database Service": ("58.10", "58.40", "58.40", "58.40", "58.40", "58.40", "58.40"),
    "EC2 - Other": ("52.20", "52.35", "52.60", "52.80", "52.80", "53.05", "53.10"),
    "Amazon Elastic Compute Cloud - Compute": ("30.37", "30.37", "30.37", "30.37", "30.37", "30.37", "30.37"),
    "Amazon DynamoDB": ("43.10", "43.15", "43.20", "43.15", "43.30", "43.25", "43.25"),
    "AWS Lambda": ("13.80", "13.90", "14.10", "14.40", "14.20", "14.60", "14.90"),
    "AWS WAF": ("14.30", "14.30", "14.35", "14.40", "14.35", "14.40", "14.55"),
    "Amazon CloudFront": ("3.90", "4.10", "4.40", "4.55", "4.60", "4.75", "4.90"),
    "Amazon Simple Storage Service": ("5.60", "5.70", "5.80", "5.90", "6.00", "6.10", "6.20"),
    "Amazon Virtual Private Cloud": ("10.95", "10.95", "10.95", "10.95", "10.95", "10.95", "7.30"),
    "AmazonCloudWatch": ("1.10", "1.20", "1.30", "1.40", "1.50", "1.60", "14.20"),
    "Amazon Route 53": ("2.02", "2.02", "2.02", "2.03", "2.03", "2.03", "2.03"),
    "AWS Secrets Manager": ("0.40", "0.40", "0.40", "0.40", "0.40", "0.40", "0.40"),
    "Amazon Simple Email Service": ("0.03", "0.03", "0.03", "0.03", "0.03", "0.03", "0.04"),
}
SHARES = {  # entity -> service -> share in percent
    "jada": {"AWS Lambda": 45, "AWS WAF": 100, "Amazon CloudFront": 60, "Amazon DynamoDB": 12, "AWS Secrets Manager": 100, "AmazonCloudWatch": 70},
    "queenofsandiego": {"AWS Lambda": 50, "Amazon CloudFront": 25, "Amazon DynamoDB": 88, "AmazonCloudWatch": 30},
    "dangerouscentaur": {"Amazon Relational Database Service": 100, "Amazon Elastic Compute Cloud - Compute": 100, "EC2 - Other": 24},
    "client-portfolio": {"Amazon CloudFront": 10, "Amazon Simple Storage Service": 6, "AWS Lambda": 2},
}  # fmt: skip
MONTHS = ("2026-04", "2026-05", "2026-06", "2026-07", "2026-08", "2026-09", "2026-10")


def bill(last, as_of):
    from decimal import Decimal

    months = []
    first = last - 5
    for number in range(first, last + 1):
        services = {name: amounts[number] for name, amounts in SERVICES.items()}
        by_entity = {
            entity: {name: str((Decimal(services[name]) * share / 100).quantize(Decimal("0.01"))) for name, share in shares.items()}
            for entity, shares in SHARES.items()
        }
        tagged = {entity: sum(map(Decimal, amounts.values())) for entity, amounts in by_entity.items()}
        total = sum(map(Decimal, services.values()))
        entities = {entity: str(amount) for entity, amount in tagged.items()} | {"": str(total - sum(tagged.values()))}
        months.append({"month": MONTHS[number], "estimated": False, "total": str(total), "services": services, "by_entity": by_entity, "entities": entities})
    return [{"account": ACCOUNT, "status": "known", "as_of": as_of, "months": months}]


def second_month(found):
    """As of 2026-11-02: some advice was taken, and one new fault came in."""
    for rule_ in found["wafv2.web_acl"][0]["Rules"]:
        rule_["OverrideAction"] = {"None": {}}
    found["ec2.address"] = []
    found["ses.account"][0]["ProductionAccessEnabled"] = True
    found["ses.account"][0]["SuppressionAttributes"] = {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]}
    found["ses.account"][0]["_metrics"]["bounce_rate"] = series(0, peak=0.012, average=0.01)
    found["rds.instance"][0]["PubliclyAccessible"] = True
    found["budgets.budget"] = [resource("all", "arn:aws:budgets::{a}:budget/{i}", "global", BudgetName="all", BudgetType="COST", TimeUnit="MONTHLY", BudgetLimit={"Amount": "250", "Unit": "USD"}, CalculatedSpend={"ActualSpend": {"Amount": "228.94", "Unit": "USD"}}, Notifications=[{"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}])]
    function_ = next(item for item in found["lambda.function"] if item["_id"] == "shipcaptaincrew")
    function_["_secrets"] = [item for item in function_["_secrets"] if item["name"] != "STRIPE_SECRET_KEY"]
    function_["Environment"]["Variables"].pop("STRIPE_SECRET_KEY")
    certificate_ = next(item for item in found["acm.certificate"] if item["_name"] == "queenofsandiego.example.com")
    certificate_["NotAfter"] = "2027-11-18T23:59:59+00:00"
    return found


def write(name, found, collected_at, last):
    document = {
        "schema": "auditor/aws-inventory@1",
        "collected_at": collected_at,
        "collector": "0.1.0",
        "accounts": [{"id": ACCOUNT, "alias": "harbour-ventures"}],
        "regions": [EAST, WEST],
        "kinds": sorted(found),
        "resources": found,
        "failures": [],
        "calls": {},
        "cost": {"usd": "0.02"},
        "bill": bill(last, collected_at),
        "dns": {},
    }
    path = Path(__file__).with_name(name)
    path.write_text(json.dumps(document, indent=1, sort_keys=False) + "\n")


def main():
    found = first_month()
    write("2026-09.json", found, "2026-10-01T06:02:11+00:00", 5)
    write("2026-10.json", second_month(copy.deepcopy(found)), "2026-11-02T06:02:40+00:00", 6)


if __name__ == "__main__":
    main()
