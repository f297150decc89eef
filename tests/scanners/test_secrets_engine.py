"""The pass over the bytes never says less than the exact expressions would find."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.secrets.cards import card_of, confirming
from scanners.secrets.engine import Engine, Expression, PlainEngine, build
from scanners.secrets.plan import encoded, plan
from scanners.secrets.text import lines_at
from tests.scanners.secrets_support import cards, detector, warm

PIECES = st.sampled_from([
    "sk_live_Zq8RtY2uVw5xLm3nBd7kPf4s", "password", "=", ": ", '"', "'", "\n", " ", "AKIAQ2W3E4R5T6Y7U2I3", "token", "x" * 30, "\t",
    "é", "ghp_R7q2Lw9XzK4mB8nVc3Td6Yf1Hj5Gs0PaQeUi", "Bearer ", "postgres://a:b9kQ2x@c/", "key-4b7f0c9e2d8a61f35b0e9c7d4a2f8e6b",
])  # fmt: skip


def hit_lines(engine: Engine, content: bytes, identity: int) -> set[int]:
    return {line.number for line in lines_at(content, [h for h in engine.hits(content) if h[1] == identity])}


@given(st.lists(PIECES, max_size=25))
def test_every_exact_match_lies_in_a_line_with_a_hit(pieces: list[str]) -> None:
    text = "".join(pieces)
    made, engine = detector().plan, detector().engine
    for identity, (number, pattern) in enumerate(made.of_card):
        card = made.cards[number]
        for match in [] if card.block else confirming(card, pattern).finditer(text):
            line = text.count("\n", 0, match.end()) + 1
            assert line in hit_lines(engine, text.encode(), identity), (card.rule, match[0])


@given(st.lists(PIECES, max_size=25))
def test_hyperscan_and_re_choose_lines_with_the_same_findings(pieces: list[str]) -> None:
    content = "".join(pieces).encode()
    fast, plain = detector(), detector(plain=True)
    seen = [[(d.rule, d.line, d.secret) for d in each.detect("a.py", content)] for each in (fast, plain)]
    assert seen[0] == seen[1]


def test_a_match_that_ends_with_the_file_is_not_missed() -> None:
    chance = random.Random(3)
    token = "sk_live_" + "Zq8RtY2uVw5xLm3nBd7kPf4s"
    for length in range(200):
        filler = bytes(chance.choices(b"abcdef \n=:\"'", k=length))
        assert [d.secret for d in detector().detect("a", filler + b" " + token.encode())] == [token]


def test_a_stored_engine_answers_like_a_fresh_one() -> None:
    cache = warm()
    expressions = plan([card_of(rule) for rule in cards()]).expressions
    content = b"key = 'sk_live_Zq8RtY2uVw5xLm3nBd7kPf4s'\npassword: abc123def\n" * 20
    assert build(expressions, cache).hits(content) == build(expressions).hits(content)


def test_a_stored_engine_of_another_build_is_made_anew() -> None:
    expressions = (Expression(0, "abc"),)
    cache = warm()
    build(expressions, cache)
    for key in cache.values:
        if "hyperscan" in key:
            cache.values[key] = b"not a database"
    assert build(expressions, cache).hits(b"xabc") == [(4, 0)]


@pytest.mark.parametrize("text", ["sk_live_", "AKIA", "-----BEGIN", "glpat-"])
def test_a_prefix_is_seen_in_base64_at_every_offset(text: str) -> None:
    import base64

    forms = re.compile("|".join(encoded([text])))
    for offset in range(6):
        whole = base64.b64encode(b"zyxwvu"[:offset] + text.encode() + b"0123456789abcdef").decode()
        assert forms.search(whole)
        if len(text) >= 8:
            assert forms.search(base64.b64encode(whole.encode()).decode())


def test_the_plain_engine_reports_the_same_expression() -> None:
    assert PlainEngine([Expression(7, "a+b", caseless=True)]).hits(b"xAAb ab") == [(4, 7), (7, 7)]
