"""Amazon SES: identities, configuration sets, receipt rules, the account's sending state."""

from auditor.adapters.aws.spec import EVERYWHERE, REGIONAL, Ask, Detail, Kind, Metric

MAIL: tuple[Kind, ...] = (
    Kind(
        "ses.account",
        REGIONAL,
        Ask("sesv2", "GetAccount"),
        id="ses-account",
        arn="arn:{partition}:ses:{region}:{account}:account",
        once=True,
        metrics=(
            Metric("send", "AWS/SES", "Send", {}),
            Metric("bounce_rate", "AWS/SES", "Reputation.BounceRate", {}, statistic="Maximum"),
            Metric("complaint_rate", "AWS/SES", "Reputation.ComplaintRate", {}, statistic="Maximum"),
        ),
    ),
    Kind(
        "ses.identity",
        REGIONAL,
        Ask("sesv2", "ListEmailIdentities", "EmailIdentities", {"PageSize": 1000}),
        id="{IdentityName}",
        arn="arn:{partition}:ses:{region}:{account}:identity/{IdentityName}",
        label="IdentityName",
        details=(Detail("", Ask("sesv2", "GetEmailIdentity", "", {"EmailIdentity": "{IdentityName}"}), primary=True),),
    ),
    Kind(
        "ses.configuration_set",
        REGIONAL,
        Ask("sesv2", "ListConfigurationSets", "ConfigurationSets", {"PageSize": 1000}),
        item="ConfigurationSetName",
        id="{ConfigurationSetName}",
        arn="arn:{partition}:ses:{region}:{account}:configuration-set/{ConfigurationSetName}",
        label="ConfigurationSetName",
        details=(
            Detail(
                "",
                Ask("sesv2", "GetConfigurationSet", "", {"ConfigurationSetName": "{ConfigurationSetName}"}),
                primary=True,
            ),
            Detail(
                "EventDestinations",
                Ask(
                    "sesv2",
                    "GetConfigurationSetEventDestinations",
                    "EventDestinations",
                    {"ConfigurationSetName": "{ConfigurationSetName}"},
                ),
            ),
        ),
    ),
    Kind(
        "ses.receipt_rule",
        REGIONAL,
        Ask("ses", "DescribeActiveReceiptRuleSet", "Rules"),
        id="{Name}",
        arn="arn:{partition}:ses:{region}:{account}:receipt-rule/{Name}",
        label="Name",
        # Mail is received only there: https://docs.aws.amazon.com/general/latest/gr/ses.html, read 2026-11-24.
        regions=(
            "us-east-1",
            "us-east-2",
            "us-west-2",
            "ca-central-1",
            "eu-west-1",
            "eu-west-2",
            "eu-central-1",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-northeast-1",
        ),
    ),
    Kind(
        "budgets.budget",
        EVERYWHERE,
        Ask("budgets", "DescribeBudgets", "Budgets", {"AccountId": "{account}"}),
        id="{BudgetName}",
        arn="arn:{partition}:budgets::{account}:budget/{BudgetName}",
        label="BudgetName",
        details=(
            Detail(
                "Notifications",
                Ask(
                    "budgets",
                    "DescribeNotificationsForBudget",
                    "Notifications",
                    {"AccountId": "{account}", "BudgetName": "{BudgetName}"},
                ),
            ),
        ),
    ),
)
