"""The pages of compliance onto the disk, beside the reports of their month."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from auditor.adapters.cache import private_folder
from auditor.flows.reporting import ENTRY_SUFFIX, write_private
from auditor.formats.codec import Codec
from auditor.model.scorecard import Scorecard
from auditor.reports.frameworks import PAGE, compliance_entry, framework_view, href, overview_view
from auditor.steps.render import Renderer
from auditor.steps.report import Month


def compliance_pages(
    month: Month, cards: Sequence[Scorecard], renderer: Renderer, *, linked: bool = True
) -> dict[str, bytes]:
    """The page over all frameworks and one for each, by file name."""
    view = overview_view(cards, month.snapshot, month.history)
    pages = {f"{PAGE}.html": renderer.frameworks(view, linked=linked).encode()}
    for card in cards:
        page = renderer.framework(framework_view(card, month.snapshot, month.history), linked=linked)
        pages[href(card.framework)] = page.encode()
    return pages


def write_compliance(month: Month, cards: Sequence[Scorecard], renderer: Renderer, folder: Path) -> tuple[Path, ...]:
    """`folder/<period>/compliance*.html`, and what the index over all months keeps; nothing where there is no framework."""
    if not cards:
        return ()
    place = folder / month.snapshot.period
    private_folder(place)
    written = []
    for name, content in compliance_pages(month, cards, renderer).items():
        write_private(place / name, content)
        written.append(place / name)
    kept = json.dumps(Codec().encode(compliance_entry(cards, month.snapshot)), sort_keys=True, ensure_ascii=False)
    write_private(place / f"{PAGE}{ENTRY_SUFFIX}", f"{kept}\n".encode())
    return tuple(written)
