"""The full preflight, before a month or three days ahead of it: pass, fail or could not check, with what to do."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.adapters.programs import LocalPrograms
from auditor.adapters.wiki.vocabulary import read_vocabulary
from auditor.errors import AuditorError, MissingExtraError
from auditor.flows.scanning import scan_targets
from auditor.flows.tools import Tools
from auditor.model.check import Check, failed, passed
from auditor.model.ports import Clock
from auditor.model.run import OutcomeStatus
from auditor.model.target import Repo
from auditor.portfolio import Account, Portfolio
from auditor.steps.discover import Discovered
from auditor.steps.preflight import cloud, local, mail, targets

CANARIES = {
    "handler.py": 'import subprocess\n\n\ndef handler(event, context):\n    subprocess.call(event["cmd"], shell=True)\n',
    # Put together here, so that no scanner finds a key in this file.
    "settings.py": "STRIPE_KEY = '" + "sk" + "_live_" + "51Hq8vXKd0c2Z" + "yTnB4mR7wLs9'\n",
}
"""Files with faults that the engines must find; an engine that finds nothing in them is not working."""
EXPECTED = frozenset({"secrets", "semgrep", "bandit"})
"""Scanners that must find something in the canaries; the others must only not fail."""


@dataclass(frozen=True, slots=True)
class Clients:
    """How services are reached, so that a test can stand in for them."""

    ses: Callable[[], Any]
    sts: Callable[[Account], Any]


def preflight(portfolio: Portfolio, tools: Tools, clock: Clock, clients: Clients) -> Iterator[Check]:
    """Every check, one after the other; nothing is changed and no mail is sent."""
    yield from local.check_programs()
    yield from check_rules(tools)
    yield from check_frameworks(tools)
    yield from check_canaries(tools)
    yield from local.check_credentials_file(portfolio.folder)
    yield from targets.check_repositories(portfolio, clock.now())
    yield from targets.check_wiki(portfolio)
    yield from targets.check_kinds(portfolio, tuple(read_vocabulary(tools.rules_folder).needs))
    yield from local.check_disk(portfolio.state)
    yield from local.check_store(portfolio, clock)
    yield from local.check_waivers(portfolio, clock.now().date())
    yield from local.check_readers(portfolio)
    yield from check_transport(portfolio, clients)
    try:
        yield from cloud.check_accounts(portfolio.accounts, clients.sts)
    except MissingExtraError as error:
        yield failed("aws", str(error), "pip install 'auditor[aws]'")


def check_rules(tools: Tools) -> Iterator[Check]:
    """Rule cards and scanners can be loaded."""
    for problem in tools.rulebook.problems:
        yield failed("rules", str(problem), "mend the card, or remove it")
    if tools.rulebook.rules and not tools.rulebook.problems:
        yield passed("rules", f"{len(tools.rulebook.rules)} cards, digest {tools.rulebook.digest[:12]}")
    for name, reason in tools.broken_scanners.items():
        yield failed(f"scanner.{name}", reason, "install what it needs, or remove the plug-in")


def check_frameworks(tools: Tools) -> Iterator[Check]:
    """Catalogues of controls and mappings can be read, the portfolio's private ones too."""
    found = tools.frameworks()
    for problem in found.problems:
        yield failed("frameworks", str(problem), "mend the file; the formats are in rules/compliance/schema")
    if not found.problems:
        mapped = len({item.rule for item in found.mappings})
        yield passed("frameworks", f"{len(found.catalogs)} catalogues, {mapped} rules mapped to their controls")


def check_canaries(tools: Tools) -> Iterator[Check]:
    """Every code scanner runs, and finds what was planted for it: exit code 0 of an engine is no proof."""
    with tempfile.TemporaryDirectory(prefix="auditor-canary-") as folder:
        for name, content in CANARIES.items():
            (Path(folder) / name).write_text(content, encoding="utf-8")
        try:
            outcomes = scan_targets(Discovered((Repo("canary", "canary", Path(folder)),)), tools)
        except AuditorError as error:
            yield failed("scanner", str(error), "install auditor again")
            return
    for outcome in outcomes:
        name = f"scanner.{outcome.scanner}"
        found = len(outcome.result.matches)
        if outcome.status is OutcomeStatus.FAILED:
            yield failed(name, outcome.reason, "install what it needs: pip install 'auditor[all]'")
        elif outcome.scanner in EXPECTED and not found:
            yield failed(
                name, "runs, and does not find what was planted", "compare the engine's version with the lock file"
            )
        else:
            yield passed(name, f"{found} planted faults found" if found else outcome.status.value)


def check_transport(portfolio: Portfolio, clients: Clients) -> Iterator[Check]:
    """The transport that the portfolio names, and only that one."""
    settings = portfolio.mail
    if settings.transport == "outbox":
        yield from mail.check_outbox(portfolio.folder / Path(settings.outbox).expanduser())
        return
    yield from mail.check_dns(settings.sender, LocalPrograms())
    if settings.transport == "smtp":
        from auditor.adapters.mail.smtp import Smtp

        if not settings.host:
            yield failed("smtp.connect", "no server is named", "portfolio.toml: [mail] host")
            return
        try:
            server = Smtp(settings.host, settings.port, settings.tls, settings.user, settings.password, seconds=15)
        except AuditorError as error:
            yield failed("smtp.connect", str(error), "portfolio.toml: [mail] tls")
        else:
            yield from mail.check_smtp(server)
        return
    recipients = [reader for report in portfolio.reports for reader in report.readers]
    try:
        client = clients.ses()
    except MissingExtraError as error:
        yield failed("ses", str(error), "pip install 'auditor[aws]'")
    else:
        yield from mail.check_ses(client, settings, recipients)
