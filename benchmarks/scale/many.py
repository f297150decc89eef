"""Many small repositories: the first look, the second one with nothing changed, and the memory of the parent.

    python -m benchmarks.scale.many --seeds FOLDER [--repos 2000] [--only secrets,hygiene,bandit] [--dask]

The repositories are made from files of the repositories (work trees, bare mirrors or plain folders) below FOLDER, a handful of
files in each. Printed: wall time of the run as a user sees it (discover, scan, recognise, record, freeze), seconds that scanners
worked, and what the rest took in percent of wall time times processes. With `--dask` the first look is done twice instead: by
the pool, and by as many workers of a dask cluster on the loopback, which have been started before.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from auditor.flows.running import look
from auditor.wiring import make_tools, open_desk
from tests.support.dask_cluster import loopback_cluster

_SETTINGS = ["-c", "init.defaultBranch=main", "-c", "gc.auto=0"]
LARGEST = 200_000


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def seed_files(folder: Path, most: int = 20_000) -> list[tuple[str, bytes]]:
    """Text files of the seeds by name, at most so many."""
    found: list[tuple[str, bytes]] = []
    for top in sorted(folder.iterdir()):
        bare = [p.parent for p in top.glob("**/HEAD") if (p.parent / "objects").is_dir()][:1]
        if bare:
            found.extend(_from_git(bare[0]))
        elif top.is_dir():
            paths = sorted(p for p in top.rglob("*") if p.is_file() and ".git" not in p.parts)
            found.extend((path.relative_to(top).as_posix(), path.read_bytes()[:LARGEST]) for path in paths)
        if len(found) > most:
            break
    return [(name, body) for name, body in found if body and b"\0" not in body[:4096]]


def _from_git(place: Path) -> list[tuple[str, bytes]]:
    listed = subprocess.run(
        ["git", "-C", place, "ls-tree", "-r", "-z", "HEAD"], capture_output=True, check=False
    ).stdout
    found = []
    for line in listed.split(b"\0")[:120]:
        if line.startswith(b"100"):
            blob, name = line.split(b"\t")[0].split()[2].decode(), line.split(b"\t")[1].decode("utf-8", "replace")
            body = subprocess.run(
                ["git", "-C", place, "cat-file", "blob", blob], capture_output=True, check=False
            ).stdout
            if len(body) <= LARGEST:
                found.append((name, body))
    return found


def make_repositories(folder: Path, seeds: list[tuple[str, bytes]], count: int) -> None:
    """Repositories with two commits and 3 to 12 files each."""
    dice = random.Random(7)
    for number in range(count):
        place = folder / f"repo{number:04d}"
        subprocess.run(["git", *_SETTINGS, "init", "--quiet", "--template=", place], check=True)
        stream = []
        for step in (1, 2):
            chosen = dict(dice.sample(seeds, dice.randint(3, 12)))
            stamp = f"Dana <dana@example.com> {1_760_000_000 + number * 60 + step} +0000"
            stream.append(f"commit refs/heads/main\ncommitter {stamp}\ndata 4\nStep\n".encode())
            for name, body in chosen.items():
                quoted = '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'
                stream.append(f"M 100644 inline {quoted}\ndata {len(body)}\n".encode() + body + b"\n")
        subprocess.run(
            ["git", "-C", place, "fast-import", "--quiet", "--date-format=raw"], input=b"".join(stream), check=True
        )


PORTFOLIO = """
[portfolio]
name = "Many"
history = {history}
[[entity]]
key = "many"
repositories = ["{repositories}/*"]
[mail]
sender = "audit@example.com"
"""


def run(folder: Path, name: str, executor: str, only: list[str], workers: int) -> float:
    began, cpu = time.perf_counter(), time.process_time()
    with open_desk(folder, workers=workers, executor=executor) as desk:
        tools = make_tools(only=only, state=desk.portfolio.state, workers=workers, executor=executor)
        collected = look(replace(desk, tools=tools) if only else desk, "2026-10")
    wall = time.perf_counter() - began
    worked = sum(o.seconds for o in collected.outcomes)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    share = 100 * (1 - worked / (wall * workers))
    failed = sum(1 for o in collected.outcomes if o.status == "failed")
    say(
        f"{name}: {wall:.1f} s wall, scanners {worked:.1f} s over {workers} processes, rest {share:.0f} %, "
        f"parent {time.process_time() - cpu:.1f} s of processor and {memory:.0f} MB; "
        f"{len(collected.outcomes)} outcomes, {failed} failed, {len(collected.findings)} findings"
    )
    return wall


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=Path, required=True)
    parser.add_argument("--repos", type=int, default=2000)
    parser.add_argument("--only", default="")
    parser.add_argument("--dask", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--history", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        seeds = seed_files(chosen.seeds)
        began = time.perf_counter()
        make_repositories(folder / "repositories", seeds, chosen.repos)
        say(f"{chosen.repos} repositories from {len(seeds)} files, made in {time.perf_counter() - began:.0f} s")
        only = [name for name in chosen.only.split(",") if name]
        text = PORTFOLIO.format(history=str(chosen.history).lower(), repositories=folder / "repositories")
        for name in ("pool", "dask") if chosen.dask else ("first", "second"):
            portfolio = folder / (name if chosen.dask else "both")
            portfolio.mkdir(exist_ok=True)
            (portfolio / "portfolio.toml").write_text(text)
            # A process each, as for a user: the second run owes nothing to the memory of the first.
            with (
                _cluster(chosen.workers) if name == "dask" else nullcontext("") as executor,
                ProcessPoolExecutor(1, get_context("spawn")) as process,
            ):
                process.submit(run, portfolio, name, executor, only, chosen.workers).result()


@contextmanager
def _cluster(workers: int) -> Iterator[str]:
    with loopback_cluster(workers) as cluster:
        yield f"dask://{cluster.address}"


if __name__ == "__main__":
    main()
