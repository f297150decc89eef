"""The door of the hook: what it calls clean is what the scanner says nothing about."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.adapters.cache import SqliteCache
from auditor.model.content import is_lfs_pointer
from auditor.resources import rules_folder
from auditor.rulebook import Rulebook, read_rulebook
from scanners.secrets.detector import Detector
from scanners.secrets.door import Door, is_for_the_scanner, open_door
from scanners.secrets.making import stored_database, stored_detector
from scanners.secrets.packed import opened
from scanners.secrets.text import as_utf8

pytest.importorskip("hyperscan")
BEGINNINGS = (
    b"", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"\xef\xbb\xbf", b"+/v8", b"+/v9", b"+/v+",
    b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18", b"version https://git-lfs.github.com/spec/v1\n", b"+AD0-", b"a\0b\0c\0d\0e\0f\0g\0h\0i\0",
)  # fmt: skip


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return read_rulebook(rules_folder(), scanners=["secrets"])


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> SqliteCache:
    return SqliteCache(tmp_path_factory.mktemp("state") / "cache.sqlite")


@pytest.fixture(scope="module")
def detector(book: Rulebook, cache: SqliteCache) -> Detector:
    return stored_detector(book.digest, book.rules, cache)


@pytest.fixture(scope="module")
def door(book: Rulebook, cache: SqliteCache) -> Door:
    stored = stored_database(book.digest, book.rules, cache)
    assert stored
    found = open_door(stored)
    assert found
    return found


def said(detector: Detector, content: bytes) -> int:
    return len(detector.detect("src/a.py", opened(content)[0])) + len(detector.detect(".env", opened(content)[0]))


def test_no_example_of_a_card_goes_through_the_door(book: Rulebook, detector: Detector, door: Door) -> None:
    passed = 0
    for rule in book.rules:
        for example in (*rule.examples, *rule.counter_examples):
            code = example if isinstance(example, str) else str(example["text"])
            for text in (code, f"x = 1\n{code}\n", code.replace("\n", "\r\n")):
                for encoding in ("utf-8", "utf-16", "utf-16-le", "utf-32", "utf-7"):
                    content = text.encode(encoding)
                    if door.is_clean(content):
                        passed += 1
                        assert not said(detector, content), (rule.id, text)
    assert passed  # some counter-examples have nothing in them


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(BEGINNINGS),
    st.one_of(
        st.binary(max_size=400),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")),
        st.lists(
            st.sampled_from(
                ["password", "token", "=", ": ", '"', "'", "AKIA", "sk_live_", "ghp_", "\n", "x" * 4, "Zq8Lm2Vt9Kc4", "+A",
                 "://", "user:", "@host", "Bearer ", "-----BEGIN PRIVATE KEY-----", "\\", "1", " "]
            ),
            max_size=20,
        ).map(lambda parts: "".join(parts).encode()),
    ),
)  # fmt: skip
def test_the_door_and_the_scanner_agree(detector: Detector, door: Door, head: bytes, rest: bytes) -> None:
    if door.is_clean(head + rest):
        assert not said(detector, head + rest)


@given(st.sampled_from(BEGINNINGS), st.binary(max_size=600))
def test_what_is_unpacked_decoded_or_refused_is_left_to_the_scanner(head: bytes, rest: bytes) -> None:
    content = head + rest
    if not is_for_the_scanner(content):
        assert opened(content) == (content, "")
        assert as_utf8(content) == content
        assert not is_lfs_pointer(content)


def test_a_damaged_database_opens_no_door(book: Rulebook, detector: Detector, cache: SqliteCache) -> None:
    stored = stored_database(book.digest, detector and book.rules, cache)
    assert stored
    assert open_door(stored[:-1]) is None
    assert open_door(b"x" * 100) is None
    assert open_door(stored[:5000] + bytes([stored[5000] ^ 1]) + stored[5001:]) is None


def test_the_door_imports_only_the_engine(
    book: Rulebook, detector: Detector, cache: SqliteCache, tmp_path: Path
) -> None:
    stored = stored_database(book.digest, detector and book.rules, cache)
    assert stored
    (tmp_path / "database").write_bytes(stored)
    code = f"""
import sys
sys.path[:0] = {[p for p in sys.path if p]!r}
from scanners.secrets.door import open_door
assert open_door(open({str(tmp_path / "database")!r}, "rb").read()).is_clean(b"x = 1\\n")
print(sorted(set(sys.modules) & {{"typing", "re", "dataclasses", "pathlib", "enum", "hashlib", "auditor.model"}}))
import hyperscan
assert hyperscan.ExpressionExt
"""
    done = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
