"""How long all eight reports take in all forms: a portfolio of seven, and fifty businesses with 20,000 findings.

Use: `python benchmarks/reports/bench_reports.py` in a checkout with its environment. Wall and processor seconds, peak memory.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from auditor.flows.reporting import write_index, write_reports
from auditor.formats.snapshot import dump_snapshot, load_snapshot
from auditor.model.report import ViewSettings
from auditor.portfolio import REPORT_NAMES
from auditor.resources import templates_folder
from auditor.steps.render import FORMS, Renderer
from auditor.steps.report import Month
from tests.support.snapshots import many, snapshot


def measure(name: str, month: Month) -> dict[str, object]:
    stored = dump_snapshot(month.snapshot)
    started, before = time.perf_counter(), os.times()
    loaded = Month(load_snapshot(stored), month.previous, month.history)
    read = time.perf_counter() - started
    settings = [ViewSettings(report) for report in REPORT_NAMES]
    renderer = Renderer(templates_folder(), portfolio="Bench", entities=loaded.snapshot.entities)
    with tempfile.TemporaryDirectory() as folder:
        write_reports(loaded, settings, renderer, Path(folder), tuple(FORMS))
        write_index(Path(folder), REPORT_NAMES, renderer)
    after = os.times()
    return {
        "what": name,
        "findings": len(loaded.snapshot.findings),
        "businesses": len(loaded.snapshot.entities),
        "wall_seconds": round(time.perf_counter() - started, 2),
        "processor_seconds": round(sum(after[:4]) - sum(before[:4]), 2),
        "reading_seconds": round(read, 2),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "peak_megabytes_of_a_worker": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }


def main() -> None:
    small = Month(snapshot(), snapshot(month=-1), (snapshot(month=-1),))
    print(json.dumps(measure("seven businesses", small)))
    base = snapshot(month=-1)
    print(json.dumps(measure("fifty businesses", Month(many(20_000, 50), base, (base,)))))


if __name__ == "__main__":
    main()
