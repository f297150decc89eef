"""Mappings: every rule is evidence for a control that exists, or says why it is for none."""

from __future__ import annotations

import re
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.formats.controls import by_framework
from auditor.rulebook.cards import read_rulebook
from auditor.rulebook.catalogs import read_catalogs
from auditor.rulebook.evidence import Entry, in_order, read_evidence
from auditor.rulebook.mappings import read_frameworks

RULES = Path(__file__).parents[1] / "rules"
FULL_OF = {"aws-fsbp", "cis-aws-3.0.0", "cis-aws-7.0.0"}
"""Frameworks whose controls are single settings, so that one check can be the whole of one."""
SETS = """
schema: auditor/mapping@1
asserted_by: we
reviewed: never
sets:
  open: {because: Anybody reads it., partial: {own: ["1.10", "1.2"]}, full: {other: [A]}}
rules:
  aws.a: [open, {catalog: own, control: 1.10, strength: full, reviewed: "2026-11-01"}]
"""


def write(folder: Path, name: str, text: str) -> None:
    path = folder / "compliance" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_a_rule_is_mapped_in_the_file_of_its_scanner() -> None:
    for path in (RULES / "compliance" / "mappings").glob("*.yaml"):
        document = yaml.load(path.read_bytes(), yaml.CBaseLoader)
        named = [*document["rules"], *document.get("unmapped", {})]
        assert {rule.split(".")[0] for rule in named} <= {path.stem}


def test_every_mapped_control_exists() -> None:
    catalogs, _ = read_catalogs(RULES / "compliance")
    evidence = read_evidence(RULES)
    known = {(key, control.id) for key, catalog in catalogs.items() for control in catalog.controls}
    assert evidence.problems == ()
    assert {(entry.catalog, entry.control) for entry in evidence.entries} - known == set()


def test_every_set_is_used_and_says_why() -> None:
    """What only adds a requirement to another set needs no reason of its own."""
    used = set()
    for path in (RULES / "compliance" / "mappings").glob("*.yaml"):
        document = yaml.load(path.read_bytes(), yaml.CBaseLoader)
        used |= {item for listed in document["rules"].values() for item in listed if isinstance(item, str)}
    sets = yaml.load((RULES / "compliance" / "mappings" / "sets.yaml").read_bytes(), yaml.CBaseLoader)["sets"]
    assert set(sets) == used
    assert [name for name, said in sets.items() if "because" not in said and len(said["partial"]) > 2] == []


def test_the_owasp_tags_of_a_card_are_among_its_controls() -> None:
    for rule in read_rulebook(RULES).rules:
        if rule.owasp and rule.controls:
            assert set(rule.owasp) <= {control.partition("/")[2] for control in rule.controls}, rule.id


def test_a_single_check_is_full_evidence_only_of_a_control_that_is_one_setting() -> None:
    full = [entry for entry in read_evidence(RULES).entries if entry.strength == "full"]
    assert {entry.catalog for entry in full} == FULL_OF
    assert all(entry.rule.startswith("aws.") for entry in full)


def test_nobody_is_said_to_have_reviewed_what_nobody_reviewed() -> None:
    assert {(entry.asserted_by, entry.reviewed) for entry in read_evidence(RULES).entries} == {("auditor", "never")}


def test_a_set_stands_for_its_controls_and_the_stronger_entry_stays(tmp_path: Path) -> None:
    write(tmp_path, "mappings/a.yaml", SETS)
    why = "Anybody reads it."
    assert read_evidence(tmp_path).entries == (
        Entry("aws.a", "other", "A", "full", "evidence", "we", why, "never"),
        Entry("aws.a", "own", "1.10", "full", "evidence", "we", "", "2026-11-01"),
        Entry("aws.a", "own", "1.2", "partial", "evidence", "we", why, "never"),
    )


def test_controls_are_ordered_as_their_publishers_count() -> None:
    given = ["pci/8.10", "pci/8.2", "nist/ac-6.10", "nist/ac-6.9", "nist/ac-12"]
    assert in_order(given) == ("nist/ac-6.9", "nist/ac-6.10", "nist/ac-12", "pci/8.2", "pci/8.10")
    assert list(by_framework(in_order(given))) == ["nist ac-6.9, ac-6.10, ac-12", "pci 8.2, 8.10"]


def test_what_is_only_related_is_no_evidence_and_gives_way_to_it(tmp_path: Path) -> None:
    sets = "sets:\n  near: {related: {own: [A, B]}}\n  part: {partial: {own: [B]}}\nrules:\n  aws.a: [near, part]\n"
    write(tmp_path, "mappings/a.yaml", sets)
    found = [(e.control, e.relation, e.strength) for e in read_evidence(tmp_path).entries]
    assert found == [("A", "related", "partial"), ("B", "evidence", "partial")]


