"""The secret scanner: what it tells, what it never tells, and where secrets hide."""

import base64
from hashlib import sha256

import pytest

from auditor.errors import NotScannedError
from auditor.model.rule import Rule, Severity
from auditor.model.run import ScanResult
from scanners.secrets import Secrets
from tests.scanners.secrets_support import found, look
from tests.support.context import scan

STRIPE = "sk_live_" + "Zq8RtY2uVw5xLm3nBd7kPf4s"
PASSWORD = "CharterBoat#2024"


def rules(result: ScanResult) -> list[str]:
    return sorted(match.rule_id for match in result.matches)


def test_the_four_kinds_of_stripe_keys_are_told_apart() -> None:
    body = "Zq8RtY2uVw5xLm3nBd7kPf4s"
    kinds = {f"K = '{prefix}{body}'": rule for prefix, rule in (
        ("sk_live_", "secrets.stripe-live-key"),
        ("rk_live_", "secrets.stripe-restricted-key"),
        ("sk_test_", "secrets.stripe-test-key"),
    )}  # fmt: skip
    kinds[f"K = 'whsec_{body}Q7w2E9r4'"] = "secrets.stripe-webhook-secret"
    for text, rule in kinds.items():
        assert found(text) == {rule}


def test_one_secret_in_two_files_is_one_match_with_two_places() -> None:
    result = look({"a.py": f"k = '{STRIPE}'\n", "b/c.env": f"\n\nSTRIPE={STRIPE}\n"})
    (match,) = result.matches
    assert [str(match.location), *map(str, match.also_at)] == ["shop:a.py:1", "shop:b/c.env:3"]
    assert match.mark == look({"z": STRIPE}).matches[0].mark


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"])
def test_a_key_is_found_in_every_encoding(encoding: str) -> None:
    text = f"# settings of the shop\nstripe_key: {STRIPE}\n# and so on, and so on, for a while\n"
    assert rules(look({"a.txt": text.encode(encoding)})) == ["secrets.stripe-live-key"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xc3\xfe\xfa " + STRIPE.encode() + b"\xc3(\n",
        b"\0\0\0\x7fELF\0" + STRIPE.encode() + b"\0",
        base64.b64encode(b"stripe: " + STRIPE.encode() + b"\n"),
        base64.b64encode(base64.b64encode(b"stripe: " + STRIPE.encode() + b"\n")),
        b'{"cells": [{"source": ["key = \\"' + STRIPE.encode() + b'\\"\\n"]}]}',
        b"x" * 3_000_000 + b" " + STRIPE.encode() + b" " + b"y" * 3_000_000,
        STRIPE.encode(),
        b"\xff\xfe" + f"stripe = '{STRIPE}'\n".encode(),
        b"\xfe\xff\xfa\x80" + f"stripe = '{STRIPE}'\n".encode() + b"\x80",
        b"\xff\xfe\0\0" + f"stripe = '{STRIPE}'\n".encode(),
    ],
    ids=[
        *("invalid utf-8", "binary", "base64", "base64 twice", "notebook", "one long line", "nothing else"),
        *("no utf-16", "no utf-16be", "no utf-32"),
    ],
)
def test_a_key_is_found_wherever_it_hides(content: bytes) -> None:
    assert rules(look({"a.bin": content})) == ["secrets.stripe-live-key"]


def test_a_file_too_large_is_said_to_be_not_scanned(monkeypatch: pytest.MonkeyPatch) -> None:
    import scanners.secrets.scanner

    monkeypatch.setattr(scanners.secrets.scanner, "LARGEST", 10)
    result = look({"a.txt": f"key = {STRIPE}"})
    assert [(n.path, n.reason, n.expected) for n in result.not_scanned] == [("a.txt", "too large", False)]


def test_a_checksum_that_fails_lowers_confidence_and_does_not_silence() -> None:
    made_up = "ghp_" + "R7q2Lw9XzK4mB8nVc3Td6Yf1Hj5Gs0PaQeUi"
    (match,) = look({"a.py": f"t = '{made_up}'"}).matches
    assert (match.rule_id, match.grade) == ("secrets.github-token", "unverified")
    assert match.score is not None
    assert match.score < 0.7


@pytest.mark.parametrize(
    "line",
    [
        "password = input('Password: ')",
        "password: ${DB_PASSWORD}",
        "const token = getToken(user);",
        '"LABEL_PASSWORD": "Repeat the password",',
        "self.assertEqual(password_field.name, 'password')",
        "API_KEY=<your key here>",
        "integrity sha512-9nwV9rF2kPz1mS8bVqXtL3yR7wHd4Gc6Jf0KaEuQiTjZoMlPnBxCvDsWgYhA5Ue2Nk8Rr1Ss4Tt7Uu0Vv3Ww6Q==",
    ],
)
def test_ordinary_code_is_left_alone(line: str) -> None:
    assert found(line, "src/app.py") == set()


