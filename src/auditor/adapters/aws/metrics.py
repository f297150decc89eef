"""How much things are used: one second pass over CloudWatch, 500 series a call, reduced to a few figures each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from auditor.adapters.aws.classify import Fault
from auditor.adapters.aws.pool import Pool
from auditor.adapters.aws.sessions import HOME, Account
from auditor.adapters.aws.shaping import fill, known_of, search
from auditor.adapters.aws.spec import Ask, Kind, Metric

if TYPE_CHECKING:
    from auditor.adapters.aws.collecting import Collected

ASK = Ask("cloudwatch", "GetMetricData", "MetricDataResults")
_BATCH = 500
"""Most series that one call may ask for."""


@dataclass(frozen=True, slots=True)
class _Series:
    """One series to ask for, and the resource it belongs to."""

    resource: dict[str, Any]
    metric: Metric
    dimensions: Mapping[str, str]


def add_metrics(accounts: Iterable[Account], table: tuple[Kind, ...], collected: Collected, pool: Pool) -> None:
    """Write `_metrics` into the resources; a series without a single point is None: not known, not zero."""
    by_id = {account.id: account for account in accounts}
    wanted: dict[tuple[str, str, int], list[_Series]] = {}
    for kind in table:
        for resource in collected.resources[kind.name] if kind.metrics else ():
            if resource["_account"] in by_id and "_metrics" not in resource:
                _plan(kind, resource, wanted, by_id[resource["_account"]])
    for (account_id, region, days), series in sorted(wanted.items(), key=lambda item: item[0]):
        for first in range(0, len(series), _BATCH):
            _ask(by_id[account_id], region, days, series[first : first + _BATCH], collected, pool)
    pool.run()


def _plan(
    kind: Kind, resource: dict[str, Any], wanted: dict[tuple[str, str, int], list[_Series]], account: Account
) -> None:
    resource["_metrics"] = {}
    region = resource["_region"] if resource["_region"] != "global" else HOME
    known = known_of(resource, account.id, account.partition, region)
    for metric in kind.metrics:
        if metric.when and not search(metric.when, resource):
            continue
        dimensions = {name: str(fill(template, known) or "") for name, template in metric.dimensions.items()}
        if all(dimensions.values()):
            key = (account.id, metric.region or region, metric.days)
            wanted.setdefault(key, []).append(_Series(resource, metric, dimensions))


def _ask(account: Account, region: str, days: int, series: list[_Series], collected: Collected, pool: Pool) -> None:
    end = collected.collected_at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    arguments = {
        "StartTime": end - timedelta(days=days),
        "EndTime": end,
        "ScanBy": "TimestampAscending",
        "MetricDataQueries": [_query(number, item) for number, item in enumerate(series)],
    }
    found: dict[str, tuple[list[Any], list[Any]]] = {}
    collected.metrics_asked += len(series)

    def answered(answer: Mapping[str, Any] | Fault, last: bool) -> None:
        if isinstance(answer, Fault):
            collected.failed(account.id, region, ASK.name, answer)
            for item in series:
                item.resource["_missing"][ASK.name] = answer.cause.value
            return
        for result in answer.get("MetricDataResults", ()):
            times, values = found.setdefault(str(result["Id"]), ([], []))
            times += result.get("Timestamps", ())
            values += result.get("Values", ())
        if last:
            for number, item in enumerate(series):
                times, values = found.get(f"m{number}", ([], []))
                item.resource["_metrics"][item.metric.field] = reduced(times, values, item.metric, days)

    pool.ask(account, region, ASK, arguments, answered)


def _query(number: int, series: _Series) -> dict[str, Any]:
    return {
        "Id": f"m{number}",
        "MetricStat": {
            "Metric": {
                "Namespace": series.metric.namespace,
                "MetricName": series.metric.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in series.dimensions.items()],
            },
            "Period": 86400,
            "Stat": series.metric.statistic,
        },
        "ReturnData": True,
    }


def reduced(times: list[datetime], values: list[float], metric: Metric, days: int) -> dict[str, Any] | None:
    """A daily series as figures; None without points.

    `sum`, `max` and `avg` are over the daily values, `points` counts the days that have one, `last` is the last day
    above zero (empty: none).
    """
    if not values:
        return None
    above = [moment for moment, value in zip(times, values, strict=True) if value > 0]
    return {
        "statistic": metric.statistic,
        "sum": round(sum(values), 6),
        "max": round(max(values), 6),
        "avg": round(sum(values) / len(values), 6),
        "points": len(values),
        "days": days,
        "last": max(above).date().isoformat() if above else "",
    }
