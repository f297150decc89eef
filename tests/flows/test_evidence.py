"""Evidence packs: the same bytes each time, and whatever was done to one is found."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.adapters.packing import read_pack, write_folder, write_zip
from auditor.errors import UsageError
from auditor.flows.evidence import Pack, Sources, make_pack
from auditor.formats.pack import SUFFIXES, manifest_text, seal
from auditor.formats.snapshot import freeze
from auditor.model.decision import Break, Decision
from auditor.model.finding import State
from auditor.model.pack import is_safe
from auditor.model.report import ViewSettings
from auditor.model.run import OutcomeStatus, Snapshot
from auditor.resources import templates_folder
from auditor.steps.comply import scorecards
from auditor.steps.decide import waiver_decisions
from auditor.steps.render import FORMS, Renderer
from auditor.steps.report import Month
from auditor.steps.verify import verify
from tests.support.frameworks import COVERAGE, FRAMEWORKS, finding, line, snapshot

FINDINGS = [finding("secrets.key"), finding("aws.trail-off", state=State.WAIVED)]
GAP = line("semgrep", "shop", status=OutcomeStatus.FAILED, reason="crashed")


def chain(of: Snapshot) -> tuple[Decision, ...]:
    made: list[Decision] = []
    for entry in waiver_decisions(of.findings, (), of.frozen_at.date(), of.run_id, of.period):
        before = made[-1].hash if made else ""
        draft = Decision(
            len(made) + 1, "2026-11-02", entry.who, entry.what, entry.subject, entry.reason, entry.body, before, ""
        )
        made.append(replace(draft, hash=draft.computed))
    return tuple(made)


@cache
def sources() -> Sources:
    of = snapshot(FINDINGS, [*COVERAGE[:2], GAP, *COVERAGE[3:]])
    decisions = chain(of)
    of = freeze(replace(of, decisions=decisions[-1].head))
    views = (ViewSettings("cto"),)
    printed = {f"cto.{FORMS['pdf']}": b"%PDF-1.7 made before"}
    return Sources(
        Month(of, None, ()), 1, views, Renderer(templates_folder()), scorecards(FRAMEWORKS, of), FRAMEWORKS, (), of.rules_digest,
        decisions, None, (), {}, printed,
    )  # fmt: skip


@cache
def pack() -> Pack:
    return make_pack(sources())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(tmp_path / "pack", pack().files)
    return tmp_path / "pack"


def problems(path: Path, fingerprint: str = "") -> tuple[str, ...]:
    return verify(read_pack(path), fingerprint).problems


def test_a_pack_holds_as_folder_and_as_zip_and_has_the_same_bytes_each_time(folder: Path, tmp_path: Path) -> None:
    again = make_pack(replace(sources()))
    assert again.files == pack().files
    for name in ("one.zip", "two.zip"):
        write_zip(tmp_path / name, again.root, again.files)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    for place in (folder, tmp_path / "one.zip"):
        found = verify(read_pack(place), again.fingerprint)
        assert (found.problems, found.period, found.files, found.decisions) == ((), "2026-10", len(pack().files) - 1, 2)


def test_an_unpacked_zip_holds_though_it_lies_one_folder_deeper(tmp_path: Path) -> None:
    write_folder(tmp_path / "here" / pack().root, pack().files)
    assert problems(tmp_path / "here") == ()
    (tmp_path / "here" / "beside.csv").write_text("x")
    assert problems(tmp_path / "here") == ("beside.csv: not in the manifest",)


def test_a_pack_has_what_an_auditor_asks_for_and_nothing_that_can_be_run(folder: Path) -> None:
    paths = {file.path for file in pack().files}
    wanted = {
        "snapshot.json", "reports/cto.html", "reports/cto.pdf", "findings/findings.json", "findings/findings.ocsf.json",
        "coverage/coverage.csv", "coverage/checks.csv", "compliance/own.json", "compliance/own.oscal.json",
        "compliance/compliance.html", "compliance/compliance-own.html", "decisions/log.jsonl", "decisions/waivers.json",
        "rules/mappings.csv", "deliveries.json", "README.md", "manifest.json",
    }  # fmt: skip
    assert wanted <= paths
    for path in folder.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600)
        assert path.is_dir() or path.suffix in SUFFIXES


def test_what_is_not_there_is_listed_with_its_reason() -> None:
    manifest = json.loads(next(f.content for f in pack().files if f.path == "manifest.json"))
    said = {item["what"]: item["why"] for item in manifest["omissions"]}
    assert said["semgrep on shop"] == "not fully scanned: crashed"
    assert "own: 1 of 5 controls" in said
    assert "the month before" in said
    assert manifest["complete"] is False


def test_a_waiver_names_the_decisions_behind_it() -> None:
    (waiver,) = json.loads(next(f.content for f in pack().files if f.path == "decisions/waivers.json"))["waivers"]
    assert (waiver["owner"], waiver["until"], waiver["decisions"]) == ("Dana", "2027-01-31", [1, 2])
    assert waiver["accepts"] == ["v1:aws.trail-off0:1"]


def test_licensed_words_do_not_leave_the_house() -> None:
    private = replace(FRAMEWORKS, private=frozenset({"own"}))
    cards = scorecards(private, sources().month.snapshot)
    made = make_pack(replace(sources(), cards=cards, frameworks=private))
    assert not any(b"Title of C.1" in file.content for file in made.files)
    assert any(item.what == "own: the publisher's words" for item in made.omissions)


def test_a_broken_chain_is_packed_and_said() -> None:
    made = make_pack(replace(sources(), broken=Break(2, "its content was changed")))
    assert ("an unbroken chain of decisions", "decision 2: its content was changed") in [
        (o.what, o.why) for o in made.omissions
    ]


def changed(place: Path) -> None:
    with (place / "findings" / "findings.csv").open("ab") as stream:
        stream.write(b"\n")


def missing(place: Path) -> None:
    (place / "coverage" / "coverage.csv").unlink()


def foreign(place: Path) -> None:
    (place / "findings" / "more.csv").write_text("x")


def manifest_changed(place: Path) -> None:
    path = place / "manifest.json"
    path.write_text(path.read_text().replace('"complete": false', '"complete": true'))


def manifest_with_a_blank_more(place: Path) -> None:
    path = place / "manifest.json"
    path.write_text(path.read_text().replace('"files": [', '"files":  [', 1))


def listed_outside(place: Path) -> None:
    path = place / "manifest.json"
    document = json.loads(path.read_text())
    document["files"].append({"path": "../../etc/passwd", "sha256": "0" * 64, "bytes": 1, "what": ""})
    path.write_text(manifest_text(document | {"seal": seal(document)}))


def linked(place: Path) -> None:
    (place / "README.md").unlink()
    (place / "README.md").symlink_to("/etc/hostname")


def runnable(place: Path) -> None:
    (place / "README.md").chmod(0o700)


def truncated_log(place: Path) -> None:
    _resealed(place, "decisions/log.jsonl", lambda text: text.splitlines(keepends=True)[0])


def rewritten_log(place: Path) -> None:
    _resealed(place, "decisions/log.jsonl", lambda text: text.replace('"who": "Dana"', '"who": "Eve"', 1))


def another_snapshot(place: Path) -> None:
    _resealed(place, "snapshot.json", lambda text: text.replace('"portfolio":"Boats"', '"portfolio":"Ships"'))


def _resealed(place: Path, name: str, change: Callable[[str], str]) -> None:
    """Changed by somebody who knows how the manifest is made."""
    path = place / name
    content = change(path.read_text()).encode()
    path.write_bytes(content)
    document = json.loads((place / "manifest.json").read_text())
    for item in document["files"]:
        if item["path"] == name:
            item |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (place / "manifest.json").write_text(manifest_text(document | {"seal": seal(document)}))


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (changed, "findings/findings.csv: changed"),
        (missing, "coverage/coverage.csv: missing"),
        (foreign, "findings/more.csv: not in the manifest"),
        (manifest_changed, "manifest.json: it was changed after it was sealed"),
        (manifest_with_a_blank_more, "manifest.json: it was changed after it was sealed"),
        (listed_outside, "leads outside of the pack"),
        (linked, "README.md: not a file"),
        (runnable, "README.md: may be run as a program"),
        (truncated_log, "decision 2: cut off: the manifest knows 2 decisions, 1 are left"),
        (rewritten_log, "decision 1: its content was changed"),
        (another_snapshot, "was changed after it was frozen"),
    ],
)
def test_whatever_was_done_to_a_folder_is_found(folder: Path, attack: Callable[[Path], None], said: str) -> None:
    attack(folder)
    assert any(said in problem for problem in problems(folder))


def test_a_pack_made_anew_is_found_by_the_fingerprint_that_lies_elsewhere(folder: Path) -> None:
    _resealed(folder, "README.md", lambda text: text + "all is well\n")
    assert problems(folder) == ()
    assert "was expected" in problems(folder, pack().fingerprint)[0]


@pytest.mark.parametrize("name", ["../evil.json", "/etc/evil.json", "evidence-2026-10/../../x.json", "a\\..\\b.json", "C:/x.json", "evidence-2026-10/./x.json"])  # fmt: skip
def test_a_path_that_leads_out_of_a_zip_is_refused(tmp_path: Path, name: str) -> None:
    write_zip(tmp_path / "p.zip", pack().root, pack().files)
    with zipfile.ZipFile(tmp_path / "p.zip", "a") as packed:
        packed.writestr(name, b"x")
    found = verify(read_pack(tmp_path / "p.zip"))
    assert any("refused" in problem for problem in found.problems)
    assert list(tmp_path.iterdir()) == [tmp_path / "p.zip"]


def add(path: Path, entry: zipfile.ZipInfo | str, content: bytes) -> None:
    with zipfile.ZipFile(path, "a") as packed:
        packed.writestr(entry, content)


def test_links_and_doubles_in_a_zip_are_refused(tmp_path: Path) -> None:
    write_zip(tmp_path / "p.zip", pack().root, pack().files)
    link = zipfile.ZipInfo("evidence-2026-10/link.json")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    add(tmp_path / "p.zip", link, b"/etc/passwd")
    with pytest.warns(UserWarning, match="Duplicate"):
        add(tmp_path / "p.zip", "evidence-2026-10/README.md", b"another")
    said = " ".join(problems(tmp_path / "p.zip"))
    assert "link.json: a link; refused" in said
    assert "README.md: stands in the pack twice" in said


def test_what_is_no_pack_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"not a zip")
    for path in (tmp_path / "x.zip", tmp_path / "nothing"):
        with pytest.raises(UsageError):
            read_pack(path)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.json", b"{}")
    (tmp_path / "y.zip").write_bytes(out.getvalue())
    assert problems(tmp_path / "y.zip") == ("manifest.json is missing: not an evidence pack",)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("keep me")
    with pytest.raises(UsageError, match="no evidence pack"):
        write_folder(tmp_path / "folder", pack().files)
    assert (tmp_path / "folder" / "mine.txt").read_text() == "keep me"


@given(st.data())
@settings(max_examples=60)
def test_a_damaged_pack_is_said_to_be_one_and_breaks_nothing(data: st.DataObject) -> None:
    with TemporaryDirectory() as place:
        path = Path(place) / "p.zip"
        write_zip(path, pack().root, pack().files)
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 3))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
        try:
            found = verify(read_pack(path))
        except UsageError:
            return
        # Bytes that say nothing (a time, an attribute) may change; files may not.
        assert found.problems or read_pack(path).files == {file.path: file.content for file in pack().files}


@pytest.mark.parametrize(
    "text",
    ["[]", "[" * 9999, '{"schema":"auditor/evidence@1","files":[{"path":1,"sha256":null,"bytes":"x"}],"omissions":5}'],
)
def test_a_manifest_that_is_none_is_said(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    assert problems(folder) == ("manifest.json cannot be read as auditor/evidence@1",)


def test_safe_paths() -> None:
    assert all(is_safe(p) for p in ("a.json", "a/b c.html", "ä/ö.csv"))
    assert not any(is_safe(p) for p in ("", "/a", "a//b", "../a", "a/..", "a\nb", "a\\b", "c:x", "a/ b", "x" * 400))
