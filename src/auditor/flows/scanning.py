"""A scan: every scanner over every target, and the verdict at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from auditor.errors import UsageError
from auditor.flows.tools import Policy, Tools
from auditor.formats.baseline import with_baseline
from auditor.model.finding import Finding, State
from auditor.model.ports import Scanner
from auditor.model.run import Outcome, OutcomeStatus, Verdict
from auditor.model.target import Repo, ScanTarget
from auditor.rulebook import Rulebook
from auditor.steps.discover import Discovered, discover_paths
from auditor.steps.normalise import normalise
from auditor.steps.recall import scan_what_changed
from auditor.steps.scan import Job, jobs_for, scan
from auditor.steps.waive import waive
from auditor.waivers import WaiverFile


def scan_paths(
    paths: Sequence[Path],
    tools: Tools,
    policy: Policy,
    *,
    history: bool = False,
    inline_waivers: bool = True,
    known: Mapping[str, int] | None = None,
) -> Verdict:
    """Scan folders, repositories and files as they lie there, without a portfolio.

    `known` are the places by fingerprint of a baseline. A waived finding is still listed, with its reason and end.
    """
    discovered = discover_paths(paths, history=history)
    outcomes = scan_targets(discovered, tools, remember=True)
    rules, today = tools.rulebook.by_id(), tools.now.date()
    result = normalise(outcomes, rules)
    waived = waive(with_baseline(result.findings, known or {}), WaiverFile(), rules, today, inline=inline_waivers)
    verdict = verdict_of(waived.findings, result.outcomes, tools, policy, waived.notes(today))
    return replace(verdict, blocking=tuple(f for f in verdict.blocking if f.state is not State.KNOWN))


def scan_targets(discovered: Discovered, tools: Tools, *, remember: bool = False) -> tuple[Outcome, ...]:
    """Outcomes of every scanner over every target, those that could not be found or loaded included.

    With `remember`, a repository that has not changed since an earlier run is not looked at again.

    Raises:
        UsageError: there is nothing to scan, or no scanner.
    """
    if not discovered.targets and not discovered.missing:
        raise UsageError("there is nothing to scan here")
    if discovered.targets and not tools.scanners and not tools.broken_scanners:
        raise UsageError("no scanner is installed, or --only names none of them")

    # One tuple for all jobs of a scanner: executors send it once.
    cards = {scanner.name: tools.rulebook.of(scanner.name) for scanner in tools.scanners}

    def job(scanner: Scanner, target: ScanTarget) -> Job:
        return Job(
            scanner=scanner,
            target=target,
            rules=cards[scanner.name],
            digest=tools.rulebook.digest,
            cache=tools.cache,
            mark=tools.mark,
            now=tools.now,
            data=tools.rules_folder,
            options=tools.options.get(scanner.name, {}),
        )

    jobs = jobs_for(tools.scanners, discovered.targets, job)
    told = tools.announce(len(jobs))
    if remember:
        outcomes = scan_what_changed(jobs, tools.executor, told)
    else:
        with tools.executor(len(jobs)) as executor:
            outcomes = scan(jobs, executor, told)
    return (*discovered.missing, *_not_loaded(discovered.targets, tools.broken_scanners), *outcomes)


def _not_loaded(targets: Sequence[ScanTarget], broken: Mapping[str, str]) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(name, target, OutcomeStatus.FAILED, reason)
        for name, reason in broken.items()
        for target in targets
        if isinstance(target, Repo)
    )


def verdict_of(
    findings: Sequence[Finding], outcomes: Sequence[Outcome], tools: Tools, policy: Policy, notes: Sequence[str] = ()
) -> Verdict:
    """The end of a scan: what blocks, and whether everything was looked at.

    A rule card that cannot be used makes the scan incomplete, and so does a rulebook without a single rule.
    """
    problems = problem_notes(tools.rulebook)
    open_findings = [f for f in findings if f.state.is_open]
    return Verdict(
        findings=tuple(findings),
        outcomes=tuple(outcomes),
        blocking=tuple(f for f in open_findings if policy.blocks(f)),
        complete=not problems and all(outcome.is_complete for outcome in outcomes),
        notes=(*notes, *problems),
    )


def problem_notes(rulebook: Rulebook) -> tuple[str, ...]:
    """What is wrong with the rules themselves; each makes a run incomplete."""
    problems = tuple(f"invalid rule: {problem}" for problem in rulebook.problems)
    return problems if rulebook.rules else (*problems, "no rule was loaded: nothing could be found")
