"""Reports and mails of the fixture months, built once for all tests."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from auditor.model.report import Report, ViewSettings
from auditor.resources import templates_folder
from auditor.steps.render import Renderer
from tests.support.snapshots import state

RENDERER = Renderer(templates_folder(), portfolio="Example portfolio")


@cache
def built(name: str, condition: str) -> Report:
    """A report in one of the states."""
    report: Report = import_module(f"auditor.reports.{name}").build(*state(condition), ViewSettings(name))
    return report


@cache
def mail(name: str, condition: str) -> str:
    """Its HTML mail."""
    return RENDERER.mail_html(built(name, condition))
