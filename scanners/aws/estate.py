"""An inventory with its cross-references: the joins of `derived` look things up here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from scanners.aws.derived.field import Derived, Missing
from scanners.aws.inventory import Failure, Inventory, Resource, moment_of

if TYPE_CHECKING:
    from scanners.aws.schema import Schema

_BORN = (
    "CreateTime", "CreateDate", "CreatedTime", "CreatedDate", "CreationDate", "CreationTime", "CreationDateTime",
    "InstanceCreateTime", "ClusterCreateTime", "SnapshotCreateTime", "StartTime", "LaunchTime", "CreationTimestamp",
    "creationTime", "createdDate", "CreatedAt", "LastModifiedTime", "LastModified",
)  # fmt: skip


ENTITY_TAGS = ("Entity", "entity", "Business", "business", "Project", "project")


@dataclass(slots=True)
class Estate:
    """Resources of one account selection, with indexes made when first asked for."""

    inventory: Inventory
    schema: Schema
    owners: Mapping[str, str] = field(default_factory=dict)
    """Declared: domain, name or ARN -> entity."""
    tag_keys: tuple[str, ...] = ENTITY_TAGS
    default_entity: str = ""
    _indexes: dict[tuple[str, str], dict[Any, list[Resource]]] = field(default_factory=dict)
    _failed: dict[str, list[Failure]] | None = None
    _memo: dict[str, Any] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """When the inventory was collected: ages are counted to it."""
        return self.inventory.collected_at

    def of(self, kind: str) -> list[Resource]:
        """Resources of a kind."""
        return self.inventory.of(kind)

    def find(self, kind: str, name: str, value: Any) -> list[Resource]:
        """Resources of a kind whose field has this value."""
        key = (kind, name)
        index = self._indexes.get(key)
        if index is None:
            index = {}
            for resource in self.of(kind):
                found = resource.get(name)
                if isinstance(found, str):
                    index.setdefault(found, []).append(resource)
            self._indexes[key] = index
        return index.get(value, [])

    def memo(self, name: str, make: Callable[[Estate], Any]) -> Any:
        """Something made once per estate."""
        if name not in self._memo:
            self._memo[name] = make(self)
        return self._memo[name]

    def one(self, kind: str, name: str, value: Any) -> Resource | None:
        """The first of `find`."""
        found = self.find(kind, name, value)
        return found[0] if found else None

    @property
    def uncollected(self) -> frozenset[str]:
        """Calls that nobody asked for: the inventory was limited to some services."""
        kinds = self.inventory.complete_kinds
        if kinds is None:
            return frozenset()
        made: frozenset[str] = self.memo("uncollected", lambda estate: estate.schema.calls_outside(kinds))
        return made

    def failures_of(self, call: str) -> list[Failure]:
        """Failures of a call in any account and region."""
        if self._failed is None:
            self._failed = {}
            for failure in self.inventory.failures:
                self._failed.setdefault(failure.call, []).append(failure)
        return self._failed.get(call, [])

    def failure(self, call: str, resource: Resource) -> Failure | None:
        """A failure of a call that may have hidden something this resource is joined with."""
        region = resource.get("_region", "")
        if call in self.uncollected:
            return Failure(str(resource.get("_account", "")), str(region), call, "not collected")
        for failure in self.failures_of(call):
            if failure.account not in {"", resource.get("_account", "")}:
                continue
            if region in {"global", "us-east-1", ""} or failure.region in {"global", "us-east-1", "", region}:
                return failure
        return None

    def age_days(self, resource: Resource) -> int | None:
        """Whole days since it was made; None: nobody says."""
        for name in _BORN:
            moment = moment_of(resource.get(name))
            if moment is not None:
                return (self.now - moment).days
        return None

    def days_since(self, value: object) -> int | None:
        """Whole days from a recorded time to the collection; negative: it lies ahead."""
        moment = moment_of(value)
        return (self.now - moment).days if moment is not None else None

    def entity_of(self, resource: Resource, *names: str) -> str:
        """By tag, else by declared ARN, name or domain (a subdomain belongs to its domain), else the account's."""
        tags = resource.get("_tags") or {}
        for key in self.tag_keys:
            if tags.get(key):
                return str(tags[key])
        for name in (*names, str(resource.get("_arn", "")), str(resource.get("_name", ""))):
            owner = self.owner_of(name)
            if owner:
                return owner
        return self.default_entity

    def owner_of(self, name: str) -> str:
        """Declared entity of a name; of a domain also through its parents."""
        lowered = name.lower().rstrip(".")
        if lowered in self.owners:
            return self.owners[lowered]
        while "." in lowered and " " not in lowered and ":" not in lowered:
            lowered = lowered.split(".", 1)[1]
            if lowered in self.owners:
                return self.owners[lowered]
        whole = name.lower()
        return next((owner for glob, owner in self.owners.items() if "*" in glob and fnmatchcase(whole, glob)), "")

    @staticmethod
    def price_region(resource: Resource) -> str:
        """Region whose prices hold; global services are priced in us-east-1."""
        region = str(resource.get("_region", ""))
        return region if region not in {"", "global"} else "us-east-1"


def enrich(
    estate: Estate, derived: Iterable[Derived], new_kinds: Mapping[str, Callable[[Estate], list[Resource]]]
) -> None:
    """Add the kinds that no call lists, and write the derived fields, in the order of the table."""
    for kind, make in new_kinds.items():
        estate.inventory.resources[kind] = make(estate)
    for _kind, resource in estate.inventory.every():
        age = estate.age_days(resource)
        resource["_age_days"] = age
        if age is None:
            resource.setdefault("_missing", {})["_age_days"] = "no data"
        if not resource.get("_entity"):
            resource["_entity"] = estate.entity_of(resource)
    for item in derived:
        for resource in estate.of(item.kind):
            value = item.compute(resource, estate)
            if isinstance(value, Missing):
                missing = resource.setdefault("_missing", {})
                missing[item.field] = value.why
                resource[item.field] = None
            else:
                resource[item.field] = value
