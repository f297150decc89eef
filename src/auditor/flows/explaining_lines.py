"""Why a line of a file is a finding, or why not."""

from __future__ import annotations

import tempfile
from pathlib import Path

from auditor.adapters.folder import FolderFiles
from auditor.adapters.programs import LocalPrograms
from auditor.errors import NotScannedError, UsageError
from auditor.flows.tools import Tools
from auditor.model.ports import Explaining, ScanContext


def explain_line(path: Path, line: int, tools: Tools) -> tuple[str, ...]:
    """What every installed scanner that can explain itself says of a line.

    Raises:
        UsageError: the file has no such line.
        NotScannedError: the file cannot be read.
    """
    files = FolderFiles(path.parent, only=path.name)
    entry = next(iter(files.entries()), None)
    if entry is None:
        raise NotScannedError(f"{path}: not a regular file")
    content = files.read(entry)
    if not 1 <= line <= content.count(b"\n") + 1:
        raise UsageError(f"{path} has {content.count(10) + 1} lines, no line {line}")
    said: list[str] = []
    with tempfile.TemporaryDirectory(prefix="auditor-") as work:
        for scanner in tools.scanners:
            if isinstance(scanner, Explaining):
                context = ScanContext(
                    rules=tools.rulebook.of(scanner.name),
                    rules_digest=tools.rulebook.digest,
                    files=files,
                    history=None,
                    programs=LocalPrograms(),
                    cache=tools.cache,
                    mark=tools.mark,
                    now=tools.now,
                    data=tools.rules_folder,
                    work=Path(work),
                    options=tools.options.get(scanner.name, {}),
                )
                # The path as given: rules may look at the folders, as in a scan of the repository.
                said += scanner.explain(path.as_posix(), content, line, context)
    return tuple(said)
