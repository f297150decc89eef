"""A plan as Markdown, CSV, JSON, and as GitHub issues."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from auditor.formats.codec import Codec
from auditor.formats.controls import by_framework
from auditor.formats.tables import safe_cell
from auditor.model.plan import Item, Plan, Sprint

MARKER = "auditor-item"
"""Stands with the item's key in the body of every issue, so that the same item is opened once."""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#!])")


def plan_markdown(plan: Plan) -> str:
    """For people and wikis: a checklist for each sprint."""
    parts = [f"# Plan from {plan.period}: {_plain(plan.portfolio)}", ""]
    if not plan.complete:
        parts += ["Not everything could be looked at: work may be missing. See `auditor report`.", ""]
    for sprint in plan.sprints:
        parts += _sprint_markdown(sprint)
    return "\n".join(parts).rstrip() + "\n"


def _sprint_markdown(sprint: Sprint) -> Iterator[str]:
    yield f"## {sprint.name.capitalize()} sprint, {sprint.weeks} weeks"
    yield ""
    yield f"Goal: {sprint.goal} {sprint.days.normalize():f} of {sprint.capacity.normalize():f} days planned."
    yield ""
    if not sprint.items:
        yield "Nothing to do follows from what was looked at."
        yield ""
    for item in sprint.items:
        yield f"- [ ] **{_plain(item.title)}** {_plain(item.owner)}, week {item.week}, {_days(item.days)}{_tail(item)}"
        yield from (f"  - {line}" for line in _lines(item))
    if sprint.items:
        yield ""
    if sprint.later:
        yield "Later, in this order:"
        yield ""
        yield from (f"{number}. {_plain(item.title)}" for number, item in enumerate(sprint.later, 1))
        yield ""


def _days(days: Decimal) -> str:
    return f"{days.normalize():f} {'day' if days == 1 else 'days'}"


def _tail(item: Item) -> str:
    parts = [item.severity.word, item.saves_words and f"saves {item.saves_words}", item.due]
    return "".join(f", {part}" for part in parts if part)


def _lines(item: Item) -> Iterator[str]:
    yield f"Why: {_plain(item.why)}"
    yield f"How: {_plain(item.fix)}"
    yield f"Where: {'; '.join(_code(place) for place in item.places[:5])}" + ("; ..." if len(item.places) > 5 else "")
    yield f"Done when {item.done_when}"


def _plain(text: str) -> str:
    """One line in which nothing is markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    return f"`{' '.join(text.split()).replace('`', chr(0x2019))}`"


def plan_csv(plan: Plan) -> str:
    """One row for each item, those for later included; opening it in a spreadsheet runs nothing."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        (
            "sprint",
            "week",
            "title",
            "business",
            "owner",
            "severity",
            "days",
            "due",
            "saves",
            "why",
            "how",
            "places",
            "key",
        )
    )
    for sprint in plan.sprints:
        for item in (*sprint.items, *sprint.later):
            cells = (
                sprint.name, str(item.week or "later"), item.title, item.entity, item.owner, item.severity.word, f"{item.days.normalize():f}",
                item.due, item.saves_words, item.why, item.fix, "; ".join(item.places), item.key,
            )  # fmt: skip
            writer.writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()


def plan_json(plan: Plan) -> str:
    """Everything, as `auditor/plan@1`."""
    document = {"schema": "auditor/plan@1", **Codec().encode(plan)}
    for sprint, value in zip(document["sprints"], plan.sprints, strict=True):
        sprint["days"] = str(value.days)
        if value.saves:
            sprint["saves"] = Codec().encode(value.saves)
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def issue_title(item: Item) -> str:
    """At most 120 characters, one line."""
    title = " ".join(item.title.split()).rstrip(".")
    return title if len(title) <= 120 else f"{title[:119]}…"


def issue_body(item: Item) -> str:
    """Markdown with a checklist; the marker makes it findable again."""
    rows = [f"**Why.** {_plain(item.why)}", f"**How.** {_plain(item.fix)}", "**Where.**"]
    rows += [f"- [ ] {_code(place)}" for place in item.places]
    if item.saves_words:
        rows.append(f"**Saves** {item.saves_words}.")
    rows.append(f"**Owner** {_plain(item.owner)}; **due** {item.due or 'no date'}; **effort** {_days(item.days)}.")
    if item.controls:
        rows.append(f"**Controls** {'; '.join(by_framework(item.controls))}.")
    rows += [f"- {reference}" for reference in item.references]
    rows += [f"**Done when** {item.done_when}", f"<!-- {MARKER}: {re.sub(r'[^a-zA-Z0-9._-]', '-', item.key)} -->"]
    return "\n\n".join(rows) + "\n"


def marker_of(body: str) -> str:
    """The key that an issue's body names; empty when it is none of ours."""
    found = re.search(rf"<!-- {MARKER}: ([a-zA-Z0-9._-]+) -->", body)
    return found[1] if found else ""


def plan_commands(plan: Plan) -> str:
    """`gh` commands that open one issue for each item of the sprints; nothing in an item can end a quote."""
    lines = ["#!/bin/sh", "# Opens one issue for each item; read it before you run it.", "set -e"]
    for sprint in plan.sprints:
        lines += [_command(sprint, item) for item in sprint.items]
    return "\n".join(lines) + "\n"


def _command(sprint: Sprint, item: Item) -> str:
    labels = [part for label in (*item.labels, f"sprint:{sprint.name}") for part in ("--label", label)]
    command = ["gh", "issue", "create", "--title", issue_title(item), "--body", issue_body(item), *labels]
    return shlex.join(command)


FORMATS: Mapping[str, Callable[[Plan], str]] = {
    "markdown": plan_markdown,
    "csv": plan_csv,
    "json": plan_json,
    "github-issues": plan_commands,
}
"""What `auditor plan --format` takes."""
