"""Reads the portfolio file; every complaint names file, line and key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from auditor.errors import ConfigError
from auditor.model.report import Brand
from auditor.portfolio.settings import (
    CREDENTIALS_NAME,
    DEFAULT_THRESHOLDS,
    FILE_NAME,
    REPORT_NAMES,
    Account,
    Entity,
    MailSettings,
    Portfolio,
    RateSettings,
    ReportSettings,
)

_ADDRESS = re.compile(r"[^@\s\x00-\x1f\x7f<>,;]+@[^@\s\x00-\x1f\x7f<>,;]+\.[^@\s\x00-\x1f\x7f<>,;]+")
_TRANSPORTS = ("outbox", "smtp", "ses")


def read_portfolio(path: Path, environment: Mapping[str, str]) -> Portfolio:
    """Read a portfolio file, or the one in a folder; `$NAME` values come from repos.env beside it or `environment`.

    Raises:
        ConfigError: the file is missing or wrong; the message names file, line and key.
    """
    file = path / FILE_NAME if path.is_dir() else path
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{file}: {error.strerror}; `auditor init` writes a portfolio file for the folder it stands in"
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8 at byte {error.start}") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: {error}") from error
    credentials = read_credentials(file.parent / CREDENTIALS_NAME)
    return _Reader(file, text, document, {**credentials, **_only(environment, document, credentials)}).portfolio()


def read_credentials(path: Path) -> Mapping[str, str]:
    """`NAME=value` lines of repos.env; an absent file is empty."""
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    return {name: value for name, value in dotenv_values(path, interpolate=False).items() if value is not None}


def _only(environment: Mapping[str, str], document: object, credentials: Mapping[str, str]) -> dict[str, str]:
    """Those variables of the environment that the file names and repos.env lacks."""
    names = set(re.findall(r"\$([A-Z][A-Z0-9_]*)", repr(document))) - set(credentials)
    return {name: environment[name] for name in names if name in environment}


@dataclass(frozen=True, slots=True)
class _Place:
    """A table of the file: its name as written and which one of several."""

    table: str
    index: int = 0


class _Reader:
    """Walks the document; every complaint names file, line and key."""

    def __init__(self, file: Path, text: str, document: dict[str, Any], variables: Mapping[str, str]) -> None:
        self.file = file
        self.folder = file.parent
        self.document = document
        self.variables = variables
        self.lines = dict(_lines(text))

    def portfolio(self) -> Portfolio:
        top = _Place("portfolio")
        table = self.table(self.document.get("portfolio", {}), top)
        self.known(
            self.document,
            _Place(""),
            {"portfolio", "entity", "aws", "reports", "mail", "thresholds", "scanners", "brand", "rate"},
        )
        self.known(table, top, {
            "name", "wiki", "state", "store", "timezone", "currency", "fiscal_year_start", "rules", "templates", "history", "ping",
            "frameworks", "source_priority",
        })  # fmt: skip
        entities = tuple(self.entity(t, _Place("entity", i)) for i, t in enumerate(self.tables("entity")))
        if not entities:
            raise self.wrong(_Place(""), "entity", "at least one [[entity]] is needed")
        self.unique([e.key for e in entities], "entity", "key")
        accounts = tuple(self.account(t, _Place("aws", i), entities) for i, t in enumerate(self.tables("aws")))
        self.unique([a.name for a in accounts], "aws", "name")
        timezone = self.text(table, top, "timezone", "UTC")
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise self.wrong(top, "timezone", f"{timezone!r} is no IANA time zone") from None
        month = table.get("fiscal_year_start", 1)
        if not isinstance(month, int) or not 1 <= month <= 12:
            raise self.wrong(top, "fiscal_year_start", "a month from 1 to 12")
        return Portfolio(
            name=self.text(table, top, "name", self.folder.resolve().name),
            folder=self.folder,
            entities=entities,
            accounts=accounts,
            wiki=self.path(table, top, "wiki"),
            state=self.path(table, top, "state") or self.folder / ".auditor",
            store=self.text(table, top, "store"),
            timezone=timezone,
            currency=self.text(table, top, "currency", "USD"),
            fiscal_year_start=month,
            reports=self.reports(),
            mail=self.mail(),
            thresholds=self.thresholds(),
            scanners={
                name: {
                    k: str(v).lower() if isinstance(v, bool) else str(v)
                    for k, v in self.table(t, _Place(f"scanners.{name}")).items()
                }
                for name, t in self.table(self.document.get("scanners", {}), _Place("scanners")).items()
            },
            rules=self.path(table, top, "rules") or _existing(self.folder / "rules"),
            templates=self.path(table, top, "templates") or _existing(self.folder / "report_templates"),
            brand=self.brand(),
            credentials=self.variables,
            history=bool(table.get("history", True)),
            ping=self.text(table, top, "ping"),
            frameworks=self.texts(table, top, "frameworks"),
            source_priority=self.texts(table, top, "source_priority"),
            rates=tuple(self.rate(t, _Place("rate", i)) for i, t in enumerate(self.tables("rate"))),
        )

    def rate(self, table: dict[str, Any], place: _Place) -> RateSettings:
        self.known(table, place, {"from", "to", "rate", "date", "source"})
        on = table.get("date")
        if isinstance(on, str):
            try:
                on = date.fromisoformat(on)
            except ValueError:
                on = None
        if not isinstance(on, date) or isinstance(on, datetime):
            raise self.wrong(place, "date", "a day is expected, such as 2026-09-30: no rate holds without one")
        value = str(table.get("rate", ""))
        if not re.fullmatch(r"\d+(\.\d+)?", value) or not value.strip("0."):
            raise self.wrong(place, "rate", 'a positive number is expected, best in quotes: rate = "1.0850"')
        codes = [self.text(table, place, key).upper() for key in ("from", "to")]
        for key, code in zip(("from", "to"), codes, strict=True):
            if not re.fullmatch(r"[A-Z]{3,6}", code):
                raise self.wrong(place, key, "a currency code is expected, such as EUR")
        source = self.text(table, place, "source")
        if not source:
            raise self.wrong(place, "source", "who says so is expected")
        return RateSettings(codes[0], codes[1], value, on, source)

    def entity(self, table: dict[str, Any], place: _Place) -> Entity:
        self.known(
            table, place, {"key", "name", "kind", "what", "repositories", "pages", "domains", "profile", "owner"}
        )
        key = self.text(table, place, "key")
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", key):
            raise self.wrong(place, "key", "lower-case letters, digits and hyphens")
        return Entity(
            key=key,
            name=self.text(table, place, "name", key),
            kind=self.text(table, place, "kind"),
            what=self.text(table, place, "what"),
            repositories=self.texts(table, place, "repositories"),
            pages=self.texts(table, place, "pages"),
            domains=self.texts(table, place, "domains"),
            profile=self.text(table, place, "profile"),
            owner=self.text(table, place, "owner"),
        )

    def account(self, table: dict[str, Any], place: _Place, entities: tuple[Entity, ...]) -> Account:
        self.known(
            table, place, {"name", "account", "regions", "profile", "role_arn", "inventory", "entity", "resources"}
        )
        number = self.text(table, place, "account")
        if not re.fullmatch(r"\d{12}", number):
            raise self.wrong(place, "account", "the 12-digit account id, as text")
        owner = self.text(table, place, "entity")
        resources = {str(k): str(v) for k, v in self.table(table.get("resources", {}), place).items()}
        for key in (owner, *resources.values()):
            if key and key not in {e.key for e in entities}:
                raise self.wrong(place, "entity", f"no [[entity]] has the key {key!r}")
        return Account(
            name=self.text(table, place, "name", number),
            account_id=number,
            regions=self.texts(table, place, "regions"),
            profile=self.text(table, place, "profile"),
            role_arn=self.text(table, place, "role_arn"),
            inventory=self.text(table, place, "inventory"),
            entity=owner,
            resources=resources,
        )

    def reports(self) -> tuple[ReportSettings, ...]:
        tables = self.table(self.document.get("reports", {}), _Place("reports"))
        if not tables:
            return tuple(ReportSettings(name) for name in REPORT_NAMES)
        return tuple(self.report(name, t) for name, t in tables.items())

    def report(self, name: str, table: object) -> ReportSettings:
        place = _Place(f"reports.{name}")
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", name):
            raise self.wrong(_Place("reports"), name, "a report's name has small letters, digits, - and _")
        values = self.table(table, place)
        self.known(values, place, {"readers", "title", "attachments", "attachments_for", "reader", "view", "entities", "sections", "rows"})  # fmt: skip
        readers = self.texts(values, place, "readers")
        for reader in readers:
            self.address(reader, place, "readers")
        attachments = self.texts(values, place, "attachments") if "attachments" in values else ("pdf",)
        table_of = self.table(values.get("attachments_for", {}), place)
        attachments_for = {reader: self.texts(table_of, place, reader) for reader in table_of}
        for chosen in (attachments, *attachments_for.values()):
            if set(chosen) - {"pdf", "csv"}:
                raise self.wrong(place, "attachments", "only pdf and csv can be attached")
        bare = {reader[reader.rfind("<") + 1 : -1] if reader.endswith(">") else reader for reader in readers}
        for reader in attachments_for:
            if reader not in bare:
                raise self.wrong(place, "attachments_for", f"{reader!r} is none of the readers")
        rows = values.get("rows", 15)
        if not isinstance(rows, int) or not 1 <= rows <= 25:
            raise self.wrong(place, "rows", "a number from 1 to 25")
        return ReportSettings(
            name,
            readers,
            self.text(values, place, "title"),
            attachments,
            self.text(values, place, "reader"),
            self.text(values, place, "view"),
            self.texts(values, place, "entities"),
            self.texts(values, place, "sections"),
            rows,
            attachments_for,
        )

    def mail(self) -> MailSettings:
        place = _Place("mail")
        table = self.table(self.document.get("mail", {}), place)
        fields = set(MailSettings.__dataclass_fields__)
        self.known(table, place, fields)
        port = table.get("port", 587)
        if not isinstance(port, int):
            raise self.wrong(place, "port", "a number")
        words = {k: self.text(table, place, k) for k in fields - {"bcc", "port"} if k in table}
        settings = MailSettings(**words, bcc=self.texts(table, place, "bcc"), port=port)
        if settings.transport not in _TRANSPORTS:
            raise self.wrong(place, "transport", f"one of {', '.join(_TRANSPORTS)}")
        for key in ("sender", "operator"):
            if getattr(settings, key):
                self.address(getattr(settings, key), place, key)
        for copy in settings.bcc:
            self.address(copy, place, "bcc")
        return settings

    def thresholds(self) -> Mapping[str, str]:
        place = _Place("thresholds")
        table = self.table(self.document.get("thresholds", {}), place)
        self.known(table, place, set(DEFAULT_THRESHOLDS))
        return {**DEFAULT_THRESHOLDS, **{key: str(value) for key, value in table.items()}}

    def brand(self) -> Brand:
        place = _Place("brand")
        table = self.table(self.document.get("brand", {}), place)
        self.known(table, place, {"name", "colour", "logo"})
        colour = self.text(table, place, "colour")
        if colour and not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
            raise self.wrong(place, "colour", "six hexadecimal digits, `#1f7a4d`")
        return Brand(self.text(table, place, "name"), colour, self.text(table, place, "logo"))

    def address(self, value: str, place: _Place, key: str) -> None:
        bare = value[value.rfind("<") + 1 : -1] if value.endswith(">") else value
        if not _ADDRESS.fullmatch(bare) or not value.isascii():
            raise self.wrong(place, key, f"{value!r} is no mail address (ASCII, one @)")

    def table(self, value: object, place: _Place) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.wrong(place, "", "a table is expected here")
        return value

    def tables(self, name: str) -> Iterator[dict[str, Any]]:
        value = self.document.get(name, [])
        if not isinstance(value, list):
            raise self.wrong(_Place(name), "", f"write [[{name}]], with double brackets")
        yield from value

    def text(self, table: Mapping[str, Any], place: _Place, key: str, default: str = "") -> str:
        value = table.get(key, default)
        if not isinstance(value, str):
            raise self.wrong(place, key, "text in quotes is expected")
        return self.expanded(value, place, key)

    def texts(self, table: Mapping[str, Any], place: _Place, key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise self.wrong(place, key, "a list of texts is expected")
        return tuple(self.expanded(item, place, key) for item in items)

    def expanded(self, value: str, place: _Place, key: str) -> str:
        def variable(found: re.Match[str]) -> str:
            if found[1] not in self.variables:
                raise self.wrong(place, key, f"${found[1]} stands neither in {CREDENTIALS_NAME} nor in the environment")
            return self.variables[found[1]]

        return re.sub(r"\$([A-Z][A-Z0-9_]*)", variable, value)

    def path(self, table: Mapping[str, Any], place: _Place, key: str) -> Path | None:
        value = self.text(table, place, key)
        return self.folder / Path(value).expanduser() if value else None

    def known(self, table: Mapping[str, Any], place: _Place, keys: set[str]) -> None:
        for key in table:
            if key not in keys:
                close = difflib.get_close_matches(key, keys, 1)
                hint = f"; did you mean {close[0]!r}?" if close else f"; known are {', '.join(sorted(keys))}"
                raise self.wrong(place, key, f"unknown key{hint}")

    def unique(self, values: list[str], table: str, key: str) -> None:
        for index, value in enumerate(values):
            if value in values[:index]:
                raise self.wrong(_Place(table, index), key, f"{value!r} stands here twice")

    def wrong(self, place: _Place, key: str, message: str) -> ConfigError:
        line = self.lines.get((place.table, place.index, key)) or self.lines.get((place.table, place.index, ""))
        if line is None and key:
            line = self.lines.get((key, 0, "")) or self.lines.get((f"{place.table}.{key}".lstrip("."), 0, ""))
        name = f"{place.table}.{key}".strip(".") if key else place.table
        return ConfigError(f"{self.file}:{line or 1}: {name}: {message}")


def _lines(text: str) -> Iterator[tuple[tuple[str, int, str], int]]:
    """Line of every table header and key; keys of inline tables are not indexed."""
    seen: dict[str, int] = {}
    table, index = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line)
        if header and not re.match(r"\s*\[.*,\s*$", line):
            table = header[2].replace('"', "")
            index = seen.get(table, -1) + 1 if header[1] == "[[" else 0
            seen[table] = index
            yield (table, index, ""), number
        elif assignment := re.match(r"\s*\"?([A-Za-z0-9_.-]+)\"?\s*=", line):
            yield (table, index, assignment[1]), number


def _existing(path: Path) -> Path | None:
    return path if path.is_dir() else None
