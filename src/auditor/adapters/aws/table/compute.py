"""What runs code: Lambda, API Gateway, EC2 instances."""

from auditor.adapters.aws.spec import REGIONAL, Ask, Detail, Kind, Metric

_FUNCTION = {"FunctionName": "{FunctionName}"}
_REST = {"restApiId": "{id}"}
_API = {"ApiId": "{ApiId}"}
_INSTANCE = {"InstanceId": "{InstanceId}"}


def _lambda(field: str, name: str, statistic: str = "Sum", days: int = 90) -> Metric:
    return Metric(field, "AWS/Lambda", name, _FUNCTION, statistic, days)


COMPUTE: tuple[Kind, ...] = (
    Kind(
        "lambda.function",
        REGIONAL,
        Ask("lambda", "ListFunctions", "Functions"),
        id="{FunctionName}",
        arn="{FunctionArn}",
        label="FunctionName",
        details=(
            Detail(
                "",
                Ask("lambda", "GetFunction", "{Concurrency: Concurrency, Tags: Tags}", _FUNCTION),
                primary=True,
            ),
            Detail("Policy", Ask("lambda", "GetPolicy", "Policy", _FUNCTION), json=True),
            Detail(
                "UrlConfigs",
                Ask("lambda", "ListFunctionUrlConfigs", "FunctionUrlConfigs", _FUNCTION),
                instead=Ask(
                    "lambda",
                    "GetFunctionUrlConfig",
                    "[{FunctionUrl: FunctionUrl, FunctionArn: FunctionArn, AuthType: AuthType, Cors: Cors}]",
                    _FUNCTION,
                ),
            ),
            Detail(
                "ProvisionedConcurrency",
                Ask("lambda", "ListProvisionedConcurrencyConfigs", "ProvisionedConcurrencyConfigs", _FUNCTION),
            ),
        ),
        metrics=(
            _lambda("invocations", "Invocations"),
            _lambda("errors", "Errors", days=30),
            _lambda("throttles", "Throttles", days=30),
            _lambda("concurrency", "ConcurrentExecutions", "Maximum", 30),
            Metric(
                "provisioned_utilisation",
                "AWS/Lambda",
                "ProvisionedConcurrencyUtilization",
                {"FunctionName": "{FunctionName}", "Resource": "{FunctionName}:{_provisioned_qualifier}"},
                "Maximum",
                30,
                when="_provisioned_qualifier",
            ),
        ),
    ),
    Kind(
        "lambda.event_source_mapping",
        REGIONAL,
        Ask("lambda", "ListEventSourceMappings", "EventSourceMappings"),
        id="{UUID}",
        arn="arn:{partition}:lambda:{region}:{account}:event-source-mapping:{UUID}",
    ),
    Kind(
        "apigateway.rest_api",
        REGIONAL,
        Ask("apigateway", "GetRestApis", "items", {"limit": 500}),
        id="{id}",
        arn="arn:{partition}:apigateway:{region}::/restapis/{id}",
        label="name",
        details=(
            Detail("Stages", Ask("apigateway", "GetStages", "item", _REST)),
            Detail(
                "Resources",
                Ask("apigateway", "GetResources", "items", _REST | {"embed": ["methods"], "limit": 500}),
            ),
            Detail("Authorizers", Ask("apigateway", "GetAuthorizers", "items", _REST | {"limit": 500})),
        ),
        metrics=(Metric("requests", "AWS/ApiGateway", "Count", {"ApiName": "{name}"}),),
    ),
    Kind(
        "apigatewayv2.api",
        REGIONAL,
        Ask("apigatewayv2", "GetApis", "Items"),
        id="{ApiId}",
        arn="arn:{partition}:apigateway:{region}::/apis/{ApiId}",
        label="Name",
        details=(
            Detail("Routes", Ask("apigatewayv2", "GetRoutes", "Items", _API)),
            Detail("Stages", Ask("apigatewayv2", "GetStages", "Items", _API)),
            Detail("Authorizers", Ask("apigatewayv2", "GetAuthorizers", "Items", _API)),
        ),
        metrics=(Metric("requests", "AWS/ApiGateway", "Count", _API),),
    ),
    Kind(
        "apigateway.domain_name",
        REGIONAL,
        Ask("apigateway", "GetDomainNames", "items", {"limit": 500}),
        id="{domainName}",
        arn="arn:{partition}:apigateway:{region}::/domainnames/{domainName}",
        label="domainName",
    ),
    Kind(
        "ec2.instance",
        REGIONAL,
        Ask("ec2", "DescribeInstances", "Reservations[].Instances[]"),
        id="{InstanceId}",
        arn="arn:{partition}:ec2:{region}:{account}:instance/{InstanceId}",
        metrics=(
            Metric("cpu", "AWS/EC2", "CPUUtilization", _INSTANCE, "Average", 14),
            Metric("cpu_peak", "AWS/EC2", "CPUUtilization", _INSTANCE, "Maximum", 14),
            Metric("network_out", "AWS/EC2", "NetworkOut", _INSTANCE, "Sum", 14),
        ),
    ),
    Kind(
        "ec2.image",
        REGIONAL,
        Ask("ec2", "DescribeImages", "Images", {"Owners": ["self"]}),
        id="{ImageId}",
        arn="arn:{partition}:ec2:{region}:{account}:image/{ImageId}",
        label="Name",
    ),
)
