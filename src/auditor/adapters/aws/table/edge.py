"""What faces the public: CloudFront, WAF, certificates, DNS zones."""

from auditor.adapters.aws.spec import EVERYWHERE, REGIONAL, Ask, Detail, Kind, Metric, Scope

_CLOUDFRONT = {"DistributionId": "{Id}", "Region": "Global"}


_GUARDED = (
    ("LoadBalancers", "APPLICATION_LOAD_BALANCER"),
    ("ApiStages", "API_GATEWAY"),
    ("UserPools", "COGNITO_USER_POOL"),
    ("GraphqlApis", "APPSYNC"),
    ("AppRunner", "APP_RUNNER_SERVICE"),
)


def _acl(scope: str, where: Scope) -> Kind:
    wafv2 = {"Name": "{Name}", "Id": "{Id}", "Scope": scope}
    guards = (
        tuple(
            Detail(
                field,
                Ask("wafv2", "ListResourcesForWebACL", "ResourceArns", {"WebACLArn": "{ARN}", "ResourceType": type_}),
            )
            for field, type_ in _GUARDED
        )
        if scope == "REGIONAL"
        else ()
    )
    return Kind(
        "wafv2.web_acl",
        where,
        Ask("wafv2", "ListWebACLs", "WebACLs", {"Scope": scope, "Limit": 100}),
        id="{Id}",
        arn="{ARN}",
        label="Name",
        details=(
            Detail("", Ask("wafv2", "GetWebACL", "WebACL", wafv2), primary=True),
            Detail(
                "LoggingConfiguration",
                Ask("wafv2", "GetLoggingConfiguration", "LoggingConfiguration", {"ResourceArn": "{ARN}"}),
            ),
            Detail(
                "Tags",
                Ask("wafv2", "ListTagsForResource", "TagInfoForResource.TagList", {"ResourceARN": "{ARN}"}),
            ),
            *guards,
        ),
    )


EDGE: tuple[Kind, ...] = (
    Kind(
        "cloudfront.distribution",
        EVERYWHERE,
        Ask(
            "cloudfront",
            "ListDistributions",
            "DistributionList.Items[].{Id: Id, ARN: ARN, DomainName: DomainName, "
            "Status: Status, LastModifiedTime: LastModifiedTime}",
        ),
        id="{Id}",
        arn="{ARN}",
        label="DomainName",
        details=(
            Detail(
                "DistributionConfig",
                Ask("cloudfront", "GetDistributionConfig", "DistributionConfig", {"Id": "{Id}"}),
                primary=True,
            ),
            Detail("Tags", Ask("cloudfront", "ListTagsForResource", "Tags.Items", {"Resource": "{ARN}"})),
        ),
        metrics=(
            Metric("requests", "AWS/CloudFront", "Requests", _CLOUDFRONT, region="us-east-1"),
            Metric("bytes", "AWS/CloudFront", "BytesDownloaded", _CLOUDFRONT, region="us-east-1"),
        ),
    ),
    Kind(
        "cloudfront.response_headers_policy",
        EVERYWHERE,
        Ask(
            "cloudfront",
            "ListResponseHeadersPolicies",
            "ResponseHeadersPolicyList.Items[].ResponseHeadersPolicy",
            {"Type": "custom"},
        ),
        id="{Id}",
        arn="arn:{partition}:cloudfront::{account}:response-headers-policy/{Id}",
        label="ResponseHeadersPolicyConfig.Name",
    ),
    Kind(
        "cloudfront.cache_policy",
        EVERYWHERE,
        Ask("cloudfront", "ListCachePolicies", "CachePolicyList.Items[].CachePolicy", {"Type": "custom"}),
        id="{Id}",
        arn="arn:{partition}:cloudfront::{account}:cache-policy/{Id}",
        label="CachePolicyConfig.Name",
    ),
    Kind(
        "cloudfront.origin_access_control",
        EVERYWHERE,
        Ask("cloudfront", "ListOriginAccessControls", "OriginAccessControlList.Items"),
        id="{Id}",
        arn="arn:{partition}:cloudfront::{account}:origin-access-control/{Id}",
        label="Name",
    ),
    _acl("CLOUDFRONT", EVERYWHERE),
    _acl("REGIONAL", REGIONAL),
    Kind(
        "acm.certificate",
        REGIONAL,
        Ask("acm", "ListCertificates", "CertificateSummaryList[].{CertificateArn: CertificateArn}"),
        id="{CertificateArn}",
        arn="{CertificateArn}",
        label="DomainName",
        details=(
            Detail(
                "",
                Ask("acm", "DescribeCertificate", "Certificate", {"CertificateArn": "{CertificateArn}"}),
                primary=True,
            ),
            Detail("Tags", Ask("acm", "ListTagsForCertificate", "Tags", {"CertificateArn": "{CertificateArn}"})),
        ),
    ),
    Kind(
        "route53.hosted_zone",
        EVERYWHERE,
        Ask("route53", "ListHostedZones", "HostedZones"),
        id="{Id}",
        arn="arn:{partition}:route53:::hostedzone/{_tail}",
        label="Name",
        details=(
            Detail("Records", Ask("route53", "ListResourceRecordSets", "ResourceRecordSets", {"HostedZoneId": "{Id}"})),
            Detail(
                "QueryLogging",
                Ask("route53", "ListQueryLoggingConfigs", "QueryLoggingConfigs", {"HostedZoneId": "{_tail}"}),
                when="!Config.PrivateZone",
            ),
        ),
    ),
)
