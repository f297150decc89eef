"""The account itself: identities, trails, detectors."""

from auditor.adapters.aws.spec import EVERYWHERE, REGIONAL, Ask, Detail, Kind

_USER = {"UserName": "{UserName}"}


def _authorization(name: str, path: str, label: str) -> Kind:
    """Kinds that are parts of one answer; the call is made once for all of them."""
    return Kind(
        name,
        EVERYWHERE,
        Ask(
            "iam",
            "GetAccountAuthorizationDetails",
            path,
            {"Filter": ["User", "Group", "Role", "LocalManagedPolicy"]},
        ),
        id=f"{{{label}}}",
        arn="{Arn}",
        label=label,
    )


ACCOUNT: tuple[Kind, ...] = (
    Kind(
        "iam.account",
        EVERYWHERE,
        Ask("iam", "GetAccountSummary", "SummaryMap"),
        id="iam-account",
        arn="arn:{partition}:iam::{account}:root",
        once=True,
        details=(Detail("PasswordPolicy", Ask("iam", "GetAccountPasswordPolicy", "PasswordPolicy")),),
    ),
    Kind(
        "iam.user",
        EVERYWHERE,
        Ask("iam", "ListUsers", "Users"),
        id="{UserName}",
        arn="{Arn}",
        label="UserName",
        details=(
            Detail("AccessKeys", Ask("iam", "ListAccessKeys", "AccessKeyMetadata", _USER)),
            Detail(
                "KeysLastUsed",
                Ask("iam", "GetAccessKeyLastUsed", "AccessKeyLastUsed", {"AccessKeyId": "{each}"}),
                many="AccessKeys[].AccessKeyId",
            ),
            Detail("MfaDevices", Ask("iam", "ListMFADevices", "MFADevices[].SerialNumber", _USER)),
            Detail("LoginProfile", Ask("iam", "GetLoginProfile", "LoginProfile", _USER)),
        ),
    ),
    _authorization("iam.user_detail", "UserDetailList", "UserName"),
    _authorization("iam.group", "GroupDetailList", "GroupName"),
    _authorization("iam.role", "RoleDetailList", "RoleName"),
    _authorization("iam.policy", "Policies", "PolicyName"),
    Kind(
        "iam.server_certificate",
        EVERYWHERE,
        Ask("iam", "ListServerCertificates", "ServerCertificateMetadataList"),
        id="{ServerCertificateName}",
        arn="{Arn}",
        label="ServerCertificateName",
    ),
    Kind(
        "cloudtrail.trail",
        REGIONAL,
        # Shadow trails of other regions are left out: each trail is seen once, in its home region.
        Ask("cloudtrail", "DescribeTrails", "trailList", {"includeShadowTrails": False}),
        id="{Name}",
        arn="{TrailARN}",
        label="Name",
        details=(
            Detail("Status", Ask("cloudtrail", "GetTrailStatus", "", {"Name": "{TrailARN}"})),
            Detail("Selectors", Ask("cloudtrail", "GetEventSelectors", "", {"TrailName": "{TrailARN}"})),
        ),
    ),
    Kind(
        "guardduty.detector",
        REGIONAL,
        Ask("guardduty", "ListDetectors", "DetectorIds"),
        item="DetectorId",
        id="{DetectorId}",
        arn="arn:{partition}:guardduty:{region}:{account}:detector/{DetectorId}",
        details=(
            Detail(
                "", Ask("guardduty", "GetDetector", "{Status: Status}", {"DetectorId": "{DetectorId}"}), primary=True
            ),
        ),
    ),
    Kind(
        "config.recorder",
        REGIONAL,
        Ask("config", "DescribeConfigurationRecorderStatus", "ConfigurationRecordersStatus"),
        id="{name}",
        arn="arn:{partition}:config:{region}:{account}:configuration-recorder/{name}",
        label="name",
    ),
    Kind(
        "accessanalyzer.analyzer",
        REGIONAL,
        Ask("accessanalyzer", "ListAnalyzers", "analyzers"),
        id="{name}",
        arn="{arn}",
        label="name",
    ),
    Kind(
        "cloudwatch.alarm",
        REGIONAL,
        Ask("cloudwatch", "DescribeAlarms", "MetricAlarms"),
        id="{AlarmName}",
        arn="{AlarmArn}",
        label="AlarmName",
    ),
)
