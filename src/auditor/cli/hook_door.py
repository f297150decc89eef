"""The hook's door: what surely holds no secret is known from the engine alone, before anything heavy is imported.

The database lies in the state folder of the user, never in the repository, in a file named after program, rules and
installation. Answers of the hook are kept here too, because both sides of the door keep them.
"""

import os

from auditor.cli import hook

MOST_BLOBS = 1000
"""More are not asked for at once: their names must fit into a pipe that nobody reads yet."""
MOST_BYTES = 32 * 1024 * 1024
"""Of all contents together; of more the scanner decides, which reads one after the other."""
KEPT_DATABASES = 4


def doubtful(staged: list[tuple[str, str, str]], installation: str) -> list[tuple[str, str, str]]:
    """Those of the staged files that the secrets scanner has to look at; all of them when in doubt."""
    stored = _own_file(f"{_folder()}/{installation}")
    if not stored or len(staged) > MOST_BLOBS:
        return staged
    door = __import__("scanners.secrets.door", fromlist=["open_door"]).open_door(stored)
    if door is None:
        return staged
    blobs = sorted({blob for _, blob, _ in staged})
    clean = {blob for blob, content in _contents(blobs) if door.is_clean(content)}
    return [file for file in staged if file[1] not in clean]


def is_there(installation: str) -> bool:
    """Whether a database is kept for this installation."""
    return os.path.isfile(f"{_folder()}/{installation}")  # noqa: PTH113  pathlib costs 3 ms


def keep_database(installation: str, stored: bytes) -> None:
    """Keep a database for the next time; written whole or not at all, and a folder that cannot be written costs time only."""
    folder = _folder()
    fresh = f"{folder}/.{os.getpid()}"
    try:
        _private(folder)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "wb") as stream:  # noqa: PTH123
            stream.write(stored)
        os.replace(fresh, f"{folder}/{installation}")  # noqa: PTH105
        with os.scandir(folder) as items:
            old = sorted((item.stat(follow_symlinks=False).st_mtime_ns, item.path) for item in items)
        for _, path in old[:-KEPT_DATABASES]:
            os.unlink(path)  # noqa: PTH108
    except OSError:
        return


def keep_answers(folder: str, seen: list[tuple[str, str, str]], lines: dict[str, str], notes: str) -> None:
    """Keep what was said of each blob; nothing is written where a link leads elsewhere."""
    parent = os.path.dirname(folder)  # noqa: PTH120
    if any(os.path.islink(place) for place in (os.path.dirname(parent), parent, folder)):  # noqa: PTH114, PTH120
        return  # somebody else put it there, and it may lead anywhere
    _forget_others(folder, parent)
    for path, blob, before in seen:
        _private(f"{folder}/{blob[:2]}")
        name = f"{blob}-{before[:12]}" if before else blob
        _write(f"{folder}/{blob[:2]}/{name}", f"{path!r}\n{lines.get(path, '')}")
    _write(f"{folder}/notes", notes)


def _forget_others(folder: str, parent: str) -> None:
    """Answers of other versions and rules are of no use any more."""
    if os.path.isdir(folder) or not os.path.isdir(parent):  # noqa: PTH112
        return
    import shutil

    for other in os.listdir(parent):  # noqa: PTH208
        shutil.rmtree(f"{parent}/{other}", ignore_errors=True)


def _contents(blobs: list[str]) -> list[tuple[str, bytes]]:
    """The blobs that git could give."""
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    output = hook.git("cat-file", "--batch", "--buffer", asked=asked, most=MOST_BYTES)
    found: list[tuple[str, bytes]] = []
    at = 0
    for blob in blobs:
        end = output.find(b"\n", at)
        head = output[at:end].split()
        at = end + 1
        if end < 0 or len(head) != 3:
            continue
        size = int(head[2])
        if len(output) > at + size:
            found.append((blob, output[at : at + size]))
        at += size + 1
    return found


def _folder() -> str:
    root = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")  # noqa: PTH111
    return f"{root}/auditor/door"


def _own_file(path: str) -> bytes:
    """Content of a file that belongs to this user; empty when there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return b""
    with open(descriptor, "rb") as stream:  # noqa: PTH123
        return stream.read() if os.fstat(descriptor).st_uid == os.geteuid() else b""


def _private(folder: str) -> None:
    """Make a folder, and those above it that are missing, that only its owner may enter."""
    if not os.path.isdir(folder):  # noqa: PTH112
        _private(os.path.dirname(folder))  # noqa: PTH120
        try:
            os.mkdir(folder, 0o700)  # noqa: PTH102
        except FileExistsError:
            return  # another hook was faster


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as stream:  # noqa: PTH123
        stream.write(text)
