"""One inventory of one or more accounts: lists, then details, then usage, then the bill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from auditor.adapters.aws.classify import Cause, Fault
from auditor.adapters.aws.pool import Pool
from auditor.adapters.aws.sessions import HOME, Account, open_accounts
from auditor.adapters.aws.shaping import arguments_of, finish, known_of, parsed, plain, search
from auditor.adapters.aws.spec import Ask, Detail, Kind, Scope
from auditor.adapters.aws.table import TABLE
from auditor.errors import UsageError

_REGIONS = Ask("ec2", "DescribeRegions", "Regions[].RegionName", {"AllRegions": False})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to record."""

    profiles: tuple[str, ...] = ()
    role_arns: tuple[str, ...] = ()
    external_id: str = ""
    regions: tuple[str, ...] = ()
    """Empty: every region that is switched on."""
    accounts: tuple[str, ...] = ()
    """Allow-list; empty: whatever the credentials are of."""
    services: tuple[str, ...] = ()
    endpoint_url: str = ""
    bill: bool = True
    metrics: bool = True
    entity_tag: str = "Entity"
    dns: bool = False
    threads: int = 32


@dataclass(slots=True)
class Collected:
    """What was recorded, before it is written."""

    collected_at: datetime
    accounts: list[dict[str, str]] = field(default_factory=list)
    regions: set[str] = field(default_factory=set)
    kinds: tuple[str, ...] = ()
    resources: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failures: dict[tuple[str, str, str, str], dict[str, Any]] = field(default_factory=dict)
    """By account, region, call and cause."""
    bill: list[dict[str, Any]] = field(default_factory=list)
    dns: dict[str, Any] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    retries: Counter[str] = field(default_factory=Counter)
    metrics_asked: int = 0
    bill_requests: int = 0
    seconds: float = 0.0

    def failed(self, account: str, region: str, call: str, fault: Fault) -> None:
        """Note a call without an answer; equal ones are counted."""
        key = (account, region, call, fault.cause.value)
        entry = self.failures.setdefault(
            key,
            {"account": account, "region": region, "call": call, "kind": fault.cause.value, "code": fault.code,
             "message": fault.message, "count": 0},
        )  # fmt: skip
        entry["count"] += 1


