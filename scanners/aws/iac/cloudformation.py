"""CloudFormation and SAM templates: intrinsic functions resolved as far as the template alone allows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanners.aws.iac.declared import UNKNOWN, Declared

_VARIABLE = re.compile(r"\$\{([^!][^}]*)\}")
_PSEUDO = {
    "AWS::AccountId": "111122223333",
    "AWS::Region": "us-east-1",
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackName": "stack",
    "AWS::NoValue": None,
}


def is_template(document: Any) -> bool:
    """Whether a document declares AWS resources."""
    resources = document.get("Resources") if isinstance(document, Mapping) else None
    return isinstance(resources, Mapping) and any(
        isinstance(item, Mapping) and str(item.get("Type", "")).startswith("AWS::") for item in resources.values()
    )


def declared(document: Mapping[str, Any], lines: Mapping[tuple[str, ...], int]) -> Iterator[Declared]:
    """The template's resources with their properties resolved."""
    template = _Template(document)
    for name, item in document["Resources"].items():
        if not isinstance(item, Mapping) or not isinstance(item.get("Type"), str):
            continue
        properties = template.resolved(item.get("Properties") or {})
        if item["Type"] == "AWS::Serverless::Function":
            properties = template.function_defaults() | (properties if isinstance(properties, dict) else {})
        yield Declared(
            item["Type"],
            str(name),
            properties if isinstance(properties, dict) else {},
            lines.get(("Resources", str(name)), 1),
        )


@dataclass(slots=True)
class _Template:
    document: Mapping[str, Any]
    _depth: int = 0
    _seen: dict[int, Any] = field(default_factory=dict)

    def function_defaults(self) -> dict[str, Any]:
        """SAM's `Globals.Function`."""
        found = (
            (self.document.get("Globals") or {}).get("Function")
            if isinstance(self.document.get("Globals"), Mapping)
            else None
        )
        resolved = self.resolved(found or {})
        return resolved if isinstance(resolved, dict) else {}

    def resolved(self, value: Any) -> Any:
        """Values in place of intrinsic functions; UNKNOWN where the template alone does not say."""
        if isinstance(value, list):
            return [item for item in (self.resolved(item) for item in value) if item is not None]
        if not isinstance(value, Mapping):
            return value
        if id(value) in self._seen:
            return self._seen[id(value)]
        found = self._function(value) if len(value) == 1 else None
        if found is None:
            found = {str(key): self.resolved(item) for key, item in value.items()}
        elif found is _NOTHING:
            found = None
        self._seen[id(value)] = found
        return found

    def _function(self, value: Mapping[str, Any]) -> Any:
        ((name, argument),) = value.items()
        if name == "Ref":
            return self._reference(str(argument))
        if name == "Fn::GetAtt":
            parts = argument if isinstance(argument, list) else str(argument).split(".", 1)
            return f"@{parts[0]}.{parts[-1]}" if parts else UNKNOWN
        if name == "Fn::Sub":
            return self._substituted(argument)
        if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2:
            parts = self.resolved(argument[1])
            if isinstance(parts, list) and all(isinstance(part, str | int) for part in parts):
                return str(argument[0]).join(str(part) for part in parts)
            return UNKNOWN
        if name == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
            first, second = self.resolved(argument[1]), self.resolved(argument[2])
            return first if first == second and first is not None else UNKNOWN
        if name.startswith("Fn::"):
            return UNKNOWN
        return None

    def _reference(self, name: str) -> Any:
        if name in _PSEUDO:
            return _PSEUDO[name] if _PSEUDO[name] is not None else _NOTHING
        parameters = self.document.get("Parameters")
        if isinstance(parameters, Mapping) and name in parameters:
            given = parameters[name]
            default = given.get("Default") if isinstance(given, Mapping) else None
            return default if default is not None else UNKNOWN
        return f"@{name}"

    def _substituted(self, argument: Any) -> Any:
        text, extra = (
            (argument[0], argument[1]) if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        )
        if not isinstance(text, str):
            return UNKNOWN
        known = self.resolved(extra) if isinstance(extra, Mapping) else {}

        def filled(match: re.Match[str]) -> str:
            name = match.group(1)
            value = (
                known.get(name) if isinstance(known, dict) and name in known else self._reference(name.split(".")[0])
            )
            if isinstance(value, str) and value.startswith("@") and "." in name:
                return f"@{name}"
            return str(value)

        return _VARIABLE.sub(filled, text)


_NOTHING = object()
"""`AWS::NoValue`: the property is not there."""
