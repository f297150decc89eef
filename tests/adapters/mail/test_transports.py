"""What each transport knows after one try."""

from __future__ import annotations

import os
import ssl
import stat
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from auditor.adapters.mail.message import Letter, compose
from auditor.adapters.mail.outbox import Outbox
from auditor.adapters.mail.ses import Ses, ses_client
from auditor.adapters.mail.smtp import Smtp
from auditor.errors import ConfigError
from auditor.model.delivery import DeliveryKey, Envelope, SendResult, Sent
from tests.support.clock import MORNING
from tests.support.mail_servers import ses_server, smtp_server


def envelope_to(recipient: str = "ceo@example.com", *, text: str = "Hello\n.\n..dots\n") -> Envelope:
    key = DeliveryKey("2026-11", "ceo", recipient)
    return compose(
        key, Letter("November", text, "<p>Hello</p>", MORNING), sender="Audit <a@example.com>", bcc=["b@example.com"]
    )


EXPECTED = {
    "ok": (SendResult.SENT, False),
    "lost-reply": (SendResult.UNKNOWN, False),
    "late-reply": (SendResult.UNKNOWN, False),
    "temporary": (SendResult.FAILED, False),
    "refused": (SendResult.FAILED, True),
}


@pytest.mark.parametrize(
    ("how", "expected"),
    [*EXPECTED.items(), ("hang-up", (SendResult.FAILED, False)), ("data-refused", (SendResult.FAILED, True))],
)
def test_smtp_knows_exactly_what_it_knows(how: str, expected: tuple[SendResult, bool]) -> None:
    with smtp_server(lambda _: how) as (port, box):
        answer = Smtp("127.0.0.1", port, "none", seconds=0.3).send(envelope_to())
    assert (answer.result, answer.final) == expected, answer
    assert len(box.mails) == (1 if expected[0] is not SendResult.FAILED else 0)


def test_smtp_hands_over_the_composed_bytes_and_the_audit_copy() -> None:
    envelope = envelope_to()
    with smtp_server() as (port, box):
        Smtp("127.0.0.1", port, "none").send(envelope)
    assert box.mails == [(("ceo@example.com", "b@example.com"), envelope.content)]


def test_a_refused_audit_copy_can_be_tried_again() -> None:
    with smtp_server(lambda to: "refused" if to == "b@example.com" else "ok") as (port, box):
        answer = Smtp("127.0.0.1", port, "none").send(envelope_to())
    assert (answer.result, answer.final, box.mails) == (SendResult.FAILED, False, [])


def test_an_smtp_server_that_is_not_there_is_a_definite_no() -> None:
    answer = Smtp("127.0.0.1", 9, "none").send(envelope_to())
    assert (answer.result, answer.final) == (SendResult.FAILED, False)


def test_smtp_in_clear_text_over_a_network_is_refused() -> None:
    with pytest.raises(ConfigError, match="clear text"):
        Smtp("mail.example.com", 25, "none")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, key included."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_smtp_over_tls_sends_to_a_server_it_trusts_and_to_no_other(certificate: Path, tls: str) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    contexts = {"context": server} if tls == "tls" else {"starttls": server}
    with smtp_server(**contexts) as (port, box):  # type: ignore[arg-type]
        trusting = partial(ssl.create_default_context, cafile=str(certificate))
        assert Smtp("127.0.0.1", port, tls, context=trusting).send(envelope_to()).result is SendResult.SENT
        stranger = Smtp("127.0.0.1", port, tls).send(envelope_to())
    assert (stranger.result, len(box.mails)) == (SendResult.FAILED, 1)


def test_starttls_is_never_left_out_because_the_server_does_not_offer_it() -> None:
    with smtp_server() as (port, box):
        answer = Smtp("127.0.0.1", port, "starttls").send(envelope_to())
    assert (answer.result, box.mails) == (SendResult.FAILED, [])


@pytest.fixture
def aws_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "5")


@pytest.mark.usefixtures("aws_credentials")
@pytest.mark.parametrize(
    ("how", "expected"),
    [*EXPECTED.items(), ("hang-up", (SendResult.FAILED, False)), ("data-refused", (SendResult.UNKNOWN, False))],
)
def test_ses_is_asked_once_and_knows_exactly_what_it_knows(how: str, expected: tuple[SendResult, bool]) -> None:
    with ses_server(lambda _: how) as (url, box):
        answer = Ses(ses_client("us-east-1", endpoint_url=url, seconds=0.3)).send(envelope_to())
    assert (answer.result, answer.final) == expected, answer
    assert box.asked == 1


@pytest.mark.usefixtures("aws_credentials")
def test_ses_gets_the_composed_bytes_and_the_audit_copy_in_the_destination() -> None:
    envelope = envelope_to()
    with ses_server() as (url, box):
        answer = Ses(ses_client("us-east-1", endpoint_url=url)).send(envelope)
    assert answer == Sent(SendResult.SENT, "ses-1")
    assert box.mails == [(("ceo@example.com", "b@example.com"), envelope.content)]


@pytest.mark.usefixtures("aws_credentials")
def test_ses_that_is_not_there_is_a_definite_no() -> None:
    answer = Ses(ses_client("us-east-1", endpoint_url="http://127.0.0.1:9")).send(envelope_to())
    assert answer.result is SendResult.FAILED


def test_ses_waits_between_mails_as_the_account_allows() -> None:
    class Client:
        def send_email(self, **request: object) -> dict[str, str]:
            assert request["ConfigurationSetName"] == "reports"
            return {"MessageId": "x"}

    time = [100.0]
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(round(seconds, 3))
        time[0] += seconds

    ses = Ses(Client(), "reports", 4.0, sleep, lambda: time[0])
    for spent in (0.0, 0.1, 5.0):
        time[0] += spent
        ses.send(envelope_to())
    assert waited == [0.15]


def test_the_outbox_keeps_private_whole_files(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        outbox = Outbox(tmp_path / "outbox")
        envelope = envelope_to()
        assert outbox.send(envelope).result is SendResult.SENT
        assert outbox.send(envelope).result is SendResult.SENT
    finally:
        os.umask(before)
    (file,) = (tmp_path / "outbox" / "2026-11").iterdir()
    assert file.name == "ceo--ceo@example.com--1.eml"
    assert file.read_bytes() == envelope.content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == stat.S_IMODE(outbox.folder.stat().st_mode) == 0o700


def test_the_outbox_says_whether_an_interrupted_mail_is_there(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    assert outbox.evidence(envelope_to()).result is SendResult.FAILED
    outbox.send(envelope_to())
    assert outbox.evidence(envelope_to()).result is SendResult.SENT
    assert outbox.evidence(envelope_to(text="other")).result is SendResult.FAILED


def test_an_address_cannot_leave_the_outbox(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    path = outbox.path(DeliveryKey("../..", "../ceo", "a/../../b@example.com"))
    assert path.resolve().is_relative_to(tmp_path / "outbox")


def test_an_outbox_that_cannot_be_written_is_a_definite_no(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Outbox(tmp_path / "file" / "outbox").send(envelope_to()).result is SendResult.FAILED
