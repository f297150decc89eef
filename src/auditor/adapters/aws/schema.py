"""The shape of what the collector writes, from the service models; cards are checked against it when they are loaded.

`python -m auditor.adapters.aws.schema` renews `rules/aws/schema.json`; a test compares the two.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from auditor.adapters.aws.spec import Ask, Kind
from auditor.adapters.aws.table import TABLE

_SCALARS = {"string": "string", "character": "string", "blob": "string", "boolean": "boolean", "timestamp": "time"}
_DEPTH = 9


def schema() -> dict[str, Any]:
    """Per kind: `fields` (shape of the resource) and `calls` (field -> call that gives it; `*` the listing)."""
    import botocore.session

    session = botocore.session.get_session()
    kinds: dict[str, Any] = {}
    for kind in TABLE:
        entry = kinds.setdefault(kind.name, {"fields": {}, "calls": {"*": kind.ask.name}})
        entry |= {"id": kind.id, "arn": kind.arn, "label": kind.label}
        entry["fields"] |= _listed(kind, session)
        for detail in kind.details:
            shape = "any" if detail.json else _selected(detail.ask, session)
            if detail.many:
                shape = {"*": shape}
            if detail.field:
                entry["fields"][detail.field] = shape
                entry["calls"][detail.field] = detail.ask.name
            else:
                for name in shape:
                    entry["calls"].setdefault(name, detail.ask.name) if name not in entry["fields"] else None
                entry["fields"] = shape | entry["fields"]
        if kind.metrics:
            reduced = dict.fromkeys(("sum", "max", "avg", "points", "days"), "number") | {"last": "string"}
            entry["fields"]["_metrics"] = {metric.field: reduced for metric in kind.metrics}
            entry["calls"]["_metrics"] = "cloudwatch:GetMetricData"
    return kinds


def written() -> str:
    """The schema as it stands in the file: one kind a line."""
    lines = (
        f"{json.dumps(name)}:{json.dumps(entry, sort_keys=True, separators=(',', ':'))}"
        for name, entry in sorted(schema().items())
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _listed(kind: Kind, session: Any) -> dict[str, Any]:
    if kind.item:
        return {kind.item: "string"}
    shape = _selected(kind.ask, session)
    if isinstance(shape, list):
        shape = shape[0]
    return shape if isinstance(shape, dict) else {}


def _selected(ask: Ask, session: Any) -> Any:
    import jmespath

    model = session.get_service_model(ask.service)
    whole = _shape(model.operation_model(ask.operation).output_shape, ())
    # The shape is its own example: lists of one element, so that JMESPath walks it as it would an answer.
    return jmespath.search(ask.path, whole) if ask.path else whole


def _shape(shape: Any, above: tuple[str, ...]) -> Any:
    if shape is None or shape.name in above or len(above) > _DEPTH:
        return "any"
    if shape.type_name == "structure":
        return {name: _shape(member, (*above, shape.name)) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [_shape(shape.member, (*above, shape.name))]
    if shape.type_name == "map":
        return {"*": _shape(shape.value, (*above, shape.name))}
    return _SCALARS.get(shape.type_name, "number")


if __name__ == "__main__":
    sys.stdout.write(written())
