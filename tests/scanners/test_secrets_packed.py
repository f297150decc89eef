"""Keys in archives are found; what stays closed is said, and costs neither memory nor files."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from scanners.secrets.packed import MOST_BYTES, opened
from tests.scanners.secrets_support import look

STRIPE = "sk_live_Zq8RtY2uVw5xLm3nBd7kPf4s"
TEXT = f"settings = {{'stripe': '{STRIPE}'}}\n".encode()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.LNKTYPE, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


def deep(times: int) -> bytes:
    content = TEXT
    for number in range(times):
        content = zipped({f"{number}.zip": content})
    return content


@pytest.mark.parametrize(
    "content",
    [
        zipped({"../../../etc/cron.d/x": TEXT, "/abs": b"1"}),
        zipped({"a/utf16.txt": TEXT.decode().encode("utf-16")}),
        gzip.compress(TEXT),
        bz2.compress(TEXT),
        lzma.compress(TEXT),
        tarred("../../out.py", TEXT),
        deep(3),
    ],
    ids=["zip", "utf-16 in zip", "gzip", "bzip2", "xz", "tar.gz", "three deep"],
)
def test_a_key_in_an_archive_is_found_and_the_scan_is_complete(content: bytes) -> None:
    result = look({"backup.dat": content})
    assert [(m.rule_id, m.location.path) for m in result.matches] == [  # type: ignore[union-attr]
        ("secrets.stripe-live-key", "backup.dat")
    ]
    assert not result.not_scanned


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (deep(100), "deep within each other"),
        (zipped({str(n): b"\0" * (MOST_BYTES // 2 + 1) for n in range(3)}), "MB"),
        (gzip.compress(b"\0" * (MOST_BYTES + 1)), "MB in an archive"),
        (gzip.compress(TEXT * 99)[:60], "breaks off"),
        (zipped({"a": TEXT})[:40], "cannot be opened"),
        (zipped({"a": TEXT}).replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"), "password"),
        (b"7z\xbc\xaf\x27\x1c" + b"\0" * 50, "not opened"),
    ],
    ids=["quine-like depth", "zip bomb", "gzip bomb", "cut gzip", "cut zip", "password", "7z"],
)
def test_an_archive_that_stays_closed_is_not_clean(content: bytes, why: str) -> None:
    (item,) = look({"a.zip": content}).not_scanned
    assert (item.path, item.reason, item.expected) == ("a.zip", "archive", False)
    assert why in item.detail
    assert len(opened(content)[0]) <= MOST_BYTES + 100


def test_what_is_no_archive_is_looked_at_as_it_is() -> None:
    assert opened(TEXT) == (TEXT, "")
