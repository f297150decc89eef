"""Rule cards: read, checked, and reduced to one digest.

A card is a YAML mapping, or a file holds `rules:` with several (one small family). The folder below `rules/` names the
scanner: `rules/secrets/stripe.yaml` is for the scanner `secrets`. Files under `rules/semgrep/` are native Semgrep rules;
their `metadata` is the card.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from auditor.errors import RuleError
from auditor.model.pattern import lazy
from auditor.model.rule import Confidence, Effort, Rule, Severity
from auditor.rulebook.problem import Problem as Problem  # noqa: PLC0414  others know it by this module

SCANNER_FOLDERS = (
    "secrets", "semgrep", "bandit", "endpoints", "apps_script", "pages", "hygiene", "aws", "wiki",
)  # fmt: skip
"""Folders that hold cards; the others (`compliance`, `finance`, `prices`) hold data."""

_ID = lazy(r"[a-z][a-z0-9_]*\.[a-z0-9][a-z0-9-]*")
_SEMGREP_SEVERITY = {"ERROR": "high", "WARNING": "medium", "INFO": "low"}
_CARD_KEYS = frozenset(
    "id title severity confidence effort grades why fix aliases cwe owasp audience references since examples "
    "counter_examples match".split()
)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All cards of a run."""

    rules: tuple[Rule, ...]
    problems: tuple[Problem, ...]
    """Invalid cards: each makes the run incomplete."""
    digest: str
    """Over the bytes of everything in the rules folders, data files included."""

    def of(self, scanner: str) -> tuple[Rule, ...]:
        """Cards of one scanner, in id order."""
        return tuple(rule for rule in self.rules if rule.scanner == scanner)

    def by_id(self) -> Mapping[str, Rule]:
        """Cards by id and by alias."""
        aliases = {alias: rule for rule in self.rules for alias in rule.aliases}
        return aliases | {rule.id: rule for rule in self.rules}


def read_rulebook(*folders: Path, scanners: Iterable[str] = ()) -> Rulebook:
    """Read the cards of all folders; a later folder adds rules and may replace one by repeating its id.

    `scanners` limits the reading to those scanners' cards (the digest then covers only their folders); empty: all.
    """
    wanted = tuple(scanners)
    rules: dict[str, Rule] = {}
    problems: list[Problem] = []
    digest = hashlib.blake2b(digest_size=16)
    for folder in folders:
        for path in _files(folder, wanted):
            content = path.read_bytes()
            name = path.relative_to(folder).as_posix()
            digest.update(name.encode() + b"\0" + hashlib.blake2b(content).digest())
            if path.suffix in {".yaml", ".yml"} and name.split("/", 1)[0] in SCANNER_FOLDERS:
                _read_file(name, content, rules, problems)
    mapped = _with_controls(rules.values(), folders, problems)
    ordered = tuple(sorted(mapped, key=lambda rule: rule.id))
    problems.extend(_clashes(ordered))
    return Rulebook(ordered, tuple(problems), digest.hexdigest())


def _files(folder: Path, scanners: tuple[str, ...]) -> Iterator[Path]:
    roots = [folder / name for name in scanners] if scanners else [folder]
    for root in roots:
        if root.is_dir():
            yield from (p for p in sorted(root.rglob("*")) if p.is_file() and "fixtures" not in p.parts)


def _read_file(name: str, content: bytes, rules: dict[str, Rule], problems: list[Problem]) -> None:
    before = len(problems)
    document = _document(name, content, problems)
    if len(problems) > before:
        return
    scanner = name.split("/", 1)[0]
    cards = document.get("rules") if isinstance(document, dict) and "rules" in document else [document]
    for card in cards if isinstance(cards, list) else []:
        try:
            rule = _semgrep_card(card, name) if scanner == "semgrep" else _card(card, scanner, name)
        except RuleError as error:
            identity = card.get("id", "?") if isinstance(card, dict) else "?"
            problems.append(Problem(name, _line_of(content, str(identity)), str(error)))
        else:
            rules[rule.id] = rule


def _line_of(content: bytes, identity: str) -> int | None:
    for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
        if line.strip().removeprefix("- ").startswith("id:") and identity in line:
            return number
    return None


