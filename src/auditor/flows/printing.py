"""The reports of a month as they go into mails."""

from __future__ import annotations

import re
from contextlib import suppress

from auditor.errors import MissingExtraError
from auditor.model.delivery import Attachment
from auditor.portfolio import Portfolio
from auditor.steps.mailing import PrintedReport
from auditor.steps.render import Renderer
from auditor.steps.report import Month, build_reports, view_settings

MEDIA_TYPES = {"pdf": "application/pdf", "csv": "text/csv"}


_NO_FILE_NAME = re.compile(r"[^\w]+|_+")


def _plain(name: str) -> str:
    """`Harbour Ventures (example)` as `harbour-ventures-example`: safe in every mail program and file system."""
    return _NO_FILE_NAME.sub("-", name.lower()).strip("-")


def print_reports(month: Month, portfolio: Portfolio, renderer: Renderer) -> tuple[PrintedReport, ...]:
    """Every report with the attachments that somebody reads; a form that cannot be made here is left out."""
    wanted = {report.name: report.forms for report in portfolio.reports if report.readers}
    printed = []
    settings = view_settings(portfolio)
    reports = build_reports(month, settings)
    for item, report in zip(settings, reports, strict=True):
        attachments = {}
        for form in wanted.get(report.name, ()):
            with suppress(MissingExtraError):
                content = renderer.forms(report, (form,), rows=item.mail_rows)[form]
                name = f"{_plain(portfolio.name)}-{report.period}-{_plain(report.name)}.{form}".lstrip("-")
                attachments[form] = Attachment(name, MEDIA_TYPES[form], content)
        printed.append(
            PrintedReport(
                name=report.name,
                subject=f"{report.title}, {report.period_words}: {report.tone.word}",
                text=renderer.mail_text(report, rows=item.mail_rows),
                html=renderer.mail_html(report, rows=item.mail_rows),
                attachments=attachments,
            )
        )
    return tuple(printed)
