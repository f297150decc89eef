"""The engine as a program: `semgrep-core` itself, or the command line around it where that does not fit.

`semgrep-core` is an internal interface of the semgrep package (a target list in JSON, results without the command
line's additions), so the package is pinned exactly and tests/scanners/test_semgrep_contract.py holds the assumptions.
Nothing here opens a connection: metrics and version check are off, rules come from a file, and the environment is ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from auditor.errors import MissingExtraError, NotScannedError
from auditor.model.ports import Completed, Programs, Started
from auditor.model.sight import Span
from scanners.installed import folder_of, version_of
from scanners.semgrep.ahead import (
    ENVIRONMENT,
    MEMORY,
    PINNED,
    RULE_SECONDS,
    RULES_MAY_TIME_OUT,
    TARGETS,
    arguments,
)
from scanners.semgrep.dialect import Unit
from scanners.semgrep.prefilter import Prefilter

BATCH = 400
"""Files a call may hold: bounds its output and what a crash takes with it."""
SHARE = 40
"""Files for which another program side by side is worth reading the rules again."""
_CRASHES = frozenset({"timed out", "engine crashed"})
_EXTENSIONS = {
    "python": "py", "javascript": "js", "typescript": "ts", "html": "html", "yaml": "yaml", "json": "json",
    "terraform": "tf", "regex": "txt", "generic": "txt",
}  # fmt: skip
CANARY = "auditor-canary"
_CANARIES = {
    "python": b"auditor_canary(1)\n",
    "javascript": b"auditor_canary(1);\n",
    "typescript": b"auditor_canary(1);\n",
    "html": b"<auditor-canary></auditor-canary>\n",
    "yaml": b"auditor_canary: 1\n",
    "json": b'{"auditor_canary": 1}\n',
    "terraform": b"auditor_canary = 1\n",
    "regex": b"auditor_canary(1)\n",
}
_CANARY_RULES: tuple[dict[str, object], ...] = (
    {"languages": ["python", "javascript", "typescript"], "pattern": "auditor_canary(...)"},
    {"languages": ["html"], "pattern": "<auditor-canary ...></auditor-canary>"},
    {"languages": ["yaml"], "pattern": "auditor_canary: $X"},
    {"languages": ["json"], "pattern": '{"auditor_canary": $X}'},
    {"languages": ["terraform"], "pattern": "auditor_canary = $X"},
    {"languages": ["regex"], "pattern-regex": r"auditor_canary\("},
)
_REASONS = {
    "Syntax error": "syntax error",
    "Other syntax error": "syntax error",
    "Lexical error": "syntax error",
    "AST builder error": "syntax error",
    "PartialParsing": "partly parsed",
    "Timeout": "timed out",
    "FixpointTimeout": "timed out",
    "Out of memory": "out of memory",
    "Stack overflow": "out of memory",
    "TooManyMatches": "too many matches",
}


@dataclass(slots=True)
class Answer:
    """What the engine says about one unit."""

    hits: list[Span] = field(default_factory=list)
    trouble: list[tuple[str, str]] = field(default_factory=list)
    """(reason, detail) of what it could not look at."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Where the engine lies, and which of the two ways is used."""

    programs: Programs
    core: Path | None
    cli: Path | None
    version: str
    started: list[Started] = field(default_factory=list)
    """The engine that was started ahead, until it is used."""

    @classmethod
    def find(cls, programs: Programs, wanted: str = "", started: Started | None = None) -> Engine:
        """The engine of the installed semgrep package; `wanted` may be `core` or `cli` to force one.

        Raises:
            MissingExtraError: semgrep is not installed.
            NotScannedError: it has no engine that can be used.
        """
        folder = folder_of("semgrep")
        if folder is None:
            raise MissingExtraError("semgrep is not installed: pip install 'auditor[semgrep]'")
        version = version_of("semgrep")
        core = folder / "bin" / "semgrep-core"
        usable = core.is_file() and version == PINNED and wanted != "cli"
        cli = None if usable else programs.find("semgrep")
        if not usable and (cli is None or wanted == "core"):
            raise NotScannedError(f"semgrep {version} has no engine that can be used; wanted is {PINNED}")
        waiting = [started] if started is not None and usable else []
        return cls(programs, core if usable else None, cli, version, waiting)

    @property
    def name(self) -> str:
        """Part of the key of every kept answer."""
        return f"{'core' if self.core else 'cli'}-{self.version}"

    def conditions(self, rules: Sequence[Mapping[str, Any]], work: Path) -> Prefilter | None:
        """What each rule needs to stand in a file; None where the engine does not say."""
        if self.core is None:
            return None
        path = work / "conditions.json"
        path.write_text(json.dumps({"rules": rules}))
        done = self.programs.run([str(self.core), "-prefilter_of_rules", str(path)], cwd=work, environment=ENVIRONMENT)
        path.unlink()
        return Prefilter.from_engine(done.stdout)

    def ask(self, rules: Sequence[Mapping[str, Any]], units: Sequence[Unit], work: Path, at_once: int = 1) -> Answers:
        """Answers in the order of the units, `at_once` programs side by side, each on one processor.

        A batch that fails is halved until the culprit is alone.

        Raises:
            NotScannedError: the engine does not find what is planted, so that nothing it says can be believed.
        """
        path = work / "rules.json"
        path.write_text(json.dumps({"rules": [*rules, *_canaries(units)]}))
        answers = Answers([Answer() for _ in units], [])
        count = max(min(at_once, len(units) // SHARE), -(-len(units) // BATCH), 1)
        parts = [range(start, len(units), count) for start in range(count)]
        if len(parts) == 1:
            self._batch(path, units, parts[0], work, answers)
        else:
            self._side_by_side(path, units, parts, work, answers)
        # The command line lets a rule for any text loose on every file.
        spoken = {rule["id"]: rule["languages"] for rule in rules}
        for unit, answer in zip(units, answers.units, strict=True):
            answer.hits = [hit for hit in answer.hits if unit.language in spoken.get(hit.rule, ())]
        return answers

    def _side_by_side(
        self, rules: Path, units: Sequence[Unit], parts: Sequence[range], work: Path, answers: Answers
    ) -> None:
        from concurrent.futures import ThreadPoolExecutor  # with `logging` behind it, too slow for a hook

        with ThreadPoolExecutor(len(parts)) as threads:
            for done in [threads.submit(self._batch, rules, units, part, work, answers) for part in parts]:
                done.result()

    def _batch(self, rules: Path, units: Sequence[Unit], part: range, work: Path, answers: Answers) -> None:
        folder = work / f"t{part.start}-{part.stop}-{part.step}"
        folder.mkdir()
        files = [folder / f"{i}.{units[i].suffix or _EXTENSIONS[units[i].language]}" for i in part]
        for file, i in zip(files, part, strict=True):
            file.write_bytes(units[i].content)
        languages = sorted({units[i].language for i in part})
        planted = [folder / f"canary.{language}.{_EXTENSIONS[language]}" for language in languages]
        for file, language in zip(planted, languages, strict=True):
            file.write_bytes(_CANARIES[language])
        targets = [(file, units[i].language) for file, i in zip(files, part, strict=True)]
        targets += list(zip(planted, languages, strict=True))
        started = self._take(rules)
        done = self._run(rules, targets, folder, started)
        if started is not None and _report(done) is None:
            done = self._run(rules, targets, folder)  # perhaps only what was started ahead is to blame
        for file in (*files, *planted):
            file.unlink()
        report = _report(done)
        if report is None:
            self._halve(done, rules, units, part, work, answers)
            return
        _read(report, {str(file): (i, units[i].content) for file, i in zip(files, part, strict=True)}, answers)
        found = {r["path"] for r in report["results"] if r["check_id"].rsplit(".", 1)[-1].startswith(CANARY)}
        missed = [language for file, language in zip(planted, languages, strict=True) if str(file) not in found]
        if missed:
            raise NotScannedError(
                f"semgrep {self.version} does not find what is planted for {', '.join(missed)}: its answers are not used"
                + "".join(f"; rule {name} is invalid: {why}" for name, why in answers.broken_rules[:1])
            )

    def _halve(
        self, done: Completed, rules: Path, units: Sequence[Unit], part: range, work: Path, answers: Answers
    ) -> None:
        reason = "timed out" if done.timed_out else "engine crashed"
        if len(part) > 1:
            for half in (part[: len(part) // 2], part[len(part) // 2 :]):
                self._batch(rules, units, half, work, answers)
            return
        answers.units[part.start].trouble.append((reason, f"exit code {done.returncode}"))
        if all(any(why in _CRASHES for why, _ in answer.trouble) for answer in answers.units):
            tail = done.stderr.decode(errors="replace").strip().splitlines()
            raise NotScannedError(f"semgrep {self.version} failed on every file: {tail[-1][:200] if tail else reason}")

    def _take(self, rules: Path) -> Started | None:
        """The engine that was started ahead, for whoever asks first; as YAML it cannot read every pair of surrogates."""
        if b"\\ud" in rules.read_bytes():
            return None
        try:
            return self.started.pop()
        except IndexError:
            return None

    def _run(
        self, rules: Path, targets: Sequence[tuple[Path, str]], folder: Path, started: Started | None = None
    ) -> Completed:
        seconds = 60.0 + 3.0 * len(targets)
        if self.core is None:
            argv = [
                str(self.cli), "scan", "--experimental", "--json", "--metrics=off", "--disable-version-check",
                "--no-git-ignore", "--disable-nosem", "-j", "1", "--timeout",
                str(RULE_SECONDS), "--timeout-threshold", str(RULES_MAY_TIME_OUT), "--max-memory", str(MEMORY),
                "--max-target-bytes=0", "--config", str(rules), *(str(file) for file, _ in targets),
            ]  # fmt: skip
            return self.programs.run(
                argv, cwd=folder, seconds=seconds, environment={**ENVIRONMENT, "HOME": str(folder)}
            )
        listed = json.dumps(["Targets", [
            ["CodeTarget", {
                "path": {"fpath": str(file), "ppath": f"/{file.name}"}, "analyzer": language, "products": ["sast"],
            }] for file, language in targets
        ]])  # fmt: skip
        if started is not None:
            (started.folder / TARGETS).write_text(listed)
            return started.finish(rules.read_bytes(), seconds)
        (folder / TARGETS).write_text(listed)
        argv = arguments(str(self.core), str(rules), str(folder / TARGETS))
        return self.programs.run(argv, cwd=folder, seconds=seconds, environment=ENVIRONMENT)


@dataclass(slots=True)
class Answers:
    """Answers of one question, and the rules the engine refused."""

    units: list[Answer]
    broken_rules: list[tuple[str, str]]
    """(rule, why)."""


def _canaries(units: Sequence[Unit]) -> list[dict[str, object]]:
    """Rules that find what is planted, for the languages in use."""
    used = {unit.language for unit in units}
    return [
        {"id": f"{CANARY}-{n}", "message": "planted", "severity": "INFO", **rule}
        for n, rule in enumerate(_CANARY_RULES)
        if used.intersection(cast("list[str]", rule["languages"]))
    ]


def _report(done: Completed) -> dict[str, Any] | None:
    """The engine's JSON; None when it crashed, was ended, or said something else."""
    if done.timed_out or done.truncated:
        return None
    try:
        report = json.loads(done.stdout.decode(errors="replace"))
    except ValueError:
        return None
    if not isinstance(report, dict) or not isinstance(report.get("results"), list):
        return None
    fatal = any(kind_of(e) == "Fatal error" for e in report.get("errors", ()))
    return None if fatal else report


def kind_of(error: Mapping[str, Any]) -> str:
    """Kind of an error: `error_type` of the engine or `type` of the command line, a word or a pair."""
    kind = error.get("error_type", error.get("type", ""))
    return str(kind[0] if isinstance(kind, list) and kind else kind)


def _read(report: Mapping[str, Any], place: Mapping[str, tuple[int, bytes]], answers: Answers) -> None:
    """Sort results, errors and what was left out by unit. Offsets of the engine count bytes."""
    seen: set[tuple[str, str, int, int]] = set()
    for result in report["results"]:
        path, rule = result["path"], result["check_id"].rsplit(".", 1)[-1]
        start, end = result["start"], result["end"]
        identity = (path, rule, start["offset"], end["offset"])
        if path not in place or rule.startswith(CANARY) or identity in seen:
            continue
        seen.add(identity)
        index, content = place[path]
        code = content[start["offset"] : end["offset"]].decode(errors="replace")
        span = Span(rule, start["line"], end["line"], start["col"], code, _source(result))
        answers.units[index].hits.append(span)
    for error in report.get("errors", ()):
        _read_error(error, place, answers)
    answers.broken_rules.extend(
        (str(rule.get("rule_id", "?")), _first_line(rule.get("details", "")))
        for rule in report.get("skipped_rules", ())
    )
    scanned = set((report.get("paths") or {}).get("scanned", ()))
    for path, (index, _) in place.items():
        if path not in scanned and not answers.units[index].trouble:
            answers.units[index].trouble.append(("engine left it out", ""))


def _read_error(error: Mapping[str, Any], place: Mapping[str, tuple[int, bytes]], answers: Answers) -> None:
    kind = kind_of(error)
    location = error.get("location") or {}
    path = location.get("path", error.get("path", ""))
    if path not in place:
        if error.get("rule_id") or "ule" in kind:
            answers.broken_rules.append((str(error.get("rule_id", "?")), _first_line(error.get("message", kind))))
        return
    line = f"line {location.get('start', {}).get('line', '?')}"
    detail = f"{line}, rule {error['rule_id']}" if error.get("rule_id") and "ime" in kind else line
    trouble = (_REASONS.get(kind, kind.lower() or "engine error"), detail)
    troubles = answers.units[place[path][0]].trouble
    if trouble not in troubles:
        troubles.append(trouble)


def _first_line(message: object) -> str:
    return " ".join(str(message).split())[:200]


def _source(result: Mapping[str, Any]) -> int:
    """Line of the taint source, when there is a trace."""
    trace = (result.get("extra") or {}).get("dataflow_trace") or {}
    source = trace.get("taint_source")
    while isinstance(source, list) and source:
        if source[0] == "CliLoc":
            return int(source[1][0]["start"]["line"])
        source = source[1] if len(source) > 1 and isinstance(source[1], list) else None
    return 0
