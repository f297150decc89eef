"""The audit of `.gitignore`: what the next careless `git add .` would take along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname

from auditor.model.pattern import lazy
from auditor.model.ports import Programs
from scanners.hygiene.gitignore import ignored
from scanners.hygiene.tree import Tree, is_test

_MANIFESTS = lazy(
    r"(?:^|/)(?:package\.json|requirements[^/]*\.txt|pyproject\.toml|Pipfile|composer\.json|Gemfile|go\.mod|pom\.xml"
    r"|build\.gradle(?:\.kts)?|serverless\.ya?ml|template\.ya?ml|docker-compose[^/]*\.ya?ml|compose\.ya?ml|manage\.py|Cargo\.toml)$"
)
_ENV_EXAMPLE = lazy(r"(?:^|/)((?:[\w-]+)?\.env)[.-](?:example|sample|template|dist|tpl|default)$")


@dataclass(frozen=True, slots=True)
class Audit:
    """What git would not ignore, and the lines that mend it."""

    has_gitignore: bool
    env: tuple[str, ...]
    """Uncovered `.env` files, by the place where a tool would look for them."""
    gaps: tuple[str, ...]
    """Other uncovered files of secrets."""
    lines: tuple[str, ...]
    """To add to the `.gitignore` at the root, in order."""


def audit(tree: Tree, read: Callable[[str], bytes], programs: Programs, work: Path) -> Audit:
    """Ask git about every file of secrets that this repository's tools may write.

    Raises:
        NotScannedError: git is missing, or did not answer.
    """
    gitignores = {e.path: read(e.path) for e in tree.named(".gitignore")}
    folders = _folders(tree)
    env = [f"{folder}/.env".lstrip("/") for folder in folders]
    others = _others(tree)
    covered = ignored(gitignores, [".env", *env, *others], programs, work)
    missing_env = tuple(path for path in env if path not in covered)
    if missing_env and ".env" not in covered:
        missing_env = tuple(dict.fromkeys((".env", *missing_env)))
    missing = tuple(path for path in others if path not in covered)
    lines: list[str] = []
    if missing_env or not gitignores:
        lines += [".env", ".env.*", "!.env.example"]
    lines += [_LINES.get(path, f"/{path}") for path in missing if not (path.startswith(".env.") and missing_env)]
    # One that an editor wrote into its own folder guards nothing else.
    guards = any(not any(part.startswith(".") for part in path.split("/")[:-1]) for path in gitignores)
    return Audit(guards, missing_env, missing, tuple(dict.fromkeys(lines)))


_LINES = {
    ".env.local": ".env.*.local\n.env.local",
    "server.pem": "*.pem",
    "server.key": "*.key",
    "terraform.tfstate": "*.tfstate\n*.tfstate.*",
    "repos.env": "repos.env",
}


def _folders(tree: Tree) -> list[str]:
    """Folders in which a tool looks for `.env`: the root, or those with a manifest when the root has none."""
    own = [entry.path for entry in tree.own if not is_test(entry.path)]
    with_manifest = sorted({dirname(path) for path in own if _MANIFESTS.search(path) and path.count("/") <= 2})
    return with_manifest if with_manifest and "" not in with_manifest else [""]


def _others(tree: Tree) -> list[str]:
    """Further probes, only where the repository gives a reason for them."""
    paths = tree.paths()
    probes = [".env.local", "server.pem", "server.key"]
    if any(path.endswith((".tf", ".tf.json")) for path in paths):
        probes.append("terraform.tfstate")
    for path in sorted(paths):
        example = _ENV_EXAMPLE.search(path)
        if example and example[1] != ".env":
            probes.append(f"{dirname(path)}/{example[1]}".lstrip("/"))
    return list(dict.fromkeys(probes))
