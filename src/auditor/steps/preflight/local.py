"""What can be checked on this machine: configuration, credentials file, store, disk, waivers, programs."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from auditor.adapters.git import ISOLATION, Git
from auditor.adapters.mail.message import checked_address
from auditor.adapters.programs import LocalPrograms
from auditor.errors import AuditorError, DeliveryError, NotScannedError
from auditor.model.check import Check, failed, passed, unknown
from auditor.model.ports import Clock
from auditor.portfolio import CREDENTIALS_NAME, Portfolio

ROOM = 1024**3
"""Bytes that should be free in the state folder: mirrors, cache and a month's mails."""
ENGINES = ("semgrep", "bandit", "detect-secrets", "boto3", "typst")


def check_programs() -> Iterator[Check]:
    """Git, and the engines with their versions."""
    try:
        done = LocalPrograms().run(["git", "--version"], seconds=10)
        yield passed("programs.git", done.stdout.decode(errors="replace").strip())
    except NotScannedError:
        yield failed("programs.git", "git is not installed", "install git; repositories are read with it")
    for name in ENGINES:
        try:
            yield passed(f"engine.{name}", version(name))
        except PackageNotFoundError:
            yield failed(f"engine.{name}", "not installed", "pip install 'auditor[all]'")


def check_credentials_file(folder: Path) -> Iterator[Check]:
    """`repos.env`: for its owner only, and never in git."""
    path = folder / CREDENTIALS_NAME
    if not path.exists():
        yield passed("credentials.file", f"no {CREDENTIALS_NAME}: everything comes from the environment")
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield failed("credentials.mode", f"{path} is {mode:04o}: others can read it", f"chmod 600 {path}")
    else:
        yield passed("credentials.mode", f"{path.name} is {mode:04o}")
    try:
        top = Path(Git(folder).text("rev-parse", "--show-toplevel"))
    except NotScannedError:
        yield passed("credentials.git", f"{folder} is not under git")
        return
    if Git(top).run("ls-files", "-z", "--", str(path.resolve().relative_to(top.resolve()))):
        yield failed(
            "credentials.git",
            f"{CREDENTIALS_NAME} is committed to git",
            f"git rm --cached {CREDENTIALS_NAME}, add it to .gitignore, and rotate every credential in it",
        )
        return
    # `check-ignore` knows no literal pathspecs, and takes its arguments for plain paths anyway.
    isolation = [flag for flag in ISOLATION if flag != "--literal-pathspecs"]
    done = LocalPrograms().run(["git", *isolation, "-C", str(folder), "check-ignore", "-q", str(path)], seconds=10)
    if done.returncode == 0:
        yield passed("credentials.git", f"{CREDENTIALS_NAME} is ignored by git")
    elif done.returncode == 1:
        fix = f"add {CREDENTIALS_NAME} to .gitignore"
        yield failed("credentials.git", f"{CREDENTIALS_NAME} is not ignored by git: the next `git add` takes it", fix)
    else:
        yield unknown("credentials.git", "git gave no answer", f"git check-ignore {CREDENTIALS_NAME}")


def check_readers(portfolio: Portfolio) -> Iterator[Check]:
    """Every report has a reader, every address can be one."""
    mail = portfolio.mail
    if not mail.sender:
        yield failed("mail.sender", "no sender is named", 'portfolio.toml: [mail] sender = "Name <address>"')
    for report in portfolio.reports:
        name = f"readers.{report.name}"
        if not report.readers:
            yield failed(
                name,
                "nobody gets this report",
                f"portfolio.toml: [reports.{report.name}] readers = [...], or take the section out if nobody needs it",
            )
            continue
        try:
            addresses = [checked_address(reader) for reader in report.readers]
        except DeliveryError as error:
            yield failed(name, str(error), "portfolio.toml: mend the address")
        else:
            yield passed(name, ", ".join(addresses))
    if not mail.bcc:
        yield unknown("mail.bcc", "no audit mailbox gets a copy", 'portfolio.toml: [mail] bcc = ["audit@..."]')


def check_disk(folder: Path) -> Iterator[Check]:
    """Room in the state folder."""
    place = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(place).free
    if free < ROOM:
        yield failed("disk.room", f"{free / 1024**2:.0f} MB free in {place}", "make room: 1 GB should be free")
    else:
        yield passed("disk.room", f"{free / 1024**3:.1f} GB free in {place}")


def check_store(portfolio: Portfolio, clock: Clock) -> Iterator[Check]:
    """The store opens, is private, holds together, and nothing in it waits for a person."""
    from auditor.adapters.store.decisions import Decisions
    from auditor.adapters.store.ledger import Ledger
    from auditor.adapters.store.opening import HEAD, open_store
    from auditor.model.delivery import DeliveryState

    where = portfolio.store or portfolio.state / "findings.sqlite"
    try:
        with open_store(where) as store:
            yield passed("store.open", f"{store.where}, schema {HEAD}")
            broken = Decisions(store, clock).first_break()
            if broken is None:
                yield passed("store.decisions", "the chain of decisions holds")
            else:
                fix = "compare with a backup: somebody wrote to the database by other means"
                yield failed("store.decisions", str(broken), fix)
            waiting = Ledger(store, clock, "doctor").find(states=(DeliveryState.UNKNOWN, DeliveryState.DEAD))
            open_ones = [d for d in waiting if d.state is DeliveryState.UNKNOWN]
            if open_ones:
                keys = ", ".join(str(d.key) for d in open_ones[:5])
                fix = "ask the reader, then `auditor resend KEY` or `auditor mark-sent KEY`"
                yield failed("store.mails", f"{len(open_ones)} mails in doubt: {keys}", fix)
            else:
                yield passed("store.mails", "no mail is in doubt")
            if store.engine.dialect.name == "sqlite":
                yield from _sqlite(store)
    except AuditorError as error:
        yield failed("store.open", str(error), "mend [portfolio] store, or restore a backup: `auditor store restore`")


def _sqlite(store: object) -> Iterator[Check]:
    from auditor.adapters.store.store import Store

    assert isinstance(store, Store)
    with store.reading() as connection:
        said = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    if said == "ok":
        yield passed("store.integrity", "SQLite finds no damage")
    else:
        yield failed("store.integrity", said, "restore a backup: `auditor store restore`")
    path = Path(str(store.engine.url.database))
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield failed("store.mode", f"{path} is {mode:04o}", f"chmod 600 {path}")
    else:
        yield passed("store.mode", f"{path.name} is {mode:04o}")


def check_waivers(portfolio: Portfolio, today: date) -> Iterator[Check]:
    """Waivers that end before the next month is over, and those that are written wrongly."""
    from auditor.waivers import FILE_NAME, read_waivers

    path = (portfolio.rules or portfolio.folder) / FILE_NAME
    if not path.is_file():
        yield passed("waivers", "none")
        return
    file = read_waivers(path.read_text(encoding="utf-8", errors="replace"), today, path.name)
    for problem in file.problems:
        yield failed("waivers", str(problem), "mend it; until then the finding stays open")
    end = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    ending = [w for w in file.waivers if w.until < end.isoformat()]
    for waiver in ending:
        fix = f"{waiver.owner}: mend the finding, or renew the waiver with a reason"
        yield failed("waivers", f"{waiver.where}: {waiver.rule or waiver.fingerprint} ends on {waiver.until}", fix)
    if not file.problems and not ending:
        yield passed("waivers", f"{len(file.waivers)} hold beyond {end - timedelta(days=1)}")
