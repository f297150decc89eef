"""Text from scanned things, made safe to show."""

from __future__ import annotations

_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str) -> str:
    r"""The text with control characters, escapes and direction overrides shown as `\x1b` or `\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a surrogate escape: a byte that was not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or 0x7F <= code < 0xA0:
        return f"\\x{code:02x}"
    if character in _BIDIRECTIONAL or 0xD800 <= code <= 0xDFFF or code in {0x2028, 0x2029}:
        return f"\\u{code:04x}"
    return character
