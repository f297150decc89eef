"""Shapes of all kinds: what the collector writes (rules/aws/schema.json) and what `derived` adds."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.errors import ConfigError, RuleError
from scanners.aws.derived import DERIVED, NEW_KINDS
from scanners.aws.derived.field import Derived

COMMON: Mapping[str, Any] = {
    "_id": "string",
    "_arn": "string",
    "_name": "string",
    "_region": "string",
    "_account": "string",
    "_tags": {"*": "string"},
    "_entity": "string",
    "_age_days": "number",
}


_NEW_FIELDS: Mapping[str, Mapping[str, Any]] = {
    # What the collector judged before it dropped the values.
    "lambda.function": {"_secrets": [{"name": "string", "what": "string"}], "_provisioned_qualifier": "string"},
    "apigateway.rest_api": {"_secrets": [{"name": "string", "what": "string"}]},
    "bill.service": {"month": "string", "amount": "string", "before": "string"},
    "mail.domain": {"identities": ["string"], "zone": "string"},
}


_LISTINGS: Mapping[str, tuple[str, ...]] = {
    "account": (),
    "region": (),
    "bill.service": ("ce:GetCostAndUsage",),
    "mail.domain": ("route53:ListHostedZones", "sesv2:ListEmailIdentities"),
}


@dataclass(frozen=True, slots=True)
class Schema:
    """Per kind: fields, the calls that give them, and our own fields with what they were made from."""

    collected: Mapping[str, Any]
    derived: Mapping[str, Mapping[str, Derived]]
    shapes: Mapping[str, Mapping[str, Any]]

    def shape(self, kind: str) -> Mapping[str, Any]:
        """Fields of a kind.

        Raises:
            RuleError: there is no such kind.
        """
        try:
            return self.shapes[kind]
        except KeyError:
            near = difflib.get_close_matches(kind, self.shapes, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise RuleError(f"no kind {kind!r} is collected{hint}") from None

    def call(self, kind: str, name: str) -> str:
        """The call that gives a field; `*` is the listing. Empty for what is made by us alone."""
        if name in self.derived.get(kind, {}):
            return ""
        calls = self.collected.get(kind, {}).get("calls", {})
        return str(calls.get(name, calls.get("*", "")))

    def calls_outside(self, kinds: Iterable[str]) -> frozenset[str]:
        """Calls that only kinds other than these need."""
        inside = set(kinds)
        made = {call for kind in inside for call in self.collected.get(kind, {}).get("calls", {}).values()}
        known = {call for entry in self.collected.values() for call in entry["calls"].values()}
        return frozenset(known - made)

    def listings(self, kind: str) -> tuple[str, ...]:
        """Calls without which resources of the kind may stay unseen."""
        if kind in _LISTINGS:
            return _LISTINGS[kind]
        call = self.call(kind, "*")
        return (call,) if call else ()

    def own(self, kind: str, name: str) -> tuple[str, ...]:
        """Fields of the resource itself that a derived field was made from."""
        derived = self.derived.get(kind, {}).get(name)
        return derived.own if derived else ()

    def needs(self, kind: str, name: str) -> tuple[str, ...]:
        """Calls a joined field was made from."""
        derived = self.derived.get(kind, {}).get(name)
        return derived.needs if derived else ()

    def declared(self, kind: str, names: Iterable[str]) -> bool:
        """Whether all these fields can be known from a declaration alone, without the account."""
        ours = self.derived.get(kind, {})
        return all(name not in {"_metrics", "_age_days"} and (name not in ours or ours[name].pure) for name in names)


def read_schema(path: Path) -> Schema:
    """Read the collector's schema and add what is derived.

    Raises:
        ConfigError: the installation is damaged.
    """
    try:
        collected = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: no usable schema ({error})") from None
    derived: dict[str, dict[str, Derived]] = {}
    for item in DERIVED:
        derived.setdefault(item.kind, {})[item.field] = item
    shapes = {}
    for kind in (*collected, *NEW_KINDS):
        fields = dict(COMMON)
        fields |= collected.get(kind, {}).get("fields", {})
        fields |= _NEW_FIELDS.get(kind, {})
        fields |= {name: item.shape for name, item in derived.get(kind, {}).items()}
        shapes[kind] = fields
    return Schema(collected, derived, shapes)
