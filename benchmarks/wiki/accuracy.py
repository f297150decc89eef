"""Recall and precision of the wiki's reader on public pages that its author had not seen.

    python benchmarks/wiki/accuracy.py FOLDER [labels.txt] [--errors]

`FOLDER` holds the pages as `owner+name/path` (they are not ours to copy; each @page line of labels.txt names its
repository). A label and a fact agree on the value if page, line and both ends are the same.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from auditor.adapters.wiki.reading import PageSource, read_pages
from auditor.model.fact import Fact
from auditor.resources import rules_folder

HERE = Path(__file__).parent


@dataclass
class Label:
    low: Decimal
    high: Decimal
    unit: str
    per: str | None
    period: str | None
    words: tuple[str, ...]
    optional: bool
    metric: str | None
    """What it means, with `?` where it may also stay unmapped; None where the set has no such labels or it means no metric."""


@dataclass
class Page:
    repository: str
    path: str
    first: int
    last: int
    labels: dict[int, list[Label]] = field(default_factory=dict)


def read_labels(text: str) -> list[Page]:
    pages: list[Page] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("@page"):
            _, repository, path, first, last = line.split()
            pages.append(Page(repository, path, int(first), int(last)))
            continue
        m = re.match(r"(\d+) (?:\[([^\]]+)\] )?(.*?): (.*)$", line)
        assert m, line
        words = () if m[3] == "-" else tuple(m[3].split("|"))
        pages[-1].labels.setdefault(int(m[1]), []).extend(token(t.strip(), m[2], words) for t in m[4].split(";"))
    return pages


def token(text: str, period: str | None, words: tuple[str, ...]) -> Label:
    optional = text.startswith("?")
    m = re.fullmatch(r"\??(-?[\d.]+?)(?:\.\.(-?[\d.]+))? (\S+)(?: @([^=]+?))?(?: =(\S+))?", text)
    assert m, text
    unit, _, per = m[3].partition("/")
    low = Decimal(m[1])
    return Label(low, Decimal(m[2]) if m[2] else low, unit, per or None, m[4] or period, words, optional, m[5])


def unit_agrees(fact: Fact, label: Label) -> bool:
    value = fact.value
    if label.unit == "%":
        return value.unit == "percent"
    if label.unit == "#":
        return value.unit in {"", "count"}
    if re.fullmatch(r"[A-Z]{3,5}", label.unit) and value.unit == "money":
        return value.currency == label.unit
    return value.unit.lower() == label.unit.lower()


def per_agrees(fact: Fact, label: Label) -> bool:
    def plain(text: str | None) -> str:
        return (text or "").lower()

    expected = None if label.period == "none" else label.period
    return plain(fact.value.per) == plain(label.per) and (label.period is None or fact.period == expected)


def metric_agrees(fact: Fact, label: Label) -> bool:
    return label.metric is not None and fact.metric == label.metric.rstrip("?")


def label_agrees(fact: Fact, label: Label) -> bool:
    return not label.words or any(w.lower() in fact.label.lower() for w in label.words)


def main() -> None:
    folder, errors = Path(sys.argv[1]), "--errors" in sys.argv
    name = next((a for a in sys.argv[2:] if a.endswith(".txt")), "labels.txt")
    total: Counter[str] = Counter()
    for page in read_labels((HERE / name).read_text()):
        content = (folder / page.repository.replace("/", "+") / page.path).read_bytes()
        facts = [
            f
            for f in read_pages([PageSource(page.path, content)], rules_folder()).facts
            if page.first <= (getattr(f.source, "line", 0) or 0) <= page.last
        ]
        count = compare(page, facts, errors=errors)
        report(page.repository, count)
        total += count
    report("all", total)


def compare(page: Page, facts: list[Fact], *, errors: bool) -> Counter[str]:
    count: Counter[str] = Counter()
    open_labels = {line: list(labels) for line, labels in page.labels.items()}
    for fact in facts:
        line = getattr(fact.source, "line", 0) or 0
        same = [x for x in open_labels.get(line, []) if (x.low, x.high) == (fact.value.low, fact.value.high)]
        if not same:
            count["wrong"] += 1
            if errors:
                print(f"  extra   {page.path}:{line} {fact.raw!r} {fact.label!r}")
            continue
        label = max(
            same, key=lambda x: (unit_agrees(fact, x), per_agrees(fact, x), label_agrees(fact, x), not x.optional)
        )
        open_labels[line].remove(label)
        if fact.metric is not None:
            count["mapped"] += 1
            count["mapped rightly"] += metric_agrees(fact, label)
            if errors and not metric_agrees(fact, label):
                print(f"  metric  {page.path}:{line} {fact.raw!r} label {fact.label!r} is no {fact.metric}")
        if label.metric is not None and not label.metric.endswith("?"):
            count["metrics"] += 1
            count["metrics found"] += metric_agrees(fact, label)
            if errors and fact.metric is None:
                print(f"  unmapped {page.path}:{line} {fact.raw!r} label {fact.label!r} is {label.metric}")
        if label.optional:
            continue
        count["found"] += 1
        good = unit_agrees(fact, label) and label_agrees(fact, label)
        count["unit and label"] += good
        count["period"] += per_agrees(fact, label)
        if errors and not good:
            print(
                f"  unit    {page.path}:{line} {fact.raw!r} {fact.value.unit} {fact.value.currency} label {fact.label!r}"
            )
        if errors and not per_agrees(fact, label):
            print(
                f"  period  {page.path}:{line} {fact.raw!r} per {fact.value.per} period {fact.period}, expected {label.per} {label.period}"
            )
    for line, rest in open_labels.items():
        for label in rest:
            if not label.optional:
                count["missed"] += 1
                if errors:
                    print(f"  missed  {page.path}:{line} {label.low}..{label.high} {label.unit}")
    return count


def report(name: str, count: Counter[str]) -> None:
    found, missed, wrong = count["found"], count["missed"], count["wrong"]
    labels = max(found + missed, 1)
    print(
        f"{name:45} labels {labels:4}  recall {found / labels:.3f}  precision {found / max(found + wrong, 1):.3f}  "
        f"with unit and label {count['unit and label'] / labels:.3f}  with period {count['period'] / labels:.3f}"
        + (f"  mapping {count['mapped rightly']}/{count['mapped']} of {count['metrics']}" if count["metrics"] else "")
    )


if __name__ == "__main__":
    main()
