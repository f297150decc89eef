"""The endpoint map as one page: what is public, what is guarded by what, what does not fit together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape as escape_markup
from itertools import groupby
from typing import TYPE_CHECKING

from auditor.model.fact import Record
from auditor.model.text import visible

if TYPE_CHECKING:
    from auditor.formats.endpoints import EndpointMap

_CSS = """
:root{--ink:#1c2430;--soft:#5b6675;--line:#dde3ea;--paper:#fff;--back:#f5f7fa;--no:#b3261e;--nob:#fdeceb;--yes:#1b6b3a;
--yesb:#e7f5ec;--unk:#7a5b00;--unkb:#fdf4dc}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1180px;margin:0 auto;padding:32px 24px 64px}h1{font-size:26px;margin:0 0 4px}
h2{font-size:17px;margin:36px 0 10px;overflow-wrap:anywhere}p.lead{color:var(--soft);margin:0 0 20px;max-width:75ch}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px;margin:0 0 8px;padding:0;list-style:none}
.tiles li{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.tiles b{display:block;font-size:26px;line-height:1.1}.tiles span{color:var(--soft);font-size:13px}
.scroll{overflow-x:auto;background:var(--paper);border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;min-width:860px;font-size:14px;table-layout:fixed}th{color:var(--soft);font-weight:600;font-size:12px;text-align:left}
th,td{padding:8px 12px;border-top:1px solid var(--line);vertical-align:top}tr:first-child th{border-top:0}
code{font:13px/1.45 ui-monospace,monospace;overflow-wrap:anywhere}.m{font-weight:700}.soft{color:var(--soft)}
.pill{display:inline-block;border-radius:99px;padding:1px 10px;font-size:12px;font-weight:700;white-space:nowrap}
.no{background:var(--nob);color:var(--no)}.yes{background:var(--yesb);color:var(--yes)}.unknown{background:var(--unkb);color:var(--unk)}
.tag{display:inline-block;border:1px solid var(--line);border-radius:4px;padding:0 6px;font-size:12px;color:var(--soft);margin:0 4px 0 0}
td{overflow-wrap:anywhere}.m,.l{white-space:nowrap}
@media(max-width:900px){main{padding:20px 12px}.scroll{overflow:visible}table{min-width:0}table,tbody,tr,td{display:block}
thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}tr{padding:10px 14px;border-top:1px solid var(--line)}
tbody tr:first-child{border-top:0}td{border:0;padding:2px 0;display:grid;grid-template-columns:110px minmax(0,1fr);gap:0 10px}
td::before{content:attr(data-label);color:var(--soft);font-size:12px;font-weight:600;padding-top:2px}}
@media(max-width:420px){td{grid-template-columns:84px minmax(0,1fr)}}
"""


def escape(text: str) -> str:
    """Text of a repository as it may stand in a page: no markup, control and bidirectional characters made visible."""
    return escape_markup(visible(text))


_WORDS = {"no": "public", "yes": "guarded", "unknown": "unknown"}


def page(found: EndpointMap) -> str:
    """The whole document; every text that comes from a repository is escaped."""
    counts = {word: sum(r.text["auth"] == word for r in found.endpoints) for word in ("no", "yes", "unknown")}
    tiles = [
        (len(found.endpoints), "endpoints"), (counts["no"], "public: no guard visible"), (counts["yes"], "guarded"),
        (counts["unknown"], "unknown"), (len(found.calls), "calls of front ends"),
        (len(found.having("missing")), "called, not served"), (len(found.having("dead")), "served, never called"),
        (len(found.having("undeclared")), "not in infrastructure code"),
    ]  # fmt: skip
    items = "".join(f"<li><b>{count}</b><span>{escape(name)}</span></li>" for count, name in tiles)
    body = [
        "<h1>Map of the API</h1>",
        (
            '<p class="lead">What answers requests, who may call it, and what the guard rests on. “Public” means that no '
            "guard is visible in this repository; a gateway outside of it may still hold one.</p>"
        ),
        f'<ul class="tiles">{items}</ul>',
        *_guards(found.endpoints),
        *_backends(found.endpoints),
        *_calls(found, several=found.several),
        *(f'<p class="soft">Not looked at: {escape(note)}</p>' for note in found.notes),
    ]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}<title>Map of the API</title><style>{_CSS}</style></head>'
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _guards(endpoints: tuple[Record, ...]) -> Iterable[str]:
    """How many endpoints rest on which kind of guard."""
    counts: dict[str, int] = {}
    for record in endpoints:
        kind = record.text.get("guard") or record.text["evidence"].split(" at ")[0]
        if record.text["auth"] == "yes":
            counts[kind] = counts.get(kind, 0) + 1
    if counts:
        ordered = sorted(counts.items(), key=lambda item: -item[1])
        heads = ("Endpoints", "Guard")
        rows = "".join(_row(heads, (str(count), escape(kind))) for kind, count in ordered)
        yield f"<h2>Guarded by what</h2>{_table(heads, rows)}"


def _backends(endpoints: tuple[Record, ...]) -> Iterable[str]:
    ordered = sorted(endpoints, key=lambda r: (_target(r), r.text["backend"], r.text["path"], r.text["method"]))
    for backend, records in groupby(ordered, key=lambda r: f"{_target(r)}: {r.text['backend']}"):
        yield f"<h2>{_breakable(backend)}</h2>"
        rows = "".join(_endpoint(r) for r in records)
        yield _table(_ENDPOINT_HEADS, rows)


def _endpoint(record: Record) -> str:
    text = record.text
    match = "" if text["match"] in {"exact", "segments"} else f' <span class="tag">{escape(text["match"])}</span>'
    tags = "".join(
        f'<span class="tag">{escape(word)}</span>'
        for flag, word in (("dead", "never called"), ("undeclared", "not declared"))
        if text.get(flag)
    )
    known = text.get("declared") and text["declared"] not in text["evidence"]
    declared = f'<br><span class="soft">declared at {_breakable(text["declared"])}</span>' if known else ""
    cells = (
        f'<span class="pill {escape(text["auth"])}">{_WORDS.get(text["auth"], "unknown")}</span>',
        f'<code class="m">{escape(text["method"])}</code>',
        f"<code>{escape(text['path'])}</code>{match} {tags}",
        _breakable(text["evidence"]) + declared,
        escape(text["validation"]),
        f'<code>{escape(text["handler"]) or "inline"}</code><br><span class="soft">{_place(text)}</span>',
    )
    return _row(_ENDPOINT_HEADS, cells)


def _calls(found: EndpointMap, *, several: bool) -> Iterable[str]:
    missing = found.having("missing")
    if missing:
        yield "<h2>Called by a front end, served by nothing here</h2>"
        yield _table(_CALL_HEADS, "".join(_call(r, several=several) for r in missing))
    if found.calls:
        yield "<h2>Calls of front ends</h2>"
        yield _table(_CALL_HEADS, "".join(_call(r, several=several) for r in found.calls))


def _call(record: Record, *, several: bool) -> str:
    text = record.text
    base = f'<span class="tag">{escape(text["base"])}</span>' if text.get("base") else ""
    target = f"{escape(_target(record))}: " if several else ""
    cells = (
        f'<code class="m">{escape(text["method"])}</code>',
        f"{base}<code>{escape(text['path'])}</code>",
        f'<span class="soft">{target}{_place(text)}</span>',
    )
    return _row(_CALL_HEADS, cells)


def _target(record: Record) -> str:
    return str(record.source).split(":")[0]


def _place(text: Mapping[str, str]) -> str:
    """File and line, broken only between the two and after a slash."""
    return f'{_breakable(text.get("file", ""))}<wbr><span class="l">:{escape(text.get("line", ""))}</span>'


def _breakable(text: str) -> str:
    """Text that a narrow column breaks after a slash and not within a name."""
    return escape(text).replace("/", "/<wbr>")


def _row(heads: tuple[str, ...], cells: tuple[str, ...]) -> str:
    """One row; narrow pages write the name of the column beside each cell."""
    found = (f'<td data-label="{head}"><div>{cell}</div></td>' for head, cell in zip(heads, cells, strict=True))
    return f"<tr>{''.join(found)}</tr>"


_ENDPOINT_HEADS = ("Access", "Method", "Path", "Guard rests on", "Body checked by", "Handler")
_CALL_HEADS = ("Method", "Path", "Called at")


_WIDTHS = {
    "Access": 9, "Method": 8, "Path": 24, "Guard rests on": 26, "Body checked by": 12, "Handler": 21, "Called at": 40,
    "Endpoints": 10,
}  # fmt: skip
"""Per cent of the table, so that the columns of all tables stand below each other."""


def _table(heads: tuple[str, ...], rows: str) -> str:
    head = "".join(f'<th scope="col" style="width:{_WIDTHS.get(name, 30)}%">{escape(name)}</th>' for name in heads)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
