"""What a collection tells its operator: what was called, what it cost, what could not be seen."""

from __future__ import annotations

from auditor.adapters.aws.collecting import Collected
from auditor.adapters.aws.writing import cost_of

_SHOWN = 12


def summary(collected: Collected) -> str:
    """A few lines for people."""
    resources = sum(len(found) for found in collected.resources.values())
    total = sum(collected.calls.values())
    services: dict[str, int] = {}
    for name, count in collected.calls.items():
        service = name.split(":")[0]
        services[service] = services.get(service, 0) + count
    most = ", ".join(
        f"{name} {count}" for name, count in sorted(services.items(), key=lambda item: (-item[1], item[0]))
    )
    accounts = ", ".join(account["id"] for account in collected.accounts)
    lines = [
        f"{resources} resources of account {accounts} in {len(collected.regions)} regions",
        f"{total} calls in {collected.seconds:.1f} s, {sum(collected.retries.values())} of them again after a refusal: {most}",
        (
            f"cost of the calls: ${cost_of(collected):.5f} ({collected.bill_requests} Cost Explorer requests at $0.01, "
            f"{collected.metrics_asked} CloudWatch series at $0.01 per 1,000; all other calls are free)"
        ),
    ]
    failures = sorted(collected.failures.items())
    for _, failure in failures[:_SHOWN]:
        lines.append(
            f"not seen: {failure['call']} in {failure['region']}: {failure['kind']} ({failure['code']}), {failure['count']} times"
        )
    if len(failures) > _SHOWN:
        lines.append(f"not seen: {len(failures) - _SHOWN} more, listed in the inventory under `failures`")
    return "\n".join(lines)
