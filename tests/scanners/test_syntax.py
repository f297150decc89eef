"""The small tree: hostile and broken programs, places in pages, names across files."""

from __future__ import annotations

import ast
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanners.apps_script import AppsScript
from scanners.endpoints import Endpoints
from scanners.syntax import tree as t
from scanners.syntax.javascript import parse_javascript
from scanners.syntax.program import Found, Program
from scanners.syntax.python import parse_python
from tests.support.context import scan

DEEP = {
    "brackets.js": "x = " + "[" * 5000 + "]" * 5000,
    "sum.js": "fetch(" + " + ".join(["a"] * 3000) + ")",
    "calls.js": "fetch" + "(f" * 3000 + ")" * 3000,
    "elseif.js": "exports.handler = async (event) => {"
    + "\n else ".join(f"if (event.path === '/p{i}') {{ return 1 }}" for i in range(200))
    + "}",
    "sum.py": "def handler(event, context):\n    return " + " + ".join(["event"] * 900),
    "brackets.py": "x = " + "(" * 150 + ")" * 150,
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_nesting_neither_stops_the_scan_nor_leaves_the_limit_changed(name: str) -> None:
    before = sys.getrecursionlimit()
    scan(
        Endpoints(),
        {name: DEEP[name], "ok.py": "def handler(event, c):\n    if event['path'] == '/x':\n        return 1\n"},
    )
    scan(AppsScript(), {name.replace(".py", ".gs"): "function doGet(e) {}\n" + DEEP[name], "appsscript.json": "{}"})
    assert sys.getrecursionlimit() == before


def test_a_chain_of_two_hundred_branches_is_followed_to_its_end() -> None:
    found = scan(Endpoints(), {"elseif.js": DEEP["elseif.js"]}).records
    assert len(found) == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(alphabet="(){}[]<>=>;,.'\"`$/*\\ \n:?!&|+-abc0fetchdoGeturnif", max_size=200))
def test_any_text_gives_a_tree(text: str) -> None:
    list(t.walk(*parse_javascript("x.js", text.encode()).body))
    list(t.walk(*parse_javascript("x.tsx", text.encode()).body))


def test_python_that_cannot_be_parsed_is_noted_and_the_rest_goes_on() -> None:
    found = scan(
        Endpoints(),
        {
            "bad.py": b"def handler(event:\x00",
            "good.py": "def handler(event, c):\n    if event['path'] == '/x':\n        return 1\n",
        },
    )
    assert [r.name for r in found.records] == ["ANY /x"]
    assert [n.path for n in found.not_scanned] == ["bad.py"]


def test_a_script_of_a_page_keeps_the_lines_of_the_page_whatever_template_language_is_in_it() -> None:
    page = "<html>\n<script>\nvar a = {{ value }};\n{% if x %}\n{% endif %}\nfetch('/here');\n</script></html>"
    assert [(r.text["path"], r.text["line"]) for r in scan(Endpoints(), {"a.html": page}).records] == [("/here", "6")]


def test_a_name_is_followed_through_an_export_and_an_import() -> None:
    program = Program(
        [
            parse_javascript("lib/a.js", b"const url = '/x'; export { url }; export default function go() {}"),
            parse_javascript("b.js", b"import go from './lib/a'; import { url as u } from './lib/a';"),
        ]
    )
    scope = program.scopes["b.js"]
    found = program.resolve(scope, "u")
    assert isinstance(found, Found)
    assert t.text_of(found.node) == "/x"
    function = program.resolve(scope, "go")
    assert isinstance(function, Found)
    assert isinstance(function.node, t.Function)


def test_python_lines_and_f_strings_survive() -> None:
    module = parse_python("x.py", b"a = f'{b} /x'\n")
    (bind,) = module.body
    assert isinstance(bind, t.Bind)
    assert isinstance(bind.value, t.Text)
    assert bind.line == 1


def test_links_that_others_hang_on_shared_nodes_are_not_followed() -> None:
    # Bandit does so: `ast.Load()` is one object in all trees of a process.
    shared = ast.parse("x").body[0].value.ctx  # type: ignore[attr-defined]
    shared._bandit_parent = ast.parse("y = [x, x]")
    shared._bandit_parent.body[0].value.ctx._bandit_parent = shared._bandit_parent
    try:
        assert parse_python("a.py", b"def f(x):\n    return x\n").language == "python"
    finally:
        del shared._bandit_parent
