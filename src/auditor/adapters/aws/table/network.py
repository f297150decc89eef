"""Networks and what they cost while idle: addresses, gateways, endpoints, load balancers."""

from auditor.adapters.aws.spec import REGIONAL, Ask, Detail, Kind, Metric

_ELB = {"LoadBalancer": "{_tail2}"}

NETWORK: tuple[Kind, ...] = (
    Kind(
        "ec2.address",
        REGIONAL,
        Ask("ec2", "DescribeAddresses", "Addresses"),
        id="{AllocationId}",
        arn="arn:{partition}:ec2:{region}:{account}:elastic-ip/{AllocationId}",
        label="PublicIp",
    ),
    Kind(
        "ec2.nat_gateway",
        REGIONAL,
        Ask("ec2", "DescribeNatGateways", "NatGateways"),
        id="{NatGatewayId}",
        arn="arn:{partition}:ec2:{region}:{account}:natgateway/{NatGatewayId}",
        metrics=(
            Metric("bytes_out", "AWS/NATGateway", "BytesOutToDestination", {"NatGatewayId": "{NatGatewayId}"}),
            Metric(
                "connections", "AWS/NATGateway", "ActiveConnectionCount", {"NatGatewayId": "{NatGatewayId}"}, "Maximum"
            ),
        ),
    ),
    Kind(
        "ec2.vpc_endpoint",
        REGIONAL,
        Ask("ec2", "DescribeVpcEndpoints", "VpcEndpoints"),
        id="{VpcEndpointId}",
        arn="arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{VpcEndpointId}",
        metrics=(
            Metric(
                "bytes",
                "AWS/PrivateLinkEndpoints",
                "BytesProcessed",
                {
                    "VPC Id": "{VpcId}",
                    "VPC Endpoint Id": "{VpcEndpointId}",
                    "Endpoint Type": "Interface",
                    "Service Name": "{ServiceName}",
                },
                when="VpcEndpointType == 'Interface'",
            ),
        ),
    ),
    Kind(
        "ec2.vpn_connection",
        REGIONAL,
        Ask(
            "ec2",
            "DescribeVpnConnections",
            "VpnConnections[].{VpnConnectionId: VpnConnectionId, State: State, "
            "VgwTelemetry: VgwTelemetry, Tags: Tags, TransitGatewayId: TransitGatewayId}",
        ),
        id="{VpnConnectionId}",
        arn="arn:{partition}:ec2:{region}:{account}:vpn-connection/{VpnConnectionId}",
        metrics=(
            Metric("bytes_in", "AWS/VPN", "TunnelDataIn", {"VpnId": "{VpnConnectionId}"}),
            Metric("bytes_out", "AWS/VPN", "TunnelDataOut", {"VpnId": "{VpnConnectionId}"}),
        ),
    ),
    Kind(
        "ec2.security_group",
        REGIONAL,
        Ask("ec2", "DescribeSecurityGroups", "SecurityGroups"),
        id="{GroupId}",
        arn="arn:{partition}:ec2:{region}:{account}:security-group/{GroupId}",
        label="GroupName",
    ),
    Kind(
        "ec2.network_interface",
        REGIONAL,
        Ask(
            "ec2",
            "DescribeNetworkInterfaces",
            "NetworkInterfaces[].{NetworkInterfaceId: NetworkInterfaceId, Status: Status, Groups: Groups, "
            "InterfaceType: InterfaceType, Attachment: Attachment, Association: Association}",
        ),
        id="{NetworkInterfaceId}",
        arn="arn:{partition}:ec2:{region}:{account}:network-interface/{NetworkInterfaceId}",
    ),
    Kind(
        "ec2.vpc",
        REGIONAL,
        Ask("ec2", "DescribeVpcs", "Vpcs"),
        id="{VpcId}",
        arn="arn:{partition}:ec2:{region}:{account}:vpc/{VpcId}",
    ),
    Kind(
        "ec2.flow_log",
        REGIONAL,
        Ask("ec2", "DescribeFlowLogs", "FlowLogs"),
        id="{FlowLogId}",
        arn="arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{FlowLogId}",
    ),
    Kind(
        "ec2.settings",
        REGIONAL,
        Ask("ec2", "GetEbsEncryptionByDefault"),
        id="ec2-settings",
        arn="arn:{partition}:ec2:{region}:{account}:settings",
        once=True,
    ),
    Kind(
        "elbv2.load_balancer",
        REGIONAL,
        Ask("elbv2", "DescribeLoadBalancers", "LoadBalancers"),
        id="{LoadBalancerName}",
        arn="{LoadBalancerArn}",
        label="LoadBalancerName",
        details=(
            Detail(
                "Listeners", Ask("elbv2", "DescribeListeners", "Listeners", {"LoadBalancerArn": "{LoadBalancerArn}"})
            ),
            Detail(
                "Attributes",
                Ask("elbv2", "DescribeLoadBalancerAttributes", "Attributes", {"LoadBalancerArn": "{LoadBalancerArn}"}),
            ),
            Detail(
                "Tags",
                Ask("elbv2", "DescribeTags", "TagDescriptions[0].Tags", {"ResourceArns": ["{LoadBalancerArn}"]}),
            ),
        ),
        metrics=(
            Metric("requests", "AWS/ApplicationELB", "RequestCount", _ELB, when="Type == 'application'"),
            Metric("flows", "AWS/NetworkELB", "NewFlowCount", _ELB, when="Type == 'network'"),
        ),
    ),
    Kind(
        "elbv2.target_group",
        REGIONAL,
        Ask("elbv2", "DescribeTargetGroups", "TargetGroups"),
        id="{TargetGroupName}",
        arn="{TargetGroupArn}",
        label="TargetGroupName",
        details=(
            Detail(
                "Health",
                Ask(
                    "elbv2",
                    "DescribeTargetHealth",
                    "TargetHealthDescriptions[].{Target: Target.Id, State: TargetHealth.State}",
                    {"TargetGroupArn": "{TargetGroupArn}"},
                ),
            ),
        ),
    ),
    Kind(
        "elb.load_balancer",
        REGIONAL,
        Ask("elb", "DescribeLoadBalancers", "LoadBalancerDescriptions"),
        id="{LoadBalancerName}",
        arn="arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{LoadBalancerName}",
        label="LoadBalancerName",
        metrics=(Metric("requests", "AWS/ELB", "RequestCount", {"LoadBalancerName": "{LoadBalancerName}"}),),
    ),
)
