"""`auditor hook`: the pre-commit hook. Its warm path imports next to nothing; every import here is counted in ms.

Each staged blob is judged once: the answer lies in a small file under the git directory, in a folder named after this
program, its rules and its scanners. A blob that was seen costs one `open`.
"""

import os
import sys

USAGE = """usage: auditor hook [--only SCANNER] [--budget SECONDS] [--fail-on SEVERITY] [--exclude REGEX] [--all-files] [FILE ...]

Check what is staged before it is committed: secrets, hygiene, and code where those extras are installed. Reads the index,
never the work tree; runs nothing of the repository; makes no connection. Arguments that pre-commit passes are ignored.

  --only SCANNER      bandit, hygiene, secrets or semgrep alone
  --budget SECONDS    give up after this time and say so (default 20)
  --fail-on SEVERITY  least severity that stops the commit (default high)
  --exclude REGEX     leave out paths in which this is found; may be repeated (`exclude` of .pre-commit-config.yaml has
                      no effect: the hook reads the index, not the names it is given)
  --all-files         every file of the index, not only what is staged

Exit codes: 0 passed, 1 findings, 2 usage, 3 something could not be checked.
"""
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_ISOLATION = (
    "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "diff.external=", "-c", "core.pager=cat",
    "-c", "protocol.allow=never", "-c", "core.untrackedCache=false", "--no-pager", "--no-optional-locks",
    "--no-replace-objects", "--literal-pathspecs",
)  # fmt: skip
"""Those of adapters/git.py that matter to the few commands used here; a test compares the two."""
_KEPT = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES")
"""What git tells its hooks: a partial commit has an index of its own."""


def main(arguments: list[str]) -> int:
    """Run the hook; the exit code."""
    options = _options(arguments)
    if isinstance(options, int):
        return options
    budget, fail_on, everything, excluded, only, names = options
    git_dir = git("rev-parse", "--absolute-git-dir").decode("utf-8", "surrogateescape").strip()
    if not git_dir:
        sys.stderr.write("auditor hook: this is no git repository, or it belongs to another user\n")
        return 2
    staged = _without(excluded, _index() if everything else _staged())
    if not staged and names:
        sys.stderr.write("auditor hook: 0 files checked: nothing is staged\n")
    kept = f"{git_dir}/auditor/hook{'-' if only else ''}{only}"
    installation = installed()
    folder = f"{kept}/{installation}-{fail_on}"
    unseen, said = _remembered(folder, staged)
    if unseen and only == "secrets":
        from auditor.cli.hook_door import doubtful, keep_answers

        left = doubtful(unseen, installation)
        if not left:
            keep_answers(folder, unseen, {}, "")
            unseen = left
    if unseen:
        from auditor.cli.hook_cold import look

        # Named again afterwards: the first run of all makes the key that takes part in the name.
        home = lambda: f"{kept}/{installed()}-{fail_on}"  # noqa: E731
        return look(unseen, said, folder=home, installation=installation, budget=budget, fail_on=fail_on, only=only)
    note = _read(f"{folder}/notes")
    if note:
        sys.stderr.write(note)
    if said:
        sys.stdout.write("".join(said))
        return 1
    return 0


def _options(arguments: list[str]) -> tuple[float, str, bool, list[str], str, int] | int:
    budget, fail_on, everything, only = 20.0, "high", False, ""
    names = 0
    excluded: list[str] = []
    left = list(arguments)
    while left:
        word = left.pop(0)
        if word in {"-h", "--help"}:
            sys.stdout.write(USAGE)
            return 0
        if word == "--all-files":
            everything = True
        elif word == "--budget" and left and left[0].replace(".", "", 1).isdigit():
            budget = float(left.pop(0))
        elif word == "--fail-on" and left and left[0] in {"info", "low", "medium", "high", "critical"}:
            fail_on = left.pop(0)
        elif word == "--only" and left and left[0] in {"bandit", "hygiene", "secrets", "semgrep"}:
            only = left.pop(0)
        elif word == "--exclude" and left and _is_expression(left[0]):
            excluded.append(left.pop(0))
        elif word.startswith("--"):
            sys.stderr.write(f"auditor hook: {word} is unknown or lacks its value\n{USAGE}")
            return 2
        else:
            names += not word.startswith("-")
    return budget, fail_on, everything, excluded, only, names


def _is_expression(text: str) -> bool:
    import re  # only where it is asked for

    try:
        re.compile(text)
    except re.error:
        return False
    return True


