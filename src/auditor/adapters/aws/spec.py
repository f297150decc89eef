"""What a row of the collector table says: one kind of resource and the calls that describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Scope(StrEnum):
    """Where a kind is listed."""

    GLOBAL = "global"
    """Once per account, through us-east-1."""
    REGION = "region"
    """Once per region in use."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One read-only call and which part of its answer is kept."""

    service: str
    """Name of the client, such as `cloudfront`."""
    operation: str
    """As the API names it, such as `ListDistributions`."""
    path: str = ""
    """JMESPath into the answer; empty: all of it but `ResponseMetadata`."""
    arguments: Mapping[str, object] = field(default_factory=dict)
    """Literals, or `{path}` templates over the resource; `{account}` and `{region}` are known too."""

    @property
    def name(self) -> str:
        """`service:Operation`, as evidence and errors print it."""
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class Detail:
    """A further call for each resource; its answer becomes a field."""

    field: str
    """Name of the field; empty: the answer is merged into the resource."""
    ask: Ask
    when: str = ""
    """JMESPath over the resource; the call is made only where it is true."""
    json: bool = False
    """The answer is a JSON document in a string (policies)."""
    primary: bool = False
    """Not found means that the resource was deleted since it was listed: it is dropped."""
    instead: Ask | None = None
    """Asked where the first is not found: a narrower call that older endpoints know."""
    many: str = ""
    """JMESPath to a list in the resource: one call per element, answers become `{element: answer}`. The element is
    `{each}` in the arguments."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A daily CloudWatch series, reduced to one small value in the second pass."""

    field: str
    """Key under `_metrics`."""
    namespace: str
    name: str
    dimensions: Mapping[str, str]
    """Values are templates as in `Ask.arguments`."""
    statistic: str = "Sum"
    days: int = 30
    region: str = ""
    """Other region than the resource's (CloudFront reports to us-east-1)."""
    when: str = ""
    """JMESPath over the resource, as in `Detail`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource."""

    name: str
    """`service.noun`, as cards say under `match.resource`."""
    scope: Scope
    ask: Ask
    id: str
    """Template of the identifier."""
    arn: str
    """Template of the ARN; `{partition}`, `{account}`, `{region}` and fields of the resource."""
    label: str = ""
    """JMESPath of a name for people; empty: the identifier."""
    details: tuple[Detail, ...] = ()
    metrics: tuple[Metric, ...] = ()
    item: str = ""
    """Where list elements are plain strings: the field that holds them."""
    region: str = ""
    """JMESPath of the resource's own region, where the list is global and the resources are not (buckets)."""
    once: bool = False
    """The answer is one thing (account settings), not a list."""
    absent_is_empty: bool = False
    """Not found means settings that were never made, which is an answer: a resource without fields."""
    regions: tuple[str, ...] = ()
    """The service answers only there; empty: everywhere."""

    @property
    def service(self) -> str:
        """Client of the listing call."""
        return self.ask.service


EVERYWHERE = Scope.GLOBAL
REGIONAL = Scope.REGION
