"""Figures that are needed and stand nowhere: named, with the page where they should stand and what they block."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.adapters.wiki.page import PageReading
from auditor.adapters.wiki.vocabulary import Vocabulary
from auditor.finance.catalog import blocked_by
from auditor.model.fact import Fact, Gap, Status, Tier
from auditor.model.run import EntityInfo


def placeholder_gaps(reading: PageReading, vocabulary: Vocabulary) -> tuple[Gap, ...]:
    """Placeholders and empty cells of a page, each with its line."""
    return tuple(
        Gap(
            entity=reading.entity,
            metric=meaning.metric if (meaning := vocabulary.lookup(hole.label)) is not None else "",
            label=hole.label,
            page=reading.page,
            blocks=blocked_by(meaning.metric) if meaning is not None else (),
            raw=hole.raw,
            line=hole.line,
        )
        for hole in reading.placeholders
    )


def missing_gaps(
    entities: Sequence[EntityInfo],
    facts: Iterable[Fact],
    vocabulary: Vocabulary,
    pages: Sequence[str],
    known: Iterable[Gap] = (),
) -> tuple[Gap, ...]:
    """What an entity's kind must state and no page states; not repeated where a placeholder already says so."""
    have: set[tuple[str, str, bool]] = set()
    for fact in facts:
        if fact.metric is not None and fact.tier is Tier.DECLARED and fact.status is not Status.RULE:
            have.add((fact.entity, fact.metric, fact.status is Status.TARGET))
    held = {(gap.entity, gap.metric) for gap in known}
    found: list[Gap] = []
    for entity in entities:
        for need in vocabulary.needs.get(entity.kind, ()):
            metric, _, wanted = need.partition("@")
            target = wanted == "target"
            if (entity.key, metric, target) in have or (not target and (entity.key, metric) in held):
                continue
            label = vocabulary.metrics[metric].labels[0] + (" target" if target else "")
            found.append(Gap(entity.key, need, label, _home(entity, pages), blocked_by(need)))
    return tuple(found)


def _home(entity: EntityInfo, pages: Sequence[str]) -> str:
    """The page where the entity's figures should stand: its numbers page, else its first page."""
    own = [p for p in pages if belongs(p, entity)]
    for word in ("numbers", "finance", "financ", "index", "readme", "overview"):
        for page in own:
            if word in page.lower():
                return page
    return (
        own[0]
        if own
        else (
            entity.pages[0].rstrip("*/") + "/numbers.md"
            if entity.pages and not entity.pages[0].endswith(".md")
            else entity.pages[0]
            if entity.pages
            else f"{entity.key}.md"
        )
    )


def belongs(page: str, entity: EntityInfo) -> bool:
    """Whether a page is the entity's by the portfolio's page map: an exact page, a folder, or a pattern."""
    from fnmatch import fnmatchcase

    return any(
        page == pattern or page.startswith(pattern.rstrip("/*") + "/") or fnmatchcase(page, pattern)
        for pattern in entity.pages
    )
