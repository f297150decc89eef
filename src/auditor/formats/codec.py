"""Any frozen value of the model as plain JSON data, and back, driven by the type annotations.

Fields that hold their default are left out: a field added to the model later changes neither the bytes nor the hash of
what was stored before.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum, IntEnum
from typing import Any, Union, get_args, get_origin, get_type_hints

from auditor.model.fact import Fact, Record
from auditor.model.finding import Match
from auditor.model.location import CloudLocation, CodeLocation, FileLocation, Location, WikiLocation
from auditor.model.money import Saving
from auditor.model.rule import Rule, Severity
from auditor.model.target import ScanTarget

Convert = Callable[[Any], Any]

_TAG = "at"
_TAGS: Mapping[type, str] = {CodeLocation: "code", CloudLocation: "cloud", FileLocation: "file", WikiLocation: "wiki"}
"""The members of the model's only union of values, and the word that tells them apart."""


_NAMED: dict[str, Any] = {
    "Fact": Fact, "Record": Record, "Match": Match, "Location": Location, "Saving": Saving, "Rule": Rule,
    "Severity": Severity, "ScanTarget": ScanTarget,
}  # fmt: skip
"""What the model's modules name in annotations without importing it."""


class CodecError(ValueError):
    """The data do not fit the type; the message says where."""


@dataclass(frozen=True, slots=True)
class Codec:
    """Converters by type, compiled at first use and kept for the life of the codec."""

    instead: Mapping[type, tuple[Convert, Convert]] = field(default_factory=dict)
    """(encode, decode) for types that this document writes in its own way, such as a reference for a rule card."""
    _encoders: dict[Any, Convert] = field(default_factory=dict)
    _decoders: dict[Any, Convert] = field(default_factory=dict)

    def encode(self, value: object) -> Any:
        """Plain data: dicts, lists, strings, numbers."""
        return self.encoder(type(value))(value)

    def decode(self, kind: type[Any], data: object) -> Any:
        """The value of that type.

        Raises:
            CodecError: the data do not fit.
        """
        try:
            return self.decoder(kind)(data)
        except (TypeError, KeyError, AttributeError, InvalidOperation) as error:
            raise CodecError(f"not a {kind.__name__}: {error}") from error

    def encoder(self, kind: Any) -> Convert:
        """Function from a value of this type to plain data."""
        if kind not in self._encoders:
            given = self.instead.get(kind)
            self._encoders[kind] = given[0] if given else self._new_encoder(kind)
        return self._encoders[kind]

    def decoder(self, kind: Any) -> Convert:
        """Function from plain data to a value of this type."""
        if kind not in self._decoders:
            given = self.instead.get(kind)
            self._decoders[kind] = given[1] if given else self._new_decoder(kind)
        return self._decoders[kind]

    def _new_encoder(self, kind: Any) -> Convert:
        origin, arguments = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            return self._union_encoder([a for a in arguments if a is not type(None)])
        if origin is frozenset:
            return sorted
        if origin is tuple:
            item = self.encoder(arguments[0])
            return list if item is _same else lambda value: [item(v) for v in value]
        if origin is Mapping:
            inner = self.encoder(arguments[1])
            return lambda value: {str(k): inner(v) for k, v in value.items()}
        if not isinstance(kind, type):
            return self._any
        return self._value_encoder(kind) if is_dataclass(kind) else _scalar_encoder(kind)

    def _any(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {str(k): self._any(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self._any(v) for v in value]
        return value if value is None or isinstance(value, (str, int, float)) else self.encode(value)

    def _union_encoder(self, arguments: list[Any]) -> Convert:
        encoders = {argument: self.encoder(argument) for argument in arguments}
        if len(encoders) == 1:
            inner = encoders[arguments[0]]
            return lambda value: None if value is None else inner(value)

        def encode_union(value: Any) -> Any:
            kind = type(value)
            if value is None:
                return None
            return {_TAG: _TAGS[kind], **encoders[kind](value)} if kind in _TAGS else encoders[kind](value)

        return encode_union

    def _value_encoder(self, kind: type) -> Convert:
        hints = get_type_hints(kind, localns=_NAMED)
        parts = [(f.name, _default(f), self.encoder(hints[f.name])) for f in fields(kind)]

        def encode_value(value: Any) -> dict[str, Any]:
            data = {}
            for name, default, inner in parts:
                item = getattr(value, name)
                if default is MISSING or item != default:
                    data[name] = inner(item)
            return data

        return encode_value

    def _new_decoder(self, kind: Any) -> Convert:
        origin, arguments = get_origin(kind), get_args(kind)
        if origin in (Union, types.UnionType):
            return self._union_decoder([a for a in arguments if a is not type(None)])
        if origin is frozenset:
            return frozenset
        if origin is tuple:
            item = self.decoder(arguments[0])
            return tuple if item is _same else lambda data: tuple(item(d) for d in data)
        if origin is Mapping:
            inner = self.decoder(arguments[1])
            return lambda data: {k: inner(v) for k, v in data.items()}
        if not isinstance(kind, type):
            return _same
        return self._value_decoder(kind) if is_dataclass(kind) else _scalar_decoder(kind)

    def _union_decoder(self, arguments: list[Any]) -> Convert:
        if len(arguments) == 1:
            inner = self.decoder(arguments[0])
            return lambda data: None if data is None else inner(data)
        if not all(argument in _TAGS for argument in arguments):
            return _same
        by_tag = {_TAGS[argument]: self.decoder(argument) for argument in arguments}

        def decode_union(data: Any) -> Any:
            return None if data is None else by_tag[data[_TAG]]({k: v for k, v in data.items() if k != _TAG})

        return decode_union

    def _value_decoder(self, kind: type) -> Convert:
        hints = get_type_hints(kind, localns=_NAMED)
        decoders = {f.name: self.decoder(hints[f.name]) for f in fields(kind)}

        def decode_value(data: Any) -> Any:
            unknown = data.keys() - decoders.keys()
            if unknown:
                raise CodecError(f"{kind.__name__} knows no {min(unknown)!r}; it was written by a newer version")
            return kind(**{name: decoders[name](item) for name, item in data.items()})

        return decode_value


def _same(value: Any) -> Any:
    return value


def _default(part: Field[Any]) -> Any:
    return part.default_factory() if part.default_factory is not MISSING else part.default


def _scalar_encoder(kind: type) -> Convert:
    if issubclass(kind, IntEnum):
        return lambda value: value.name.lower()
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, Decimal):
        return str
    return (lambda value: value.isoformat()) if issubclass(kind, date) else _same


def _scalar_decoder(kind: type) -> Convert:
    if issubclass(kind, IntEnum):
        return lambda data: kind[data.upper()]
    if issubclass(kind, (datetime, date)):
        return kind.fromisoformat
    return kind if issubclass(kind, (Enum, Decimal)) else _same
