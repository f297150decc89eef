"""`auditor rules`: what is looked for, why, and whether the rules' own examples hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.cli.output import AsFormat, TableFormat

if TYPE_CHECKING:
    from auditor.model.rule import Rule
    from auditor.rulebook import Rulebook

rules_app = typer.Typer(no_args_is_help=True, help="Rules: list them, explain one, run their examples.")

ScannerNames = Annotated[
    list[str] | None, typer.Option("--scanner", "-s", help="Only rules of this scanner; may repeat.")
]
OwnRules = Annotated[
    Path | None, typer.Option("--rules", help="Folder with rules of your own, beside the shipped ones.")
]


@rules_app.command("list")
def list_rules(
    scanner: ScannerNames = None,
    language: Annotated[
        str, typer.Option(help="Only rules for this language (python, javascript, terraform, ...).")
    ] = "",
    severity: Annotated[str, typer.Option(help="Only rules of at least this severity.")] = "",
    rules: OwnRules = None,
    output: AsFormat = TableFormat.TEXT,
) -> None:
    """List the rules, shipped and your own."""
    from auditor.errors import UsageError
    from auditor.formats.rules import languages_of, rules_json, rules_text
    from auditor.model.rule import Severity

    least = severity.upper() or "INFO"
    if least not in Severity.__members__:
        raise UsageError(f"--severity is none of info, low, medium, high, critical: {severity!r}")
    cards = [
        rule
        for rule in _book(rules).rules
        if (not scanner or rule.scanner in scanner)
        and rule.severity >= Severity[least]
        and (not language or language in languages_of(rule))
    ]
    typer.echo(rules_json(cards) if output is TableFormat.JSON else rules_text(cards), nl=False)


@rules_app.command("show")
def show_rule(
    rule: Annotated[str, typer.Argument(help="Id or former id of a rule.", metavar="RULE")],
    rules: OwnRules = None,
    output: AsFormat = TableFormat.TEXT,
) -> None:
    """Explain one rule: why it matters, what to do, and where the weakness is described."""
    from auditor.errors import UsageError
    from auditor.formats.rules import rule_text, rules_json
    from auditor.rulebook.catalogs import words_of_controls
    from auditor.rulebook.evidence import read_evidence

    cards = _book(rules).by_id()
    card = cards.get(rule) or cards.get(f"semgrep.{rule}")
    if card is None:
        from difflib import get_close_matches

        near = get_close_matches(rule, list(cards), n=3, cutoff=0.5)
        raise UsageError(f"no rule is called {rule!r}" + (f"; near are {', '.join(near)}" if near else ""))
    if output is TableFormat.JSON:
        typer.echo(rules_json([card]), nl=False)
        return
    folders = _folders(rules)
    unmapped = read_evidence(*folders).unmapped.get(card.id, "")
    typer.echo(rule_text(card, words_of_controls(*folders), unmapped), nl=False)


@rules_app.command("test")
def run_examples(
    names: Annotated[
        list[str] | None, typer.Argument(help="Ids of rules; without any, all.", metavar="[RULE]...")
    ] = None,
    scanner: ScannerNames = None,
    rules: OwnRules = None,
    output: AsFormat = TableFormat.TEXT,
) -> None:
    """Run the examples and counter-examples of the rules; exit code 1 when one does not hold, 3 when a card is invalid."""
    from auditor.errors import ExitCode, UsageError
    from auditor.resources import rules_folder
    from auditor.steps.try_rules import Tried, try_rules, try_wiki_rules
    from auditor.wiring import find_scanners

    book = _book(rules)
    wanted = _chosen(book, names or [], scanner or [])
    if not wanted:
        raise UsageError("no rule is meant by these names")
    tried: list[Tried] = []
    found = find_scanners()
    problems = [*map(str, book.problems), *(f"{name}: {reason}" for name, reason in found.broken.items())]
    installed = {one.name: one for one in found.scanners}
    for name in dict.fromkeys(rule.scanner for rule in wanted):
        cards = [rule for rule in wanted if rule.scanner == name]
        folders = [rules_folder(), *([rules] if rules else [])]
        if name == "wiki":
            tried.extend(try_wiki_rules(part, folder) for part, folder in _by_folder(cards, folders) if part)
            continue
        if name not in installed:
            tried.append(Tried(name, len(cards), 0, (), tuple(card.id for card in cards)))
            continue
        tried.extend(try_rules(installed[name], part, folder) for part, folder in _by_folder(cards, folders) if part)
    if output is TableFormat.JSON:
        import json

        document = {
            "scanners": [
                {
                    "scanner": t.scanner,
                    "rules": t.rules,
                    "examples": t.examples,
                    "failures": t.failures,
                    "untried": t.untried,
                }
                for t in tried
            ],
            "problems": problems,
        }
        typer.echo(json.dumps(document, indent=1, ensure_ascii=False))
    else:
        for one in tried:
            for failure in one.failures:
                typer.echo(failure)
            said = f"{one.scanner}: {one.rules} rules, {one.examples} examples, {len(one.failures)} failures"
            left = (
                f", {len(one.untried)} rules need more than files and are tried by the test suite"
                if one.untried
                else ""
            )
            typer.echo(said + left)
        for problem in problems:
            typer.echo(f"not usable: {problem}")
    if problems:
        raise typer.Exit(ExitCode.INCOMPLETE)
    if any(one.failures for one in tried):
        raise typer.Exit(ExitCode.FINDINGS)


def _book(own: Path | None) -> Rulebook:
    from auditor.rulebook import read_rulebook

    return read_rulebook(*_folders(own))


def _folders(own: Path | None) -> tuple[Path, ...]:
    from auditor.resources import rules_folder

    return (rules_folder(), own) if own else (rules_folder(),)


def _chosen(book: Rulebook, names: Sequence[str], scanners: Sequence[str]) -> list[Rule]:
    from auditor.errors import UsageError

    cards = book.by_id()
    unknown = [name for name in names if name not in cards]
    if unknown:
        raise UsageError(f"no rule is called {unknown[0]!r}")
    chosen = [cards[name] for name in names] or list(book.rules)
    return [rule for rule in chosen if not scanners or rule.scanner in scanners]


def _by_folder(cards: Sequence[Rule], folders: Sequence[Path]) -> list[tuple[list[Rule], Path]]:
    """Cards with the folder that their examples lie in; a later folder replaces an earlier one's card."""
    homes: dict[Path, list[Rule]] = {folder: [] for folder in folders}
    for card in cards:
        home = next(folder for folder in reversed(folders) if (folder / card.path).is_file() or folder == folders[0])
        homes[home].append(card)
    return [(part, folder) for folder, part in homes.items()]
