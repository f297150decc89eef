"""How the engine is called, and which names of files make it likely that it will be: known without importing anything.

The engine takes 0.1 s to get ready and less to look at a few files, so the hook starts it before anything else. It then
waits for its rules, which it reads from its standard input: through a link, because the ending of the name tells it the
format, and as YAML, of which JSON is a part and which it reads without asking for the file's length.
"""

from __future__ import annotations

import os
import sys

PINNED = "1.182.0"
"""Version whose internal interface is known."""
ENVIRONMENT = {
    "SEMGREP_ENABLE_VERSION_CHECK": "0",
    "SEMGREP_SEND_METRICS": "off",
    "SEMGREP_SETTINGS_FILE": "/nonexistent/settings.yml",
    "SEMGREP_FORCE_COLOR": "0",
    "NO_COLOR": "1",
}
RULE_SECONDS = 5
RULES_MAY_TIME_OUT = 3
MEMORY = 2000
"""Megabytes one file may take."""
PROGRAMS = (
    ".py", ".pyw", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts", ".gs", ".vue", ".svelte", ".tf", ".html",
)  # fmt: skip
"""Endings of names for which the engine is started ahead."""
_RULES = "rules.yaml"
TARGETS = "targets.json"


def arguments(core: str, rules: str, targets: str) -> list[str]:
    """The call that looks at targets, on one processor."""
    return [
        core, "-j", "1", "-json_nodots", "-rules", rules, "-targets", targets, "-fast", "-filter_irrelevant_patterns",
        "-disable_rule_paths", "-timeout", str(RULE_SECONDS), "-timeout_threshold", str(RULES_MAY_TIME_OUT),
        "-max_memory", str(MEMORY),
    ]  # fmt: skip


def command(paths: list[str], folder: str) -> list[str] | None:
    """The call of an engine that will look at some files, with what it needs in a folder; None when it has nothing to do."""
    core = _core() if any(path.endswith(PROGRAMS) for path in paths) else ""
    if not core:
        return None
    os.symlink("/dev/stdin", f"{folder}/{_RULES}")  # noqa: PTH211  pathlib costs 3 ms
    return arguments(core, f"{folder}/{_RULES}", f"{folder}/{TARGETS}")


def _core() -> str:
    """The pinned engine beside this package's other dependencies; empty when there is none."""
    for folder in sys.path:
        core = f"{folder}/semgrep/bin/semgrep-core"
        if folder and os.path.isfile(core):  # noqa: PTH113
            return core if os.path.isdir(f"{folder}/semgrep-{PINNED}.dist-info") else ""  # noqa: PTH112
    return ""
