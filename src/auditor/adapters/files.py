"""The files and the history of a target: from git objects where a commit is named, else as they lie there."""

from __future__ import annotations

from auditor.adapters.changes import changed_files
from auditor.adapters.folder import FolderFiles
from auditor.adapters.git import Git, GitFiles, is_repository
from auditor.adapters.history import GitHistory
from auditor.adapters.tree_memory import TreeMemory
from auditor.model.ports import Cache, Files, History
from auditor.model.target import AwsAccount, Repo, ScanTarget, Scope


def open_files(target: ScanTarget, cache: Cache | None = None, *, lazy: bool = False) -> Files | None:
    """Files of a repository or wiki; None for an account.

    With a cache a folder's unchanged files are known from earlier reading; with `lazy` the others get their id when read.

    Raises:
        NotScannedError: git refuses the repository.
    """
    if isinstance(target, AwsAccount):
        return None
    if target.path.is_file():
        return FolderFiles(target.path.parent, only=target.path.name, lazy=lazy)
    if isinstance(target, Repo) and target.scope is Scope.CHANGED and target.commit and target.base:
        return changed_files(Git(target.path), target.commit, target.base)
    if target.commit:
        return GitFiles(Git(target.path), target.commit)
    memory = TreeMemory.load(cache, target.path) if cache is not None else None
    return FolderFiles(target.path, Git(target.path) if is_repository(target.path) else None, memory=memory, lazy=lazy)


def open_history(target: ScanTarget) -> History | None:
    """History of a git repository with at least one commit; None otherwise."""
    if not isinstance(target, Repo) or target.path.is_file() or not is_repository(target.path):
        return None
    git = Git(target.path)
    commit = target.commit or git.resolve()
    return GitHistory(git, commit) if commit else None
