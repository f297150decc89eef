"""Tables and lists that are more than numbers: channels, clients, contracts, invoices, blockers and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from auditor.adapters.wiki.blocks import Block
from auditor.adapters.wiki.cells import TOTAL
from auditor.adapters.wiki.columns import Column
from auditor.adapters.wiki.dates import DATE, parse_date
from auditor.adapters.wiki.numbers import whole_cell
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.tabular import Table
from auditor.model.fact import Quantity, Record
from auditor.model.location import WikiLocation


@dataclass(frozen=True, slots=True)
class Kind:
    """How tables of one kind are recognised, and what their columns are called."""

    name: str
    heading: re.Pattern[str]
    """Words of the heading above that make it likely."""
    columns: Mapping[str, re.Pattern[str]]
    """Canonical name to the headers that mean it; `name` is the row's own."""
    needs: tuple[frozenset[str], ...]
    """Sets of canonical columns; a table that has all of one set is of this kind, whatever its heading."""
    with_heading: tuple[frozenset[str], ...] = ()
    """Sets that suffice below a heading with the kind's words."""


_IN_BRACKETS = re.compile(r"\s*[\[(][^\])]*[\])]")


def _kind(
    name: str, heading: str, columns: dict[str, str], needs: Sequence[str], with_heading: Sequence[str] = ()
) -> Kind:
    return Kind(
        name,
        re.compile(rf"\b(?:{heading})\b", re.IGNORECASE),
        {key: re.compile(rf"^(?:{pattern})$", re.IGNORECASE) for key, pattern in columns.items()},
        tuple(frozenset(n.split()) for n in needs),
        tuple(frozenset(n.split()) for n in with_heading),
    )


_DUE = "due|due date|deadline|by|by when|target date|target|when|eta|date due|due by"
_OWNER = "owner|responsible|assignee|who|lead|assigned to|accountable"
_STATUS = "status|state|stage|listing status|listing"
_DONE = "done|complete|completed|finished|done\\?|ready|ready\\?"

