"""A view as mail, text, page, PDF, CSV and JSON. Templates print; everything they print is in the view."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.adapters.pdf import page_pdf
from auditor.adapters.typesetting import Typesetter
from auditor.errors import ConfigError, UsageError
from auditor.formats.codec import Codec
from auditor.formats.tables import tables_csv
from auditor.model.report import Brand, Report
from auditor.model.run import EntityInfo
from auditor.reports.frameworks import FrameworkView, OverviewView
from auditor.reports.index import Index
from auditor.reports.places import anchor, visible
from auditor.reports.printed import MAIL, PAGE, PDF, Limits, Printed, printed
from auditor.reports.setting import setting_data
from auditor.reports.words import period_words, plural

if TYPE_CHECKING:
    from jinja2 import Environment

MAIL_LIMIT = 80_000
"""Bytes of a mail's HTML body; Gmail cuts off at 102 KB."""
FORMS: Mapping[str, str] = {
    "mail": "mail.html", "text": "txt", "page": "html", "pdf": "pdf", "csv": "csv", "json": "json",
}  # fmt: skip
"""Forms of a report, and how their files end."""
_PAGE_PARTS = ("_layout.page.html.j2", "_page.html.j2", "_page.css.j2")
"""Templates that every page is made of."""
_DARK = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Renderer:
    """Prints reports with the shipped templates, or with the portfolio's own where it has one of the same name."""

    shipped: Path
    own: Path | None = None
    brand: Brand = field(default_factory=Brand)
    portfolio: str = ""
    entities: tuple[EntityInfo, ...] = ()

    @cached_property
    def _environment(self) -> Environment:
        from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        folders = [folder for folder in (self.own, self.shipped) if folder is not None]
        environment = ImmutableSandboxedEnvironment(
            loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
            undefined=StrictUndefined,
            autoescape=lambda name: not (name or "").endswith(".txt.j2"),
            finalize=_printable,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["wrapped"] = _wrapped
        environment.filters["anchor"] = anchor
        environment.filters["more"] = lambda count, noun: plural(count, f"more {noun}")
        environment.filters["month"] = period_words
        environment.filters["folded"] = _folded
        environment.filters["nowrap"] = _nowrap
        environment.filters["big"] = _big
        environment.filters["soft"] = _soft
        return environment

    @cached_property
    def _typesetter(self) -> Typesetter:
        return Typesetter(self.shipped / "_sheet.typ", self.shipped / "fonts")

    @cached_property
    def _inliner(self) -> object:
        import css_inline

        return css_inline.CSSInliner(
            keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False, minify_css=True
        )

    def mail_html(self, report: Report, *, rows: int = MAIL.rows, actions: int = MAIL.actions) -> str:
        """HTML body, every style inline; blocks are cut until it is small enough for every mail program."""
        limits = replace(MAIL, rows=rows, actions=actions)
        while True:
            body = self._inlined(self._print(report, "email.html", limits))
            if len(body.encode()) <= MAIL_LIMIT or limits.rows <= 2:
                return body
            limits = Limits(
                max(limits.rows * 2 // 3, 2), limits.actions, max(limits.changes * 2 // 3, 3), max(limits.gaps * 2 // 3, 3),
                max(limits.traces * 2 // 3, 4), max(limits.coverage * 2 // 3, 2), limits.bars,
            )  # fmt: skip

    def mail_text(self, report: Report, *, rows: int = MAIL.rows, actions: int = MAIL.actions) -> str:
        """Text part: its own template, lines of at most 76 characters."""
        text = self._print(report, "email.txt", replace(MAIL, rows=rows, actions=actions))
        return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"

    def page(self, report: Report) -> str:
        """Static page; needs nothing from anywhere."""
        return self._print(report, "page.html", PAGE)

    def forms(self, report: Report, wanted: Iterable[str] = FORMS, *, rows: int = MAIL.rows) -> Mapping[str, bytes]:
        """Content by form.

        Raises:
            UsageError: an unknown form.
            MissingExtraError: a PDF is wanted and what makes it is not installed.
        """
        made: dict[str, bytes] = {}
        for form in wanted:
            made[form] = self._form(report, form, rows)
        return made

    def _form(self, report: Report, form: str, rows: int) -> bytes:
        if form == "mail":
            return self.mail_html(report, rows=rows).encode()
        if form == "text":
            return self.mail_text(report, rows=rows).encode()
        if form == "page":
            return self.page(report).encode()
        if form == "pdf":
            return self.pdf(report)
        if form == "csv":
            return report_csv(report).encode()
        if form == "json":
            return report_json(report).encode()
        raise UsageError(f"no form is called {form!r}; there are {', '.join(FORMS)}")

    def pdf(self, report: Report) -> bytes:
        """A4, tagged; from the page where the portfolio laid that out itself.

        Raises:
            MissingExtraError: Typst is not installed, or WeasyPrint for a page of the portfolio's own.
        """
        if self._has_own_page(report):
            return page_pdf(self._print(report, "page.html", PDF))
        data = setting_data(self._printed(report, PDF), self._brand)
        return self._typesetter.pdf(json.dumps(data, ensure_ascii=False))

    def _has_own_page(self, report: Report) -> bool:
        names = (f"{report.name}.page.html.j2", *_PAGE_PARTS)
        return self.own is not None and any((self.own / name).is_file() for name in names)

    def index(self, index: Index) -> str:
        """Page over all reports and months."""
        template = self._environment.get_template("_index.page.html.j2")
        return template.render(index=index, brand=self._brand, lang="en")

    def framework(self, view: FrameworkView, *, linked: bool = True) -> str:
        """Page of one framework; `linked`: the month's reports lie beside it."""
        return self._compliance("_framework.page.html.j2", view, linked=linked)

    def frameworks(self, view: OverviewView, *, linked: bool = True) -> str:
        """Page over all frameworks."""
        return self._compliance("_frameworks.page.html.j2", view, linked=linked)

    def _compliance(self, name: str, view: object, *, linked: bool) -> str:
        return self._environment.get_template(name).render(view=view, brand=self._brand, linked=linked)

    @property
    def _brand(self) -> Brand:
        colour = self.brand.colour
        if colour and not _DARK.fullmatch(colour):
            raise ConfigError(f"[brand] colour = {colour!r}: write it as #rrggbb")
        logo = self.brand.logo
        if logo and not logo.startswith("data:image/"):
            raise ConfigError("[brand] logo: only a data:image/... address is printed, nothing is fetched")
        return replace(self.brand, name=self.brand.name or self.portfolio)

    def _inlined(self, html: str) -> str:
        return str(self._inliner.inline(html))  # type: ignore[attr-defined]

    def _print(self, report: Report, form: str, limits: Limits) -> str:
        from jinja2 import TemplateError, TemplateNotFound

        sheet = self._printed(report, limits)
        try:
            template = self._environment.select_template([f"{report.name}.{form}.j2", f"_layout.{form}.j2"])
            return template.render(sheet=sheet, report=report, brand=self._brand)
        except TemplateNotFound as error:
            raise ConfigError(f"report template {error} is missing") from error
        except TemplateError as error:
            place = f"{getattr(error, 'filename', '') or report.name}:{getattr(error, 'lineno', '') or '?'}"
            raise ConfigError(f"{place}: the template cannot be printed: {error}") from error

    def _printed(self, report: Report, limits: Limits) -> Printed:
        names = {entity.key: entity.name or entity.key for entity in self.entities}
        return printed(report, limits, lambda key: names.get(key, key) or "Whole portfolio")


def report_json(report: Report) -> str:
    """The view as it is, keys sorted."""
    document = {"schema": "auditor/report@1", **Codec().encode(report)}
    return json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def report_csv(report: Report) -> str:
    """Every row of every table; opening it in a spreadsheet runs nothing."""
    return tables_csv(report.tables)


def _folded(items: Sequence[object], first: int) -> tuple[Sequence[object], ...]:
    """What is shown at once, and what a reader unfolds; a rest that saves nothing is shown too."""
    shown = first if len(items) > first + 2 else len(items)
    return tuple(part for part in (items[:shown], items[shown:]) if part)


def _wrapped(text: str, indent: int = 0, first: int | None = None) -> str:
    """Lines of at most 76 characters."""
    return textwrap.fill(
        " ".join(text.split()), 76, initial_indent=" " * (indent if first is None else first), subsequent_indent=" " * indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _printable(value: object) -> object:
    """Control characters and direction overrides made visible, wherever a text comes from."""
    if type(value) is not str:
        return value
    return "\n".join(visible(line) for line in value.split("\n")) if "\n" in value else visible(value)


def _nowrap(text: str) -> str:
    """Spaces that do not break: some mail programs ignore `white-space`."""
    from markupsafe import Markup

    kept = text if isinstance(text, Markup) else Markup.escape(text)
    head, mark, tail = str(kept).partition(">")
    return Markup(head + mark + tail.replace(" ", "&nbsp;")) if mark else Markup(str(kept).replace(" ", "&nbsp;"))  # noqa: S704


def _big(text: str) -> str:
    """A KPI's value: its unit is set small, and a range may break behind its dash."""
    from markupsafe import Markup, escape

    number, _, unit = visible(text).partition(" ")
    if not any(c.isdigit() for c in number):
        return escape(visible(text))
    value = Markup("–<wbr>").join(escape(part) for part in number.split("–"))
    return Markup("{} <small>{}</small>").format(value, unit) if unit else value


def _soft(text: str) -> str:
    """A long place may break behind its slashes and colons."""
    from markupsafe import Markup, escape

    kept = str(escape(visible(text)))
    return Markup(re.sub(r"([/:])(?=[^/:\s]{6})", r"\1<wbr>", kept) if len(text) > 38 else kept)  # noqa: S704  escaped above
