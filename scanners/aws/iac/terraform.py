"""Terraform plans (`terraform show -json`): planned values under CloudFormation's names, references kept as names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scanners.aws.iac.declared import Declared, get, many
from scanners.aws.iac.from_terraform import CONVERTERS, Values


def is_plan(document: Any) -> bool:
    """Whether a document is a plan."""
    return isinstance(document, Mapping) and isinstance(document.get("planned_values"), Mapping)


def declared(document: Mapping[str, Any], text: str) -> Iterator[Declared]:
    """The planned resources; what is destroyed is not among them."""
    references = dict(_references(get(document, "configuration", "root_module"), ""))
    lines = _Lines(text)
    for resource in _resources(get(document, "planned_values", "root_module")):
        address, values = str(resource.get("address", "")), resource.get("values")
        converter = CONVERTERS.get(str(resource.get("type", "")))
        if converter is None or not isinstance(values, Mapping):
            continue

        def refer(attribute: str, values: Values = values, address: str = address) -> str:
            given = values.get(attribute)
            if isinstance(given, str) and given:
                return given
            found = references.get((address.split("[", maxsplit=1)[0], attribute), ())
            return f"@{_name(found[0])}" if found else ""

        for type_, properties in converter(values, refer, _name(address)):
            yield Declared(type_, _name(address), properties, lines.of(address))


def _name(address: str) -> str:
    return address.replace(".", ":")


def address_of(name: str) -> str:
    """The address again."""
    return name.replace(":", ".")


class _Lines:
    """Line of an address in the plan's text; 1 where it is written in one line."""

    def __init__(self, text: str) -> None:
        self._text = text

    def of(self, address: str) -> int:
        at = self._text.find(json.dumps(address))
        return self._text.count("\n", 0, at) + 1 if at >= 0 else 1


def _resources(module: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(module, Mapping):
        return
    for resource in many(module.get("resources")):
        if isinstance(resource, Mapping) and resource.get("mode", "managed") == "managed":
            yield resource
    for child in many(module.get("child_modules")):
        yield from _resources(child)


def _references(module: Any, prefix: str) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    if not isinstance(module, Mapping):
        return
    for resource in many(module.get("resources")):
        if not isinstance(resource, Mapping):
            continue
        address = f"{prefix}{resource.get('address', '')}"
        expressions = resource.get("expressions")
        for attribute, expression in expressions.items() if isinstance(expressions, Mapping) else ():
            found = (
                [str(name) for name in many(get(expression, "references"))] if isinstance(expression, Mapping) else []
            )
            # The last, shortest one is the resource itself: "aws_s3_bucket.site.id", "aws_s3_bucket.site".
            names = tuple(
                f"{prefix}{name}" for name in sorted(found, key=len) if name.count(".") == 1 and name.startswith("aws_")
            )
            if names:
                yield (address, str(attribute)), names
    calls = module.get("module_calls")
    for name, call in calls.items() if isinstance(calls, Mapping) else ():
        yield from _references(get(call, "module"), f"{prefix}module.{name}.")