KINDS: tuple[Kind, ...] = (
    _kind("channel", "channels?|otas?|marketplaces?|distribution|listings?|booking platforms?",
          {"name": "channel|platform|ota|marketplace|site|listing|source", "commission": "commission|commission %|commission rate|fee|platform fee|booking fee|take rate|commission \\(%\\)",
           "price": "price|list price|gross price|price per \\w+|our price", "bookings": "bookings|expected bookings|bookings per month|bookings / month|expected bookings per month|expected bookings / month|volume|expected",
           "setup": "setup|set-up|setup cost|set-up cost|set up cost|onboarding cost", "effort": "effort|set-up effort|setup effort|work", "status": _STATUS, "blocker": "blocker|blocked by|waiting for|blockers",
           "due": f"{_DUE}|go live|live by|launch", "owner": _OWNER, "url": "url|link|page", "leads": "leads", "spend": "spend|ad spend|cost"},
          ["name commission"], ["name status", "name effort", "name price"]),
    _kind("invoice", "invoices?|invoicing|receivables?|billing|accounts receivable|ageing|aging",
          {"name": "invoice|invoice #|invoice no\\.?|invoice number|no\\.?|number|inv|#|ref", "client": "client|customer|bill to|billed to|account", "amount": "amount|total|value|sum|invoiced|amount due",
           "date": "date|issued|invoice date|issue date|sent|billed", "due": "due|due date|payable by|due by", "status": "status|state|paid\\?", "paid": "paid|paid on|payment date|date paid|payment received|paid date", "hours": "hours"},
          ["name amount due", "client amount due", "name client amount date", "name amount paid"], ["client amount date", "client amount", "name amount"]),
    _kind("contract", "contracts?|bookings?|deposits?|charters? booked|reservations?|agreements?|deferred",
          {"name": "contract|booking|charter|event|agreement|reference|ref|id|reservation|booking ref|guest", "client": "client|customer|guest|party|booked by|counterparty", "price": "price|fee|total|contract value|value|charter fee|amount|total price|package",
           "deposit": "deposit|deposit received|deposit paid|deposits|paid so far|deposit \\(usd\\)", "deposit_date": "deposit date|deposit received on|deposit on|deposit paid on|paid on|received", "refunded": "refund|refunded|refunds",
           "refund_date": "refund date|refunded on", "service_date": "service date|charter date|event date|date|date of service|trip date|dates|service dates|charter dates|delivery date", "end": "end|end date|until|return|last day",
           "start": "start|start date|from|first day", "signed": "signed|signed\\?|signed on|contract signed|agreement|terms signed", "policy": "policy|cancellation policy|cancellation|terms", "status": _STATUS,
           "obligations": "obligations?|performance obligations?|deliverables?|includes", "add_ons": "add-ons?|addons?|extras", "pass_through": "pass-through|pass through|apa|reimbursed", "damage_deposit": "damage deposit|security deposit",
           "balance": "balance|balance due|open", "recognition": "recognition|recognised|recognized|recognise|revenue recognition"},
          ["price deposit service_date", "name deposit service_date", "price deposit start", "client deposit service_date"], ["price deposit", "name price signed", "client price service_date"]),
    _kind("hours", "hours|time ?logs?|timesheets?|time tracking|time",
          {"name": "project|task|work|item|description|what", "client": "client|customer|account", "date": "date|day|week|month|period", "logged": "hours|hours logged|logged|hrs|worked|time|hours worked", "invoiced": "invoiced|hours invoiced|billed|hours billed|invoiced hours",
           "rate": "rate|hourly rate", "who": "who|person|by"},
          ["client logged invoiced", "client logged date", "client logged"], ["name logged"]),
    _kind("job", "jobs?|deliveries|delivery jobs?|passages?|voyages?|quotes?",
          {"name": "job|delivery|passage|voyage|vessel|boat|yacht|job name", "route": "route|from ?/ ?to|from - to|passage route|leg|from → to|trip", "distance": "distance|nm|nautical miles|miles|distance \\(nm\\)|route nm", "speed": "speed|kn|knots|speed \\(kn\\)|avg speed|average speed",
           "fuel_burn": "fuel burn|gal/h|gph|fuel burn \\(gal/h\\)|burn|consumption|gallons per hour", "days": "days|planned days|duration", "lay_days": "lay days|stops|waiting days", "crew": "crew|crew size|hands", "quote": "quote|quoted|price|fee|quoted price|our quote", "season": "season|month|window",
           "boat": "boat|vessel|yacht", "status": _STATUS, "travel": "travel|flights|crew travel", "client": "client|owner|customer", "date": "date|start|departure", "cost": "cost|actual cost", "risk": "risks?|risk notes", "other": "other|other costs|dockage|fees", "engines": "engines?"},
          ["distance quote", "route distance", "name distance speed", "name route quote"], ["name route", "route quote", "name quote"]),
    _kind("client", "clients?|customers?|accounts?|portfolio",
          {"name": "client|customer|account|company|client name", "model": "model|billing model|billing|plan|pricing model|how billed|engagement|type", "fee": "fee|retainer|mrr|monthly fee|price|monthly|fee / month|monthly price|recurring|fee per month|hosting fee|per month|monthly retainer|monthly rate", "hours": "hours|hours / month|hours per month",
           "rate": "rate|hourly rate", "last_invoice": "last invoice|last invoiced|last billed|invoiced", "site": "site|website|domain|url|domains|web site", "status": _STATUS, "hosting": "hosting|hosting cost|aws cost|hosted on|hosting / month", "since": "since|client since|start", "contract": "contract|agreement", "owner": "account owner|account manager"},
          ["name model", "name fee site", "name site last_invoice", "name fee status"], ["name fee", "name site", "name status"]),
    _kind("ask", "asks?|capital|capex|investments?|spending requests?|initiatives?|use of funds|capital deployment",
          {"name": "ask|initiative|project|investment|item|what|use", "cost": "cost|amount|one-time cost|one-off cost|price|capital|ask amount|needed|up-front", "effect": "effect|monthly effect|effect / month|monthly benefit|monthly gain|gain / month|benefit|return|monthly return|saves / month|monthly saving|effect per month",
           "must": "must|must pay|must-pay|mandatory|required|why|reason|class|kind|priority", "owner": _OWNER, "due": _DUE, "status": _STATUS},
          ["name cost effect"], ["name cost"]),
    _kind("deal", "pipeline|deals?|opportunit(?:y|ies)|leads?|prospects?|quotes? out",
          {"name": "deal|opportunity|lead|prospect|client|customer|inquiry|enquiry|guest|account", "value": "value|amount|deal value|price|quote|worth|size", "probability": "probability|prob\\.?|likelihood|chance|win %|confidence|odds|p", "stage": "stage|status|step", "due": f"{_DUE}|close|expected close|close date|date|expected", "owner": _OWNER, "source": "source|channel"},
          ["name probability", "value probability"], ["name value", "name stage"]),
    _kind("blocker", "blockers?|blocked|blocking|risks?|issues?|open issues?|impediments?",
          {"name": "blocker|issue|risk|item|what|problem|description|impediment", "owner": _OWNER, "due": _DUE, "status": _STATUS, "impact": "impact|effect|cost|severity|blocks", "next": "next step|mitigation|action|next|plan", "since": "since|opened|raised"},
          [], ["name owner", "name due"]),
    _kind("milestone", "milestones?|roadmap|goals?|deliverables?|timeline|launch plan|next steps|plan",
          {"name": "milestone|goal|deliverable|what|item|step|target|task", "due": _DUE + "|date|month", "owner": _OWNER, "status": _STATUS, "done": _DONE, "area": "area|type|kind"},
          [], ["name due", "name done", "name status"]),
    _kind("owner", "owners?|ownership|equity|cap(?:italization)? table|shareholders?|members?|founders?|partners? and equity",
          {"name": "owner|shareholder|member|founder|partner|name|holder|person", "share": "share|shares|equity|ownership|%|stake|equity %|percentage|split|interest|share \\(%\\)|equity \\(%\\)", "status": _STATUS, "agreement": "agreement|signed|documented|operating agreement|paper|contract|document", "vesting": "vesting|vested|vests", "role": "role|title"},
          ["name share"], ["name agreement"]),
    _kind("asset", "assets?|fleet|inventory|equipment|domains?|accounts? and assets|property list",
          {"name": "asset|vessel|boat|item|truck|property|domain|equipment|what|name|account", "type": "type|kind|class|category", "owner": "owner|owned by|in the name of|registered to|title|registrant|account owner|legal owner|held by", "value": "value|cost|book value|worth|purchase price|price|estimated value", "status": _STATUS, "location": "location|where|place", "insurance": "insurance|insured|policy", "expires": "expires|renewal|expiry|renews"},
          [], ["name owner", "name type", "name value"]),
    _kind("partner", "partners?|vendors?|suppliers?|ecosystem|marinas?|subcontractors?|service providers?",
          {"name": "partner|vendor|supplier|company|name|marina|yard|who|provider", "service": "service|role|type|what|provides|for|category|area", "status": _STATUS, "contract": "contract|agreement|terms|signed|rate agreement", "contact": "contact|e-?mail|phone", "region": "region|port|where|location|area covered", "rate": "rate|price|cost"},
          [], ["name service", "name status", "name contract"]),
    _kind("rate", "exchange rates?|currency rates?|fx rates?|rates",
          {"name": "pair|currencies|note", "from": "from|base|one|1|currency", "to": "to|quote|in|is worth", "rate": "rate|exchange rate|fx rate|value|is", "date": "date|on|as of|dated|day", "source": "source|by|provider"},
          ["from to rate date"]),
    _kind("checklist", "checklists?|readiness|compliance|requirements|preparation|documents?",
          {"name": "item|check|document|requirement|what|task|thing", "done": _DONE, "status": _STATUS, "owner": _OWNER, "due": f"{_DUE}|expires|expiry|valid until", "note": "notes?|remark|comment"},
          [], ["name done", "name status", "name due"]),
)  # fmt: skip

