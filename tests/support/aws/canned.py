"""What moto 5.2 does not answer: empty answers, as a fresh account gives them. Tests put their own in their place."""

from typing import Any

LACKING: dict[str, Any] = {
    "accessanalyzer:ListAnalyzers": {"analyzers": []},
    "cloudfront:ListCachePolicies": {"CachePolicyList": {"MaxItems": 100, "Quantity": 0, "Items": []}},
    "cloudfront:ListResponseHeadersPolicies": {
        "ResponseHeadersPolicyList": {"MaxItems": 100, "Quantity": 0, "Items": []}
    },
    "lambda:ListProvisionedConcurrencyConfigs": {"ProvisionedConcurrencyConfigs": []},
    "apigatewayv2:GetAuthorizers": {"Items": []},
    "route53:ListQueryLoggingConfigs": {"QueryLoggingConfigs": []},
    "sesv2:GetAccount": {
        "DedicatedIpAutoWarmupEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "ProductionAccessEnabled": False,
        "SendQuota": {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.0},
        "SendingEnabled": True,
        "SuppressionAttributes": {"SuppressedReasons": []},
    },
    "wafv2:ListResourcesForWebACL": {"ResourceArns": []},
    "sesv2:GetConfigurationSetEventDestinations": {"EventDestinations": []},
}
