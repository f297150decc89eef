"""All expressions of one pass: those of the cards, and those that show where generic candidates may be."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from auditor.model.pattern import lazy
from scanners.secrets.cards import Card
from scanners.secrets.engine import Expression

_NAME = (
    r"(?:pass|pwd|pswd|secret|token|key|auth|cred|nonce|salt|seed|signature|cookie|otp|kennwort|senha|contrase|"
    r"connectionstring|securestring|\bpw|\bsign|[^a-z]pw|[^a-z]sign)"
)
_CLOSE = r"""(?:\\{0,3}["'`]|\\u0022|&quot;|[\])?!]|\*\*){0,4}"""
_TYPE = r"(?:[ \t]{0,4}:[ \t]{0,4}&?[\w.<>' ]{1,40}\??|[ \t]{1,3}(?:string|varchar|text|\[\]byte))?"
_QUOTE_OR_DIGIT = r"""(?:(?:[\w.:$@!?\-]{1,40}[(\[ ]{1,3}){0,2}[bfrLuU@$]{0,2}(?:\\{0,3}["'`]|\\u0022|&quot;|u0022)[^\n]{3}|[^\s"'`,;]{0,40}\d)"""
GENERIC: tuple[tuple[str, str, bool], ...] = (
    ("assign", _NAME + r"[\w.\-]{0,48}" + _CLOSE + _TYPE + r"[ \t]{0,18}[=:<!\-]{1,3}>?[ \t]{0,18}[^\s][^\n]{2}", True),
    ("assign", _NAME + r"[\w.\-]{0,48}" + _CLOSE + r"[ \t]{0,18}[,(|>][ \t]{0,18}" + _QUOTE_OR_DIGIT, True),
    ("assign", r"(?:pass|passw\w{1,6}|passphrase|pwd|securestring|identified[ \t]{1,3}(?:by|with[ \t]\w{1,40}[ \t]by))[ \t]{1,18}[^\s]{3}", True),
    ("assign", r"-[\w\-]{0,20}" + _NAME + r"[\w.\-]{0,20}[ \t]{1,3}[^\s]{3}", True),
    ("url", r"""[A-Za-z]://[^\s/:@"'`<>]{0,80}:[^\s/@"'`<>]{1,120}@[\w\-.$%{\[]""", False),
    ("header", r"""(?:bearer|basic|ntlm|digest|apikey)[ \t]{1,3}\\{0,3}["']?[A-Za-z0-9+/_.~\-]{8}""", True),
    ("flag", r"""(?:[ \t]-u[ \t]{0,2}|--user[ =])["']?[\w.$\-]{1,40}:[^\s"':]{3}""", False),
)  # fmt: skip
"""Kind of candidate, over-approximation over bytes, caseless. One match per place: each ends at a fixed length."""

_JOINED = r"""[\w\-/+]{2}["'][ \t]{0,8}(?:[+.&][ \t]{0,8}|\\[ \t]{0,4})?(?:\r?\n[ \t]{0,60}(?:[+.&][ \t]{0,8})?)?[brfu]?["'][\w\-/+]{6}"""
"""Two literals with nothing but an operator between them."""

_HEAD = lazy(
    r"((?:[A-Za-z0-9_\- ](?![?*{])|\\[.\-])*)(?:(?:\(\?:([A-Za-z0-9_|\-]+)\)|\[([a-z]{2,8})\])(?![?*{])((?:[A-Za-z0-9_\-](?![?*{])|\\[.\-])*))?"
)
_OPTIONAL = lazy(r"=\{0,\d\}$|(?<!\\)=\*$")
_TAIL = lazy(r"\{(\d+),\d*\}$")


@dataclass(frozen=True, slots=True)
class Plan:
    """What an engine runs, and what its ids mean."""

    cards: tuple[Card, ...]
    expressions: tuple[Expression, ...]
    of_card: tuple[tuple[int, int], ...]
    """Per id below its length: index of the card, number of its pattern."""
    kinds: tuple[str, ...]
    """Kinds of the ids above that, in order: of generic candidates, then `base64` and `joined`."""
    judged: tuple[Card, ...]
    """Cards that name generic candidates, in the order in which they are asked."""

    def may_hold_block(self, content: bytes) -> bool:
        """Whether a file may hold something that goes over several lines."""
        return any(card.holds.encode() in content for card in self.cards if card.block)

    def by_place(self, ids: frozenset[int]) -> bool:
        """Whether one of these ids belongs to a card for blocks, for certain files, or for what stands near."""
        first = len(self.of_card)
        return any(i < first and self._looks_around(self.cards[self.of_card[i][0]]) for i in ids)

    @staticmethod
    def _looks_around(card: Card) -> bool:
        return card.block or bool(card.files) or bool(card.near)

    def kinds_in(self, ids: frozenset[int]) -> frozenset[str]:
        """Kinds of generic candidates that these ids promise."""
        first, kinds = len(self.of_card), self.kinds
        return frozenset([kinds[i - first] for i in ids if i >= first]) - {"base64", "joined"}

    def has(self, kind: str, ids: frozenset[int]) -> bool:
        """Whether these ids promise `base64`, an encoded prefix, or `joined`, two literals that make one."""
        first = len(self.of_card)
        return any(i >= first and self.kinds[i - first] == kind for i in ids)


def plan(cards: Sequence[Card]) -> Plan:
    """Expressions of these cards and the generic ones."""
    of_card = tuple((i, n) for i, card in enumerate(cards) for n in range(len(card.patterns)))
    texts = [(shortened((cards[i].anchors or cards[i].patterns)[n]), cards[i].caseless) for i, n in of_card]
    texts += [(text, caseless) for _, text, caseless in GENERIC]
    hidden = "|".join(encoded(prefixes(cards)))
    kinds = [kind for kind, _, _ in GENERIC]
    for kind, text in (("base64", hidden), ("joined", _JOINED)):
        if text:
            texts.append((text, False))
            kinds.append(kind)
    return Plan(
        tuple(cards),
        tuple(Expression(i, text, caseless) for i, (text, caseless) in enumerate(texts)),
        of_card,
        tuple(kinds),
        tuple(sorted((card for card in cards if card.judged), key=lambda card: card.order)),
    )


def prefixes(cards: Sequence[Card]) -> tuple[str, ...]:
    """Literal beginnings of provider tokens, long enough to be looked for in encoded form."""
    texts = [text for card in cards if not (card.caseless or card.files) for text in card.anchors or card.patterns]
    return tuple(
        sorted(
            {
                start
                for text in texts
                for start in _beginnings(text)
                if len(start) >= 4 and not (start.isalpha() and start.islower())
            }
        )
    )


def _beginnings(pattern: str) -> Iterator[str]:
    """`gh[pousr]_...` begins with five literals, `(?:AKIA|ASIA)...` with two, most patterns with one."""
    found = _HEAD.match(pattern)
    if found is None:
        return
    head, words, letters, rest = (found[i] or "" for i in range(1, 5))
    for choice in words.split("|") if words else letters or [""]:
        yield (head + choice + (rest if choice else "")).replace("\\", "")


def encoded(texts: Iterable[str]) -> tuple[str, ...]:
    """How these texts look inside base 64, once or twice encoded: the part that the bytes beside them cannot change."""
    once = {form for text in texts for form in _base64_forms(text)}
    twice = {form for text in texts if len(text) >= 8 for inner in _base64_forms(text) for form in _base64_forms(inner)}
    return tuple(sorted(re.escape(form) for form in once | twice))


def _base64_forms(text: str) -> Iterator[str]:
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + text.encode()).decode()
        form = whole[-(-offset * 8 // 6) : (offset + len(text)) * 8 // 6]
        if len(form) >= 4:
            yield form


def shortened(pattern: str) -> str:
    """The same with the least repeat at its end: one hit for a token, not one for each further character."""
    pattern = _OPTIONAL.sub("", pattern)
    return _TAIL.sub(lambda m: "{" + m[1] + "}" if m[1] != "0" else m[0], pattern)