UNITS = {
    "distance": "nm", "speed": "knots", "fuel_burn": "gal/h", "days": "days", "lay_days": "days", "bookings": "count",
    "logged": "hours", "invoiced": "hours", "hours": "hours", "crew": "count", "share": "percent", "probability": "percent",
    "commission": "percent", "leads": "count", "engines": "count",
}  # fmt: skip
"""What a plain number in a column is."""
MONEY = frozenset(
    "price setup amount deposit refunded fee cost effect value quote travel rate hosting spend other balance add_ons pass_through damage_deposit".split()
)
_DATES = frozenset(
    "due date paid deposit_date refund_date service_date start end signed since expires last_invoice".split()
)
_PAIR = re.compile(
    r"\b(owner|assignee|responsible|due|deadline|by|status|since|impact)\s*[:=]\s*([^,;()]+)", re.IGNORECASE
)
_BOX = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s+(.*)$")
_ITEM_KINDS = ("blocker", "milestone", "checklist")


def kind_of(table: Table, headings: Sequence[str]) -> tuple[Kind, dict[int, str]] | None:
    """The kind of a table, and the canonical name of each of its columns."""
    return _kind_of(tuple(_plain(c.words) for c in table.header), " / ".join(headings[-2:]))


@lru_cache(maxsize=1024)
def _kind_of(header: tuple[str, ...], near: str) -> tuple[Kind, dict[int, str]] | None:
    if len(header) < 2:
        return None
    best: tuple[int, Kind, dict[int, str]] | None = None
    for kind in KINDS:
        named = _columns(kind, header)
        have = set(named.values())
        by_heading = kind.heading.search(near) is not None
        sets = kind.needs + (kind.with_heading if by_heading else ())
        if not have & {"name", "client", "route", "from"}:
            continue
        if any(need <= have for need in sets):
            score = len(have) * 2 + (3 if by_heading else 0)
            if best is None or score > best[0]:
                best = (score, kind, named)
    return (best[1], best[2]) if best is not None else None


