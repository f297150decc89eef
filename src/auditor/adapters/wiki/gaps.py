"""Figures that are needed and stand nowhere: named, with the page where they should stand and what they block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from auditor.adapters.wiki.page import PageReading
from auditor.adapters.wiki.vocabulary import Vocabulary
from auditor.finance.catalog import blocked_by
from auditor.model.fact import Fact, Gap, Status, Tier
from auditor.model.location import WikiLocation
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
    facts: Sequence[Fact],
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
        page = home_page(entity, facts, pages)
        for need in vocabulary.needs.get(entity.kind, ()):
            metric, _, wanted = need.partition("@")
            target = wanted == "target"
            if (entity.key, metric, target) in have or (not target and (entity.key, metric) in held):
                continue
            label = vocabulary.metrics[metric].labels[0] + (" target" if target else "")
            found.append(Gap(entity.key, need, label, page, blocked_by(need)))
    return tuple(found)


def home_page(entity: EntityInfo, facts: Iterable[Fact], pages: Sequence[str]) -> str:
    """The page where an entity's figures should stand: the one that states most of them, else its first page."""
    counts = Counter(
        fact.source.page
        for fact in facts
        if fact.entity == entity.key and fact.metric is not None and isinstance(fact.source, WikiLocation)
    )
    if counts:
        return min(counts, key=lambda page: (-counts[page], page))
    own = [page for page in pages if belongs(page, entity)]
    if own:
        return own[0]
    pattern = entity.pages[0] if entity.pages else f"{entity.key}.md"
    return (
        pattern if "*" not in pattern and pattern.endswith(".md") else f"{pattern.rstrip('*/').removesuffix('*.md')}.md"
    )


def belongs(page: str, entity: EntityInfo) -> bool:
    """Whether a page is the entity's by the portfolio's page map: an exact page, a folder, or a pattern."""
    from fnmatch import fnmatchcase

    stem, _, suffix = page.rpartition(".")
    if suffix.lower() not in {"md", "markdown"} and stem:
        return belongs(f"{stem}.md", entity)
    return any(
        page == pattern or page.startswith(pattern.rstrip("/*") + "/") or fnmatchcase(page, pattern)
        for pattern in entity.pages
    )
