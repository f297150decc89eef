"""A declared resource, before it is brought into the collector's shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "\x00unknown"
"""A value that is known only when the stack is made; a check that reads it says nothing."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One resource of a template or plan."""

    type: str
    """`AWS::S3::Bucket`, `aws_s3_bucket`."""
    name: str
    """Logical id, or address."""
    properties: Mapping[str, Any]
    line: int
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Attribute -> names of the resources that it is taken from (Terraform)."""


def get(value: Any, *names: str) -> Any:
    """A value below nested mappings; None where one is missing, UNKNOWN where one is unknown."""
    for name in names:
        if value == UNKNOWN:
            return UNKNOWN
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def target(value: Any) -> str:
    """The resource that a reference (`@Name` or `@Name.Attribute`) points to; other text as it is."""
    text = str(value or "")
    return text[1:].split(".", 1)[0] if text.startswith("@") else text


def many(value: Any) -> list[Any]:
    """A list; one thing alone is a list of one."""
    if value is None or value == UNKNOWN:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
