"""What keeps data: S3, DynamoDB, RDS, EBS, logs, secrets, keys."""

from auditor.adapters.aws.spec import EVERYWHERE, REGIONAL, Ask, Detail, Kind, Metric

_BUCKET = {"Bucket": "{Name}"}
_TABLE = {"TableName": "{TableName}"}
_DATABASE = {"DBInstanceIdentifier": "{DBInstanceIdentifier}"}
_KEY = {"KeyId": "{KeyId}"}


def _bucket(field: str, operation: str, path: str = "", *, json: bool = False) -> Detail:
    return Detail(field, Ask("s3", operation, path, _BUCKET), json=json)


STORAGE: tuple[Kind, ...] = (
    Kind(
        "s3.bucket",
        EVERYWHERE,
        Ask("s3", "ListBuckets", "Buckets", {"MaxBuckets": 1000}),
        id="{Name}",
        arn="arn:{partition}:s3:::{Name}",
        label="Name",
        region="BucketRegion || Location || 'us-east-1'",
        details=(
            # The list names the region; where it does not, no constraint means us-east-1.
            Detail("Location", Ask("s3", "GetBucketLocation", "LocationConstraint", _BUCKET), when="!BucketRegion"),
            _bucket("Policy", "GetBucketPolicy", "Policy", json=True),
            _bucket("PublicAccessBlock", "GetPublicAccessBlock", "PublicAccessBlockConfiguration"),
            _bucket("Acl", "GetBucketAcl", "{Grants: Grants, Owner: Owner}"),
            _bucket("Ownership", "GetBucketOwnershipControls", "OwnershipControls.Rules"),
            _bucket("Encryption", "GetBucketEncryption", "ServerSideEncryptionConfiguration.Rules"),
            _bucket("Versioning", "GetBucketVersioning", "{Status: Status, MFADelete: MFADelete}"),
            _bucket("Logging", "GetBucketLogging", "LoggingEnabled"),
            _bucket("Lifecycle", "GetBucketLifecycleConfiguration", "Rules"),
            _bucket("Website", "GetBucketWebsite", "{Index: IndexDocument.Suffix, Redirect: RedirectAllRequestsTo}"),
            _bucket("Cors", "GetBucketCors", "CORSRules"),
            _bucket("Tags", "GetBucketTagging", "TagSet"),
        ),
        metrics=(
            Metric(
                "bytes",
                "AWS/S3",
                "BucketSizeBytes",
                {"BucketName": "{Name}", "StorageType": "StandardStorage"},
                "Average",
                14,
            ),
        ),
    ),
    Kind(
        "s3.account",
        EVERYWHERE,
        Ask("s3control", "GetPublicAccessBlock", "PublicAccessBlockConfiguration", {"AccountId": "{account}"}),
        id="s3-account",
        arn="arn:{partition}:s3:::account/{account}",
        once=True,
        absent_is_empty=True,
    ),
    Kind(
        "dynamodb.table",
        REGIONAL,
        Ask("dynamodb", "ListTables", "TableNames"),
        item="TableName",
        id="{TableName}",
        arn="{TableArn}",
        label="TableName",
        details=(
            Detail("", Ask("dynamodb", "DescribeTable", "Table", _TABLE), primary=True),
            Detail(
                "ContinuousBackups",
                Ask("dynamodb", "DescribeContinuousBackups", "ContinuousBackupsDescription", _TABLE),
            ),
            Detail(
                "Tags",
                Ask(
                    "dynamodb",
                    "ListTagsOfResource",
                    "Tags",
                    {"ResourceArn": "arn:{partition}:dynamodb:{region}:{account}:table/{TableName}"},
                ),
            ),
        ),
        metrics=(
            Metric("read", "AWS/DynamoDB", "ConsumedReadCapacityUnits", _TABLE),
            Metric("write", "AWS/DynamoDB", "ConsumedWriteCapacityUnits", _TABLE),
        ),
    ),
    Kind(
        "dynamodb.scaling_target",
        REGIONAL,
        Ask("application-autoscaling", "DescribeScalableTargets", "ScalableTargets", {"ServiceNamespace": "dynamodb"}),
        id="{ResourceId}/{ScalableDimension}",
        arn="arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/{ResourceId}/{ScalableDimension}",
    ),
    Kind(
        "rds.instance",
        REGIONAL,
        Ask("rds", "DescribeDBInstances", "DBInstances"),
        id="{DBInstanceIdentifier}",
        arn="{DBInstanceArn}",
        label="DBInstanceIdentifier",
        metrics=(
            Metric("connections", "AWS/RDS", "DatabaseConnections", _DATABASE, "Maximum", 14),
            Metric("cpu", "AWS/RDS", "CPUUtilization", _DATABASE, "Average", 14),
        ),
    ),
    Kind(
        "rds.cluster",
        REGIONAL,
        Ask("rds", "DescribeDBClusters", "DBClusters"),
        id="{DBClusterIdentifier}",
        arn="{DBClusterArn}",
        label="DBClusterIdentifier",
    ),
    Kind(
        "rds.snapshot",
        REGIONAL,
        Ask("rds", "DescribeDBSnapshots", "DBSnapshots", {"SnapshotType": "manual"}),
        id="{DBSnapshotIdentifier}",
        arn="{DBSnapshotArn}",
        label="DBSnapshotIdentifier",
        details=(
            Detail(
                "Attributes",
                Ask(
                    "rds",
                    "DescribeDBSnapshotAttributes",
                    "DBSnapshotAttributesResult.DBSnapshotAttributes",
                    {"DBSnapshotIdentifier": "{DBSnapshotIdentifier}"},
                ),
            ),
        ),
    ),
    Kind(
        "ec2.volume",
        REGIONAL,
        Ask("ec2", "DescribeVolumes", "Volumes"),
        id="{VolumeId}",
        arn="arn:{partition}:ec2:{region}:{account}:volume/{VolumeId}",
    ),
    Kind(
        "ec2.snapshot",
        REGIONAL,
        Ask("ec2", "DescribeSnapshots", "Snapshots", {"OwnerIds": ["self"]}),
        id="{SnapshotId}",
        arn="arn:{partition}:ec2:{region}:{account}:snapshot/{SnapshotId}",
    ),
    Kind(
        "ec2.public_snapshot",
        REGIONAL,
        Ask(
            "ec2",
            "DescribeSnapshots",
            "Snapshots[].{SnapshotId: SnapshotId}",
            {"OwnerIds": ["self"], "RestorableByUserIds": ["all"]},
        ),
        id="{SnapshotId}",
        arn="arn:{partition}:ec2:{region}:{account}:public-snapshot/{SnapshotId}",
        details=(
            # The list is asked for first because it is one call; what it names is confirmed one by one.
            Detail(
                "Permissions",
                Ask(
                    "ec2",
                    "DescribeSnapshotAttribute",
                    "CreateVolumePermissions",
                    {"SnapshotId": "{SnapshotId}", "Attribute": "createVolumePermission"},
                ),
            ),
        ),
    ),
    Kind(
        "logs.log_group",
        REGIONAL,
        Ask("logs", "DescribeLogGroups", "logGroups"),
        id="{logGroupName}",
        arn="arn:{partition}:logs:{region}:{account}:log-group:{logGroupName}",
        label="logGroupName",
        metrics=(Metric("bytes_in", "AWS/Logs", "IncomingBytes", {"LogGroupName": "{logGroupName}"}),),
    ),
    Kind(
        "secretsmanager.secret",
        REGIONAL,
        Ask("secretsmanager", "ListSecrets", "SecretList"),
        id="{Name}",
        arn="{ARN}",
        label="Name",
        details=(
            Detail(
                "Policy",
                Ask("secretsmanager", "GetResourcePolicy", "ResourcePolicy", {"SecretId": "{ARN}"}),
                json=True,
            ),
        ),
    ),
    Kind(
        "kms.key",
        REGIONAL,
        Ask("kms", "ListKeys", "Keys"),
        id="{KeyId}",
        arn="{KeyArn}",
        details=(
            Detail("", Ask("kms", "DescribeKey", "KeyMetadata", _KEY), primary=True),
            Detail("Policy", Ask("kms", "GetKeyPolicy", "Policy", _KEY | {"PolicyName": "default"}), json=True),
            Detail("Rotation", Ask("kms", "GetKeyRotationStatus", "KeyRotationEnabled", _KEY)),
        ),
    ),
    Kind(
        "kms.alias",
        REGIONAL,
        Ask("kms", "ListAliases", "Aliases"),
        id="{AliasName}",
        arn="{AliasArn}",
    ),
)
