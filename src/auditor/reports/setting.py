"""A cut view as plain data for the typesetter: every field present, every text made safe to show."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from urllib.parse import unquote_to_bytes

from auditor.errors import ConfigError
from auditor.model.report import Brand
from auditor.reports.places import visible
from auditor.reports.printed import Printed

_HEAD = (
    "title", "period_words", "lang", "tone", "verdict", "support", "verdict_rules", "kpis", "coverage_sentence", "changes_note",
    "footer", "sections",
)  # fmt: skip


def setting_data(sheet: Printed, brand: Brand) -> Mapping[str, object]:
    """What the template reads as `report`, `brand`, and the cut blocks by their names in `Printed`."""
    report = sheet.report
    head = {name: _plain(getattr(report, name)) for name in _HEAD} | {"tone_word": report.tone.word}
    blocks = {item.name: _plain(getattr(sheet, item.name)) for item in fields(sheet) if item.name != "report"}
    given = {"name": visible(brand.name), "colour": brand.colour, "logo": list(_picture(brand.logo))}
    return {"report": head, "brand": given, **blocks}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return _fields(value) if is_dataclass(value) else value


def _fields(value: object) -> dict[str, object]:
    return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}  # type: ignore[arg-type]


def _picture(address: str) -> bytes:
    """Content of a `data:` address; empty for none."""
    head, _, content = address.partition(",")
    if not head.endswith(";base64"):
        return unquote_to_bytes(content)
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error as error:
        raise ConfigError(f"[brand] logo: not base64: {error}") from error
