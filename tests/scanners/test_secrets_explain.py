"""`auditor explain FILE:LINE` says why, and never what."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanners.secrets import Secrets
from tests.scanners.secrets_support import warm
from tests.support.context import context

MADE_UP = "ghp_" + "R7q2Lw9XzK4mB8nVc3Td6Yf1Hj5Gs0PaQeUi"
FILE = f"""DB_PASSWORD=CharterBoat#2024
token = "{MADE_UP}"
password = "Please enter your password"
x = 1
key: sk_live_{"x" * 24}
"""


def explained(line: int) -> str:
    around = context({}, scanner="secrets", cache=warm())
    return "\n".join(Secrets().explain("app/.env", FILE.encode(), line, around))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (1, "finding: secrets.hard-coded-password"),
        (1, "threshold 0.5"),
        (2, "the check 'github' fails, so it is told with less confidence"),
        (3, "no finding"),
        (3, "plainly a word, a sentence"),
        (4, "no pattern of any rule hits in this line"),
        (5, "pattern of secrets.stripe-live-key: it reads like a placeholder"),
    ],
)
def test_it_says_what_fired_and_why_or_why_not(line: int, said: str) -> None:
    assert said in explained(line)


def test_no_secret_is_in_an_explanation() -> None:
    text = "".join(explained(line) for line in range(1, 6))
    assert "CharterBoat" not in text
    assert MADE_UP[4:] not in text


def test_the_command_takes_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from auditor.cli.app import app

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "a.env").write_text(FILE)
    result = CliRunner().invoke(app, ["explain", f"{tmp_path / 'a.env'}:1"])
    assert result.exit_code == 0
    assert "secrets.hard-coded-password" in result.output
    assert "CharterBoat" not in result.output
