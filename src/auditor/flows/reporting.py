"""Reports of a month onto the disk, and the index over everything that lies there."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.adapters.cache import private_folder
from auditor.errors import ConfigError
from auditor.formats.codec import Codec, CodecError
from auditor.model.report import Report, ViewSettings
from auditor.reports.index import Entry, entry, index_of
from auditor.steps.render import FORMS, Renderer
from auditor.steps.report import Month, build_reports

ENTRY_SUFFIX = ".index.json"


@dataclass(frozen=True, slots=True)
class Written:
    """One report with the files it became."""

    report: Report
    files: tuple[Path, ...]


def write_reports(
    month: Month, settings: Sequence[ViewSettings], renderer: Renderer, folder: Path, forms: Sequence[str]
) -> tuple[Written, ...]:
    """`folder/<period>/<name>.<form>` for every report, readable by their owner only."""
    place = folder / month.snapshot.period
    private_folder(place)
    written = []
    reports = build_reports(month, settings)
    for item, report in zip(settings, reports, strict=True):
        files = []
        for form, content in renderer.forms(report, forms, rows=item.mail_rows).items():
            path = place / f"{report.name}.{FORMS[form]}"
            write_private(path, content)
            files.append(path)
        kept = json.dumps(Codec().encode(entry(report)), sort_keys=True, ensure_ascii=False) + "\n"
        write_private(place / f"{report.name}{ENTRY_SUFFIX}", kept.encode())
        written.append(Written(report, tuple(files)))
    return tuple(written)


def write_index(folder: Path, order: Sequence[str], renderer: Renderer) -> Path:
    """`folder/index.html` over every month that lies in the folder.

    Raises:
        ConfigError: one of the folder's own files was changed by somebody.
    """
    entries: list[Entry] = []
    for path in sorted(folder.glob(f"*/*{ENTRY_SUFFIX}")):
        try:
            entries.append(Codec().decode(Entry, json.loads(path.read_bytes())))
        except (ValueError, CodecError) as error:
            raise ConfigError(f"{path}: not written by this program ({error}); render the month again") from error
    target = folder / "index.html"
    write_private(target, renderer.index(index_of(entries, order)).encode())
    return target


def write_private(path: Path, content: bytes) -> None:
    """Whole or not at all, mode 0600 whatever the umask says."""
    draft = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        draft.chmod(0o600)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
