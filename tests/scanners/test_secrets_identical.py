"""`--engine detect-secrets` finds what `detect-secrets scan` finds, over generated files of many kinds."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanners.secrets import identical
from scanners.secrets.identical import secrets_of
from tests.scanners.secrets_support import look, warm

VALUES = (
    "hunter2hunter", "4b7f0c9e2d8a61f35b0e9c7d4a2f8e6b1c3d5f70", "q8ZrT2vXw9LmK4pB7nYcD1sF6gHjA0eU3iO5", "true", "", "${X}",
    "$ecret", "sk_live_Zq8RtY2uVw5xLm3nBd7kPf4s", "AKIA2E0A8F3B244C9986", "example", "12345", "get_secret()", "8.8.4.4",
    "ghp_R7q2Lw9XzK4mB8nVc3Td6Yf1Hj5Gs0PaQeUi", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
    "-----BEGIN RSA PRIVATE KEY-----", "https://ada:s3cretpw@example.com/x", "a b c d e f", "ümläut-paſſword", "0x1f", "''",
    "xoxb-12345678-abcdef0123", "0123456789abcdef0123456789abcdef", "c2VjcmV0LXZhbHVlLXdpdGgtbW9yZS1ieXRlcw==", "null", "\\x41",
    "f47ac10b-58cc-4372-a567-0e02b2c3d479", "AC" + "0123456789abcdef" * 2, "AKCp8abcdefghijk", "AP1abcdefghij", "%(name)s",
)  # fmt: skip
NAMES = (
    "password",
    "API_KEY",
    "api-key",
    "secret",
    "db_pass",
    "id",
    "name",
    "url",
    "token",
    "contraseña",
    "pwd",
    "aws_key",
    "x",
)
LINES = (
    '{n} = "{v}"', "{n}: {v}", "{n}={v}", "'{n}' => '{v}',", '"{n}": "{v}",', "{n} := `{v}`", "# {n} {v}", "{v}",
    '{n} = "{v}"  # pragma: allowlist secret', 'if ({n} == "{v}") {{', "[{n}]", "{n}: |\n  {v}\n  {v}", "- {n}: '{v}'",
    '{n}: "{v}\\\n  {v}"', "// pragma: allowlist nextline secret", "{n} = {n}('{v}')", "  {n}: [{v}, '{v}']", "\t{n} {v}",
)  # fmt: skip
ENDINGS = (
    ".py",
    ".yaml",
    ".ini",
    ".json",
    ".go",
    ".js",
    ".env",
    ".conf",
    ".md",
    ".properties",
    ".tf",
    "",
    ".lock",
    ".yml",
)


def generated(count: int) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(7)
    for number in range(count):
        lines = [
            chance.choice(LINES).format(n=chance.choice(NAMES), v=chance.choice(VALUES))
            for _ in range(chance.randint(1, 14))
        ]
        end = chance.choice(("\n", "\n", "\n", "\r\n", "\r"))
        text = end.join(line.replace("\n", end) for line in lines) + chance.choice(("", end))
        yield (
            f"file{number}{chance.choice(ENDINGS)}",
            text.encode("latin-1" if number % 50 == 49 else "utf-8", "replace"),
        )


def found_by_itself(folder: Path, path: str, content: bytes) -> set[tuple[str, str, int]] | str:
    """What the library finds in a file on disk, relative as in `detect-secrets scan .`."""
    from detect_secrets.core.scan import scan_file
    from detect_secrets.settings import default_settings

    (folder / path).write_bytes(content)
    with default_settings():
        unique: dict[object, tuple[str, str, int]] = {}
        try:
            for secret in scan_file(path):
                unique.setdefault(secret, (secret.type, secret.secret_hash, secret.line_number))
        except (IndexError, RecursionError) as error:
            return type(error).__name__
    return set(unique.values())


def found_by_us(library: identical.Library, path: str, content: bytes) -> set[tuple[str, str, int]] | str:
    try:
        return {(s.type, s.secret_hash, s.line_number) for s in secrets_of(library, path, content)}
    except (IndexError, RecursionError) as error:
        return type(error).__name__


def differing(folder: Path, count: int) -> tuple[list[str], int]:
    cache = warm()
    wrong: list[str] = []
    secrets = 0
    before = Path.cwd()
    os.chdir(folder)
    try:
        for path, content in generated(count):
            with identical.opened(cache) as library:
                ours = found_by_us(library, path, content)
            theirs = found_by_itself(folder, path, content)
            secrets += len(theirs)
            if ours != theirs:
                wrong.append(path)
    finally:
        os.chdir(before)
    return wrong, secrets


def test_generated_files_give_the_same_findings(tmp_path: Path) -> None:
    wrong, secrets = differing(tmp_path, 120)
    assert wrong == []
    assert secrets > 100


@pytest.mark.slow
def test_many_generated_files_give_the_same_findings(tmp_path: Path) -> None:
    wrong, _ = differing(tmp_path, 1500)
    assert wrong == []


def test_a_finding_of_that_engine_is_redacted_and_names_its_type() -> None:
    (match,) = look({"a.py": 'password = "Vq8mz2Lr0tKx91Wd"\n'}, engine="detect-secrets").matches
    assert match.details["type"] == "Secret Keyword"
    assert "Vq8mz2Lr0tKx91Wd" not in repr(match)