def _card(card: object, scanner: str, name: str) -> Rule:
    if not isinstance(card, dict):
        raise RuleError("a card is a mapping with `id`, `title`, `severity`, `why` and `fix`")
    unknown = sorted(set(card) - _CARD_KEYS)
    if unknown:
        raise RuleError(
            f"{card.get('id', '?')}: unknown key {unknown[0]!r}; what only the scanner reads goes under `match`"
        )
    identity = _text(card, "id")
    if not _ID.fullmatch(identity) or identity.split(".")[0] != scanner:
        raise RuleError(f"{identity!r}: an id reads `{scanner}.the-fault`, in lower case")
    return Rule(
        id=identity,
        title=_text(card, "title").strip().rstrip("."),
        scanner=scanner,
        severity=_severity(_text(card, "severity")),
        why=" ".join(_text(card, "why").split()),
        fix=" ".join(_text(card, "fix").split()),
        confidence=_confidence(str(card.get("confidence", "high"))),
        effort=_effort(str(card.get("effort", "S"))),
        grades={str(k): _severity(str(v)) for k, v in (card.get("grades") or {}).items()},
        aliases=_texts(card, "aliases"),
        cwe=tuple(int(number) for number in card.get("cwe") or ()),
        owasp=_texts(card, "owasp"),
        audience=_texts(card, "audience") or ("cto",),
        references=_texts(card, "references"),
        since=str(card.get("since", "0.1.0")),
        examples=tuple(card.get("examples") or ()),
        counter_examples=tuple(card.get("counter_examples") or ()),
        spec=card.get("match") or {},
        path=name,
    )


def _semgrep_card(native: object, name: str) -> Rule:
    """A native Semgrep rule: `metadata` holds the card's words, the whole rule is the scanner's spec."""
    if not isinstance(native, dict) or not isinstance(native.get("metadata"), dict):
        raise RuleError("a Semgrep rule needs `metadata` with `title`, `why` and `fix`")
    metadata = native["metadata"]
    identity = _text(native, "id")
    card = {key: value for key, value in metadata.items() if key in _CARD_KEYS}
    card["id"] = f"semgrep.{identity}"
    card.setdefault("severity", _SEMGREP_SEVERITY.get(str(native.get("severity", "WARNING")), "medium"))
    card.setdefault("why", native.get("message", ""))
    return replace(_card(card, "semgrep", name), spec=native)


def _text(card: Mapping[str, Any], key: str) -> str:
    value = card.get(key)
    if not isinstance(value, str) or not value.strip():
        raise RuleError(f"{card.get('id', '?')}: `{key}` is missing")
    return value


def _texts(card: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = card.get(key) or ()
    return (value,) if isinstance(value, str) else tuple(str(item) for item in value)


def _severity(word: str) -> Severity:
    try:
        return Severity[word.upper()]
    except KeyError:
        raise RuleError(f"severity {word!r} is none of {', '.join(s.word for s in Severity)}") from None


def _confidence(word: str) -> Confidence:
    try:
        return Confidence[word.upper()]
    except KeyError:
        raise RuleError(f"confidence {word!r} is none of low, medium, high") from None


def _effort(word: str) -> Effort:
    try:
        return Effort(word.upper())
    except ValueError:
        raise RuleError(f"effort {word!r} is none of S, M, L") from None


def _with_controls(rules: Iterable[Rule], folders: tuple[Path, ...], problems: list[Problem]) -> Iterator[Rule]:
    """Cards with the `catalog/control` pairs that they are evidence for, the private mappings included."""
    from auditor.rulebook.evidence import RELATED, in_order, read_evidence  # the hook needs neither

    evidence = read_evidence(*folders)
    problems.extend(evidence.problems)
    controls: dict[str, list[str]] = {}
    for entry in evidence.entries:
        if entry.relation == RELATED:
            continue
        controls.setdefault(entry.rule, []).append(f"{entry.catalog}/{entry.control}")
    for rule in rules:
        yield replace(rule, controls=in_order(controls[rule.id])) if rule.id in controls else rule


def _document(name: str, content: bytes, problems: list[Problem]) -> object:
    """A YAML document; None where it is none, which is a problem with its line."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        document: object = yaml.load(content, Loader=loader)  # noqa: S506  CSafeLoader is a safe loader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problems.append(Problem(name, mark.line + 1 if mark else None, f"not valid YAML: {error}".splitlines()[0]))
        return None
    return document


def _clashes(rules: tuple[Rule, ...]) -> Iterator[Problem]:
    owner: dict[str, str] = {}
    for rule in rules:
        for name in (rule.id, *rule.aliases):
            if name in owner and owner[name] != rule.id:
                yield Problem(rule.path, None, f"{rule.id}: the alias {name!r} already belongs to {owner[name]}")
            owner.setdefault(name, rule.id)
