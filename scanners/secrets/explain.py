"""Why a line is a finding, or why not: every pattern that hit, every check, every score. Shows no secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.model.ports import ScanContext
from auditor.model.text import visible
from scanners.secrets.candidates import Candidate
from scanners.secrets.cards import Card, confirming
from scanners.secrets.checks import CHECKS, SOFT
from scanners.secrets.detection import Detection, Judged
from scanners.secrets.detector import Detector
from scanners.secrets.features import is_obvious
from scanners.secrets.judge import trained
from scanners.secrets.making import make_detector
from scanners.secrets.plain_words import may_be_plain_password
from scanners.secrets.providers import score_of
from scanners.secrets.sighting import excerpt
from scanners.secrets.text import Line, as_utf8, is_binary, lines_at, shannon


def explain_line(path: str, content: bytes, number: int, context: ScanContext, threshold: float) -> tuple[str, ...]:
    """Lines of text for people."""
    content = as_utf8(content)
    detector = make_detector(context.rules, context.cache, threshold)
    found = [d for d in detector.detect(path, content) if d.line <= number <= d.end_line]
    judged = [j for j in detector.judged(path, content) if j.line == number]
    lines = [line for line in lines_at(content, detector.engine.hits(content)) if line.number == number]
    said: list[str] = []
    for d in found:
        said += [f"finding: {d.rule} (score {d.score:g}{f', {d.grade}' if d.grade else ''})", f"  {excerpt(d)}"]
        if d.via:
            said.append(f"  found inside {d.via}")
    if not found:
        said.append("no finding")
    for line in lines:
        said += _providers(detector, path, line)
    said += [text for j in judged for text in _generic(j, found, detector.threshold)]
    if not lines and not found:
        said.append(
            "  no pattern of any rule hits in this line, and it gives no value to a name that sounds like a secret"
        )
    if is_binary(content):
        said.append("  the file is binary: only tokens with a structure of their own are looked for in it")
    return tuple(visible(text) for text in said)


def _providers(detector: Detector, path: str, line: Line) -> Iterator[str]:
    plan = detector.plan
    for identity in sorted(i for i in line.ids if i < len(plan.of_card)):
        index, pattern = plan.of_card[identity]
        card = plan.cards[index]
        reasons = list(_refusals(card, pattern, path, line.text))
        yield f"  pattern of {card.rule}: {'; '.join(reasons) if reasons else 'confirmed'}"


def _refusals(card: Card, pattern: int, path: str, text: str) -> Iterator[str]:
    if not card.applies_to(path):
        yield f"only looked for in {', '.join(card.files)}"
        return
    if card.block:
        return
    matches = list(confirming(card, pattern).finditer(text))
    if not matches:
        yield "the exact expression does not match (what stands beside it, length or alphabet)"
    for match in matches:
        secret = match[1] if match.re.groups and match[1] is not None else match[0]
        if card.check and not CHECKS[card.check](secret):
            yield f"the check {card.check!r} fails" + (
                ", so it is told with less confidence" if card.check in SOFT else ""
            )
        elif card.entropy and shannon(secret) < card.entropy:
            yield f"entropy {shannon(secret):.1f} bits a character, at least {card.entropy:g} are needed"
        elif score_of(card, secret, path) is None:
            yield "it reads like a placeholder, or is a documented example"
    if card.near:
        yield f"needs {card.near!r} in the line, beside it or in the path"


def _generic(judged: Judged, found: Sequence[Detection], threshold: float) -> Iterator[str]:
    c = judged.candidate
    name = f" given to {re.sub(r'[^ -~]', '?', c.key)[:40]!r}" if c.kind == "assign" and c.key else ""
    yield f"  candidate ({c.kind}): {len(c.value)} characters{name}: score {judged.score:.2f}, threshold {threshold:g}"
    yield f"    {'; '.join(_facts(c))}"
    if judged.score >= threshold and not any(d.kind != "provider" for d in found):
        yield "    not told by itself: a rule with a structure of its own tells this place"


def _facts(c: Candidate) -> Iterator[str]:
    language = trained().language
    if may_be_plain_password(c):
        yield "words or not, a password by its name: told in files of settings that are neither tests nor examples"
    if is_obvious(c, language):
        yield "plainly a word, a sentence, a public key or too short: not judged further"
        return
    cover, longest = language.cover(c.value)
    yield f"entropy {shannon(c.value):.1f} bits a character"
    yield f"strangeness {language.strangeness(c.value):.1f} (words about 3, random letters 8)"
    yield f"{cover:.0%} of its letters are known words" + (f", the longest of {longest} letters" if longest else "")
    yield "quoted" if c.quote else "not quoted"