def _plain(header: str) -> str:
    without = _IN_BRACKETS.sub("", header).strip().lower()
    return without or header.strip().lower()


def _columns(kind: Kind, header: Sequence[str]) -> dict[int, str]:
    named: dict[int, str] = {}
    fitting = [_fitting(text).get(kind.name, ()) for text in header]
    if not any(fitting):
        return named
    for canonical in kind.columns:
        for i, fits in enumerate(fitting):
            if i not in named and canonical in fits:
                named[i] = canonical
                break
    return named


@lru_cache(maxsize=4096)
def _fitting(text: str) -> dict[str, frozenset[str]]:
    """For each kind, the columns that a header may be; headers come again and again."""
    found = {k.name: frozenset(c for c, pattern in k.columns.items() if pattern.match(text)) for k in KINDS}
    return {name: columns for name, columns in found.items() if columns}


def table_records(table: Table, headings: tuple[str, ...], columns: Sequence[Column], scope: Scope) -> Iterator[Record]:
    """One record for each row of a table of a known kind; total rows are left out."""
    found = kind_of(table, headings)
    if found is None:
        return
    kind, named = found
    for cells in table.rows:
        text: dict[str, str] = {}
        amounts: dict[str, Quantity] = {}
        for i, cell in enumerate(cells):
            if i >= len(columns) or not cell.words:
                continue
            header = table.header[i].words if i < len(table.header) else ""
            key = named.get(i) or _slug(header)
            text[key] = _as_date(key, cell.words)
            text |= _span(key, cell.words)
            hits = whole_cell(cell.text, currency=scope.currency, dots_group=scope.dots_group)
            if (
                hits
                and key != "name"
                and (amount := _amount(key, hits[0].value, columns[i].unit, columns[i].per, scope)) is not None
            ):
                amounts[key] = amount
        name = text.get("name") or text.get("client") or text.get("route") or text.get("from") or ""
        if not name or TOTAL.search(name):
            continue
        place = WikiLocation(scope.page, headings[-1] if headings else "", cells[0].line, cells[0].column, scope.commit)
        yield Record(kind.name, scope.entity, name, place, {k: v for k, v in text.items() if k != "name"}, amounts)


