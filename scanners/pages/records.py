"""What pages hand to later steps."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.model.fact import Record
from auditor.model.location import CodeLocation
from auditor.model.target import Repo
from scanners.pages.apply import excerpt
from scanners.pages.channels import OTA_WANTED, channels
from scanners.pages.prices import prices
from scanners.pages.site import Site


def _title(site: Site) -> str:
    """Title of the first page; where a template fills it in, the first heading among its parts."""
    title = site.main.first_text("head > title")
    if title and "{" not in title:
        return title
    return next((text for page in site.everything if (text := page.first_text("h1")) and "{" not in text), "")


def records(target: Repo, site: Site) -> Iterator[Record]:
    """What later steps compare with the wiki: the site itself, its prices and tiers, its marketplaces."""
    place = CodeLocation(target.name, site.main.path, commit=target.commit)
    yield Record(
        kind="page-site",
        entity=target.entity,
        name=site.root or target.name,
        source=place,
        text={
            "title": excerpt(_title(site)),
            "pages": str(len(site.pages)),
            "profiles": ", ".join(sorted(site.profiles)),
            "rendered_by_script": "yes" if site.is_shell else "no",
            "declared": "yes" if site.declared else "no",
        },
    )
    tiers: dict[str, CodeLocation] = {}
    for page in site.public:
        for price in prices(page):
            source = CodeLocation(target.name, page.path, price.line, commit=target.commit)
            label = excerpt(price.label)
            text = {"price": excerpt(price.raw), "label": label, "page": page.path}
            yield Record("page-price", target.entity, label or page.path, source, text, {"price": price.value})
            if label:
                tiers.setdefault(label, source)
    for name, source in tiers.items():
        yield Record("page-tier", target.entity, name, source, {"page": source.path})
    if site.profiles & {"tours", "boats", "rental"}:
        found = channels(site)
        for channel in dict.fromkeys((*OTA_WANTED, *found)):
            text = {
                "channel": channel,
                "present": "yes" if channel in found else "no",
                "address": excerpt(found.get(channel, "")),
            }
            yield Record("ota", target.entity, channel, place, text)