def test_a_private_mapping_may_use_the_shipped_sets(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    write(shipped, "mappings/a.yaml", SETS)
    write(own, "private/mappings/b.yaml", "rules:\n  aws.b: [open]\n")
    assert [e.control for e in read_evidence(shipped, own).entries if e.rule == "aws.b"] == ["A", "1.10", "1.2"]


def test_a_private_mapping_joins_its_framework_to_the_rules_of_a_shipped_set(tmp_path: Path) -> None:
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    write(shipped, "mappings/a.yaml", SETS)
    write(own, "private/mappings/b.yaml", "asserted_by: me\nsets:\n  open: {partial: {house: [H-1]}}\n")
    added = [e for e in read_evidence(shipped, own).entries if e.catalog == "house"]
    assert added == [Entry("aws.a", "house", "H-1", asserted_by="me")]


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("[shut]", "aws.b: no set 'shut'"),
        ("[{catalog: own}]", "aws.b: a mapping names its `catalog` and `control`"),
        ("own/1.10", "aws.b: a rule has a list of controls"),
        ("[[open]]", "aws.b: a mapping names its `catalog` and `control`"),
    ],
)
def test_what_is_written_wrongly_is_named_with_its_line(tmp_path: Path, listed: str, said: str) -> None:
    write(tmp_path, "private/mappings/b.yaml", f"rules:\n  aws.a: [{{catalog: own, control: A}}]\n  aws.b: {listed}\n")
    evidence = read_evidence(tmp_path)
    assert [str(p) for p in evidence.problems] == [f"compliance/private/mappings/b.yaml:3: {said}"]
    assert [entry.rule for entry in evidence.entries] == ["aws.a"]


def test_the_example_of_the_guide_works_as_it_stands(tmp_path: Path) -> None:
    guide = (RULES.parent / "docs" / "compliance.md").read_text()
    for path, text in re.findall(r"```yaml\n# (rules/compliance/private/\S+)\n(.+?)```", guide, re.DOTALL):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    found = read_frameworks(RULES, tmp_path / "rules")
    house = found.of("house-rules")
    titles = {control.id: control.title for control in found.catalogs["iso-27001-2022"].controls}
    assert found.problems == ()
    assert found.private == {"house-rules", "iso-27001-2022"}
    assert titles["A.5.17"].startswith("The title")
    assert titles["A.5.18"] == ""
    assert len(house["H-1"]) > 125
    assert [(m.rule, m.strength) for m in house["H-3"]] == [("pages.no-privacy-notice", "full")]


def test_the_guide_counts_what_is_shipped() -> None:
    guide = (RULES.parent / "docs" / "compliance.md").read_text()
    rows = re.findall(r"^\| (`.+?) \| .+? \| (\d+)(?: each)? \|", guide, re.MULTILINE)
    counts = {name: int(count) for names, count in rows for name in re.findall(r"`(.+?)`", names)}
    catalogs, _ = read_catalogs(RULES / "compliance")
    assert counts == {name: len(catalog.controls) for name, catalog in catalogs.items()}


def test_a_mapping_to_an_unknown_control_is_said_once_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, "catalogs/own.yaml", "id: own\ncontrols: []\n")
    write(tmp_path, "mappings/a.yaml", SETS.replace("own: ", "owm: ").replace("catalog: own", "catalog: owm"))
    write(tmp_path, "private/mappings/b.yaml", "rules:\n  aws.b: [open]\n")
    said = [str(problem) for problem in read_frameworks(tmp_path).problems if "owm" in str(problem)]
    assert said == [
        "compliance/mappings/a.yaml:6: no control owm/1.10, which 2 rules are mapped to",
        "compliance/mappings/a.yaml:6: no control owm/1.2, which 2 rules are mapped to",
    ]


WORDS = st.sampled_from(["own", "open", "A", "full", "partial", "related", "catalog", "control", "", "1.10"])
VALUES = st.recursive(WORDS, lambda v: st.lists(v, max_size=3) | st.dictionaries(WORDS, v, max_size=3), max_leaves=8)
TOP = [
    "schema",
    "id",
    "sets",
    "rules",
    "unmapped",
    "asserted_by",
    "controls",
    "titles",
    "licence",
    "source",
    "publisher",
]
CONTROLS = st.lists(st.fixed_dictionaries({"id": WORDS | VALUES, "group": WORDS | VALUES}, optional={"title": VALUES}))
DOCUMENTS = st.fixed_dictionaries(
    {"id": WORDS | VALUES, "controls": CONTROLS}, optional=dict.fromkeys(set(TOP) - {"id", "controls"}, VALUES)
)
TITLES = st.fixed_dictionaries({"schema": st.just("auditor/titles@1"), "id": WORDS, "titles": VALUES})


@settings(max_examples=40, deadline=None)
@given(document=DOCUMENTS | TITLES | st.dictionaries(st.sampled_from(TOP), VALUES) | VALUES)
def test_no_file_of_a_person_stops_the_reading(document: object) -> None:
    with TemporaryDirectory() as folder:
        write(Path(folder), "private/mappings/a.yaml", yaml.safe_dump(document))
        write(Path(folder), "private/a.yaml", yaml.safe_dump(document))
        evidence = read_evidence(Path(folder))
        catalogs, _ = read_catalogs(Path(folder) / "compliance")
        said = [value for entry in evidence.entries for value in astuple(entry)]
        said += [
            value for catalog in catalogs.values() for value in (catalog.id, catalog.publisher, catalog.text_policy)
        ]
        assert all(isinstance(value, str) for value in said)
