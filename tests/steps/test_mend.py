"""Safe changes to code: what they make of a text, and what they leave alone."""

import hashlib
from base64 import b64encode

import pytest

from auditor.steps.mend import applied, edits

YAML, REQUESTS = "semgrep.python-unsafe-yaml-load", "bandit.request-without-timeout"
LINK, SCRIPT = "semgrep.html-new-window-can-steer-the-old", "semgrep.html-script-without-integrity"


def mended(rule: str, text: str, files: dict[str, bytes] | None = None, line: int = 1) -> str:
    content = text.encode()
    return applied(content, edits(rule, content, line, (files or {}).get)).decode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = yaml.load(f)", "x = yaml.safe_load(f)"),
        ("x = yaml.load(f, Loader=yaml.Loader)", "x = yaml.safe_load(f)"),
        ("x = yaml.load(open('ü'), yaml.FullLoader)", "x = yaml.safe_load(open('ü'))"),
        ("x = yaml.load(\n    f,\n    Loader=yaml.UnsafeLoader,\n)", "x = yaml.safe_load(\n    f,\n)"),
        ("x = list(yaml.load_all(f))", "x = list(yaml.safe_load_all(f))"),
        ("x = yaml.unsafe_load(f)\r\n", "x = yaml.safe_load(f)\r\n"),
    ],
)
def test_yaml_is_loaded_safely(before: str, after: str) -> None:
    assert mended(YAML, before) == after


@pytest.mark.parametrize(
    "text",
    [
        "x = yaml.load(f, Loader=mine.Loader)",
        "x = yaml.load(f, Loader=choose())",
        "x = yaml.load(*arguments)",
        "x = yaml.load(f, **options)",
        "x = load(f)",
        "x = yaml.load(f\n",
        "\ufeffx = yaml.load(f)",
    ],
)
def test_yaml_with_a_loader_that_is_not_yamls_own_is_left_alone(text: str) -> None:
    assert mended(YAML, text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("requests.get(url)", "requests.get(url, timeout=10)"),
        ("requests.post(url, json={'a': (1)},)", "requests.post(url, json={'a': (1)}, timeout=10,)"),
        ("requests.get(\n    url,\n)", "requests.get(\n    url, timeout=10,\n)"),
        ("requests.get(url=u).json()", "requests.get(url=u, timeout=10).json()"),
    ],
)
def test_a_request_gets_a_time_limit(before: str, after: str) -> None:
    assert mended(REQUESTS, before) == after


@pytest.mark.parametrize(
    "text",
    [
        "requests.get(url, timeout=3)",
        "requests.get(url, **options)",
        "requests.get(*arguments)",
        "requests.get((url))",
        "requests.get(url  # here\n)",
        "session.get(url)",
    ],
)
def test_a_request_that_may_have_one_is_left_alone(text: str) -> None:
    assert mended(REQUESTS, text) == text


def test_a_link_to_a_new_window_gets_its_noopener() -> None:
    link = "<p><a href='https://a.example' target=_blank>A</a> <a href=\"/b\">B</a></p>"
    assert mended(LINK, link) == link.replace("target=_blank", 'target=_blank rel="noopener"')


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://a.example" target="_blank" rel="me">A</a>',
        '<a {% if new %}target="_blank"{% endif %} href="https://a.example">A</a>',
        '<a href="https://a.example" target="<?= t ?>_blank">A</a>',
    ],
)
def test_a_link_with_a_rel_or_in_a_template_is_left_alone(text: str) -> None:
    assert mended(LINK, text) == text


def test_a_script_gets_its_checksum_where_that_version_lies_beside_the_page() -> None:
    body = b"window.x = 1;\n"
    files = {"node_modules/lib/package.json": b'{"version": "1.2.3"}', "node_modules/lib/dist/lib.js": body}
    tag = '<script src="https://unpkg.com/lib@1.2.3/dist/lib.js"></script>'
    digest = b64encode(hashlib.sha384(body).digest()).decode()
    wanted = tag.replace("></script>", f' integrity="sha384-{digest}" crossorigin="anonymous"></script>')
    assert mended(SCRIPT, tag, files) == wanted
    assert mended(SCRIPT, tag, {**files, "node_modules/lib/package.json": b'{"version": "1.2.4"}'}) == tag
    assert mended(SCRIPT, tag, {}) == tag
    assert mended(SCRIPT, tag.replace("dist", "../../x"), files) == tag.replace("dist", "../../x")
