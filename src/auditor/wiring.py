"""Composition root: settings in, implementations out; finds the scanners."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.adapters.cache import SqliteCache
from auditor.adapters.marker import installation_marker
from auditor.errors import AuditorError, ConfigError, MissingExtraError, UsageError
from auditor.flows.tools import Tools
from auditor.resources import rules_folder, templates_folder
from auditor.rulebook import Rulebook, compiled_rulebook, read_rulebook

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

    from auditor.adapters.store.store import Store  # SQLAlchemy costs 0.4 s; commands without a store do without it
    from auditor.flows.running import Desk
    from auditor.model.outcome import Outcome
    from auditor.model.ports import Scanner, Transport
    from auditor.model.run import EntityInfo
    from auditor.model.target import AwsAccount
    from auditor.portfolio import Account, MailSettings, Portfolio
    from auditor.rulebook.mappings import Frameworks

SCANNER_GROUP = "auditor.scanners"


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FoundScanners:
    """The installed scanners, and those that could not be loaded."""

    scanners: tuple[Scanner, ...]
    broken: Mapping[str, str]


def state_folder() -> Path:
    """Where the key and the cache lie when there is no portfolio: `$XDG_STATE_HOME/auditor`, or below the home folder."""
    root = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(root) / "auditor"


def find_scanners(only: Sequence[str] = ()) -> FoundScanners:
    """Scanners by entry point, in name order; `only` limits them.

    Raises:
        UsageError: `only` names one that is not installed; the message lists the installed ones.
    """
    from importlib.metadata import entry_points

    points = {point.name: point.value for point in entry_points(group=SCANNER_GROUP)}
    unknown = [name for name in only if name not in points]
    if unknown:
        raise UsageError(f"no scanner is called {unknown[0]!r}; installed are {', '.join(sorted(points)) or 'none'}")
    scanners: list[Scanner] = []
    broken: dict[str, str] = {}
    for name in sorted(only or points):
        found = _load(points[name])
        if isinstance(found, str):
            broken[name] = found
        else:
            scanners.append(found)
    return FoundScanners(tuple(scanners), broken)


def _load(point: str) -> Scanner | str:
    module, _, name = point.partition(":")
    try:
        scanner: Scanner = getattr(import_module(module), name)()
    except (ImportError, AttributeError) as error:
        return f"the scanner could not be loaded: {error}"
    return scanner


def load_portfolio(path: Path) -> Portfolio:
    """The portfolio in a folder or file, variables taken from repos.env and the environment."""
    from auditor.portfolio import read_portfolio

    return read_portfolio(path, os.environ)


def open_portfolio_store(path: Path) -> Store:
    """The findings store of a portfolio."""
    return open_store_of(load_portfolio(path))


def open_store_of(portfolio: Portfolio) -> Store:
    """SQLite in the state folder, or the database that the portfolio names."""
    from auditor.adapters.store.opening import open_store

    return open_store(portfolio.store or portfolio.state / "findings.sqlite")


def make_tools(
    *,
    only: Sequence[str] = (),
    state: Path | None = None,
    own_rules: Path | None = None,
    options: Mapping[str, Mapping[str, str]] | None = None,
    workers: int = 0,
    executor: str = "",
    now: datetime | None = None,
    announce: Callable[[int], Callable[[Outcome], None]] | None = None,
) -> Tools:
    """Everything that a scan needs, for this machine.

    Raises:
        UsageError: an unknown scanner, or a damaged key file.
    """
    from auditor.adapters.executors import open_executor

    found = find_scanners(only)
    folder = state or state_folder()
    shipped = rules_folder()
    book = _rulebook(shipped, own_rules, only, folder)
    return Tools(
        scanners=found.scanners,
        broken_scanners=found.broken,
        rulebook=book,
        rules_folder=shipped,
        cache=SqliteCache(folder / "cache.sqlite"),
        mark=installation_marker(folder, os.environ),
        now=now or SystemClock().now(),
        executor=lambda jobs: open_executor(executor, jobs, workers),
        frameworks=lambda: frameworks_of(folder, own_rules),
        options=options or {},
        announce=announce or (lambda _count: lambda _outcome: None),
    )


def frameworks_of(state: Path, own_rules: Path | None) -> Frameworks:
    """The shipped catalogues and mappings with the portfolio's own."""
    from auditor.rulebook.mappings import compiled_frameworks

    folders = (rules_folder(), *((own_rules,) if own_rules else ()))
    return compiled_frameworks(state / "frameworks.json", *folders)


HOOK_SCANNERS: Mapping[str, str] = {
    "semgrep": "scanners.semgrep:Semgrep",
    "secrets": "scanners.secrets:Secrets",
    "bandit": "scanners.bandit:Bandit",
    "hygiene": "scanners.hygiene:Hygiene",
}
"""Scanners of single files that ship, the slowest first. Reading the entry points of everything installed takes longer than
a scan; a test compares these with them."""


def make_hook_tools(broken: Mapping[str, str]) -> Tools:
    """What the hook needs but its scanners: `broken` are those that could not be loaded, filled later."""
    folder = state_folder()
    return Tools(
        scanners=(),
        broken_scanners=broken,
        rulebook=compiled_rulebook(rules_folder(), tuple(HOOK_SCANNERS), folder / "rulebook.json"),
        rules_folder=rules_folder(),
        cache=SqliteCache(folder / "cache.sqlite"),
        mark=installation_marker(folder, os.environ),
        now=SystemClock().now(),
        executor=_one_thread,
    )


def hook_scanners(broken: dict[str, str], wanted: Container[str]) -> Iterator[Scanner]:
    """The wanted scanners of single files, each loaded when it is asked for; what is not there is put into `broken`."""
    for name, point in HOOK_SCANNERS.items():
        if name not in wanted:
            continue
        found = _load(point)
        if isinstance(found, str):
            broken[name] = found
        else:
            yield found


