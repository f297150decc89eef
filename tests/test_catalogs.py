"""Catalogues of controls, and the mappings to them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from auditor.rulebook.catalogs import read_catalogs
from auditor.rulebook.evidence import entries

COMPLIANCE = Path(__file__).parents[1] / "rules" / "compliance"
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


@pytest.mark.parametrize("kind", ["catalog", "mapping"])
def test_every_shipped_file_fits_its_schema(kind: str) -> None:
    schema = json.loads((COMPLIANCE / "schema" / f"{kind}.schema.json").read_text())
    for path in (COMPLIANCE / f"{kind}s").glob("*.yaml"):
        document = yaml.load(path.read_bytes(), yaml.CBaseLoader if kind == "mapping" else yaml.CSafeLoader)
        jsonschema.validate(document, schema)


def test_shipped_catalogues_have_no_problem() -> None:
    catalogs, problems = read_catalogs(COMPLIANCE)
    assert problems == ()
    assert {"nist-800-53-r5", "owasp-top10-2021"} <= set(catalogs)


def test_every_mapped_control_exists() -> None:
    catalogs, _ = read_catalogs(COMPLIANCE)
    known = {(key, control.id) for key, catalog in catalogs.items() for control in catalog.controls}
    for path in (COMPLIANCE / "mappings").glob("*.yaml"):
        document = yaml.load(path.read_bytes(), yaml.CBaseLoader)
        mapped = {(entry["catalog"], entry["control"]) for _, entry in entries(document) if entry}
        assert mapped - known == set(), path.name


@pytest.mark.parametrize(
    ("part", "said"), [("catalogs", ["X.1: a title where only ids may be shipped"]), ("private", [])]
)
def test_licensed_titles_may_stand_only_in_the_private_folder(tmp_path: Path, part: str, said: list[str]) -> None:
    (tmp_path / part).mkdir()
    (tmp_path / part / "own.yaml").write_text(SMALL)
    catalogs, problems = read_catalogs(tmp_path)
    assert [problem.message for problem in problems] == said
    assert catalogs["own"].controls[0].title == "Licensed words"


@pytest.mark.parametrize("text", ["a: [", "[]", "id: x", SMALL.replace("expected_count: 1", "expected_count: 2")])
def test_a_bad_or_short_catalogue_is_a_problem_with_its_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "own.yaml").write_text(text)
    assert [problem.path for problem in read_catalogs(tmp_path)[1]] == ["private/own.yaml"]
