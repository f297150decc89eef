"""Repository hygiene: what lies in git and should not, what is missing, and what only one person could mend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from auditor.errors import NotScannedError
from auditor.model.finding import Match
from auditor.model.location import CodeLocation
from auditor.model.outcome import NotScanned, ScanResult
from auditor.model.pattern import lazy
from auditor.model.ports import FileEntry, Files, History, ScanContext
from auditor.model.target import Repo, ScanTarget, Scope
from scanners.hygiene.cards import HygieneRule, compiled
from scanners.hygiene.ignoring import Audit, audit
from scanners.hygiene.lockfile import MANIFESTS, unlocked
from scanners.hygiene.past import Gone, gone
from scanners.hygiene.project import bus_factor, doubtful_tests, stale, without_tests
from scanners.hygiene.seen import LIMIT, Seen, in_utf8
from scanners.hygiene.tree import Tree, is_test, is_vendored

_MOST_PLACES = 50
"""Further places that one folded match names; the message says how many there are in all."""
_LARGEST = 64 * 1024 * 1024


def visible(text: str) -> str:
    """A name with control characters, and what cannot be encoded, made visible."""
    return "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else f"\\u{ord(c):04x}" for c in text)


class Hygiene:
    """Rules over the names of tracked files, backed by their content."""

    name = "hygiene"
    kinds = frozenset({"repo"})

    def scan(self, target: ScanTarget, context: ScanContext) -> ScanResult:
        """Look at one repository; rules about the whole only where the whole is looked at."""
        assert isinstance(target, Repo)
        assert context.files is not None
        rules = [compiled(rule) for rule in context.rules]
        tree = Tree.of([entry for entry in context.files.entries() if entry.tracked])
        work = _Work(target, context, context.files, tree)
        matches: list[Match] = []
        for rule in rules:
            matches += work.by_path(rule)
            if target.scope is Scope.TREE:
                matches += work.as_a_whole(rule)
        return ScanResult(
            matches=tuple(matches),
            looked_at={"files": len(tree.everything), "rules": len(rules)},
            not_scanned=(*work.not_scanned, *context.files.unreadable()),
        )


class _Work:
    """One scan: the target, its tree, and what was read of it."""

    def __init__(self, target: Repo, context: ScanContext, files: Files, tree: Tree) -> None:
        self._target = target
        self._context = context
        self._files = files
        self._tree = tree
        self._audit: Audit | None = None
        self._small: dict[str, bytes] | None = None
        self.not_scanned: list[NotScanned] = []

    def _match(self, rule: HygieneRule, path: str, seen: Seen, **details: str) -> Match:
        return Match(
            rule_id=rule.rule.id,
            location=CodeLocation(self._target.name, path, seen.line, commit=self._target.commit),
            excerpt=visible(path),
            grade=seen.grade,
            message=visible(seen.message),
            details=details,
        )

    def by_path(self, rule: HygieneRule) -> Iterator[Match]:
        """Matches of a card with `paths`."""
        if rule.paths is None:
            return
        named = [
            entry
            for entry in self._tree.own
            if rule.paths.fullmatch(entry.path)
            and not (rule.exceptions and rule.exceptions.fullmatch(entry.path))
            and not (rule.tests == "skip" and is_test(entry.path))
        ]
        hits = list(self._confirmed(rule, named))
        if not rule.fold:
            for path, seen in hits:
                yield self._match(rule, path, seen)
        elif hits:
            yield self._folded(rule, [path for path, _ in hits])

    def _confirmed(self, rule: HygieneRule, named: list[FileEntry]) -> Iterator[tuple[str, Seen]]:
        if rule.content is None and rule.reader is None:
            yield from ((entry.path, self._graded(rule, entry.path, Seen())) for entry in named)
            return
        readable = [entry for entry in named if entry.size <= _LARGEST]
        self.not_scanned += [NotScanned(e.path, "too large") for e in named if e.size > _LARGEST]
        for entry, written in self._files.read_many(readable):
            content = in_utf8(written)
            seen: Seen | None = Seen()
            if rule.reader:
                seen = rule.reader(entry.path, content)
            if rule.content and seen is not None:
                found = rule.content.search(content, 0, LIMIT)
                seen = Seen(content.count(b"\n", 0, found.start()) + 1, seen.grade, seen.message) if found else None
            if seen is not None:
                yield entry.path, self._graded(rule, entry.path, seen)

    @staticmethod
    def _graded(rule: HygieneRule, path: str, seen: Seen) -> Seen:
        if (
            rule.tests in {"", "skip"}
            or not is_test(path)
            or seen.grade in {"empty", "public", "settings", "encrypted"}
        ):
            return seen
        return Seen(seen.line, rule.tests, seen.message)

    def _folded(self, rule: HygieneRule, paths: list[str]) -> Match:
        commit = self._target.commit
        count = f": {len(paths)} files" if len(paths) > 1 else ""
        return Match(
            rule_id=rule.rule.id,
            location=CodeLocation(self._target.name, paths[0], commit=commit),
            excerpt=visible(paths[0]),
            message=f"{rule.rule.title}{count}",
            details={"files": str(len(paths))},
            also_at=self._places(paths[1:]),
        )

    def _places(self, paths: Sequence[str]) -> tuple[CodeLocation, ...]:
        return tuple(CodeLocation(self._target.name, path, commit=self._target.commit) for path in paths[:_MOST_PLACES])

    def as_a_whole(self, rule: HygieneRule) -> Iterator[Match]:
        """Matches of a card about the repository: `dirs`, `file_absent`, `history`, `check`."""
        if rule.directories is not None:
            yield from self._directories(rule)
        if rule.history is not None and self._context.history is not None:
            for each in self._gone(self._context.history, rule):
                message = f"Deleted on {each.deleted.when[:10]}, but still in history: {each.path}"
                seen = Seen(None, each.seen.grade, message)
                yield self._match(rule, each.path, seen, deleted_in=each.deleted.id, deleted_on=each.deleted.when)
        if rule.absent is not None and self._tree.everything:
            there = self._tree.paths()
            wanted = rule.needs is None or any(rule.needs.fullmatch(path) for path in there)
            if wanted and not any(rule.absent.fullmatch(path) for path in there):
                yield self._match(rule, "", Seen())
        if rule.check and self._tree.everything:
            yield from _CHECKS[rule.check](self, rule)

    def _gone(self, history: History, rule: HygieneRule) -> list[Gone]:
        try:
            return list(gone(history, rule))
        except NotScannedError as error:
            self.not_scanned.append(NotScanned("", "history could not be read", detail=str(error)))
            return []

    def _directories(self, rule: HygieneRule) -> Iterator[Match]:
        assert rule.directories is not None
        found = self._tree.directories(rule.directories)
        if rule.fold:
            paths = [entry.path for entries in found.values() for entry in entries if not is_vendored(entry.path)]
            if paths:
                yield self._folded(rule, paths)
            return
        for folder, entries in found.items():
            if rule.tests == "skip" and is_test(f"{folder}/"):
                continue
            if rule.check == "vendored" and not _is_installed(folder, entries):
                continue
            message = f"{rule.rule.title}: {len(entries)} files below {folder}/"
            yield self._match(rule, folder, Seen(message=message), files=str(len(entries)))

    def _read(self, path: str) -> bytes:
        """Content of a manifest or `.gitignore`; they are read together when the first is asked for."""
        if self._small is None:
            wanted = [entry for entry in self._tree.named(".gitignore", *MANIFESTS) if entry.size <= LIMIT]
            self._small = {
                entry.path: content if entry.path.endswith(".gitignore") else in_utf8(content)
                for entry, content in self._files.read_many(wanted)
            }
        return self._small.get(path, b"")

    def _audited(self) -> Audit | None:
        if self._audit is None:
            try:
                self._audit = audit(self._tree, self._read, self._context.programs, self._context.work)
            except NotScannedError as error:
                self.not_scanned.append(NotScanned(".gitignore", "git did not answer", detail=str(error)))
                self._audit = Audit(True, (), (), ())
        return self._audit

    def gitignore_missing(self, rule: HygieneRule) -> Iterator[Match]:
        """No `.gitignore` anywhere."""
        found = self._audited()
        if found and not found.has_gitignore:
            yield self._match(rule, "", Seen(), lines="\n".join(found.lines))

    def gitignore_env(self, rule: HygieneRule) -> Iterator[Match]:
        """`.env` would be committed."""
        found = self._audited()
        if found and found.has_gitignore and found.env:
            names = ", ".join(found.env[:3])
            message = f".gitignore does not cover {names}"
            yield self._match(rule, ".gitignore", Seen(message=message), lines="\n".join(found.lines))

    def gitignore_gaps(self, rule: HygieneRule) -> Iterator[Match]:
        """Other files of secrets would be committed."""
        found = self._audited()
        if found and found.has_gitignore and found.gaps:
            message = f".gitignore does not cover {', '.join(found.gaps)}"
            yield self._match(rule, ".gitignore", Seen(message=message), lines="\n".join(found.lines))

    def lockfile(self, rule: HygieneRule) -> Iterator[Match]:
        """Dependencies that nothing holds still."""
        paths = unlocked(self._tree, self._read)
        if paths:
            message = f"No lock file for {', '.join(paths[:3])}" + (
                f" and {len(paths) - 3} more" if len(paths) > 3 else ""
            )
            yield replace(self._match(rule, paths[0], Seen(message=message)), also_at=self._places(paths[1:]))

    def tests(self, rule: HygieneRule) -> Iterator[Match]:
        """No automated tests."""
        read = {entry.path: content for entry, content in self._files.read_many(doubtful_tests(self._tree))}
        if seen := without_tests(self._tree, read):
            yield self._match(rule, "", seen)

    def stale(self, rule: HygieneRule) -> Iterator[Match]:
        """Nobody has touched it."""
        if seen := stale(self._context.history, self._context.now):
            yield self._match(rule, "", seen)

    def bus_factor(self, rule: HygieneRule) -> Iterator[Match]:
        """One person knows it."""
        if seen := bus_factor(self._context.history):
            yield self._match(rule, "", seen)

    def vendored(self, rule: HygieneRule) -> Iterator[Match]:
        """Done with the directories."""
        del rule
        yield from ()


_CHECKS: Mapping[str, Callable[[_Work, HygieneRule], Iterator[Match]]] = {
    "gitignore_missing": _Work.gitignore_missing,
    "gitignore_env": _Work.gitignore_env,
    "gitignore_gaps": _Work.gitignore_gaps,
    "lockfile": _Work.lockfile,
    "tests": _Work.tests,
    "stale": _Work.stale,
    "bus_factor": _Work.bus_factor,
    "vendored": _Work.vendored,
}


_LEFTOVER = lazy(
    r"\.(?:package-lock\.json|yarn-integrity|modules\.yaml|gitkeep|gitignore|DS_Store)$|\.(?:cache|vite|vite-temp|tmp)/"
)
"""What package managers and bundlers write beside the packages; it alone is nothing that is installed."""


def _is_installed(folder: str, entries: list[FileEntry]) -> bool:
    """Whether a folder named like one of installed packages is one: a virtual environment shows its inner structure."""
    if folder.rsplit("/", 1)[-1] == "vendor":
        # Composer's; vendored Go modules are a practice of their own, and other folders of that name hold assets.
        return any(entry.path == f"{folder}/autoload.php" for entry in entries)
    if folder.rsplit("/", 1)[-1] == "node_modules":
        return any(not _LEFTOVER.match(entry.path[len(folder) + 1 :]) for entry in entries)
    if folder.rsplit("/", 1)[-1].lstrip(".") not in {"venv", "env", "virtualenv"}:
        return True
    inner = (
        f"{folder}/{name}"
        for name in ("pyvenv.cfg", "bin/activate", "Scripts/activate", "Lib/site-packages/", "lib/python")
    )
    marks = tuple(inner)
    return any(entry.path.startswith(marks) for entry in entries)