def _one_thread(jobs: int) -> AbstractContextManager[Executor]:
    from auditor.adapters.executors import open_executor

    return open_executor("", jobs, 1)


@contextmanager
def open_desk(
    path: Path,
    *,
    workers: int = 0,
    executor: str = "",
    announce: Callable[[int], Callable[[Outcome], None]] | None = None,
) -> Iterator[Desk]:
    """Everything that a look at a portfolio needs, with its store open."""
    from auditor.flows.running import Desk
    from auditor.steps.render import Renderer

    portfolio = load_portfolio(path)
    tools = make_tools(
        state=portfolio.state,
        own_rules=portfolio.rules,
        options=_scanner_options(portfolio),
        workers=workers,
        executor=executor,
        announce=announce,
    )

    @cache
    def renderer(entities: tuple[EntityInfo, ...]) -> Renderer:
        return Renderer(templates_folder(), portfolio.templates, portfolio.brand, portfolio.name, entities)

    with open_store_of(portfolio) as store:
        yield Desk(
            portfolio=portfolio,
            tools=tools,
            store=store,
            renderer=lambda snapshot: renderer(snapshot.entities),
            collect_accounts=_collect_accounts,
            transport=make_transport(portfolio.mail, portfolio.folder),
            clock=SystemClock(),
            holder=process_name(),
        )


def _collect_accounts(
    portfolio: Portfolio, period: str, moment: datetime
) -> tuple[Sequence[AwsAccount], Sequence[Outcome]]:
    """Ask the accounts that have no recorded inventory; what is recorded stays in the state folder."""
    from auditor.model.outcome import OutcomeStatus
    from auditor.model.target import AwsAccount

    found: list[AwsAccount] = []
    missing: list[Outcome] = []
    for account in portfolio.accounts:
        if account.inventory:
            continue
        path = portfolio.state / "aws" / f"{account.name}-{period}.json"
        target = AwsAccount(account.name, account.entity, account.account_id, path)
        try:
            _record_account(account, path, moment)
        except AuditorError as error:
            missing.append(Outcome("discover", target, OutcomeStatus.FAILED, str(error)))
        else:
            found.append(target)
    return tuple(found), tuple(missing)


def _record_account(account: Account, path: Path, moment: datetime) -> None:
    try:
        from auditor.adapters.aws.collecting import Wanted, collect_accounts
        from auditor.adapters.aws.writing import inventory_json, write_private
    except ImportError as error:
        raise MissingExtraError("asking an account needs the extra `aws`: pip install 'auditor[aws]'") from error
    wanted = Wanted(
        profiles=(account.profile,) if account.profile else (),
        role_arns=(account.role_arn,) if account.role_arn else (),
        regions=account.regions,
        accounts=(account.account_id,),
    )
    write_private(path, inventory_json(collect_accounts(wanted, lambda: moment)))


def _scanner_options(portfolio: Portfolio) -> dict[str, Mapping[str, str]]:
    """The scanners' options as written, and for AWS whose a domain or resource is."""
    owners = {domain: entity.key for entity in portfolio.entities for domain in entity.domains}
    for account in portfolio.accounts:
        owners |= account.resources
    written = dict(portfolio.scanners.get("aws", {}))
    pairs = " ".join(f"{name}={owner}" for name, owner in owners.items() if " " not in name)
    written["domains"] = f"{written.get('domains', '')} {pairs}".strip()
    return {**portfolio.scanners, "aws": written}


def rules_of(state: Path, own_rules: Path | None) -> Rulebook:
    """All cards, the portfolio's own included."""
    return _rulebook(rules_folder(), own_rules, (), state)


def _rulebook(shipped: Path, own: Path | None, only: Sequence[str], state: Path) -> Rulebook:
    """The cards; those that ship are read from their compiled form while no file has changed."""
    if own:
        return read_rulebook(shipped, own, scanners=only)
    return compiled_rulebook(shipped, tuple(only), state / f"rulebook-{'-'.join(sorted(only)) or 'all'}.json")


def process_name() -> str:
    """A name for this process that no other has, also after a restart of the machine."""
    import secrets
    import socket

    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(6)}"


def make_transport(settings: MailSettings, folder: Path) -> Transport:
    """The transport that the portfolio's `[mail]` names; a relative outbox lies in `folder`.

    Raises:
        ConfigError: something that the transport needs is not set.
        MissingExtraError: boto3 is not installed.
    """
    if settings.transport == "smtp":
        from auditor.adapters.mail.smtp import Smtp

        if not settings.host:
            from auditor.portfolio import FILE_NAME

            raise ConfigError(f"{FILE_NAME}: mail.host: the SMTP server is not named")
        return Smtp(settings.host, settings.port, settings.tls, settings.user, settings.password)
    if settings.transport == "ses":
        import time

        from auditor.adapters.mail.ses import Ses

        client = ses_client_of(settings)
        return Ses(client, settings.configuration_set, None, time.sleep, time.monotonic)
    from auditor.adapters.mail.outbox import Outbox

    return Outbox(folder / Path(settings.outbox).expanduser())


def ses_client_of(settings: MailSettings) -> Any:
    """A SESv2 client with the portfolio's profile, region and address.

    Raises:
        MissingExtraError: boto3 is not installed.
    """
    from auditor.adapters.mail.ses import ses_client

    return ses_client(settings.region, settings.profile, settings.endpoint_url)


def sts_client_of(account: Account) -> Any:
    """A client that says whose credentials an account's profile and role give.

    Raises:
        MissingExtraError: boto3 is not installed.
    """
    from auditor.steps.preflight.cloud import sts_client

    return sts_client(account)
