"""Structure that a token must have beyond its alphabet; each check answers whether the text can be real."""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Callable, Mapping

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def base62(number: int, width: int) -> str:
    """A number in base 62, digits before capitals before small letters, filled with zeros."""
    digits = ""
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits.rjust(width, "0")


def github(token: str) -> bool:
    """GitHub's tokens end in the CRC-32 of the part between prefix and checksum, six characters of base 62.

    Source: GitHub blog, "Behind GitHub's new authentication token formats", 2021. Checked for the classic forms
    `ghp_`, `gho_`, `ghu_`, `ghs_`, `ghr_`.
    """
    body = token[token.index("_") + 1 :]
    return base62(zlib.crc32(body[:-6].encode()), 6) == body[-6:]


def npm(token: str) -> bool:
    """`npm_` tokens carry the same checksum as GitHub's (npm changelog, 2021)."""
    return github(token)


def crc16(data: bytes) -> int:
    """CRC-16/XMODEM, as the NATS nkeys specification uses it."""
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = ((value << 1) ^ 0x1021) & 0xFFFF if value & 0x8000 else (value << 1) & 0xFFFF
    return value


def nkey(seed: str) -> bool:
    """A seed is base 32 of two prefix bytes, 32 bytes and a little-endian CRC-16 (nats-io/nkeys README)."""
    try:
        raw = base64.b32decode(seed + "=" * (-len(seed) % 8))
    except binascii.Error:
        return False
    return len(raw) > 2 and crc16(raw[:-2]) == int.from_bytes(raw[-2:], "little")


def jwt(token: str) -> bool:
    """The first part is JSON with `alg` (RFC 7515, 4.1.1)."""
    head = token.split(".", 1)[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, RecursionError):
        return False
    return isinstance(header, dict) and ("alg" in header or "enc" in header)


def aws_key(key: str) -> bool:
    """An access key id is base 32; the account number can be read from it, so it must decode."""
    return all(c in _BASE32 for c in key[4:])


def basic(encoded: str) -> bool:
    """Base 64 of `user:password` in printable characters (RFC 7617)."""
    try:
        text = base64.b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (ValueError, UnicodeDecodeError):
        return False
    user, colon, password = text.partition(":")
    return bool(colon and password and text.isprintable() and "{" not in user)


def mixed(token: str) -> bool:
    """Small and capital letters and digits: what a random token of this length nearly always has."""
    return any(map(str.islower, token)) and any(map(str.isupper, token)) and any(map(str.isdigit, token))


def letters_and_digits(token: str) -> bool:
    """At least one letter and one digit."""
    return any(map(str.isalpha, token)) and any(map(str.isdigit, token))


SOFT = frozenset({"github", "npm", "nkey"})
"""Checksums: a token that fails is most likely made up, yet it is told, with less confidence (`unverified`)."""

CHECKS: Mapping[str, Callable[[str], bool]] = {
    "github": github,
    "npm": npm,
    "nkey": nkey,
    "jwt": jwt,
    "aws-key": aws_key,
    "basic": basic,
    "mixed": mixed,
    "letters-and-digits": letters_and_digits,
}
