"""Results by content: shared by threads, and never a reason to stop."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from auditor.adapters.cache import SqliteCache


def test_threads_that_open_it_together_lose_nothing(tmp_path: Path) -> None:
    for attempt in range(5):
        cache = SqliteCache(tmp_path / f"{attempt}.sqlite")
        barrier = Barrier(4)

        def work(number: int, cache: SqliteCache = cache, barrier: Barrier = barrier) -> int:
            barrier.wait()
            found = 0
            for step in range(10):
                key = f"{number}-{step}"
                cache.put_many({key: b"value"})
                found += cache.get(key) == b"value"
            return found

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(work, range(4))) == [10] * 4


def test_a_file_that_is_no_database_counts_as_unknown(tmp_path: Path) -> None:
    path = tmp_path / "cache.sqlite"
    path.write_bytes(b"not a database, but long enough to be taken for one" * 40)
    cache = SqliteCache(path)
    cache.put_many({"key": b"value"})
    assert cache.get("key") is None
    assert path.read_bytes().startswith(b"not a database")
