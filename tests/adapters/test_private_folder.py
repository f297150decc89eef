"""Folders made by the program are their owner's alone."""

import os
import stat
from pathlib import Path

from auditor.adapters.cache import private_folder


def test_every_folder_that_had_to_be_made_is_private_and_none_that_was_there_is_changed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    before = os.umask(0)
    try:
        private_folder(tmp_path / "reports" / "2026-10")
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(p.stat().st_mode) for p in (tmp_path, tmp_path / "reports", tmp_path / "reports" / "2026-10")]
    assert modes == [0o755, 0o700, 0o700]
