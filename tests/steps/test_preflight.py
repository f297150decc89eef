"""The preflight says pass, fail or could not check, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from auditor.adapters.mail.smtp import Smtp
from auditor.adapters.store.decisions import Decisions
from auditor.adapters.store.opening import open_store
from auditor.model.check import Check, CheckStatus
from auditor.model.ports import Completed
from auditor.portfolio import Account, Entity, MailSettings, Portfolio, ReportSettings
from auditor.steps.preflight import cloud, local, mail, targets
from tests.support.clock import StandingClock
from tests.support.mail_servers import smtp_server
from tests.support.repositories import commit, git

PASS, FAIL, UNKNOWN = CheckStatus.PASS, CheckStatus.FAIL, CheckStatus.UNKNOWN


def seen(checks: Iterable[Check]) -> dict[str, CheckStatus]:
    every = tuple(checks)
    assert all(check.fix for check in every if check.status is not PASS), "what to do is missing"
    return {check.name: check.status for check in every}


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, "X")


ACCOUNT = {
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 200.0, "SentLast24Hours": 190.0, "MaxSendRate": 1.0},
}
IDENTITY = {
    "VerifiedForSendingStatus": True,
    "DkimAttributes": {"Status": "SUCCESS", "SigningEnabled": True},
    "MailFromAttributes": {"MailFromDomain": "bounce.example.com", "MailFromDomainStatus": "SUCCESS"},
}


@dataclass
class Ses:
    """SES with given answers; what is not given does not exist."""

    account: object = field(default_factory=lambda: ACCOUNT)
    identities: Mapping[str, object] = field(default_factory=lambda: {"example.com": IDENTITY})
    suppressed: Mapping[str, object] = field(default_factory=dict)
    sets: Mapping[str, object] = field(default_factory=lambda: {"reports": {}})

    def get_account(self) -> object:
        return _given(self.account)

    def get_email_identity(self, *, EmailIdentity: str) -> object:  # noqa: N803
        return _given(self.identities.get(EmailIdentity, refusal("NotFoundException")))

    def get_configuration_set(self, *, ConfigurationSetName: str) -> object:  # noqa: N803
        return _given(self.sets.get(ConfigurationSetName, refusal("NotFoundException")))

    def get_suppressed_destination(self, *, EmailAddress: str) -> object:  # noqa: N803
        return _given(self.suppressed.get(EmailAddress, refusal("NotFoundException")))


def _given(answer: object) -> object:
    if isinstance(answer, Exception):
        raise answer
    return answer


SETTINGS = MailSettings(
    transport="ses", sender="Audit <audit@example.com>", bcc=("b@example.com",), configuration_set="reports"
)
READERS = ("ceo@example.com", "cfo@example.com")


def test_a_healthy_ses_passes_everything() -> None:
    assert set(seen(mail.check_ses(Ses(), SETTINGS, READERS)).values()) == {PASS}


@pytest.mark.parametrize(
    ("world", "name", "status"),
    [
        (Ses(account=ACCOUNT | {"SendingEnabled": False}), "ses.sending", FAIL),
        (Ses(account=ACCOUNT | {"EnforcementStatus": "PROBATION"}), "ses.enforcement", FAIL),
        (Ses(account=ACCOUNT | {"SendQuota": {"Max24HourSend": 200.0, "SentLast24Hours": 197.0}}), "ses.quota", FAIL),
        (Ses(account=ACCOUNT | {"SendQuota": {"Max24HourSend": -1.0, "SentLast24Hours": 9.0}}), "ses.quota", PASS),
        (Ses(account=ACCOUNT | {"ProductionAccessEnabled": False}), "recipient.ceo@example.com.verified", PASS),
        (Ses(account=refusal("AccessDeniedException")), "ses.account", UNKNOWN),
        (Ses(account=EndpointConnectionError(endpoint_url="x")), "ses.account", UNKNOWN),
        (Ses(identities={}), "ses.sender", FAIL),
        (Ses(identities={"example.com": refusal("AccessDeniedException")}), "ses.sender", UNKNOWN),
        (Ses(identities={"example.com": IDENTITY | {"VerifiedForSendingStatus": False}}), "ses.sender", FAIL),
        (Ses(identities={"audit@example.com": IDENTITY}), "ses.sender", PASS),
        (Ses(identities={"example.com": IDENTITY | {"DkimAttributes": {"Status": "PENDING"}}}), "ses.dkim", FAIL),
        (Ses(identities={"example.com": IDENTITY | {"MailFromAttributes": {}}}), "ses.mail-from", UNKNOWN),
        (Ses(sets={}), "ses.configuration-set", FAIL),
        (Ses(sets={"reports": refusal("AccessDeniedException")}), "ses.configuration-set", UNKNOWN),
        (
            Ses(suppressed={"cfo@example.com": {"SuppressedDestination": {"Reason": "BOUNCE"}}}),
            "recipient.cfo@example.com",
            FAIL,
        ),
        (Ses(suppressed={"cfo@example.com": refusal("BadRequestException")}), "recipient.cfo@example.com", UNKNOWN),
    ],
)
def test_each_fault_of_ses_is_named(world: Ses, name: str, status: CheckStatus) -> None:
    assert seen(mail.check_ses(world, SETTINGS, READERS))[name] is status


def test_an_unverified_reader_fails_in_the_sandbox() -> None:
    world = Ses(account=ACCOUNT | {"ProductionAccessEnabled": False}, identities={"audit@example.com": IDENTITY})
    found = seen(mail.check_ses(world, SETTINGS, READERS))
    assert found["recipient.ceo@example.com.verified"] is FAIL


def test_an_smtp_server_is_asked_and_gets_no_mail() -> None:
    with smtp_server() as (port, box):
        assert seen(mail.check_smtp(Smtp("127.0.0.1", port, "none"))) == {"smtp.connect": PASS}
    assert box.asked == 0
    assert seen(mail.check_smtp(Smtp("127.0.0.1", 9, "none", seconds=1))) == {"smtp.connect": FAIL}


@dataclass
class Dig:
    """A resolver program with given answers."""

    answers: Mapping[str, bytes] | None

    def find(self, name: str) -> Path | None:
        return None if self.answers is None else Path("/usr/bin") / name

    def run(self, argv: Sequence[str], **_: object) -> Completed:
        assert self.answers is not None
        return Completed(0, self.answers.get(argv[-1], b""), b"")


def test_dns_records_are_looked_for_where_somebody_can() -> None:
    records = {"example.com": b'"v=spf1 -all"\n', "_dmarc.example.com": b'"v=DMARC1; p=reject"\n'}
    assert seen(mail.check_dns(SETTINGS.sender, Dig(records))) == {"dns.spf": PASS, "dns.dmarc": PASS}
    assert seen(mail.check_dns(SETTINGS.sender, Dig({}))) == {"dns.spf": FAIL, "dns.dmarc": FAIL}
    assert seen(mail.check_dns(SETTINGS.sender, Dig(None))) == {"dns": UNKNOWN}


@dataclass
class Sts:
    answer: object

    def get_caller_identity(self) -> object:
        return _given(self.answer)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"Account": "123456789012", "Arn": "arn:x"}, PASS),
        ({"Account": "999999999999", "Arn": "arn:x"}, FAIL),
        (refusal("ExpiredToken"), FAIL),
        (NoCredentialsError(), FAIL),
        (EndpointConnectionError(endpoint_url="x"), UNKNOWN),
    ],
)
def test_credentials_must_be_valid_and_of_the_right_account(answer: object, status: CheckStatus) -> None:
    account = Account("main", "123456789012")
    assert seen(cloud.check_accounts([account], lambda _: Sts(answer))) == {"aws.main": status}


def test_a_recorded_account_asks_nobody() -> None:
    account = Account("main", "123456789012", inventory="aws/{period}.json")
    assert seen(cloud.check_accounts([account], lambda _: Sts(NoCredentialsError()))) == {"aws.main": PASS}


def credentials(folder: Path, *, mode: int = 0o600) -> dict[str, CheckStatus]:
    (folder / "repos.env").write_text("A=b\n")
    (folder / "repos.env").chmod(mode)
    return seen(local.check_credentials_file(folder))


def test_the_credentials_file_is_private_and_not_in_git(tmp_path: Path) -> None:
    assert seen(local.check_credentials_file(tmp_path)) == {"credentials.file": PASS}
    assert credentials(tmp_path, mode=0o644)["credentials.mode"] is FAIL
    assert credentials(tmp_path) == {"credentials.mode": PASS, "credentials.git": PASS}
    commit(tmp_path, {"a": "b"})
    git(tmp_path, "rm", "-q", "--cached", "--ignore-unmatch", "repos.env")
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "x")
    assert credentials(tmp_path)["credentials.git"] is FAIL
    (tmp_path / ".gitignore").write_text("repos.env\n")
    assert credentials(tmp_path)["credentials.git"] is PASS
    git(tmp_path, "add", "-f", "repos.env")
    assert credentials(tmp_path)["credentials.git"] is FAIL


@pytest.fixture
def portfolio(tmp_path: Path) -> Portfolio:
    reports = (ReportSettings("ceo", READERS[:1]), ReportSettings("cfo"), ReportSettings("cto", ("nobody",)))
    return Portfolio("Boats", tmp_path, (Entity("jada", "JADA"),), state=tmp_path / "state", reports=reports)


def test_a_report_without_a_reader_and_a_bad_address_fail(portfolio: Portfolio) -> None:
    found = seen(local.check_readers(portfolio))
    assert (found["readers.ceo"], found["readers.cfo"], found["readers.cto"]) == (PASS, FAIL, FAIL)
    assert found["mail.sender"] is FAIL


def test_a_waiver_that_ends_with_the_month_is_a_failure_now(portfolio: Portfolio) -> None:
    assert seen(local.check_waivers(portfolio, date(2026, 11, 3))) == {"waivers": PASS}
    (portfolio.folder / "waivers.toml").write_text(
        '[[waiver]]\nfinding = "v1:abc"\nreason = "test key"\nowner = "Dana"\nuntil = "2026-11-20"\n'
    )
    assert seen(local.check_waivers(portfolio, date(2026, 11, 3))) == {"waivers": FAIL}
    assert seen(local.check_waivers(portfolio, date(2026, 10, 3))) == {"waivers": PASS}


def test_a_rewritten_decision_and_a_public_store_are_seen(portfolio: Portfolio) -> None:
    where = portfolio.state / "findings.sqlite"
    with open_store(where) as store:
        Decisions(store, StandingClock()).append("accept", "v1:a", who="Dana", reason="known")
    assert set(seen(local.check_store(portfolio, StandingClock())).values()) == {PASS}
    with open_store(where) as store, store.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER decisions_UPDATE")
        connection.exec_driver_sql("UPDATE decisions SET who = 'Eve'")
    assert seen(local.check_store(portfolio, StandingClock()))["store.decisions"] is FAIL


def test_a_store_that_cannot_be_opened_is_a_failure_not_a_crash(portfolio: Portfolio) -> None:
    portfolio.state.mkdir()
    (portfolio.state / "findings.sqlite").write_text("no database at all, but long enough to be looked at" * 4)
    assert seen(local.check_store(portfolio, StandingClock())) == {"store.open": FAIL}
    assert seen(local.check_disk(replace(portfolio).state)) == {"disk.room": PASS}


def test_a_path_a_wiki_a_page_or_a_kind_that_is_not_there_is_said_before_the_month(tmp_path: Path) -> None:
    commit(tmp_path / "shop", {"a.py": "1"})
    (tmp_path / "wiki").mkdir()
    (tmp_path / "wiki" / "shop.md").write_text("# Shop\n")
    far = "https://127.0.0.1:9/far.git"
    good = Entity("shop", "Shop", "charter", repositories=("shop", far), pages=("shop*.md",))
    portfolio = Portfolio("Boats", tmp_path, (good,), state=tmp_path / "state", wiki=tmp_path / "wiki")
    now = StandingClock().now()
    assert seen(targets.check_repositories(portfolio, now)) == {"repositories": PASS}
    assert seen(targets.check_wiki(portfolio)) == {"wiki": PASS}
    assert seen(targets.check_kinds(portfolio, ("charter", "rental"))) == {}
    slips = replace(good, kind="chartre", repositories=("shopp",), pages=("shop/*.md",))
    portfolio = replace(portfolio, entities=(slips,))
    assert seen(targets.check_repositories(portfolio, now)) == {"repositories.shop": FAIL}
    assert seen(targets.check_wiki(portfolio)) == {"wiki": PASS, "wiki.pages.shop": FAIL}
    assert seen(targets.check_kinds(portfolio, ("charter", "rental"))) == {"kind.shop": UNKNOWN}
    assert seen(targets.check_wiki(replace(portfolio, wiki=tmp_path / "wikki"))) == {"wiki": FAIL}
    assert seen(targets.check_wiki(replace(portfolio, wiki=None))) == {"wiki": UNKNOWN}
