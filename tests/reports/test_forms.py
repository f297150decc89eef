"""Reports on the disk, as PDF, and as mails carry them."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.adapters.pdf import page_pdf
from auditor.errors import ConfigError, UsageError
from auditor.flows.reporting import write_index, write_reports
from auditor.model.report import Brand, ViewSettings
from auditor.resources import templates_folder
from auditor.steps.render import FORMS, Renderer
from auditor.steps.report import Month, build_reports, chosen_settings, find_view, month_of
from tests.support.snapshots import snapshot, state

SETTINGS = (ViewSettings("ceo"), ViewSettings("board", view="ceo", title="For the board", entities=("jada",)))
MONTH = Month(*state("bad"))


def test_files_lie_by_month_and_are_their_owners_alone(tmp_path: Path) -> None:
    renderer = Renderer(templates_folder())
    written = write_reports(MONTH, SETTINGS, renderer, tmp_path, ("mail", "text", "page", "csv", "json"))
    names = sorted(path.name for item in written for path in item.files)
    assert names[:5] == ["board.csv", "board.html", "board.json", "board.mail.html", "board.txt"]
    assert {stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "2026-10").iterdir()} == {0o600}


def test_the_index_links_every_month_that_was_rendered(tmp_path: Path) -> None:
    renderer = Renderer(templates_folder(), portfolio="Example")
    for month in (Month(snapshot(month=-1), None, ()), MONTH):
        write_reports(month, SETTINGS, renderer, tmp_path, ("page",))
    html = write_index(tmp_path, ["ceo", "board"], renderer).read_text()
    for name in ("ceo", "board"):
        for period in ("2026-09", "2026-10"):
            assert f'href="{period}/{name}.html"' in html
    assert "Sep $" in html


def test_a_report_can_be_renamed_and_narrowed_to_some_entities() -> None:
    board = build_reports(MONTH, SETTINGS)[1]
    assert (board.name, board.title) == ("board", "For the board")
    businesses = next(table for table in board.tables if table.id == "businesses")
    assert [row[0].text for row in businesses.rows] == ["JADA"]


def test_blocks_can_be_reordered_and_coverage_cannot_be_dropped() -> None:
    report = build_reports(MONTH, (ViewSettings("ceo", sections=("actions", "kpis")),))[0]
    assert report.sections == ("actions", "coverage", "kpis")


def test_a_portfolios_own_template_goes_before_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "ceo.page.html.j2").write_text("<html lang='en'><title>x</title><h1>{{ report.verdict }}</h1></html>")
    page = Renderer(templates_folder(), tmp_path).page(build_reports(MONTH, SETTINGS)[0])
    assert page.startswith("<html lang='en'><title>x</title><h1>2 critical risks")


@pytest.mark.parametrize(
    "template",
    [
        "{{ report.__class__.__mro__ }}",
        "{{ report.nothing }}",
        "{% for %}",
        "{{ ''.__class__ }}",
        "{% include '/etc/passwd' %}",
    ],
)
def test_a_template_that_reaches_out_or_is_wrong_is_refused_by_name(tmp_path: Path, template: str) -> None:
    (tmp_path / "ceo.page.html.j2").write_text(template)
    with pytest.raises(ConfigError, match=r"ceo|passwd"):
        Renderer(templates_folder(), tmp_path).page(build_reports(MONTH, SETTINGS)[0])


def test_nothing_is_fetched_for_a_brand() -> None:
    report = build_reports(MONTH, SETTINGS)[0]
    for brand in (Brand(logo="https://example.com/logo.png"), Brand(colour="red;}")):
        with pytest.raises(ConfigError, match="brand"):
            Renderer(templates_folder(), brand=brand).page(report)


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="ceo, board"):
        chosen_settings(SETTINGS, ["cfo"])
    with pytest.raises(UsageError, match="known are ceo"):
        find_view("astrology")
    with pytest.raises(UsageError, match="2026-08"):
        month_of("2026-12", ("2026-08",), lambda _: snapshot())
    with pytest.raises(UsageError, match="mail, text, page"):
        Renderer(templates_folder()).forms(build_reports(MONTH, SETTINGS)[0], ("docx",))


def test_the_month_before_is_only_the_month_before() -> None:
    months = {p: replace(snapshot(), period=p) for p in ("2026-08", "2026-10", "2026-12", "2027-01")}
    assert month_of("2026-10", tuple(months), months.__getitem__).previous is None
    assert month_of("2027-01", tuple(months), months.__getitem__).previous == months["2026-12"]


def test_a_pdf_is_tagged_and_the_same_bytes_every_time() -> None:
    report = build_reports(MONTH, SETTINGS)[0]
    first, second = (Renderer(templates_folder()).pdf(report) for _ in range(2))
    assert first == second
    for mark in (b"/StructTreeRoot", b"/MarkInfo", b"/DisplayDocTitle true", b"/Lang", b"/Outlines", b"pdfuaid"):
        assert mark in first


def test_a_pdf_shows_markup_as_it_is_written() -> None:
    report = build_reports(Month(*state("strange names")), SETTINGS)[0]
    hostile = replace(
        report, verdict='#panic() $x^2$ *b* `c` @ref <t> [x] \\ // #import "@preview/a:1.0.0".', support="#"
    )
    assert Renderer(templates_folder()).pdf(hostile).startswith(b"%PDF")


@pytest.mark.parametrize("name", ["Sail ⛵👩\u200d🚀🏽", "港口", "ميناء נמל", "\U0001f1fa\U0001f1f8", "\U000f1234"])
def test_a_name_in_any_writing_gives_an_accessible_pdf(name: str) -> None:
    report = replace(build_reports(MONTH, SETTINGS)[0], verdict=f"{name} is at risk.")
    assert b"pdfuaid" in Renderer(templates_folder()).pdf(report)


def test_a_logo_stands_in_the_pdf_and_one_that_is_no_picture_is_refused() -> None:
    report = build_reports(MONTH, SETTINGS)[0]
    svg = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'%3E%3Crect width='9' height='9'/%3E%3C/svg%3E"
    plain = Renderer(templates_folder()).pdf(report)
    assert len(Renderer(templates_folder(), brand=Brand(name="A", logo=svg)).pdf(report)) > len(plain)
    for wrong in ("data:image/png;base64,AAAA", "data:image/png;base64,%%%"):
        with pytest.raises(ConfigError, match=r"sheet|logo"):
            Renderer(templates_folder(), brand=Brand(name="A", logo=wrong)).pdf(report)


@pytest.mark.slow
def test_a_page_of_the_portfolios_own_is_its_pdf_too(tmp_path: Path) -> None:
    report = build_reports(MONTH, SETTINGS)[0]
    shipped = Renderer(templates_folder(), tmp_path).pdf(report)
    (tmp_path / "ceo.page.html.j2").write_text("<html lang='en'><title>x</title><h1>{{ report.verdict }}</h1></html>")
    own = Renderer(templates_folder(), tmp_path).pdf(report)
    assert len(own) < len(shipped) // 2
    assert own == Renderer(templates_folder(), tmp_path).pdf(report)


@pytest.mark.slow
def test_a_pdf_asks_for_no_address_but_data(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("body{color:red}")
    html = f"""<html lang='en'><title>t</title><link rel=stylesheet href='file://{secret}'>
    <img alt=x src='http://127.0.0.1:9/x.png'><style>@import 'file:///etc/passwd';</style><p>text</p></html>"""
    assert page_pdf(html).startswith(b"%PDF")


def test_every_form_has_an_ending() -> None:
    assert set(FORMS) == {"mail", "text", "page", "pdf", "csv", "json"}


def test_a_package_adds_a_report_through_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tide_report.py").write_text(
        "from dataclasses import replace\nfrom auditor.reports import ceo\n"
        "def build(*given):\n    return replace(ceo.build(*given), verdict='The tide is high.')\n"
    )
    info = tmp_path / "tide-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tide\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[auditor.reports]\ntide = tide_report\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    report = build_reports(MONTH, (ViewSettings("tide"),))[0]
    assert (report.name, report.verdict) == ("tide", "The tide is high.")
    assert "The tide is high." in Renderer(templates_folder()).mail_html(report)
