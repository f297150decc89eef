"""The Semgrep scanner end to end over files given as a mapping: lines, wrapping, keeping, and what is not scanned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import NotScannedError
from auditor.model.ports import Completed
from auditor.model.rule import Rule, Severity
from auditor.model.run import ScanResult
from scanners.semgrep import Semgrep
from tests.support.context import MemoryCache, context, repo


def rule(name: str, *languages: str, cwe: tuple[int, ...] = (95,), **native: object) -> Rule:
    spec = {"id": name, "languages": list(languages), "message": "m", "severity": "ERROR", **native}
    return Rule(
        id=f"semgrep.{name}",
        title=name,
        scanner="semgrep",
        severity=Severity.HIGH,
        why="w",
        fix="f",
        cwe=cwe,
        spec=spec,
    )


PY_EVAL = rule("py-eval", "python", pattern="eval(...)")
JS_EVAL = rule("js-eval", "javascript", "typescript", pattern="eval(...)")
MARKUP = rule("scriptlet", "regex", **{"pattern-regex": r"<\?!="})
RULES = (PY_EVAL, JS_EVAL, MARKUP)


def scan(
    files: Mapping[str, str | bytes], rules: tuple[Rule, ...] = RULES, cache: MemoryCache | None = None
) -> ScanResult:
    return Semgrep().scan(repo(), context(files, rules=rules, cache=cache))


def places(result: ScanResult) -> list[tuple[str, int | None]]:
    return [(m.location.path, m.location.line) for m in result.matches]  # type: ignore[union-attr]


def reasons(result: ScanResult) -> dict[str, str]:
    return {n.path: n.reason for n in result.not_scanned}


NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "source": ["eval(x)\n"]},
        {"cell_type": "code", "source": ["%pip install x\n", "y = 1\n", "eval(y)"], "outputs": []},
        {"cell_type": "code", "source": ["z = 'ü'\n", "eval(z)\n"], "outputs": []},
    ],
    "nbformat": 4,
}


def test_every_wrapping_of_code_is_scanned_at_its_own_line() -> None:
    notebook = json.dumps(NOTEBOOK, indent=1)
    in_notebook = [n for n, line in enumerate(notebook.split("\n"), 1) if '"eval(' in line][1:]
    result = scan(
        {
            "a.py": "import os\neval(x)\n",
            "b.gs": "function doGet(e) {\n  return eval(e.parameter.x);\n}\n",
            "appsscript.json": "{}",
            "c.html": "<p>eval(no)</p>\n<script>\nvar a = <?= data ?>;\neval(a);\n</script>\n<?!= raw ?>\n",
            "d.vue": '<template>\n<p/></template>\n<script lang="ts">\nconst a: string = "";\neval(a)\n</script>\n',
            "e.ipynb": notebook,
            "bin/tool": "#!/usr/bin/env python3\n\neval(x)\n",
            "bin/node-tool": "#!/usr/bin/env node\neval(x)\n",
            "bin/other": "#!/bin/sh\neval(x)\n",
            "wide.py": "# ü\neval(x)\n".encode("utf-16"),
            "latin.py": "# \xe9\neval(x)\n".encode("latin-1"),
            "mark.js": b"\xef\xbb\xbfeval(x)\r\n\r\neval(y)\r\n",
        }
    )
    assert places(result) == [
        ("a.py", 2),
        ("b.gs", 2),
        ("bin/node-tool", 2),
        ("bin/tool", 3),
        ("c.html", 4),
        ("c.html", 6),
        ("d.vue", 5),
        *(("e.ipynb", n) for n in in_notebook),
        ("latin.py", 2),
        ("mark.js", 1),
        ("mark.js", 3),
        ("wide.py", 2),
    ]
    assert result.not_scanned == ()


def test_what_cannot_be_parsed_is_not_clean() -> None:
    result = scan(
        {
            "broken.js": "function ((( eval(x)\n",
            "partly.py": "def f(:\n  eval(x)\n  x x x\n",
            "binary.py": b"eval(x)\0\0",
            "pointer.py": "version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "book.ipynb": "{",
        }
    )
    assert reasons(result) == {
        "broken.js": "syntax error",
        "partly.py": "partly parsed",
        "binary.py": "binary",
        "pointer.py": "LFS pointer",
        "book.ipynb": "syntax error",
    }
    assert not any(n.expected for n in result.not_scanned)


def test_foreign_and_generated_code_is_skipped_and_counted() -> None:
    result = scan(
        {
            "node_modules/a/index.js": "eval(x)",
            "static/jquery.min.js": "eval(x)",
            "static/app.js": "eval(x);" * 2000,
            "shader.gs": "#version 150\nvoid main() { gl_Position = p; }\n",
        }
    )
    assert places(result) == []
    assert reasons(result) == {
        "node_modules/a/index.js": "vendored",
        "static/jquery.min.js": "minified",
        "static/app.js": "minified",
        "shader.gs": "not Apps Script",
    }
    assert all(n.expected for n in result.not_scanned)


def test_a_file_over_the_limit_is_reported() -> None:
    result = scan({"big.py": "eval(x)\n" + "# padding padding padding\n" * 50_000})
    assert reasons(result) == {"big.py": "too large"}


def test_an_invalid_rule_is_said_and_the_others_go_on_every_time() -> None:
    cache = MemoryCache()
    rules = (PY_EVAL, rule("bad", "python", pattern="eval(..."))
    for _ in range(2):
        result = scan({"a.py": "eval(x)\n"}, rules, cache)
        assert places(result) == [("a.py", 1)]
        assert list(reasons(result).values()) == ["invalid rule"]


def test_answers_are_kept_by_content_whatever_the_path() -> None:
    cache = MemoryCache()
    first = scan({"a.py": "def f():\n    eval(x)\n"}, cache=cache)
    again = scan({"b/c.py": "def f():\n    eval(x)\n", "same.py": "def f():\n    eval(x)\n"}, cache=cache)
    assert cache.hits == 1
    assert places(again) == [("b/c.py", 2), ("same.py", 2)]
    assert {(m.mark, m.excerpt) for m in again.matches} == {(m.mark, m.excerpt) for m in first.matches}


def test_a_rule_limited_to_paths_is_applied_to_kept_answers_as_well() -> None:
    cache = MemoryCache()
    limited = (rule("only-tools", "python", pattern="eval(...)", paths={"include": ["tools/**/*.py", "*.wsgi"]}),)
    files = {"tools/a.py": "eval(x)\n", "src/a.py": "eval(x)\n", "tools/x/b.py": "eval(x)\n"}
    for _ in range(2):
        assert places(scan(files, limited, cache)) == [("tools/a.py", 1), ("tools/x/b.py", 1)]


def test_a_match_carries_scope_mark_and_the_source_of_taint() -> None:
    taint = rule(
        "flow",
        "python",
        mode="taint",
        **{"pattern-sources": [{"pattern": "request.args"}], "pattern-sinks": [{"pattern": "eval(...)"}]},
    )
    text = "class Shop:\n    def price(self):\n        x = request.args\n        eval( x )  # why\n"
    (match,) = scan({"a.py": text}, (taint,)).matches
    assert match.location.scope == "Shop.price"  # type: ignore[union-attr]
    assert match.mark == "eval(x)"
    assert match.excerpt == "eval( x )  # why"
    assert match.details["source_line"] == "3"


def test_no_secret_reaches_excerpt_or_mark() -> None:
    secret = "q9w8e7r6t5y4u3i2o1p0"
    rules = (rule("key", "python", pattern="connect(...)", cwe=(798,)), rule("call", "python", pattern="send(...)"))
    text = f'connect("{secret}")\nsend(password="{secret}")\nsend("sk_live_{secret}")\n'
    result = scan({"a.py": text}, rules)
    assert len(result.matches) == 3
    assert secret not in repr(result)


def test_suppressions_of_other_tools_are_counted_and_not_obeyed() -> None:
    result = scan({"a.py": "eval(x)  # nosemgrep\neval(y)  # nosec\n", ".semgrepignore": "a.py\n"})
    assert places(result) == [("a.py", 1), ("a.py", 2)]
    assert result.looked_at["foreign markers"] == 2
    assert result.matches[0].details["foreign_marker"] == "nosemgrep"


def test_test_code_is_looked_at_and_believed_less() -> None:
    result = scan({"tests/test_a.py": "eval(x)\n", "a.py": "eval(x)\n"})
    assert [(m.location.path, m.score) for m in result.matches] == [("a.py", None), ("tests/test_a.py", 0.25)]  # type: ignore[union-attr]


class Lying:
    """A program that answers without having looked."""

    def __init__(self, answer: Completed) -> None:
        self.answer = answer

    def find(self, name: str) -> Path | None:
        return Path("/nonexistent") / name

    def run(self, argv: object, **_: object) -> Completed:
        return self.answer


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Completed(0, b'{"results": [], "errors": [], "paths": {"scanned": []}}', b""),
            "does not find what is planted",
        ),
        (Completed(0, b"no JSON", b""), "failed on every file"),
        (Completed(-9, b"", b"killed"), "failed on every file: killed"),
        (Completed(0, b"", b"", timed_out=True), "failed on every file"),
        (Completed(0, b'{"results": []', b"", truncated=True), "failed on every file"),
    ],
)
def test_an_engine_that_lies_crashes_or_hangs_is_a_failed_scan(answer: Completed, said: str) -> None:
    with pytest.raises(NotScannedError, match=said):
        Semgrep().scan(repo(), replace(context({"a.py": "eval(x)\n"}, rules=RULES), programs=Lying(answer)))  # type: ignore[arg-type]


class CrashesOn:
    """The real engine, but it dies whenever a certain text is among its targets."""

    def __init__(self, real: object, poison: bytes) -> None:
        self.real, self.poison = real, poison

    def find(self, name: str) -> Path | None:
        return self.real.find(name)  # type: ignore[attr-defined, no-any-return]

    def run(self, argv: list[str], **keywords: object) -> Completed:
        listed = json.loads(Path(argv[argv.index("-targets") + 1]).read_text()) if "-targets" in argv else ["", []]
        targets = listed[1]
        if any(self.poison in Path(target[1]["path"]["fpath"]).read_bytes() for target in targets):
            return Completed(-11, b"", b"segmentation fault")
        return self.real.run(argv, **keywords)  # type: ignore[attr-defined, no-any-return]


def test_a_file_that_kills_the_engine_does_not_take_the_others_with_it() -> None:
    files = {f"f{n}.py": f"eval({n})\n" for n in range(5)} | {"poison.py": "eval('poison')\n"}
    plain = context(files, rules=RULES)
    result = Semgrep().scan(repo(), replace(plain, programs=CrashesOn(plain.programs, b"poison")))  # type: ignore[arg-type]
    assert [path for path, _ in places(result)] == [f"f{n}.py" for n in range(5)]
    assert reasons(result) == {"poison.py": "engine crashed"}


def test_without_rules_nothing_is_called_clean() -> None:
    with pytest.raises(NotScannedError, match="no rules"):
        scan({"a.py": "eval(x)"}, ())


@pytest.mark.parametrize("name", ["ctrl\x1b[31m.py", "-rf.py", "new\nline.py", "not-utf8-\udcff.py", "x" * 250 + ".py"])
def test_a_name_made_to_confuse_is_only_a_name(name: str) -> None:
    assert places(scan({name: "eval(x)\n"})) == [(name, 1)]


def test_a_notebook_that_is_none_is_not_scanned_and_a_large_one_takes_no_time() -> None:
    cell = '{"cell_type":"code","source":["a\\n","eval(x)\\n"]},'
    book = '{"cells":[' + cell * 500 + '{"cell_type":"code","source":7}]}'
    assert len(scan({"a.ipynb": book}).matches) == 500
    assert list(reasons(scan({"b.ipynb": '{"cells": 7}'})).values()) == ["syntax error"]


@pytest.mark.slow
def test_what_takes_too_long_is_not_scanned_and_not_kept() -> None:
    levels = [f"{b}: &{b} [{','.join(['*' + a] * 9)}]" for a, b in zip("abcde", "bcdef", strict=True)]
    bomb = "\n".join(["a: &a [x,x,x,x,x,x,x,x,x]", *levels, "Action: '*'\n"])
    cache = MemoryCache()
    rules = (rule("wide", "yaml", pattern='Action: "*"'), PY_EVAL)
    result = scan({"bomb.yaml": bomb, "a.py": "eval(x)\n"}, rules, cache)
    assert ("a.py", 1) in places(result)
    # A fast machine gets through; what must not happen is silence, or an answer kept that was cut short.
    finished = ("bomb.yaml", 7) in places(result)
    assert reasons(result) == ({} if finished else {"bomb.yaml": "timed out"})
    assert len([key for key in cache.values if "/conditions/" not in key]) == (2 if finished else 1)
