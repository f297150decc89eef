"""Every report in every state as the mail programs of its readers see it."""

from __future__ import annotations

import re

import pytest

from auditor.portfolio import REPORT_NAMES
from auditor.resources import templates_folder
from tests.support.built import mail
from tests.support.mail_lint import ALLOWED, problems, ratio
from tests.support.snapshots import STATES


@pytest.mark.parametrize("condition", STATES)
@pytest.mark.parametrize("name", REPORT_NAMES)
def test_no_mail_needs_what_a_main_client_does_not_know(name: str, condition: str) -> None:
    assert list(problems(mail(name, condition))) == []


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<html lang=en><title>t</title><h1>x</h1><table><tr><td>a</td></tr></table></html>", "role=presentation"),
        ("<html><title>t</title><h1>x</h1></html>", "no lang"),
        ("<html lang=en><title>t</title><h1>x</h1><div style='display:grid'>a</div></html>", "css-display-grid"),
        ("<html lang=en><title>t</title><h1>x</h1><img src='cid:1'></html>", "a img element"),
        (
            "<html lang=en><title>t</title><h1>x</h1><p style='color:#999999;background:#ffffff'>a</p></html>",
            "contrast",
        ),
        ("<html lang=en><title>t</title><h1>x</h1><p style='position:absolute'>a</p></html>", "css-position"),
    ],
)
def test_the_lint_sees_what_it_is_there_for(html: str, said: str) -> None:
    assert any(said in problem for problem in problems(html))


def test_every_exception_of_the_lint_has_a_reason() -> None:
    assert all(len(reason) > 15 for reason in ALLOWED.values())


def test_text_in_the_dark_has_contrast_too() -> None:
    css = (templates_folder() / "_layout.email.html.j2").read_text()
    dark = css[css.index("prefers-color-scheme:dark") :]
    for rule in re.findall(r"\{([^{}]*)\}", dark):
        colour, ground = re.search(r"(?<![-\w])color:(#\w{6})", rule), re.search(r"background:(#\w{6})", rule)
        if colour:
            assert ratio(colour[1], ground[1] if ground else "#1d2126") >= 4.5, rule
