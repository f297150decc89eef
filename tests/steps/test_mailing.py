"""From printed reports to mails."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest

from auditor.errors import ConfigError, DeliveryError
from auditor.model.delivery import Attachment, Delivery, DeliveryKey, DeliveryState, Envelope
from auditor.portfolio import MailSettings, Portfolio, ReportSettings, read_portfolio
from auditor.steps.mailing import BIGGEST, Mailing, PrintedReport, compose_mailing
from tests.support.clock import MORNING
from tests.support.month import portfolio_of

FORMS = {
    "pdf": Attachment("ceo.pdf", "application/pdf", b"%PDF"),
    "csv": Attachment("ceo.csv", "text/csv", b"a\r\n"),
}
CEO = PrintedReport("ceo", "State of things", "text", "<p>html</p>", FORMS)


def composed(portfolio: Portfolio, *reports: PrintedReport, **more: object) -> tuple[tuple[Envelope, ...], Mailing]:
    return compose_mailing(reports or (CEO,), portfolio, period="2026-11", when=MORNING, **more)  # type: ignore[arg-type]


def attached(envelope: Envelope) -> list[str | None]:
    return [part.get_filename() for part in message_from_bytes(envelope.content).walk() if part.get_filename()]


def test_each_reader_gets_the_attachments_they_chose(tmp_path: Path) -> None:
    report = ReportSettings(
        "ceo", ("ceo@example.com", "Dana <dana@example.com>"), attachments_for={"dana@example.com": ("csv", "pdf")}
    )
    envelopes, _ = composed(replace(portfolio_of(tmp_path), reports=(report,)))
    assert {e.recipient: attached(e) for e in envelopes} == {
        "ceo@example.com": ["ceo.pdf"],
        "dana@example.com": ["ceo.csv", "ceo.pdf"],
    }


def test_a_reader_named_twice_gets_one_mail(tmp_path: Path) -> None:
    report = ReportSettings("ceo", ("ceo@example.com", "The CEO <ceo@example.com>"))
    assert len(composed(replace(portfolio_of(tmp_path), reports=(report,)))[0]) == 1


def test_a_form_that_could_not_be_made_is_said_and_the_mail_goes_out(tmp_path: Path) -> None:
    portfolio = replace(portfolio_of(tmp_path), reports=(ReportSettings("ceo", ("ceo@example.com",)),))
    envelopes, mailing = composed(portfolio, replace(CEO, attachments={}))
    assert len(envelopes) == 1
    assert mailing.notes == ("ceo: pdf could not be made and is not attached",)


def test_a_mail_too_large_for_most_servers_goes_out_without_its_attachments(tmp_path: Path) -> None:
    portfolio = replace(portfolio_of(tmp_path), reports=(ReportSettings("ceo", ("ceo@example.com",)),))
    big = replace(CEO, attachments={"pdf": Attachment("ceo.pdf", "application/pdf", bytes(BIGGEST))})
    (envelope,), mailing = composed(portfolio, big)
    assert len(envelope.content) < 10_000
    assert "too large" in mailing.notes[0]


def test_only_who_may_have_got_the_earlier_edition_is_told_of_a_correction(tmp_path: Path) -> None:
    report = ReportSettings("ceo", ("ceo@example.com", "dana@example.com", "sam@example.com"))
    states = (DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.UNKNOWN)
    before = [
        Delivery(DeliveryKey("2026-11", "ceo", reader), state, "", "outbox")
        for reader, state in zip(report.readers, states, strict=True)
    ]
    envelopes, _ = composed(replace(portfolio_of(tmp_path), reports=(report,)), edition=2, before=before)
    told = {e.recipient: message_from_bytes(e.content)["X-Supersedes-Edition"] for e in envelopes}
    assert told == {"ceo@example.com": "1", "dana@example.com": None, "sam@example.com": "1"}


def test_a_mailing_without_a_sender_or_with_a_bad_reader_is_refused_before_anything_is_planned(tmp_path: Path) -> None:
    portfolio = portfolio_of(tmp_path, "ceo")
    with pytest.raises(ConfigError, match="sender"):
        composed(replace(portfolio, mail=MailSettings()))
    with pytest.raises(DeliveryError):
        composed(replace(portfolio, reports=(ReportSettings("ceo", ("nobody",)),)))


def test_attachments_of_somebody_who_is_no_reader_are_a_mistake_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "portfolio.toml"
    text = '[[entity]]\nkey = "jada"\n[reports.ceo]\nreaders = ["ceo@example.com"]\n[reports.ceo.attachments_for]\n'
    file.write_text(text + '"ceo@example.com" = ["csv"]\n')
    assert read_portfolio(file, {}).reports[0].attached("ceo@example.com") == ("csv",)
    for wrong in ('"dana@example.com" = ["csv"]\n', '"ceo@example.com" = ["docx"]\n'):
        file.write_text(text + wrong)
        with pytest.raises(ConfigError, match=r"portfolio\.toml:\d+: reports\.ceo"):
            read_portfolio(file, {})
