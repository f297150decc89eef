"""Catalogues of controls: whole, in order, and without words that may not be shipped."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from auditor.rulebook.catalogs import Catalog, read_catalogs

RULES = Path(__file__).parents[1] / "rules"
COMPLIANCE = RULES / "compliance"
CATALOGS, PROBLEMS = read_catalogs(COMPLIANCE)
GRAMMAR = {
    "aws-fsbp": r"[A-Z][A-Za-z0-9]+\.\d+",
    "cis-aws-3.0.0": r"[1-5](\.\d+){1,2}",
    "cis-aws-7.0.0": r"[2-6](\.\d+){1,2}",
    "cwe": r"CWE-\d+",
    "iso-27001-2022": r"A\.[5-8]\.\d+",
    "nist-800-53-r5": r"[a-z]{2}-\d+(\.\d+)?",
    "nist-csf-2.0": r"(GV|ID|PR|DE|RS|RC)\.[A-Z]{2}-\d{2}",
    "owasp-api-2023": r"API\d+:2023",
    "owasp-asvs-5.0": r"V\d+\.\d+\.\d+",
    "owasp-top10-2021": r"A\d{2}:2021",
    "owasp-top10-2025": r"A\d{2}:2025",
    "pci-dss-4.0.1": r"(\d+|A[1-3])(\.\d+){2,4}",
    "soc2-tsc-2017": r"(CC|A|C|PI|P)\d\.\d",
}
COUNTS = {
    "cis-aws-3.0.0": 62, "cis-aws-7.0.0": 70, "iso-27001-2022": 93, "nist-800-53-r5": 1014, "nist-csf-2.0": 106, "owasp-api-2023": 10,
    "owasp-asvs-5.0": 345, "owasp-top10-2021": 10, "owasp-top10-2025": 10, "pci-dss-4.0.1": 280, "soc2-tsc-2017": 61,
}  # fmt: skip
"""What the publishers count; FSBP and CWE have no fixed number here."""
PUBLISHERS_WORDS = re.compile(
    r"\b(shall|should|must|ensure[sd]?|entity|organi[sz]ation's|appropriate|established)\b", re.IGNORECASE
)
SMALL = """
schema: auditor/catalog@1
id: own
publisher: We
version: "1"
source: {url: "https://example.com", retrieved: "2026-11-24", sha256: null}
licence: {id: none, text_policy: ids-only, note: ""}
expected_count: 1
controls: [{id: X.1, group: X, title: Licensed words}]
"""
TITLES = 'schema: auditor/titles@1\nid: own\ntitles: {X.1: "The words we paid for"}\n'


def _natural(identity: str) -> list[tuple[int, str]]:
    return [
        (int(part), "") if part.isdigit() else (-1, part.lower()) for part in re.findall(r"\d+|[A-Za-z]+", identity)
    ]


def _text(catalog: Catalog) -> str:
    return (COMPLIANCE / "catalogs" / f"{catalog.id}.yaml").read_text()


@pytest.mark.parametrize("kind", ["catalog", "mapping"])
def test_every_shipped_file_fits_its_schema(kind: str) -> None:
    schema = json.loads((COMPLIANCE / "schema" / f"{kind}.schema.json").read_text())
    for path in (COMPLIANCE / f"{kind}s").glob("*.yaml"):
        document = yaml.load(path.read_bytes(), yaml.CBaseLoader if kind == "mapping" else yaml.CSafeLoader)
        jsonschema.validate(document, schema)


def test_shipped_catalogues_have_no_problem_and_all_have_a_grammar() -> None:
    assert PROBLEMS == ()
    assert set(CATALOGS) == set(GRAMMAR)
    assert {path.stem for path in (COMPLIANCE / "catalogs").glob("*.yaml")} == set(GRAMMAR)


@pytest.mark.parametrize("catalog", CATALOGS.values(), ids=lambda c: c.id)
def test_a_catalogue_is_whole_and_in_order(catalog: Catalog) -> None:
    ids = [control.id for control in catalog.controls]
    assert [i for i in ids if not re.fullmatch(GRAMMAR[catalog.id], i)] == []
    assert len(ids) == COUNTS.get(catalog.id, len(ids))
    assert all(control.group for control in catalog.controls)
    within: dict[str, list[str]] = {}
    for control in catalog.controls:
        within.setdefault(control.group, []).append(control.id)
    assert list(within) == list(dict.fromkeys(control.group for control in catalog.controls))
    for group, members in within.items():
        assert members == sorted(members, key=_natural), group


@pytest.mark.parametrize(
    ("name", "pattern"), [("nist-800-53-r5", r"(.*)\.\d+"), ("pci-dss-4.0.1", r"(.+\..+\..+)\.\d+")]
)
def test_a_control_below_another_has_that_one_in_the_catalogue(name: str, pattern: str) -> None:
    ids = {control.id for control in CATALOGS[name].controls}
    parents = {found[1] for i in ids if (found := re.fullmatch(pattern, i))}
    assert parents - ids == set()


def test_the_numbers_of_iso_annex_a_and_soc_2_have_no_gap() -> None:
    for name in ("iso-27001-2022", "soc2-tsc-2017"):
        last: dict[str, int] = {}
        for control in CATALOGS[name].controls:
            head, _, number = control.id.rpartition(".")
            assert int(number) == last.get(head, 0) + 1, control.id
            last[head] = int(number)


@pytest.mark.parametrize("catalog", CATALOGS.values(), ids=lambda c: c.id)
def test_a_catalogue_shows_only_words_that_its_licence_allows(catalog: Catalog) -> None:
    if catalog.text_policy == "full":
        assert all(control.title for control in catalog.controls)
        assert catalog.licence == "public-domain" or catalog.id in (COMPLIANCE.parents[1] / "NOTICE").read_text()
        return
    assert catalog.text_policy == "ids-only"
    assert [c.id for c in catalog.controls if c.title or c.text] == []
    for control in catalog.controls:
        assert len(control.summary) <= 100, control.id
        assert not PUBLISHERS_WORDS.search(control.summary), control.id
    assert len({c.summary for c in catalog.controls if c.summary}) >= 0.9 * sum(
        bool(c.summary) for c in catalog.controls
    )


def test_only_frameworks_of_free_licences_have_the_publishers_words() -> None:
    full = {catalog.id: catalog.licence for catalog in CATALOGS.values() if catalog.text_policy == "full"}
    assert set(full.values()) <= {"public-domain", "CC-BY-SA-4.0", "LicenseRef-CWE-Terms-of-Use"}
    assert full.keys().isdisjoint(
        {"cis-aws-3.0.0", "cis-aws-7.0.0", "iso-27001-2022", "pci-dss-4.0.1", "soc2-tsc-2017", "aws-fsbp"}
    )


@pytest.mark.parametrize("catalog", CATALOGS.values(), ids=lambda c: c.id)
def test_a_catalogue_says_what_was_checked_against_what(catalog: Catalog) -> None:
    assert catalog.source.startswith("https://")
    assert len(catalog.verified) > 40
    assert catalog.note


@pytest.mark.parametrize(
    ("part", "said"), [("catalogs", ["X.1: a title where only ids may be shipped"]), ("private", [])]
)
def test_licensed_titles_may_stand_only_in_the_private_folder(tmp_path: Path, part: str, said: list[str]) -> None:
    (tmp_path / part).mkdir()
    (tmp_path / part / "own.yaml").write_text(SMALL)
    catalogs, problems = read_catalogs(tmp_path)
    assert [problem.message for problem in problems] == said
    assert catalogs["own"].controls[0].title == "Licensed words"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "private/own.yaml:2: not valid YAML"),
        ("[]", "private/own.yaml: not a catalogue: see schema/catalog.schema.json"),
        ("id: x", "private/own.yaml: not a catalogue: `controls` is no list (see schema/catalog.schema.json)"),
        ("controls: []", "private/own.yaml: not a catalogue: `id` is missing (see schema/catalog.schema.json)"),
        (
            "id: x\ncontrols: [{id: A, group: a}, {id: B}]",
            "private/own.yaml: not a catalogue: control B has no `group`",
        ),
        ("id: x\ncontrols: [{id: [A]}]", "private/own.yaml: not a catalogue: control number 1 has no `id`"),
        ("id: x\ncontrols: [{id: A, group: a}, {id: A, group: a}]", "private/own.yaml: A stands 2 times"),
        (SMALL.replace("count: 1", "count: 2"), "private/own.yaml: 1 controls, 2 expected"),
        (SMALL.replace("ids-only", "some"), "private/own.yaml: text_policy 'some' is none of full, ids-only"),
    ],
)
def test_a_bad_or_short_catalogue_is_a_problem_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "own.yaml").write_text(text)
    assert [str(problem) for problem in read_catalogs(tmp_path)[1]] == [said]


def test_a_framework_of_ones_own_needs_only_an_id_and_its_controls(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "own.yaml").write_text("id: house\ncontrols: [{id: 1.10, group: Keys, title: No keys}]")
    catalogs, problems = read_catalogs(tmp_path)
    assert problems == ()
    assert (catalogs["house"].publisher, catalogs["house"].controls[0].id) == ("our own", "1.10")


@pytest.mark.parametrize(
    ("titles", "title", "said"),
    [
        (TITLES, "The words we paid for", []),
        (TITLES.replace("id: own", "id: other"), "Licensed words", ["no catalogue 'other' to put the titles on"]),
        (TITLES.replace("X.1:", "X.2:"), "Licensed words", ["own has no control X.2"]),
        (
            TITLES.replace("titles:", "title:"),
            "Licensed words",
            ["not a list of titles: see schema/titles.schema.json"],
        ),
    ],
)
def test_private_titles_go_over_the_ids_of_any_catalogue(
    tmp_path: Path, titles: str, title: str, said: list[str]
) -> None:
    """The one that the catalogue came with stays when the file is wrong, and the problem names the file."""
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    (shipped / "catalogs").mkdir(parents=True)
    (shipped / "catalogs" / "own.yaml").write_text(SMALL.replace("ids-only", "full"))
    (own / "private").mkdir(parents=True)
    (own / "private" / "titles.yaml").write_text(titles)
    known, none = read_catalogs(shipped)
    found, problems = read_catalogs(own, known)
    assert none == ()
    assert found["own"].controls[0].title == title
    assert [(problem.path, problem.message) for problem in problems] == [("private/titles.yaml", s) for s in said]


def test_a_title_of_an_unknown_control_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "a.yaml").write_text(SMALL)
    (tmp_path / "private" / "b.yaml").write_text(
        "schema: auditor/titles@1\nid: own\ntitles:\n  X.1: One\n  X.9: Nine\n"
    )
    assert [str(p) for p in read_catalogs(tmp_path)[1]] == ["private/b.yaml:5: own has no control X.9"]
