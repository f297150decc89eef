"""Pages in a browser: shut in, rendered, and honest where there is no browser."""

from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from auditor.adapters.programs import LocalPrograms
from auditor.errors import NotScannedError
from auditor.model.ports import ScanContext
from scanners.pages import Pages
from scanners.pages import deep as browsing
from tests.support.context import context, repo, scan

SHELL = {
    "index.html": "<html lang='en'><head><title>x</title></head><body><div id='root'></div>"
    "<script type='module' src='/src/main.js'></script></body></html>",
    "src/main.js": "document.getElementById('root').innerHTML = '<h1>Sails</h1><img src=/a.png>';"
    "fetch('http://127.0.0.1:1/').catch(() => document.body.append('shut in'));",
}
HAS_BROWSER = any(LocalPrograms().find(name) for name in browsing._BROWSERS)


class NoPrograms(LocalPrograms):
    """A machine on which nothing is installed."""

    def find(self, name: str) -> Path | None:
        return None


def without_browser(files: dict[str, str]) -> ScanContext:
    from dataclasses import replace

    return replace(context(files, scanner="pages", options={"deep": "true"}), programs=NoPrograms())


def test_a_deep_look_without_a_browser_is_said_to_be_incomplete_and_the_rest_is_judged() -> None:
    result = Pages().scan(repo(), without_browser(SHELL))
    assert ("", "not rendered", False) in [(left.path, left.reason, left.expected) for left in result.not_scanned]
    assert any(match.rule_id == "pages.no-description" for match in result.matches)


def test_the_proxy_answers_for_the_site_alone() -> None:
    files = {"site/index.html": b"home", "secret.txt": b"outside"}
    with browsing._served("site", files.get, "token", b"") as port:
        opener = build_opener(ProxyHandler({"http": f"http://127.0.0.1:{port}"}))
        assert opener.open("http://site.invalid/", timeout=5).read() == b"home"
        for address in ("http://127.0.0.1:1/", "http://other.invalid/", "http://site.invalid/../../etc/passwd"):
            with pytest.raises(OSError, match=r"40[34]"):
                opener.open(address, timeout=5)


@pytest.mark.slow
@pytest.mark.skipif(not HAS_BROWSER, reason="no Chromium is installed")
def test_a_page_rendered_by_script_is_judged_as_a_visitor_sees_it() -> None:
    result = scan(Pages(), SHELL, options={"deep": "true"})
    found = {match.rule_id: match for match in result.matches}
    assert "pages.rendered-by-script" in found
    assert found["pages.picture-without-text"].location.line is None
    assert "pages.no-h1" not in found
    assert not [left for left in result.not_scanned if left.reason == "not rendered"]


def test_a_file_that_is_not_the_script_of_axe_core_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "axe-core.tgz"
    packed.write_bytes(b"axe packed")
    with pytest.raises(NotScannedError, match=r"name axe\.min\.js"):
        browsing.axe_file(str(packed))
    script = tmp_path / "axe.min.js"
    script.write_text("/*! axe v4 */")
    assert browsing.axe_file(str(tmp_path)) == script
