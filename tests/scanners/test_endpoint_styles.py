"""One small program a style of router, guard and call; written down before any real repository was looked at.

`endpoint_styles/*.txt`: `#### name`, then `=== path` with the file's text, then `--->` with what must be found: `METHOD path auth`
for endpoints, `METHOD path` for calls. Nothing else may be found.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanners.endpoints import Endpoints
from tests.support.context import scan

STYLES = Path(__file__).parent / "endpoint_styles"


def cases() -> list[tuple[str, str]]:
    return [
        (f"{path.stem}: {block.partition(chr(10))[0]}", block)
        for path in sorted(STYLES.glob("*.txt"))
        for block in re.split(r"^#### ", path.read_text(), flags=re.MULTILINE)[1:]
    ]


@pytest.mark.parametrize(("name", "block"), cases(), ids=[name for name, _ in cases()])
def test_every_style_is_read_as_it_is_meant(name: str, block: str) -> None:
    text, _, wanted = block.partition("\n--->\n")
    parts = re.split(r"^=== (\S.*)\n", text, flags=re.MULTILINE)
    files = {parts[i]: parts[i + 1] for i in range(1, len(parts), 2)}
    records = scan(Endpoints(), files).records
    if name.startswith("calls:"):
        found = {
            f"{r.text['method']} {re.sub('^[a-z]+://[^/]+', '', r.text['path'])}" for r in records if r.kind == "call"
        }
    else:
        found = {f"{r.text['method']} {r.text['path']} {r.text['auth']}" for r in records if r.kind == "endpoint"}
    assert sorted(found) == sorted(line for line in wanted.splitlines() if line)
