"""Rule cards: what is read, and what is refused with its place."""

from pathlib import Path

import pytest

from auditor.model.rule import Severity
from auditor.resources import rules_folder
from auditor.rulebook import Rulebook, read_rulebook
from auditor.rulebook.catalogs import read_catalogs
from auditor.rulebook.evidence import read_evidence

CARD = """
id: hygiene.env-file-tracked
title: Environment file in the repository
severity: critical
why: Everyone with read access has the keys, for ever.
fix: Remove it, rotate what was in it, ignore it.
aliases: [HYG-ENV-TRACKED]
grades: {public: low}
match: {paths: ['**/.env']}
"""


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_card_gives_severity_by_grade_and_is_found_by_its_alias(tmp_path: Path) -> None:
    write(tmp_path, "hygiene/env.yaml", CARD)
    book = read_rulebook(tmp_path)
    assert book.problems == ()
    rule = book.by_id()["HYG-ENV-TRACKED"]
    assert (rule.severity_of("public"), rule.severity_of("")) == (Severity.LOW, Severity.CRITICAL)
    assert rule.spec == {"paths": ["**/.env"]}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (CARD.replace("severity: critical", "severity: bad"), "severity 'bad' is none of"),
        (CARD.replace("id: hygiene", "id: pages"), "an id reads `hygiene.the-fault`"),
        (CARD.replace("match:", "mach:"), "unknown key 'mach'"),
        (CARD.replace("why: Everyone", "whyy: Everyone"), "unknown key 'whyy'"),
        ("id: [", "not valid YAML"),
    ],
)
def test_an_invalid_card_is_a_problem_with_its_place_and_the_rest_goes_on(
    tmp_path: Path, broken: str, said: str
) -> None:
    write(tmp_path, "hygiene/bad.yaml", broken)
    write(tmp_path, "hygiene/good.yaml", CARD.replace("env-file-tracked", "other").replace("[HYG-ENV-TRACKED]", "[]"))
    book = read_rulebook(tmp_path)
    assert [rule.id for rule in book.rules] == ["hygiene.other"]
    assert said in str(book.problems[0])
    assert book.problems[0].path == "hygiene/bad.yaml"


@pytest.mark.parametrize(
    ("broken", "said"), [("rules: [", "not valid YAML"), ("rules: {hygiene.x: [{catalog: a}]}", "names its `catalog`")]
)
def test_a_broken_mapping_is_a_problem_with_its_place(tmp_path: Path, broken: str, said: str) -> None:
    write(tmp_path, "hygiene/env.yaml", CARD)
    write(tmp_path, "compliance/mappings/own.yaml", broken)
    book = read_rulebook(tmp_path)
    assert len(book.rules) == 1
    assert said in str(book.problems[0])
    assert book.problems[0].path == "compliance/mappings/own.yaml"


def test_the_digest_changes_with_any_byte_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "hygiene/env.yaml", CARD)
    before = read_rulebook(tmp_path).digest
    write(tmp_path, "prices/aws.json", "{}")
    assert read_rulebook(tmp_path).digest != before


def test_two_cards_may_not_share_an_alias(tmp_path: Path) -> None:
    write(tmp_path, "hygiene/a.yaml", CARD)
    write(tmp_path, "hygiene/b.yaml", CARD.replace("env-file-tracked", "other"))
    assert "already belongs to" in str(read_rulebook(tmp_path).problems[0])


@pytest.fixture(scope="module")
def shipped() -> Rulebook:
    return read_rulebook(rules_folder())


def test_the_shipped_cards_are_valid(shipped: Rulebook) -> None:
    assert shipped.problems == ()


def test_every_shipped_rule_is_mapped_to_a_control_or_says_why_not(shipped: Rulebook) -> None:
    evidence = read_evidence(rules_folder())
    mapped = {entry.rule for entry in evidence.entries}
    named = mapped | set(evidence.unmapped)
    assert mapped & set(evidence.unmapped) == set()
    assert [r.id for r in shipped.rules if r.id not in named] == [], "add to rules/compliance/mappings/<scanner>.yaml"
    assert named - {rule.id for rule in shipped.rules} == set(), "no such rule"


def test_every_tag_of_a_card_has_its_line_in_a_catalogue(shipped: Rulebook) -> None:
    catalogs, _ = read_catalogs(rules_folder() / "compliance")
    cwe = {control.id for control in catalogs["cwe"].controls}
    owasp = {c.id for name, catalog in catalogs.items() if name.startswith("owasp-") for c in catalog.controls}
    for rule in shipped.rules:
        missing = [f"CWE-{number}" for number in rule.cwe if f"CWE-{number}" not in cwe]
        assert missing == [], (
            f"{rule.id}: add the name to rules/compliance/catalogs/cwe.yaml, and one to expected_count"
        )
        assert set(rule.owasp) <= owasp, rule.id
