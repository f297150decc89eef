"""What is installed, found by the names of folders: `importlib.metadata` takes longer to import than a hook may take."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from auditor.errors import NotScannedError


def version_of(distribution: str) -> str:
    """Version of an installed distribution.

    Raises:
        NotScannedError: it is not installed.
    """
    wanted = distribution.replace("-", "_").lower()
    for folder in sys.path:
        for name in _names(folder):
            if name.endswith(".dist-info"):
                written, _, version = name.removesuffix(".dist-info").rpartition("-")
                if written.replace("-", "_").lower() == wanted:
                    return version
    from importlib import metadata  # an egg, or a loader of its own

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError as error:
        raise NotScannedError(f"{distribution} is not installed: pip install {distribution}") from error


def folder_of(package: str) -> Path | None:
    """Folder of an installed package, which is not imported; None when there is none."""
    spec = PathFinder.find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder or ".")  # noqa: PTH208  names only, of folders with hundreds of them
    except OSError:
        return []
