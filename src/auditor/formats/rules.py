"""Rule cards as text, as JSON, and as the reference in the documentation."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from auditor.model.rule import Rule

SCANNERS: Mapping[str, str] = {
    "secrets": "Secrets in files and in git's history",
    "semgrep": "Code: Python, JavaScript and TypeScript, HTML, Apps Script, infrastructure",
    "bandit": "Python code, tests adopted from Bandit",
    "endpoints": "Routes of back ends, their guards and their callers",
    "apps_script": "Google Apps Script projects",
    "pages": "Public pages",
    "hygiene": "Repositories",
    "aws": "AWS accounts",
    "wiki": "The wiki's figures",
}


def rule_values(rule: Rule) -> dict[str, Any]:
    """One card as JSON values."""
    return {
        "id": rule.id,
        "title": rule.title,
        "scanner": rule.scanner,
        "severity": rule.severity.word,
        "grades": {name: severity.word for name, severity in sorted(rule.grades.items())},
        "confidence": rule.confidence.word,
        "effort": rule.effort.value,
        "why": rule.why,
        "fix": rule.fix,
        "cwe": list(rule.cwe),
        "owasp": list(rule.owasp),
        "controls": list(rule.controls),
        "audience": list(rule.audience),
        "aliases": list(rule.aliases),
        "references": list(rule.references),
        "languages": list(languages_of(rule)),
        "since": rule.since,
        "path": rule.path,
    }


def languages_of(rule: Rule) -> tuple[str, ...]:
    """Languages of a rule for code; empty for others."""
    if rule.scanner == "bandit":
        return ("python",)
    return tuple(rule.spec.get("languages", ())) if rule.scanner == "semgrep" else ()


def rules_json(rules: Sequence[Rule]) -> str:
    """All cards."""
    return json.dumps({"rules": [rule_values(rule) for rule in rules]}, indent=1, ensure_ascii=False) + "\n"


def rules_text(rules: Sequence[Rule]) -> str:
    """One line for each card."""
    width = max((len(rule.id) for rule in rules), default=0)
    lines = [f"{rule.id:<{width}}  {rule.severity.word:<8}  {rule.title}" for rule in rules]
    return "\n".join([*lines, f"{len(rules)} rule{'' if len(rules) == 1 else 's'}"]) + "\n"


def rule_text(rule: Rule, words: Mapping[str, str], unmapped: str = "") -> str:
    """One card for reading.

    `words` are the titles by `catalog/control`, those of weaknesses by `cwe/CWE-79`; `unmapped` says why there is no control.
    """
    return "\n".join(_rule_text(rule, words, unmapped)) + "\n"


def _rule_text(rule: Rule, words: Mapping[str, str], unmapped: str) -> Iterator[str]:
    yield f"{rule.id}: {rule.title}"
    yield ""
    yield from textwrap.wrap(f"Why: {rule.why}", 100)
    yield from textwrap.wrap(f"Fix: {rule.fix}", 100)
    yield ""
    yield f"severity    {rule.severity.word}{_grades(rule)}"
    yield f"confidence  {rule.confidence.word}"
    yield f"effort      {rule.effort.value}"
    for name, values in (
        ("languages", languages_of(rule)),
        ("CWE", tuple(f"{number} {words.get(f'cwe/CWE-{number}', '')}".strip() for number in rule.cwe)),
        ("OWASP", rule.owasp),
        ("read by", rule.audience),
        ("also known", rule.aliases),
        ("references", rule.references),
    ):
        if values:
            yield f"{name:<11} {', '.join(values)}"
    if unmapped:
        yield f"controls    none: {unmapped}"
    for number, pair in enumerate(rule.controls):
        framework, _, control = pair.partition("/")
        yield f"{'' if number else 'controls':<11} {framework:<16} {control:<12} {words.get(pair, '')}".rstrip()
    yield f"file        rules/{rule.path}, since {rule.since}"


def _grades(rule: Rule) -> str:
    if not rule.grades:
        return ""
    return " (" + ", ".join(f"{name}: {severity.word}" for name, severity in sorted(rule.grades.items())) + ")"


def rules_index() -> str:
    """The first page of the reference: what each scanner's rules are about."""
    lines = ["# Rules", "", NOTE, ""]
    lines += ["`auditor rules list` lists the rules, `auditor rules show RULE` explains one, `auditor rules test` runs"]
    lines += ["their examples.", ""]
    lines += [f"- [{scanner}](rules/{scanner}.md): {about}" for scanner, about in SCANNERS.items()]
    return "\n".join(lines) + "\n"


def rules_reference(scanner: str, rules: Sequence[Rule]) -> str:
    """One scanner's page of the reference: every card."""
    cards = sorted((rule for rule in rules if rule.scanner == scanner), key=lambda rule: rule.id)
    return "\n".join(_reference(scanner, cards)) + "\n"


NOTE = "<!-- Made by `make docs` from the cards under rules/; edit them there. -->"


def _reference(scanner: str, cards: Sequence[Rule]) -> Iterator[str]:
    yield f"# {SCANNERS[scanner]}"
    yield ""
    yield NOTE
    yield ""
    yield f"{len(cards)} rules of the scanner `{scanner}`."
    for rule in cards:
        yield ""
        yield f"## {rule.id}"
        yield ""
        yield f"**{_cell(rule.title)}.** {_cell(rule.why)}"
        yield ""
        yield f"*Fix:* {_cell(rule.fix)}"
        yield ""
        yield " · ".join(_facts(rule))


def _facts(rule: Rule) -> Iterator[str]:
    yield f"severity {rule.severity.word}{_grades(rule)}"
    yield f"confidence {rule.confidence.word}"
    yield f"effort {rule.effort.value}"
    if languages_of(rule):
        yield ", ".join(languages_of(rule))
    if rule.cwe:
        yield ", ".join(f"[CWE-{n}](https://cwe.mitre.org/data/definitions/{n}.html)" for n in rule.cwe)
    if rule.owasp:
        yield f"OWASP {', '.join(rule.owasp)}"
    yield f"for {', '.join(rule.audience)}"
    if rule.aliases:
        yield f"also {', '.join(rule.aliases)}"


def _cell(text: str) -> str:
    """Markdown that shows the text: what would be markup outside of code is escaped."""
    parts = text.split("`")
    return "`".join(
        part if index % 2 else part.replace("<", "&lt;").replace("*", r"\*").replace("_", r"\_")
        for index, part in enumerate(parts)
    )
