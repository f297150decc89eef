"""Scopes, normalised code and excerpts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.source import excerpt, normalised, redacted, scope_at, scopes, visible

PYTHON = '''\
import os
class Shop:
    """def not_a_function(): class Nor: a_class
def neither():
    """
    async def price(
        self,
    ):
        x = {
        }
        return x

    rate = 1
def main(): pass
os.exit()
'''
SCRIPT = """\
// function no() {
class Shop {
  async price(a, b = {}) {
    if (a) { for (;;) { x } }
    return `${a} function q() {`
  }
}
const pay = async (x) => {
  charge(x)
}
module.exports.handler = function (event) {
  return event
}
const routes = { get: function () { return 1 }, post(req) { return 2 } }
top()
"""


@pytest.mark.parametrize(
    ("line", "name"),
    [(1, ""), (4, "Shop"), (6, "Shop.price"), (11, "Shop.price"), (13, "Shop"), (14, "main"), (15, "")],
)
def test_python_scopes_follow_indentation_and_not_strings(line: int, name: str) -> None:
    assert scope_at(scopes(PYTHON, "python"), line) == name


@pytest.mark.parametrize(
    ("line", "name"), [(1, ""), (2, "Shop"), (4, "Shop.price"), (9, "pay"), (12, "module.exports.handler"), (15, "")]
)
def test_script_scopes_follow_named_blocks(line: int, name: str) -> None:
    assert scope_at(scopes(SCRIPT, "javascript"), line) == name


def test_a_terraform_block_is_a_scope() -> None:
    found = scopes('resource "aws_s3_bucket" "site" {\n  acl = "public-read"\n}\n', "terraform")
    assert scope_at(found, 2) == "aws_s3_bucket.site"


@pytest.mark.parametrize(
    ("left", "right", "language"),
    [
        ("f(a,  b)  # why", "f(a,b)", "python"),
        ("f(\n    a,\n    b,\n)", "f(a, b)", "python"),
        ("f('x')", 'f("x")', "python"),
        ("f(a) // why", "f(a);", "javascript"),
        ("return  x", "return x", "python"),
    ],
)
def test_layout_comments_and_quotes_do_not_change_the_mark(left: str, right: str, language: str) -> None:
    assert normalised(left, language) == normalised(right, language)


@pytest.mark.parametrize(("left", "right"), [("f('a b')", "f('ab')"), ("return x", "returnx"), ("f('#a')", "f('#b')")])
def test_what_the_code_says_does_change_the_mark(left: str, right: str) -> None:
    assert normalised(left, "python") != normalised(right, "python")


@pytest.mark.parametrize(
    "line",
    [
        'api_key = "hunter2hunter2"',
        "password: 'hunter2hunter2'",
        'url = "https://bob:hunter2hunter2@example.com/"',
        "client(token='hunter2hunter2')",
        'x = "sk_live_hunter2hunter2"',
        "authorization = 'Bearer eyJhbGciOiJub.eyJodW50ZXIy.hunter2hunter2'",
        'data = "hunter2hunter2hunter2hunter2hunter2hunter2hunter2"',
        "-----BEGIN RSA PRIVATE KEY----- hunter2hunter2",
    ],
)
def test_an_excerpt_holds_no_secret(line: str) -> None:
    assert "hunter2" not in excerpt(line, language="python")
    assert excerpt(line, language="python")


def test_the_name_of_a_setting_is_shown_and_its_value_is_not() -> None:
    line = 'KEY = os.environ.get("JWT_SECRET", "hunter2hunter2")'
    assert excerpt(line, every_literal=True, language="python") == 'KEY = os.environ.get("JWT_SECRET", "[redacted]")'


def test_a_kind_of_authorization_is_no_secret() -> None:
    assert excerpt('authorization = "NONE"', language="terraform") == 'authorization = "NONE"'


def test_equal_secrets_have_equal_marks_and_others_do_not() -> None:
    def mark(text: str) -> str:
        return f"<{hash(text)}>"

    first, second, third = (redacted(f'key = "{s}"', mark, every_literal=True) for s in ("aaaa", "aaaa", "bbbb"))
    assert first == second != third


def test_what_a_terminal_would_obey_is_made_visible() -> None:
    assert visible("a\x1b[31m\u202eb\r\x00") == "a\\x1b[31m\\u202eb\\x0d\\x00"


@given(st.text(max_size=300), st.sampled_from(["python", "javascript", "yaml", "terraform"]))
def test_any_text_has_an_excerpt_of_one_bounded_line(text: str, language: str) -> None:
    shown = excerpt(text, language=language)
    assert len(shown) <= 160
    assert shown.isprintable() or all(ch == " " or ch.isprintable() or ord(ch) > 127 for ch in shown)
    normalised(text, language)
    scopes(text, language)


@pytest.mark.parametrize(
    "text",
    [
        "{" * 50_000,
        "'" * 50_000,
        '"""' * 20_000,
        "a(" * 40_000,
        "(x) =>" * 20_000,
        "\\" * 50_000,
        "class a " * 20_000,
        "eyJ" * 30_000,
        " " * 100_000 + "x",
    ],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    begin = time.perf_counter()
    for language in ("python", "javascript"):
        scopes(text, language)
        normalised(text, language)
        excerpt(text, language=language)
    assert time.perf_counter() - begin < 3
