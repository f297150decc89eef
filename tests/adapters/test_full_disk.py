"""A disk that is full, and a folder that cannot be written: a clear error, nothing half-written, nothing sent twice."""

from __future__ import annotations

import errno
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.adapters.mail.outbox import Outbox
from auditor.adapters.marker import installation_marker
from auditor.adapters.store.opening import open_store
from auditor.adapters.store.transfer import backup
from auditor.cli.entry import stop
from auditor.errors import ExitCode, StoreError
from auditor.model.delivery import DeliveryKey, Envelope, SendResult
from tests.support.findings import finding_at, outcome_of, run_of

MAIL = Envelope(
    DeliveryKey("2026-11", "ceo", "ceo@example.com"), "a@example.com", "ceo@example.com", (), bytes(500_000)
)


def with_files_up_to(size: int, deed: Callable[[], bool]) -> bool:
    """Do it in a process of its own whose files cannot grow beyond `size`, as on a full disk; True: as expected."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            code = 0 if deed() else 2
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == 0


def test_a_mail_that_does_not_fit_is_a_definite_no_and_leaves_no_half_file(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    assert with_files_up_to(100_000, lambda: outbox.send(MAIL).result is SendResult.FAILED)
    assert list(tmp_path.rglob("*.eml")) == []
    assert outbox.evidence(MAIL).result is SendResult.FAILED
    assert outbox.send(MAIL).result is SendResult.SENT


def test_a_run_that_does_not_fit_is_not_recorded_at_all_and_the_store_goes_on(tmp_path: Path) -> None:
    place = tmp_path / "s.db"
    with open_store(place) as store:
        store.record_run(run_of("2026-09"), [outcome_of()], [finding_at("a.py")])

    def fill() -> bool:
        many = [finding_at(f"src/{n}.py") for n in range(5_000)]
        try:
            with open_store(place) as store:
                store.record_run(run_of("2026-10"), [outcome_of()], many)
        except StoreError:
            return True
        return False

    assert with_files_up_to(400_000, fill)
    with open_store(place) as store:
        assert [r.period for r in store.runs()] == ["2026-09"]
        store.record_run(run_of("2026-10"), [outcome_of()], [finding_at("a.py")])
        assert len(store.findings()) == 1


def test_a_backup_that_does_not_fit_leaves_the_old_one(tmp_path: Path) -> None:
    file = tmp_path / "backup.gz"
    with open_store(tmp_path / "s.db") as store:
        backup(store, file)
        before = file.read_bytes()
        many = [finding_at(f"src/{os.urandom(8).hex()}.py") for _ in range(3_000)]
        store.record_run(run_of("2026-10"), [outcome_of()], many)

    def again() -> bool:
        try:
            with open_store(tmp_path / "s.db") as store:
                backup(store, file)
        except StoreError:
            return True
        return False

    assert with_files_up_to(50_000, again)
    assert file.read_bytes() == before
    assert {p.name for p in tmp_path.glob("*.part")} == set()


@pytest.mark.parametrize("place", ["/proc/auditor/findings.sqlite", "/dev/null/findings.sqlite"])
def test_a_state_folder_that_cannot_be_written_is_an_error_with_its_path(place: str) -> None:
    with pytest.raises(StoreError, match="findings"):
        open_store(place)


def test_a_key_that_does_not_fit_leaves_nothing_that_stands_in_the_way(tmp_path: Path) -> None:
    def key() -> None:
        installation_marker(tmp_path / ".auditor", {})

    def refused() -> bool:
        with pytest.raises(OSError, match="large"):
            key()
        return not any((tmp_path / ".auditor").iterdir())

    assert with_files_up_to(0, refused)
    key()
    assert installation_marker(tmp_path / ".auditor", {}) == installation_marker(tmp_path / ".auditor", {})


@pytest.mark.parametrize(
    ("number", "way_out"), [(errno.ENOSPC, "make room"), (errno.EROFS, "make it writable"), (errno.EMFILE, "ulimit")]
)
def test_what_the_machine_refuses_is_a_message_with_a_way_out_and_no_finding(
    number: int, way_out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        stop(OSError(number, os.strerror(number), "/state/key"))
    assert stopped.value.code == ExitCode.INCOMPLETE
    assert f"/state/key: {os.strerror(number)}; " in (said := capsys.readouterr().err)
    assert way_out in said
    with pytest.raises(OSError, match="reset"):
        stop(OSError(errno.ECONNRESET, "reset"))