@pytest.mark.parametrize(
    "text",
    [
        f"DB_PASSWORD={PASSWORD}\n",
        f"postgres://app:{PASSWORD.replace('#', '-')}@db.internal.example.com/app\n",
        f"user=app password='{PASSWORD}' other='tR7kq93LmZx2'\n",
        f"key = '{STRIPE}' # and {STRIPE}\n",
    ],
)
def test_no_part_of_a_secret_is_in_a_match(text: str) -> None:
    result = look({"conf/.env": text})
    said = repr(result)
    assert result.matches
    for secret in (PASSWORD, PASSWORD.replace("#", "-"), STRIPE, STRIPE[8:], "tR7kq93LmZx2"):
        for form in (secret, base64.b64encode(secret.encode()).decode(), secret[::-1]):
            assert form not in said


@pytest.mark.parametrize(("option", "value"), [("engine", "magic"), ("threshold", "2"), ("threshold", "high")])
def test_an_option_that_cannot_be_meant_is_said_and_nothing_counts_as_scanned(option: str, value: str) -> None:
    with pytest.raises(NotScannedError, match=value):
        look({"a.py": "x"}, **{option: value})


def test_a_card_that_cannot_be_used_is_named() -> None:
    broken = Rule(
        "secrets.own", "Own", "secrets", Severity.HIGH, "why", "fix", spec={"pattern": "(a"}, path="secrets/own.yaml"
    )
    with pytest.raises(NotScannedError, match=r"secrets/own\.yaml: secrets\.own"):
        scan(Secrets(), {"a.py": "x"}, rules=[broken])


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        (".env", "DB_PASSWORD=hunter2-correct-horse\n", True),
        ("config/app.properties", "admin.password=admin123\n", True),
        (".env.production", "JWT_SECRET=supersecretjwtkey\n", True),
        ("compose.yaml", "  POSTGRES_PASSWORD: correcthorsebatterystaple\n", True),
        (".env.example", "DB_PASSWORD=hunter2-correct-horse\n", False),
        ("tests/.env", "DB_PASSWORD=hunter2-correct-horse\n", False),
        ("app.py", "DB_PASSWORD = hunter2_correct_horse\n", False),
        (".env", "DB_PASSWORD=your-password-here\n", False),
        (".env", "DB_PASSWORD=${OTHER_PASSWORD}\n", False),
        (".env", "DB_PASSWORD=changeme\n", False),
        ("values.yaml", "existingSecret: booking-database-credentials\n", False),
        (".env", "PASSWORD_POLICY=strict-and-long-1\n", False),
    ],
)
def test_a_password_of_plain_words_is_told_where_settings_are_kept(path: str, text: str, told: bool) -> None:
    assert bool(look({path: text}).matches) is told


@pytest.mark.parametrize(
    "text",
    [
        'KEY = "sk_live_" + "Zq8RtY2uVw5xLm3nBd7kPf4s"\n',
        "key = 'sk_live_Zq8RtY2u' .\n    'Vw5xLm3nBd7kPf4s';\n",
        'KEY = ("sk_live_Zq8RtY2u"\n       "Vw5xLm3nBd7kPf4s")\n',
        'const k = "sk_live_" +\n  "Zq8RtY2uVw5x" +\n  "Lm3nBd7kPf4s"\n',
    ],
)
def test_a_key_written_in_pieces_is_found_and_not_shown(text: str) -> None:
    (match,) = look({"pay.py": text}).matches
    assert match.rule_id == "secrets.stripe-live-key"
    assert match.details["decoded_from"] == "pieces"
    assert not any(piece in match.excerpt for piece in ("Zq8RtY2u", "Vw5xLm3n", "Lm3nBd7k"))
    assert match.mark == look({"z": STRIPE}).matches[0].mark


def test_words_written_in_pieces_are_no_key() -> None:
    text = 'message = "the guests of this" + "afternoon are here"\nname = "sk_live_" + suffix\n'
    assert look({"pay.py": text}).matches == ()


def test_the_digests_of_an_installed_package_are_no_tokens() -> None:
    digests = [base64.urlsafe_b64encode(sha256(bytes([n])).digest()).decode().rstrip("=") for n in range(20)]
    lines = [f"pip/_vendor/pygments/token.py,sha256={digest},6226" for digest in digests]
    assert found("\n".join(lines)) == set()
