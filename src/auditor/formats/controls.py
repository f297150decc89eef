"""Controls of a rule as people read them: by framework, each named once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def by_framework(controls: Iterable[str]) -> Iterator[str]:
    """`pci-dss-4.0.1 8.4.1, 8.4.2` for `pci-dss-4.0.1/8.4.1` and `pci-dss-4.0.1/8.4.2`, in the order of their coming."""
    found: dict[str, list[str]] = {}
    for pair in controls:
        framework, _, control = pair.partition("/")
        found.setdefault(framework, []).append(control)
    for framework, ids in found.items():
        yield " ".join((framework, ", ".join(ids))).strip()
