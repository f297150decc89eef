"""Snapshots in the states that a report has to survive; every figure in them is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from auditor.formats.snapshot import freeze
from auditor.model.fact import Conflict, Fact, Gap, Miscalculation, Quantity, Record, Status
from auditor.model.finding import Finding, State
from auditor.model.location import CloudLocation, CodeLocation, WikiLocation
from auditor.model.money import Money, MoneyRange, Saving
from auditor.model.rule import Effort, Rule, Severity
from auditor.model.run import Coverage, EntityInfo, OutcomeStatus, Snapshot, WikiEdit

COMMIT = "4f2a91c0d3e84b7a9c1d2e3f4a5b6c7d8e9f0a1b"
ENTITIES = (
    EntityInfo("jada", "JADA", "event-boat", "Event booking on a charter boat", ("jada",), ("jada/*",), ("main",), ("jada.example",)),
    EntityInfo("queenofsandiego", "QueenofSanDiego", "charter", "Yacht charters", ("queenofsandiego",), ("queenofsandiego/*",),
               ("main",), ("queenofsandiego.example",)),
    EntityInfo("quickdumpnow", "QuickDumpNow", "hauling", "Junk hauling", ("quickdumpnow",), ("quickdumpnow/*",)),
    EntityInfo("dangerouscentaur", "DangerousCentaur", "web-clients", "Web clients", ("dangerouscentaur",), ("dangerouscentaur/*",),
               ("main",)),
    EntityInfo("rental-51st", "3028 51st St Rental", "rental", "One rental property", pages=("rental/*",)),
    EntityInfo("yacht-delivery", "Expert Yacht Delivery", "yacht-delivery", "Delivers yachts", pages=("delivery/*",)),
    EntityInfo("client-portfolio", "DangerousCentaur Client Portfolio", "client-portfolio", "Clients", pages=("clients/*",)),
)  # fmt: skip


def rule(
    identity: str,
    title: str,
    severity: Severity,
    fix: str,
    *,
    audience: tuple[str, ...] = ("cto",),
    effort: Effort = Effort.SMALL,
) -> Rule:
    return Rule(identity, title, identity.split(".", maxsplit=1)[0], severity, f"{title}: somebody can use it against us.", fix,
                effort=effort, audience=audience, controls=("cis-aws/3.1",))  # fmt: skip


STRIPE = rule("secrets.stripe-live-key", "Stripe live key in git", Severity.CRITICAL,
              "Roll the key in the Stripe dashboard and keep the new one in Secrets Manager.", audience=("cto", "ceo"))  # fmt: skip
ENV = rule("hygiene.env-file-tracked", "Environment file in the repository", Severity.HIGH,
           "Remove the file, rotate what was in it and ignore it.")  # fmt: skip
WAF = rule("aws.cloudfront-without-waf", "CloudFront distribution without a web firewall", Severity.HIGH,
           "Put a web ACL with the AWS managed groups in front of it.", effort=Effort.MEDIUM)  # fmt: skip
VOLUME = rule("aws.volume-unattached", "Disk that nothing uses", Severity.LOW,
              "Take a snapshot, then delete the volume.", audience=("cto", "cfo"))  # fmt: skip
CONCURRENCY = rule("aws.lambda-provisioned-unused", "Paid concurrency that nobody uses", Severity.MEDIUM,
                   "Remove provisioned concurrency from the function.", audience=("cto", "cfo"))  # fmt: skip
CAPTURE = rule("pages.no-email-capture", "No way to leave an e-mail address", Severity.MEDIUM,
               "Add a form that asks for an e-mail address.", audience=("cmo", "cto"), effort=Effort.MEDIUM)  # fmt: skip
BILLING = rule("wiki.no-billing-model", "Client without a billing model", Severity.MEDIUM,
               "Agree on a billing model and write it into the client's row.", audience=("clients", "accounting"))  # fmt: skip


def finding(
    card: Rule,
    entity: str,
    number: int,
    *,
    place: object = None,
    saving: Decimal | None = None,
    state: State = State.KNOWN,
    owner: str = "",
) -> Finding:
    location = place or CodeLocation(entity, f"src/module_{number}.py", 10 + number, commit=COMMIT)
    if card.id.startswith("aws."):
        location = CloudLocation("123456789012", "us-east-1", f"arn:aws:ec2:us-east-1:123456789012:volume/vol-{number:08x}",
                                 "ec2:DescribeVolumes", "2026-11-02T06:17:00Z")  # fmt: skip
    money = None
    if saving is not None:
        money = Saving(
            MoneyRange.exact(Money(saving)),
            "list price, on demand, us-east-1",
            "2026-10-01",
            f"100 GB × {saving / 100}",
        )
    return Finding(card, location, f"v1:{card.id[:6]}{number:08x}:1", card.severity, "high", entity, owner=owner,  # type: ignore[arg-type]
                   state=state, saving=money, first_seen="2026-09", last_seen="2026-10")  # fmt: skip


def money(amount: str, high: str = "", per: str | None = "month") -> Quantity:
    return Quantity(Decimal(amount), Decimal(high or amount), "money", "USD", per)


def fact(
    entity: str,
    metric: str,
    value: Quantity,
    line: int,
    *,
    status: Status = Status.ACTUAL,
    page: str = "numbers.md",
    period: str | None = "2026-10",
) -> Fact:
    folder = next(e.pages[0].split("/")[0] for e in ENTITIES if e.key == entity)
    label = metric.replace("_", " ").capitalize()
    return Fact(entity, label, value, WikiLocation(f"{folder}/{page}", "Numbers", line, 1, COMMIT), metric,
                period=period, as_of=date(2026, 10, 31), status=status, raw=str(value.low))  # fmt: skip


def row(
    kind: str, entity: str, name: str, line: int, text: dict[str, str] | None = None, **amounts: Quantity
) -> Record:
    folder = next(e.pages[0].split("/")[0] for e in ENTITIES if e.key == entity)
    return Record(kind, entity, name, WikiLocation(f"{folder}/{kind}s.md", kind, line, 1, COMMIT), text or {}, amounts)


def covered(scanner: str, target: str, kind: str, entity: str, *, failed: str = "", **looked: int) -> Coverage:
    status = OutcomeStatus.FAILED if failed else OutcomeStatus.DONE
    return Coverage(scanner, target, kind, entity, status, failed, looked or {"files": 120}, {}, not failed,
                    "2026-11-02T06:17:00Z" if kind == "aws-account" else COMMIT)  # fmt: skip


COVERAGE = (
    *(
        covered("secrets", name, "repo", name, files=210)
        for name in ("jada", "queenofsandiego", "quickdumpnow", "dangerouscentaur")
    ),
    covered("aws", "main", "aws-account", "", resources=312),
    covered("wiki", "wiki", "wiki", "", pages=31),
)


def count(number: str, unit: str = "count") -> Quantity:
    return Quantity(Decimal(number), Decimal(number), unit)


def _facts(*, good: bool, month: int = 0) -> tuple[Fact, ...]:
    scale = Decimal(100 + 4 * month) / 100

    def scaled(amount: int, high: int = 0) -> Quantity:
        return money(
            str((Decimal(amount) * scale).quantize(Decimal(1))),
            str((Decimal(high or amount) * scale).quantize(Decimal(1))),
        )

    revenue = (11800, 9100, 2600, 3900, 2950, 4100, 3900) if good else (1120, 900, 300, 1400, 2950, 600, 1400)
    targets = (12000, 9000, 2500, 4000, 3000, 4000, 4000) if good else (4000, 9000, 2500, 4000, 3000, 4000, 4000)
    costs = (8000, 7600, 2100, 2600, 2100, 2900, 1600)
    facts: list[Fact] = []
    for number, entity in enumerate(e.key for e in ENTITIES):
        facts += [
            fact(entity, "revenue", scaled(revenue[number]), 5),
            fact(entity, "revenue", money(str(targets[number])), 6, status=Status.TARGET),
            fact(entity, "expenses", money(str(costs[number])), 7),
        ]
    cash = Decimal(240000 if good else 48000)
    facts += [
        fact("jada", "cash", Quantity(cash, cash, "money", "USD"), 8),
        fact("jada", "price", money("1250", per="charter"), 10),
        fact("jada", "variable_cost", money("410", per="charter"), 11),
        fact("jada", "fixed_costs", money("4600"), 12),
        fact("jada", "units_sold", count("9" if good else "0"), 13),
        fact("jada", "pipeline", count("11" if good else "0"), 14),
        fact("jada", "marketing_spend", money("900"), 15),
        fact("jada", "new_customers", count("6"), 16),
        fact("jada", "leads", count("38"), 17),
        fact("jada", "users", count("3676"), 18),
        fact("jada", "email_subscribers", count("412"), 19),
        fact("jada", "card_fee", count("2.9", "percent"), 20),
        fact("jada", "deferred_revenue", money("6400", per=None), 21),
        fact("rental-51st", "rent", money("2950"), 10),
        fact("rental-51st", "purchase_price", money("410000", per=None), 11),
        fact("rental-51st", "loan_amount", money("205000" if good else "320000", per=None), 12),
        fact("rental-51st", "interest_rate", count("6.25", "percent"), 13),
        fact("rental-51st", "loan_term", count("30", "years"), 14),
        fact("rental-51st", "cash_invested", money("98000", per=None), 15),
        fact("rental-51st", "property_tax", money("4900", per="year"), 16),
        fact("rental-51st", "insurance", money("1450", per="year"), 17),
        fact("rental-51st", "maintenance", money("210"), 18),
        fact("rental-51st", "vacancy_rate", count("5", "percent"), 19),
        fact("rental-51st", "adr", money("168", per="night"), 20),
        fact("rental-51st", "occupancy", count("71", "percent"), 21),
        fact("yacht-delivery", "fuel_price", money("4.85", per="gallon"), 10),
        fact("yacht-delivery", "captain_day_rate", money("415", per="day"), 11),
        fact("yacht-delivery", "crew_day_rate", money("210", per="day"), 12),
        fact("yacht-delivery", "per_diem", money("45", per="day"), 13),
        fact("client-portfolio", "hourly_rate", money("95", per="hour"), 10),
        fact("client-portfolio", "cost_rate", money("38", per="hour"), 11),
        fact("client-portfolio", "hosting_cost", money("84"), 12),
    ]  # fmt: skip
    categories = (
        ("Slip and dockage", 1450),
        ("Crew", 2300),
        ("Insurance", 610),
        ("Software and AWS", 84),
        ("Repairs", 1100),
    )
    for line, (label, amount) in enumerate(categories, 30):
        facts.append(replace(fact("jada", "x", money(str(amount)), line), metric=None, category=label, label=label))
    return tuple(replace(f, period=f"2026-{10 + month:02d}") for f in facts)


def _records(*, good: bool) -> tuple[Record, ...]:
    percent = lambda n: count(str(n), "percent")  # noqa: E731
    return (
        row("owner", "jada", "Operating agreement", 4, {"status": "signed" if good else "unsigned draft", "contact": "Dana Reyes"}),
        row("owner", "quickdumpnow", "Equity split", 5, {"status": "70/30, signed" if good else "not documented"}),
        row("asset", "jada", "jada.example", 6, {"type": "domain", "owner": "Dana Reyes"}),
        row("asset", "rental-51st", "3028 51st St", 7, {"type": "property", "owner": "Holding company"}),
        row("blocker", "jada", "Charter insurance certificate is missing", 8, {"owner": "Dana Reyes", "due": "2026-10-20"}),
        row("channel", "jada", "Sailo", 9, {"status": "live", "effort": "S"}, commission=percent(15), bookings=count("3")),
        row("channel", "jada", "GetMyBoat", 10, {"status": "draft", "effort": "S"}, commission=percent("11.5"), bookings=count("4")),
        row("channel", "jada", "Airbnb Experiences", 11, {"status": "blocked", "effort": "M", "blocker": "insurance certificate"},
            commission=percent(20), bookings=count("2")),
        row("channel", "jada", "Viator", 12, {"status": "planned", "effort": "M"}, commission=percent(25), bookings=count("5")),
        row("milestone", "jada", "List on Sailo", 13, {"due": "2026-10-15", "done": "yes", "owner": "Ana Ortiz"}),
        row("milestone", "jada", "E-mail list of 1,000", 14, {"due": "2026-12-31", "owner": "Ana Ortiz"}),
        row("contract", "jada", "Harbor Day Charter", 15, {"signed": "2026-09-20", "service_date": "2026-10-18", "policy": "50% until 14 days before"},
            price=money("1250", per=None), deposit=money("625", per=None)),
        row("contract", "jada", "Wedding at Coronado", 16, {"signed": "2026-10-02", "service_date": "2026-12-05"},
            price=money("4800", per=None), deposit=money("2400", per=None)),
        row("job", "yacht-delivery", "San Diego to Cabo", 17, {"crew": "2", "season": "November", "route": "San Diego to Cabo"},
            distance=count("740", "nm"), speed=count("6.5", "knots"), fuel_burn=count("1.8", "gal/h"), quote=money("5900" if good else "3900", per=None)),
        row("job", "yacht-delivery", "Ensenada to Oakland", 18, {"crew": "3", "route": "Ensenada to Oakland"}, distance=count("520", "nm"),
            speed=count("6", "knots"), fuel_burn=count("1.8", "gal/h")),
        row("checklist", "yacht-delivery", "Insurance rider", 19, {"done": "yes"}),
        row("checklist", "yacht-delivery", "EPIRB registration", 20, {"done": "yes" if good else "no", "owner": "Captain"}),
        row("checklist", "yacht-delivery", "Life raft service", 21, {"done": "yes" if good else "", "owner": "Captain", "due": "2026-11-20"}),
        row("partner", "yacht-delivery", "Cabo marina agent", 22, {"service": "customs and berth", "status": "verbal", "contract": "none"}),
        row("client", "client-portfolio", "Bluewater Dental", 23, {"model": "retainer", "last_invoice": "2026-10-01", "site": "bluewater.example"},
            fee=money("650")),
        row("client", "client-portfolio", "Harbor Yoga", 24, {"model": "retainer" if good else "", "site": "harboryoga.example"},
            **({"fee": money("300")} if good else {})),
        row("client", "client-portfolio", "Kettle & Co", 25, {"model": "hourly", "last_invoice": "2026-08-01"}, fee=money("450")),
        row("invoice", "client-portfolio", "INV-104", 26, {"client": "Kettle & Co", "due": "2026-08-31", "status": "open" if not good else "paid"},
            amount=money("450", per=None)),
        row("hours", "client-portfolio", "Kettle & Co", 27, {"client": "Kettle & Co"}, logged=count("14", "hours"), invoiced=count("14" if good else "6", "hours")),
        row("site", "client-portfolio", "harboryoga.example", 28, {"client": "Harbor Yoga", "hosted_on": "CloudFront"}),
        row("stack", "jada", "shipcaptaincrew", 29, {"runtime": "python3.8", "eol": "2024-10-14", "ci": "no", "tests": "no", "iac": "no", "backups": "yes"}),
        row("stack", "queenofsandiego", "bookings-api", 30, {"runtime": "nodejs22.x", "ci": "yes", "tests": "yes", "iac": "no", "backups": "no"}),
        *(row("cost", "jada" if name != "Amazon SES" else "", name, line, {"service": name}, amount=money(low, high))
          for line, (name, low, high) in enumerate((("Amazon RDS", "28", "31"), ("Amazon CloudFront", "9", "22"), ("AWS Lambda", "8", "14"),
                                                    ("Amazon DynamoDB", "4", "9")), 31)),
    )  # fmt: skip


def _findings(*, good: bool) -> tuple[Finding, ...]:
    calm = (
        finding(VOLUME, "jada", 1, saving=Decimal(8)),
        finding(CAPTURE, "queenofsandiego", 2, owner="@ana"),
    )
    if good:
        return calm
    return (
        *calm,
        finding(STRIPE, "jada", 3, place=CodeLocation("jada", "config/keys.py", 7, commit=COMMIT), owner="Dana Reyes", state=State.NEW),
        finding(STRIPE, "jada", 4, place=CodeLocation("jada", "old/settings.py", 3, commit=COMMIT), owner="Dana Reyes"),
        finding(ENV, "queenofsandiego", 5, place=CodeLocation("queenofsandiego", ".env", commit=COMMIT), state=State.REOPENED),
        finding(WAF, "jada", 6),
        finding(WAF, "dangerouscentaur", 7),
        finding(CONCURRENCY, "jada", 8, saving=Decimal("61.20"), state=State.NEW),
        finding(BILLING, "client-portfolio", 9, place=WikiLocation("clients/clients.md", "Clients", 24, 1, COMMIT)),
    )  # fmt: skip


def snapshot(*, good: bool = False, month: int = 0) -> Snapshot:
    """October 2026, or `month` months away from it."""
    number = 10 + month
    facts = _facts(good=good, month=month)
    cash = next(f for f in facts if f.metric == "cash")
    other = replace(
        cash,
        value=Quantity(Decimal(45000), Decimal(45000), "money", "USD"),
        source=WikiLocation("jada/plan.md", "Cash", 31, 1, COMMIT),
    )
    return freeze(
        Snapshot(
            period=f"2026-{number:02d}",
            portfolio="Example portfolio",
            frozen_at=datetime(2026, number + 1, 2, 6, 17, tzinfo=UTC),
            entities=ENTITIES,
            findings=_findings(good=good) if month == 0 else _findings(good=good)[:-2],
            facts=facts,
            records=_records(good=good),
            gaps=() if good else (Gap("quickdumpnow", "cash", "Cash", "quickdumpnow/numbers.md", ("runway",), "TBD", 12),),
            conflicts=() if good else (Conflict("jada", "cash", cash, other, None, "both as of 31 October"),),
            miscalculations=() if good else (Miscalculation("jada", "total", Decimal(5544), Decimal(5644), WikiLocation("jada/costs.md", "Costs", 19, 1, COMMIT), "1450 + 2300 + 610 + 84 + 1100 + 100"),),
            coverage=COVERAGE if good else (*COVERAGE[1:], covered("secrets", "jada", "repo", "jada", failed="the clone is incomplete")),
            run_id=f"r-2026-{number:02d}",
            version="0.1.0",
            wiki_commit=COMMIT,
            wiki_edits=(WikiEdit("jada/numbers.md", COMMIT, "Dana Reyes", "2026-10-14T10:00:00-07:00", "Update October figures", (5, 6, 7)),),
        )
    )  # fmt: skip


def empty() -> Snapshot:
    """A portfolio of which nothing is known yet."""
    return freeze(
        Snapshot(
            "2026-10",
            "Example portfolio",
            datetime(2026, 11, 2, 6, 17, tzinfo=UTC),
            ENTITIES,
            (),
            (),
            (),
            (),
            (),
            (),
            (),
        )
    )


def many(findings: int = 10_000, entities: int = 7) -> Snapshot:
    """A bad month with very many findings, spread over the given number of businesses."""
    base = snapshot()
    extra = tuple(
        EntityInfo(f"business-{n}", f"Business {n}", "charter", pages=(f"b{n}/*",))
        for n in range(entities - len(ENTITIES))
    )
    keys = [e.key for e in (*ENTITIES, *extra)]
    cards = [
        rule(f"semgrep.fault-{n}", f"Fault number {n} of the code", Severity(n % 5), "Mend it.") for n in range(120)
    ]
    found = tuple(finding(cards[n % 120], keys[n % len(keys)], n + 100) for n in range(findings))
    facts = tuple(
        replace(f, entity=e.key, source=WikiLocation(f"b/{e.key}.md", "Numbers", 5, 1, COMMIT))
        for e in extra for f in base.facts if f.entity == "queenofsandiego"
    )  # fmt: skip
    return freeze(
        replace(base, entities=(*ENTITIES, *extra), findings=(*base.findings, *found), facts=(*base.facts, *facts))
    )


def strange() -> Snapshot:
    """Very long names, right-to-left scripts, emoji, markup, control characters and formulas."""
    base = snapshot()
    names = (
        "The Honourable Company of Extraordinarily Long Business Names, Sons and Daughters, of San Diego and Surroundings 🚤⚓",
        "شركة اليخوت الملكية", "חברת הובלה <script>alert(1)</script>", '=HYPERLINK("http://x")', "Name\u202ewith override\x1b[31m", "{{7*7}} {% if %}",
        "a|b`c`\r\nBcc: x@y.example",
    )  # fmt: skip
    entities = tuple(replace(e, name=names[n]) for n, e in enumerate(ENTITIES))
    records = tuple(replace(r, name=f"{r.name} {names[n % 7]}") for n, r in enumerate(base.records))
    findings = tuple(
        replace(f, message=f"{names[n % 7]} {f.rule.title}" * 3, owner=names[n % 7])
        for n, f in enumerate(base.findings)
    )
    return freeze(replace(base, entities=entities, records=records, findings=findings))


STATES = ("healthy", "bad", "empty", "first month", "after a gap", "many findings", "strange names")


@cache
def state(name: str) -> tuple[Snapshot, Snapshot | None, tuple[Snapshot, ...]]:
    """Snapshot, the month before and the history of a state."""
    if name == "healthy":
        past = tuple(snapshot(good=True, month=-n) for n in (4, 3, 2, 1))
        return snapshot(good=True), past[-1], past
    if name == "empty":
        return empty(), None, ()
    if name == "first month":
        return snapshot(), None, ()
    if name == "after a gap":
        return snapshot(), None, tuple(snapshot(month=-n) for n in (4, 3))
    past = tuple(snapshot(month=-n) for n in (3, 2, 1))
    current = {"bad": snapshot, "many findings": many, "strange names": strange}[name]()
    return current, past[-1], past
