"""Evidence packs on the disk: a folder or a zip file, written with the same bytes each time and read without trust."""

from __future__ import annotations

import io
import os
import shutil
import stat
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import UsageError
from auditor.model.pack import MANIFEST, PackFile, is_safe

MOST_FILES = 20_000
MOST_BYTES = 2 * 1024**3
"""Of a pack unpacked: more is refused, so that a small file cannot fill a disk or the memory."""
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can say; the time of packing would make every pack another one."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What was found at a path."""

    files: Mapping[str, bytes]
    problems: tuple[str, ...]
    """Entries that were refused: paths that lead outside, links, doubles, what is too large."""


def write_zip(path: Path, root: str, files: Iterable[PackFile]) -> None:
    """One zip file, whole or not at all, for its owner only; everything in it lies below `root`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for file in sorted(files, key=lambda f: f.path):
            entry = zipfile.ZipInfo(f"{root}/{file.path}", _EARLIEST)
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o600) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, file.content)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    _write(draft, out.getvalue())
    draft.replace(path)


def write_folder(folder: Path, files: Iterable[PackFile]) -> None:
    """A folder, for its owner only; an earlier pack in its place is replaced.

    Raises:
        UsageError: something else lies there.
    """
    if folder.exists() and not (folder.is_dir() and (not any(folder.iterdir()) or (folder / MANIFEST).is_file())):
        raise UsageError(f"{folder} exists and is no evidence pack; name another place")
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    for file in files:
        place = draft / file.path
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(place, file.content)
    if folder.exists():
        shutil.rmtree(folder)
    draft.replace(folder)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)


def read_pack(path: Path) -> Unpacked:
    """Everything in a folder or zip file; nothing is written, no link is followed.

    Raises:
        UsageError: there is nothing, or it is neither.
    """
    if path.is_dir() and not path.is_symlink():
        return _read_folder(path)
    if not path.is_file():
        raise UsageError(f"{path}: there is no evidence pack")
    try:
        with zipfile.ZipFile(path) as packed:
            return _read_zip(packed)
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise UsageError(f"{path}: not a folder and not a zip file that can be read ({error})") from None


def _read_folder(folder: Path) -> Unpacked:
    files: dict[str, bytes] = {}
    problems: list[str] = []
    total = 0
    for where, inner, names in os.walk(folder, followlinks=False):
        for name in sorted([*names, *(n for n in inner if (Path(where) / n).is_symlink())]):
            place = Path(where) / name
            shown = place.relative_to(folder).as_posix()
            about = place.lstat()
            total += about.st_size
            if not stat.S_ISREG(about.st_mode):
                problems.append(f"{_visible(shown)}: not a file (a link or a device)")
            elif len(files) >= MOST_FILES or total > MOST_BYTES:
                problems.append("more files, or more bytes, than a pack may have")
                return Unpacked(files, tuple(problems))
            else:
                if about.st_mode & 0o111:
                    problems.append(f"{_visible(shown)}: may be run as a program")
                files[shown] = place.read_bytes()
    # An unpacked zip file lies one folder deeper; what lies beside that folder is not part of the pack.
    root = _root(files)
    return Unpacked({path.removeprefix(root): content for path, content in files.items()}, tuple(problems))


def _read_zip(packed: zipfile.ZipFile) -> Unpacked:
    problems: list[str] = []
    entries = [entry for entry in packed.infolist() if not entry.is_dir()]
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_BYTES:
        return Unpacked({}, ("more files, or more bytes, than a pack may have",))
    root = _root(entry.filename for entry in entries)
    files: dict[str, bytes] = {}
    for entry in entries:
        name = entry.orig_filename
        path = name.removeprefix(root)
        if not is_safe(name) or not is_safe(path):
            problems.append(f"{_visible(name)}: leads outside of the pack; refused")
        elif stat.S_ISLNK(entry.external_attr >> 16):
            problems.append(f"{_visible(name)}: a link; refused")
        elif entry.flag_bits & 0x1:
            problems.append(f"{_visible(name)}: encrypted; refused")
        elif path in files:
            problems.append(f"{_visible(name)}: stands in the pack twice")
        else:
            if (entry.external_attr >> 16) & 0o111:
                problems.append(f"{_visible(name)}: may be run as a program")
            files[path] = _content(packed, entry, problems)
    return Unpacked(files, tuple(problems))


def _content(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, problems: list[str]) -> bytes:
    """At most as many bytes as the entry says it has: a lying size does not fill the memory."""
    import zlib

    try:
        with packed.open(entry) as stream:
            return stream.read(entry.file_size + 1)[: entry.file_size]
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        problems.append(f"{_visible(entry.filename)}: damaged ({error})")
        return b""


def _root(names: Iterable[str]) -> str:
    """The folder that the manifest lies in, with its slash."""
    found = sorted((n for n in names if n == MANIFEST or n.endswith(f"/{MANIFEST}")), key=lambda n: n.count("/"))
    return found[0].removesuffix(MANIFEST) if found else ""


def _visible(name: str) -> str:
    return name if name.isprintable() else name.encode("unicode_escape").decode()