def _slug(header: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_") or "column"


def _as_date(key: str, words: str) -> str:
    """A date column's cell as an ISO date where all of it is one date; else as written."""
    if (
        key in _DATES
        and (found := parse_date(words)) is not None
        and len(words) <= 20
        and len(DATE.findall(words)) == 1
    ):
        return found.isoformat()
    return words


def _span(key: str, words: str) -> dict[str, str]:
    """First and last day of a service that takes several."""
    if key != "service_date":
        return {}
    days = [d for m in DATE.finditer(words) if (d := parse_date(m[0])) is not None]
    if (
        len(days) == 1
        and (m := re.search(r"\d\s*(?:-|–|to)\s*(\d{1,2})\s*$", words))
        and int(m[1]) >= days[0].day
        and int(m[1]) <= 31
    ):
        try:
            days.append(days[0].replace(day=int(m[1])))
        except ValueError:  # 30 February
            return {"start": days[0].isoformat()}
    if not days:
        return {}
    return {"start": days[0].isoformat(), "end": days[-1].isoformat()}


def _amount(key: str, value: Quantity, unit: str, per: str | None, scope: Scope) -> Quantity | None:
    if key in _DATES:
        return None
    if value.unit == "":
        if key in UNITS:
            value = replace(value, unit=UNITS[key])
            if (
                key in {"commission", "share", "probability"}
                and value.high <= 1
                and value.high != value.high.to_integral_value()
            ):
                value = replace(value, low=value.low * Decimal(100), high=value.high * Decimal(100))
        elif key in MONEY or unit == "money":
            value = replace(value, unit="money", currency=scope.currency)
        elif unit:
            value = replace(value, unit=unit)
    elif value.unit == "gallons" and key == "fuel_burn":
        value = replace(value, unit="gal/h", per=None)
    if value.per is None and per is not None and value.unit != "percent":
        value = replace(value, per=per)
    return value


def item_records(block: Block, lines: Sequence[str], scope: Scope) -> Iterator[Record]:
    """Blockers, milestones and check boxes written as list items."""
    near = " / ".join(block.headings[-2:])
    kind = _item_kind(near)
    if kind is None or not block.lines:
        return
    first = block.lines[0]
    source = lines[first.number - 1] if first.number <= len(lines) else ""
    box = _BOX.match(source)
    if kind.name == "checklist" and box is None:
        return
    words = " ".join(" ".join(line.text for line in block.lines).split()).lstrip("-*+ ")
    words = re.sub(r"^\d+[.)]\s+", "", words)
    words = re.sub(r"^\[[ xX]\]\s*", "", words)
    text = {_item_key(m[1]): _as_date(_item_key(m[1]), m[2].strip(" .")) for m in _PAIR.finditer(words)}
    plain = kind.name == "blocker" and re.search(r"\bblock(?:ers?|ed)\b", block.headings[-1], re.IGNORECASE)
    if kind.name != "checklist" and not text and box is None and not plain:
        return
    if box is not None:
        text["done"] = "yes" if box[1] in "xX" else "no"
    name = re.split(
        r"\s*[(\[]\s*(?=(?:owner|assignee|due|deadline|by|status|responsible)\b)|\s+[-–—|;,]\s*(?=(?:owner|assignee|due|deadline|status|responsible)\b)|[;,]\s*(?=(?:owner|due)\s*[:=])",
        words,
        maxsplit=1,
        flags=re.IGNORECASE,
    )[0].strip(" .-–—:;,(")
    if name:
        place = WikiLocation(scope.page, block.headings[-1] if block.headings else "", first.number, 1, scope.commit)
        yield Record(kind.name, scope.entity, name, place, text)


@lru_cache(maxsize=1024)
def _item_kind(near: str) -> Kind | None:
    return next((k for k in KINDS if k.name in _ITEM_KINDS and k.heading.search(near)), None)


def _item_key(word: str) -> str:
    return {"assignee": "owner", "responsible": "owner", "deadline": "due", "by": "due"}.get(word.lower(), word.lower())
