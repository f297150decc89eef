"""A composed mail."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.mail.message import Letter, checked_address, compose
from auditor.errors import DeliveryError
from auditor.model.delivery import Attachment, DeliveryKey

WHEN = datetime(2026, 12, 1, 6, 17, tzinfo=UTC)
KEY = DeliveryKey("2026-11", "ceo", "ceo@example.com")
LETTER = Letter(
    "Auditor: CEO — November 2026",
    "Runway 7.8 months\n.\nFrom here on\n",
    "<p>Runway <b>7.8</b> months — é" + "x" * 2000 + "</p>",
    WHEN,
    (
        Attachment("ceo.pdf", "application/pdf", b"%PDF" + bytes(range(256)) * 20),
        Attachment("ceo.csv", "text/csv", b"a,b\r\n"),
    ),
)


def test_the_same_letter_gives_the_same_bytes() -> None:
    first, second = (compose(KEY, LETTER, sender="Auditor <audit@example.com>").content for _ in range(2))
    assert first == second


def test_a_mail_is_seven_bit_with_short_lines_and_crlf_only() -> None:
    content = compose(KEY, LETTER, sender="Auditor <audit@example.com>").content
    content.decode("ascii")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    body = content.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 78


def test_the_audit_copy_is_in_the_envelope_and_in_no_header() -> None:
    envelope = compose(KEY, LETTER, sender="audit@example.com", bcc=["archive@example.com"])
    assert envelope.bcc == ("archive@example.com",)
    assert b"archive@" not in envelope.content


def test_the_headers_say_what_kind_of_mail_it_is() -> None:
    mail = message_from_bytes(
        compose(KEY, LETTER, sender="A <a@example.com>", list_name="My Boats!").content, policy=default
    )
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Report-Key"] == "2026-11/ceo/ceo@example.com/1"
    assert mail["List-Id"] == "<my-boats.example.com>"
    assert mail["List-Unsubscribe"].startswith("<mailto:a@example.com")
    assert mail["Message-ID"].endswith("@example.com>")
    assert mail["Subject"] == LETTER.subject
    assert mail.get_body(("plain",)).get_content().splitlines() == LETTER.text.splitlines()  # type: ignore[union-attr]
    assert mail.get_body(("html",)).get_content().rstrip() == LETTER.html  # type: ignore[union-attr]
    assert [(a.get_filename(), a.get_content_type()) for a in mail.iter_attachments()] == [
        ("ceo.pdf", "application/pdf"),
        ("ceo.csv", "text/csv"),
    ]
    assert next(iter(mail.iter_attachments())).get_content() == LETTER.attachments[0].content


def test_a_correction_names_the_mail_it_corrects() -> None:
    first = message_from_bytes(compose(KEY, LETTER, sender="a@example.com").content)
    key = DeliveryKey("2026-11", "ceo", "ceo@example.com", 2)
    letter = Letter("s", "t", "h", WHEN, supersedes=1)
    second = message_from_bytes(compose(key, letter, sender="a@example.com").content)
    assert second["In-Reply-To"] == first["Message-ID"] != second["Message-ID"]


def test_a_repository_name_cannot_add_a_header() -> None:
    letter = Letter("repo a\r\nBcc: x@example.com \u202e", "t", "h", WHEN)
    mail = message_from_bytes(compose(KEY, letter, sender="a@example.com").content)
    assert mail["Bcc"] is None
    assert set(mail.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "Auto-Submitted"),
        *("X-Report-Key", "MIME-Version", "Content-Type"),
    }


@given(st.text(max_size=60))
def test_no_subject_breaks_a_mail(subject: str) -> None:
    mail = message_from_bytes(compose(KEY, Letter(subject, "t", "h", WHEN), sender="a@example.com").content)
    assert mail["Bcc"] is None
    assert mail["X-Report-Key"]


@pytest.mark.parametrize(
    "wrong",
    ["", "a", "a@b", "a b@example.com", "a@example.com\r\nBcc: x@example.com", "ä@example.com", "a@exämple.com",
     "a@@example.com", "a@example.com,b@example.com", "a..b@example.com", "a@-x.com", "<a@example.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(DeliveryError):
        checked_address(wrong)
    with pytest.raises(DeliveryError):
        compose(DeliveryKey("2026-11", "ceo", wrong), LETTER, sender="a@example.com")