def _without(excluded: list[str], staged: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The files that no expression of `--exclude` names; how many it does is said."""
    if not excluded:
        return staged
    import re

    expressions = [re.compile(text) for text in excluded]
    kept = [file for file in staged if not any(expression.search(file[0]) for expression in expressions)]
    if len(kept) < len(staged):
        sys.stderr.write(f"auditor hook: not checked because of --exclude: {len(staged) - len(kept)} files\n")
    return kept


def git(*arguments: str, asked: bytes = b"", most: int = 1 << 31) -> bytes:
    """Output of git, empty when it failed or said more than `most` bytes; `asked` is what it reads, less than a pipe holds.

    Without `subprocess`, whose import takes as long as git itself.
    """
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "",
        "LC_ALL": "C",
    }
    reading, writing = os.pipe()
    actions = [(os.POSIX_SPAWN_DUP2, writing, 1), (os.POSIX_SPAWN_CLOSE, reading)]
    question = -1
    if asked:
        question, telling = os.pipe()
        os.write(telling, asked)
        os.close(telling)
        actions.append((os.POSIX_SPAWN_DUP2, question, 0))
    try:
        child = os.posix_spawnp(
            "git",
            ["git", *_ISOLATION, *arguments],
            environment,
            file_actions=actions,
        )
    except OSError:
        os.close(reading)
        return b""
    finally:
        os.close(writing)
        if asked:
            os.close(question)
    with open(reading, "rb") as stream:  # noqa: PTH123  a descriptor, and pathlib costs 3 ms
        output = stream.read(most)
        whole = len(output) < most
    _, status = os.waitpid(child, 0)
    return output if status == 0 and whole else b""


def _staged() -> list[tuple[str, str, str]]:
    """(path, blob, blob before or empty) of what is added or changed; links and submodules are left out."""
    base = "HEAD" if git("rev-parse", "--verify", "--quiet", "HEAD") else EMPTY_TREE
    raw = git("diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff", base)
    return _parsed(raw)


def _parsed(raw: bytes) -> list[tuple[str, str, str]]:
    parts = raw.split(b"\0")
    found = []
    for head, name in zip(parts[::2], parts[1::2], strict=False):
        _, mode, old, new, status = head.decode().split(" ")
        if status[0] in "AM" and mode.startswith("100") and new != old:
            before = "" if status[0] == "A" else old
            found.append((name.decode("utf-8", "surrogateescape"), new, before))
    return found


def _index() -> list[tuple[str, str, str]]:
    """Every regular file of the index."""
    found = []
    for line in git("ls-files", "--stage", "-z").split(b"\0"):
        if line.startswith(b"100"):
            head, name = line.split(b"\t", 1)
            found.append((name.decode("utf-8", "surrogateescape"), head.split()[1].decode(), ""))
    return found


def installed() -> str:
    """Names program, rules and scanners as they are installed now: version, newest change, and number of rule files."""
    from auditor import __version__

    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120  pathlib costs 3 ms
    shipped = f"{here}/_shipped/rules"
    roots = [shipped] if os.path.isdir(shipped) else [f"{here}/../../rules", f"{here}/../../scanners", here]  # noqa: PTH112
    newest, count = 0, 0
    for root in roots:
        changed, files = _newest(root, deep=root != shipped)
        newest, count = max(newest, changed), count + files
    return f"{__version__}-{newest:x}-{count}-{sys.hexversion:x}-{_own_name()}"


def _own_name() -> str:
    """What only this installation knows: a repository that comes with its git directory cannot bring answers along."""
    from _blake2 import blake2b  # `hashlib` costs 3 ms

    root = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")  # noqa: PTH111
    key = os.environ.get("AUDITOR_KEY") or _read(f"{root}/auditor/key")
    return blake2b(b"hook", key=key.encode()[:64], digest_size=8).hexdigest() if key else os.urandom(8).hex()


def _newest(folder: str, *, deep: bool) -> tuple[int, int]:
    """Newest change below a folder in nanoseconds, and how many files; an installed wheel does not change in place."""
    newest, count = os.stat(folder).st_mtime_ns, 1  # noqa: PTH116
    with os.scandir(folder) as items:
        for item in items:
            if item.name in {"fixtures", "__pycache__"} or item.name.startswith("."):
                continue
            if item.is_dir(follow_symlinks=False):
                if deep:
                    inner, files = _newest(item.path, deep=True)
                    newest, count = max(newest, inner), count + files
            elif deep:
                newest, count = max(newest, item.stat(follow_symlinks=False).st_mtime_ns), count + 1
    return newest, count


def _remembered(folder: str, staged: list[tuple[str, str, str]]) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Blobs without an answer, and what was said of the others."""
    unseen: list[tuple[str, str, str]] = []
    said: list[str] = []
    for path, blob, before in staged:
        answer = _read(f"{folder}/{blob[:2]}/{blob}{'-' + before[:12] if before else ''}")
        head = f"{path!r}\n"
        if not answer.startswith(head):
            unseen.append((path, blob, before))
        elif len(answer) > len(head):
            said.append(answer[len(head) :])
    return unseen, said


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as stream:  # noqa: PTH123  pathlib costs 3 ms
            return stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return ""