def collect_accounts(wanted: Wanted, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Collected:
    """Record everything that is wanted; what cannot be seen is recorded as not seen.

    Raises:
        UsageError: an account outside the allow-list, or an unknown service.
        ConfigError: no usable credentials.
    """
    started = now()
    table = _table(wanted.services)
    accounts = open_accounts(
        wanted.profiles, wanted.role_arns, wanted.external_id, wanted.accounts, wanted.endpoint_url, wanted.threads
    )
    collected = Collected(started, kinds=tuple(dict.fromkeys(kind.name for kind in table)))
    for kind in table:
        collected.resources.setdefault(kind.name, [])
    pool = Pool(wanted.threads)
    for account in accounts:
        collected.accounts.append({"id": account.id, "partition": account.partition, "caller": account.caller})
        _Recorder(account, table, wanted, pool, collected).begin()
    pool.run()
    if wanted.metrics:
        from auditor.adapters.aws.metrics import add_metrics

        add_metrics(accounts, table, collected, pool)
    if wanted.bill:
        from auditor.adapters.aws.bill import add_bill

        for account in accounts:
            add_bill(account, wanted.entity_tag, collected, cached=not wanted.endpoint_url)
    if wanted.dns:
        from auditor.adapters.aws.dns import add_dns

        add_dns(collected)
    for (_account, name), count in pool.calls.items():
        collected.calls[name] += count
    collected.retries = pool.retries
    for resources in collected.resources.values():
        resources.sort(key=lambda resource: (resource["_account"], resource["_region"], resource["_arn"]))
    collected.seconds = (now() - started).total_seconds()
    return collected


def _table(services: tuple[str, ...]) -> tuple[Kind, ...]:
    if not services:
        return TABLE
    known = (
        {kind.name for kind in TABLE} | {kind.service for kind in TABLE} | {kind.name.split(".")[0] for kind in TABLE}
    )
    unknown = [name for name in services if name not in known]
    if unknown:
        raise UsageError(f"--services {unknown[0]!r} is not collected; known are {', '.join(sorted(known))}")
    wanted = set(services)
    return tuple(kind for kind in TABLE if {kind.name, kind.service, kind.name.split(".")[0]} & wanted)


@dataclass(slots=True)
class _Recorder:
    """Asks the pool for one account's lists and details."""

    account: Account
    table: tuple[Kind, ...]
    wanted: Wanted
    pool: Pool
    collected: Collected

    def begin(self) -> None:
        for kind in self.table:
            if kind.scope is Scope.GLOBAL:
                self._list(kind, HOME)
        if self.wanted.regions:
            self._regions(self.wanted.regions)
        else:
            self.pool.ask(self.account, HOME, _REGIONS, dict(_REGIONS.arguments), self._found_regions)

    def _found_regions(self, answer: Mapping[str, Any] | Fault, last: bool) -> None:
        del last
        if isinstance(answer, Fault):
            self.collected.failed(self.account.id, "global", _REGIONS.name, answer)
            self._regions((HOME,))
            return
        self._regions(search(_REGIONS.path, answer) or [HOME])

    def _regions(self, regions: Iterable[str]) -> None:
        for region in regions:
            self.collected.regions.add(region)
            for kind in self.table:
                if kind.scope is Scope.REGION and (not kind.regions or region in kind.regions):
                    self._list(kind, region)

    def _list(self, kind: Kind, region: str) -> None:
        values = {"account": self.account.id, "partition": self.account.partition, "region": region}
        arguments = arguments_of(kind.ask.arguments, values)
        assert arguments is not None
        shown = "global" if kind.scope is Scope.GLOBAL else region

        def answered(answer: Mapping[str, Any] | Fault, last: bool) -> None:
            del last
            if isinstance(answer, Fault):
                if answer.cause is not Cause.ABSENT or kind.once:
                    self._unlisted(kind, shown, answer)
                return
            found = search(kind.ask.path, answer) if kind.ask.path else dict(answer)
            for item in [found] if kind.once else found or ():
                self._resource(kind, region, shown, item)

        self.pool.ask(self.account, region, kind.ask, arguments, answered)

    def _unlisted(self, kind: Kind, shown: str, fault: Fault) -> None:
        if kind.absent_is_empty and fault.cause is Cause.ABSENT:
            self._resource(kind, HOME, shown, {})
            return
        if fault.cause is Cause.ABSENT:
            fault = Fault(Cause.FAILED, fault.code, fault.message)
        self.collected.failed(self.account.id, shown, kind.ask.name, fault)

    def _resource(self, kind: Kind, region: str, shown: str, item: Any) -> None:
        resource: dict[str, Any] = {kind.item: item} if kind.item else dict(plain(item))
        resource["_missing"] = {}
        waiting = len(kind.details)
        where = str(search(kind.region, resource) or region) if kind.region else region
        self.collected.resources[kind.name].append(resource)
        if not waiting:
            finish(kind, resource, self.account.id, self.account.partition, shown)
            return
        _Details(self, kind, resource, where, shown, kind.details).ask()


@dataclass(slots=True)
class _Details:
    """The further calls of one resource."""

    recorder: _Recorder
    kind: Kind
    resource: dict[str, Any]
    region: str
    shown: str
    details: tuple[Detail, ...]
    open: int = 0
    gone: bool = False

    def ask(self) -> None:
        """Ask for everything that the resource already says enough for; the rest follows from the answers."""
        self.open = len(self.details)
        for detail in self.details:
            if detail.when and not search(detail.when, self.resource):
                self._one_done()
            elif detail.many:
                self._wait_for_parts(detail)
            else:
                self._ask(detail, {}, lambda value, detail=detail: self._store(detail, value))  # type: ignore[misc]

    def _wait_for_parts(self, detail: Detail) -> None:
        """Calls per element need the list first, which another detail brings."""
        source = detail.many.split("[", 1)[0]
        first = next(item for item in self.details if item.field == source)

        def then(value: Any) -> None:
            names = search(detail.many, {source: value}) or []
            self.resource[detail.field] = {}
            self.open += len(names)
            for name in names:
                self._ask(detail, {"each": name}, lambda answer, name=name: self._part(detail, name, answer))  # type: ignore[misc]
            self._one_done()

        self._ask(first, {}, then)

    def _part(self, detail: Detail, name: str, answer: Any) -> None:
        self.resource[detail.field][name] = answer
        self._one_done()

    def _ask(self, detail: Detail, extra: dict[str, Any], use: Callable[[Any], None]) -> None:
        self._call(detail, detail.ask, extra, use)

    def _call(self, detail: Detail, ask: Ask, extra: dict[str, Any], use: Callable[[Any], None]) -> None:
        account = self.recorder.account
        known = known_of(self.resource, account.id, account.partition, self.region) | extra
        arguments = arguments_of(ask.arguments, known)
        if arguments is None:
            use(None)
            return
        pages: list[Any] = []

        def answered(answer: Mapping[str, Any] | Fault, last: bool) -> None:
            if isinstance(answer, Fault):
                if detail.instead and ask is detail.ask and answer.cause is Cause.ABSENT:
                    self._call(detail, detail.instead, extra, use)
                else:
                    self._failed(detail, answer, use)
                return
            found = plain(search(ask.path, answer) if ask.path else dict(answer))
            pages.append(parsed(found) if detail.json else found)
            if last:
                use(_joined(pages))

        self.recorder.pool.ask(account, self.region, ask, arguments, answered)

    def _failed(self, detail: Detail, fault: Fault, use: Callable[[Any], None]) -> None:
        if fault.cause is Cause.ABSENT:
            if detail.primary:
                self.gone = True
            use(None)
            return
        self.resource["_missing"][detail.ask.name] = fault.cause.value
        self.recorder.collected.failed(self.recorder.account.id, self.shown, detail.ask.name, fault)
        use(None)

    def _store(self, detail: Detail, value: Any) -> None:
        if detail.field:
            self.resource[detail.field] = value
        elif isinstance(value, Mapping):
            self.resource.update(
                {key: item for key, item in value.items() if item is not None or key not in self.resource}
            )
        self._one_done()

    def _one_done(self) -> None:
        self.open -= 1
        if self.open:
            return
        account = self.recorder.account
        if self.gone:
            # Deleted between list and details: it is not there any more.
            listed = self.recorder.collected.resources[self.kind.name]
            listed[:] = [resource for resource in listed if resource is not self.resource]
            return
        finish(
            self.kind, self.resource, account.id, account.partition, self.region if self.shown != "global" else "global"
        )


def _joined(pages: list[Any]) -> Any:
    """Pages of a list become one list; of a structure, the first one with later lists added."""
    if len(pages) == 1:
        return pages[0]
    if all(isinstance(page, list) or page is None for page in pages):
        return [item for page in pages for item in page or ()]
    whole: dict[str, Any] = {}
    for page in pages:
        for key, value in (page or {}).items():
            whole[key] = whole[key] + value if isinstance(value, list) and isinstance(whole.get(key), list) else value
    return whole
