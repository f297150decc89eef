"""A store with 1,000,000 sightings: how long the month takes, on SQLite and on PostgreSQL.

    python -m benchmarks.store.million [--sightings 1000000] [--postgres URL]

24 months; each sees about 42,000 findings, a twentieth of which are new and a twentieth fixed. Without `--postgres` a server
is started where one is installed. What is timed: writing a month's run, and the query of the monthly snapshot (every open
and waived finding, and those fixed in the month), decoded into values; and the same month asked for later from its sightings.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from auditor.adapters.store.opening import open_store
from auditor.adapters.store.retention import sizes
from auditor.adapters.store.store import Store
from auditor.model.finding import Finding, State
from tests.support.findings import finding_at, outcome_of, run_of
from tests.support.postgres import running_server, server_programs

MONTHS = 24
REPOS = 200


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def month_findings(number: int, each: int) -> list[Finding]:
    """The window of findings that are there in a month; it moves by a twentieth every month."""
    first = number * (each // 20)
    return [_finding(n) for n in range(first, first + each)]


def _finding(number: int) -> Finding:
    base = finding_at(f"src/module{number % 97}/file{number}.py", number % 800 + 1, repo=f"repo{number % REPOS}")
    details = {"method": "POST", "path": f"/api/{number}", "first_commit": "c0ffee" * 5}
    hashes = {"content": f"{number:040x}", "line": f"{number:032x}", "before": "0" * 32, "after": "1" * 32}
    return replace(
        base, excerpt="stripe.api_key = 'sk_l…[redacted]'", owner="Dana Reyes", details=details, hashes=hashes
    )


def periods() -> list[str]:
    return [f"{2024 + (m + 10) // 12}-{(m + 10) % 12 + 1:02d}" for m in range(MONTHS)]


def measure(store: Store, sightings: int) -> None:
    each = sightings // MONTHS
    outcomes = [outcome_of(f"repo{n}") for n in range(REPOS)]
    writing = 0.0
    for number, period in enumerate(periods()):
        found = month_findings(number, each)
        began = time.perf_counter()
        result = store.record_run(run_of(period), outcomes, found)
        writing = time.perf_counter() - began
        del found, result
    last = periods()[-1]
    rows = sizes(store)
    say(f"  sightings {rows['sightings']:,}, findings {rows['findings']:,}; writing the last month {writing:.1f} s")
    for name in ("first", "again"):
        began = time.perf_counter()
        open_ones = store.findings(states=[s for s in State if s is not State.FIXED])
        fixed = store.fixed_in(last)
        say(
            f"  snapshot query, {name}: {time.perf_counter() - began:.2f} s ({len(open_ones):,} open, {len(fixed):,} fixed)"
        )
    began = time.perf_counter()
    then = store.findings_of(f"{periods()[MONTHS // 2]}-01")
    say(f"  a year ago, from its sightings: {time.perf_counter() - began:.2f} s ({len(then):,})")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sightings", type=int, default=1_000_000)
    parser.add_argument("--postgres", default="")
    parser.add_argument("--without-sqlite", action="store_true")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        places = [] if chosen.without_sqlite else [("SQLite", str(folder / "store.db"))]
        programs = server_programs()
        if chosen.postgres:
            places.append(("PostgreSQL", chosen.postgres))
        elif programs:
            places.append(("PostgreSQL", stack.enter_context(running_server(programs))))
        for name, place in places:
            say(name)
            with open_store(place) as store:
                measure(store, chosen.sightings)


if __name__ == "__main__":
    main()
