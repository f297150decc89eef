"""Everything an auditor asks for about one month, gathered from frozen data; what is not in it is listed with its reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from auditor import __version__
from auditor.errors import MissingExtraError
from auditor.flows.compliance import compliance_pages
from auditor.formats.evidence_tables import checks_csv, coverage_csv, findings_csv, mappings_csv
from auditor.formats.ocsf import ocsf_json
from auditor.formats.oscal import oscal_json
from auditor.formats.pack import manifest_bytes
from auditor.formats.scan_json import finding_object
from auditor.formats.scorecard import overview_json, scorecard_json, scorecards_csv
from auditor.formats.snapshot import dump_snapshot
from auditor.model.decision import Break, Decision
from auditor.model.delivery import Delivery
from auditor.model.finding import State
from auditor.model.pack import MANIFEST, Omission, PackFile
from auditor.model.report import ViewSettings
from auditor.model.rule import Rule
from auditor.model.run import Snapshot
from auditor.model.scorecard import ControlState, Scorecard
from auditor.reports.frameworks import PAGE
from auditor.rulebook.mappings import Frameworks
from auditor.steps.decide import waiver_id
from auditor.steps.render import FORMS, Renderer
from auditor.steps.report import Month, build_reports


@dataclass(frozen=True, slots=True)
class Sources:
    """What a pack is made from."""

    month: Month
    edition: int
    """Of the snapshot."""
    reports: tuple[ViewSettings, ...]
    renderer: Renderer
    cards: tuple[Scorecard, ...]
    frameworks: Frameworks
    rules: tuple[Rule, ...]
    rules_digest: str
    """Of the rules as they are today."""
    decisions: tuple[Decision, ...]
    broken: Break | None
    """The first link of the chain that does not hold."""
    deliveries: tuple[Delivery, ...]
    inventories: Mapping[str, Path]
    """Recorded inventories by account: named by their hash, not packed."""
    printed: Mapping[str, bytes] = field(default_factory=dict)
    """Reports by file name that were printed from this snapshot already; the others are printed here."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack before it is written."""

    root: str
    """`evidence-2026-10`."""
    files: tuple[PackFile, ...]
    """The manifest included."""
    omissions: tuple[Omission, ...]
    fingerprint: str


def make_pack(sources: Sources) -> Pack:
    """The pack of a month: the same sources give the same bytes."""
    snapshot = sources.month.snapshot
    omissions = list(_omissions(sources))
    files = [
        PackFile("snapshot.json", dump_snapshot(snapshot), "the frozen month: all that reports and scorecards were made from"),
        *_reports(sources, omissions),
        *_compliance(sources),
        *_findings(sources, omissions),
        *_decisions(sources),
        PackFile("coverage/coverage.json", _json("coverage", _coverage(snapshot)), "what was looked at, by scanner and target"),
        PackFile("coverage/coverage.csv", coverage_csv(snapshot).encode(), "the same as a table"),
        PackFile("coverage/checks.csv", checks_csv(snapshot).encode(), "each cloud check: how many passed, failed, were not seen"),
        PackFile("coverage/inventories.json", _json("inventories", _inventories(sources)), "each account: when asked, in which regions, how many things, what was denied"),
        PackFile("rules/rules.json", _json("rules", _rules(sources)), "the rules that took part: what each looks for, and why"),
        PackFile("rules/mappings.csv", mappings_csv(_mappings(sources.frameworks)).encode(), "which rule is evidence for which control"),
        PackFile("rules/catalogues.json", _json("catalogues", _catalogues(sources)), "the frameworks, their source and licence"),
        PackFile("deliveries.json", _json("deliveries", [_delivery(d) for d in sources.deliveries]), "who got which report, and when"),
    ]  # fmt: skip
    files.append(PackFile("README.md", _readme(sources, files, omissions).encode(), "how to read this"))
    head = sources.decisions[-1].head if sources.decisions else ""
    header = {
        "portfolio": snapshot.portfolio,
        "period": snapshot.period,
        "edition": sources.edition,
        "run": snapshot.run_id,
        "snapshot": snapshot.content_hash,
        "frozen_at": snapshot.frozen_at.isoformat(),
        "complete": snapshot.is_complete,
        "auditor": {"scanned_with": snapshot.version, "packed_with": __version__, "rules": snapshot.rules_digest},
        "catalogues": sources.frameworks.digest,
        "wiki_commit": snapshot.wiki_commit,
        "decisions": {"count": len(sources.decisions), "head": head, "at_freeze": snapshot.decisions, "holds": sources.broken is None},
    }  # fmt: skip
    manifest = manifest_bytes(header, files, omissions)
    whole = (*files, PackFile(MANIFEST, manifest, "what is here, and what is not"))
    return Pack(f"evidence-{snapshot.period}", whole, tuple(omissions), hashlib.sha256(manifest).hexdigest())


def _reports(sources: Sources, omissions: list[Omission]) -> Iterator[PackFile]:
    wanted = [(item, form, f"{item.name}.{FORMS[form]}") for item in sources.reports for form in FORMS]
    reports = {}
    if not all(name in sources.printed for _, _, name in wanted):
        reports = {r.name: r for r in build_reports(sources.month, sources.reports)}
    for item, form, name in wanted:
        try:
            content = (
                sources.printed.get(name)
                or sources.renderer.forms(reports[item.name], (form,), rows=item.mail_rows)[form]
            )
        except MissingExtraError as error:
            omissions.append(Omission(f"reports/{name}", str(error)))
        else:
            yield PackFile(f"reports/{name}", content, f"{item.title or item.name}, as {form}")


def _compliance(sources: Sources) -> Iterator[PackFile]:
    cards = tuple(_public(card) for card in sources.cards)
    for name, content in compliance_pages(sources.month, cards, sources.renderer, linked=False).items():
        yield PackFile(
            f"compliance/{name}",
            content,
            "frameworks at a glance" if name == f"{PAGE}.html" else "controls of one framework",
        )
    yield PackFile("compliance/overview.json", overview_json(cards).encode(), "the scores of all frameworks")
    for card in cards:
        name = f"compliance/{card.framework}"
        said = f"{card.framework}: every control with its evidence"
        yield PackFile(f"{name}.json", scorecard_json(card, indent=None).encode(), said)
        yield PackFile(f"{name}.csv", scorecards_csv([card]).encode(), f"{said}, as a table")
        yield PackFile(f"{name}.oscal.json", oscal_json(card).encode(), f"{card.framework} as OSCAL assessment results")


def _public(card: Scorecard) -> Scorecard:
    """Without the words that their owner licensed for the house."""
    if not card.private:
        return card
    return replace(card, controls=tuple(replace(control, title="") for control in card.controls))


def _findings(sources: Sources, omissions: list[Omission]) -> Iterator[PackFile]:
    snapshot = sources.month.snapshot
    found = [{**finding_object(f), "controls": list(f.rule.controls), "first_seen": f.first_seen, "last_seen": f.last_seen}
             for f in snapshot.findings]  # fmt: skip
    yield PackFile("findings/findings.json", _json("findings", found), "open, waived and fixed findings")
    yield PackFile("findings/findings.csv", findings_csv(snapshot.findings).encode(), "the same as a table")
    try:
        yield PackFile("findings/findings.ocsf.json", ocsf_json(snapshot).encode(), "the same as OCSF 1.6 events")
    except MissingExtraError as error:
        omissions.append(Omission("the findings as OCSF events", str(error)))


def _decisions(sources: Sources) -> Iterator[PackFile]:
    lines = [json.dumps({**asdict(d), "body": dict(d.body)}, sort_keys=True) for d in sources.decisions]
    yield PackFile(
        "decisions/log.jsonl",
        "".join(f"{line}\n" for line in lines).encode(),
        "every decision, each with the hash of the one before",
    )
    yield PackFile(
        "decisions/waivers.json",
        _json("waivers", _waivers(sources)),
        "what is accepted in this month, by whom, why, until when",
    )


def _waivers(sources: Sources) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for finding in sources.month.snapshot.findings:
        waiver = finding.waived_by
        if waiver is None or finding.state is not State.WAIVED:
            continue
        name = waiver_id(waiver)
        about = {name, finding.fingerprint}
        entry = found.setdefault(name, {**asdict(waiver), "id": name, "accepts": [], "decisions": []})
        entry["accepts"].append(finding.fingerprint)
        entry["decisions"] += [
            d.seq for d in sources.decisions if d.subject in about and d.seq not in entry["decisions"]
        ]
    return [found[name] for name in sorted(found)]


def _coverage(snapshot: Snapshot) -> list[dict[str, Any]]:
    return [
        {
            "scanner": c.scanner, "target": c.target, "kind": c.kind, "entity": c.entity, "status": c.status.value,
            "reason": c.reason, "complete": c.complete, "commit": c.commit, "looked_at": dict(c.looked_at),
            "not_scanned": dict(c.not_scanned),
        }
        for c in snapshot.coverage
    ]  # fmt: skip


def _rules(sources: Sources) -> list[dict[str, Any]]:
    ran = set(sources.month.snapshot.rules_run)
    return [
        {
            "id": r.id, "title": r.title, "severity": r.severity.word, "confidence": r.confidence.word, "why": r.why, "fix": r.fix,
            "cwe": list(r.cwe), "owasp": list(r.owasp), "controls": list(r.controls), "references": list(r.references),
        }
        for r in sources.rules
        if not ran or r.id in ran
    ]  # fmt: skip


def _catalogues(sources: Sources) -> list[dict[str, Any]]:
    shown = {card.framework for card in sources.cards}
    return [
        {
            "id": c.id, "publisher": c.publisher, "version": c.version, "controls": len(c.controls), "text_policy": c.text_policy,
            "licence": c.licence, "note": c.note, "source": c.source, "retrieved": c.retrieved, "verified": c.verified,
        }
        for c in sorted(sources.frameworks.catalogs.values(), key=lambda c: c.id)
        if c.id in shown
    ]  # fmt: skip


def _mappings(frameworks: Frameworks) -> list[tuple[str, ...]]:
    return [
        (m.catalog, m.control, m.rule, m.strength, m.relation, m.asserted_by, m.reviewed, m.rationale)
        for m in frameworks.mappings
    ]


def _delivery(delivery: Delivery) -> dict[str, Any]:
    key = delivery.key
    return {
        "report": key.report, "recipient": key.recipient, "edition": key.edition, "state": delivery.state.value,
        "transport": delivery.transport, "body_sha": delivery.body_sha, "updated": delivery.updated,
    }  # fmt: skip


def _omissions(sources: Sources) -> Iterator[Omission]:
    """What a reader might look for: what was not scanned first, then what no pack holds."""
    snapshot = sources.month.snapshot
    for line in snapshot.coverage:
        if not line.complete:
            missed = ", ".join(f"{count} {reason}" for reason, count in line.not_scanned.items())
            yield Omission(
                f"{line.scanner} on {line.target}", f"not fully scanned: {line.reason or missed or 'no reason given'}"
            )
    for card in sources.cards:
        unmapped = sum(1 for c in card.controls if not c.evidence)
        unseen = sum(
            1 for c in card.controls if c.evidence and c.state in {ControlState.NOT_EVALUATED, ControlState.ERROR}
        )
        if unmapped:
            yield Omission(
                f"{card.framework}: {unmapped} of {len(card.controls)} controls",
                "no rule speaks of them: another kind of evidence is needed",
            )
        if unseen:
            yield Omission(
                f"{card.framework}: {unseen} controls", "their rules did not run, were denied or broke; each says which"
            )
        if card.private:
            yield Omission(
                f"{card.framework}: the publisher's words",
                "licensed for the house that made this pack, and not passed on",
            )
    if sources.rules_digest != snapshot.rules_digest:
        yield Omission(
            "the rules' words as of the scan", "the rules have changed since; rules/ and compliance/ speak of today's"
        )
    if sources.month.previous is None:
        yield Omission("the month before", "none was frozen, so that nothing says what changed")
    if sources.broken is not None:
        yield Omission("an unbroken chain of decisions", str(sources.broken))
    if not snapshot.decisions and sources.decisions:
        yield Omission("an anchor of the decisions in the snapshot", "it was frozen before one was kept")
    yield Omission("secrets in clear", "only their kind, place and a redacted excerpt are ever kept")
    yield Omission(
        "source code, pages of the wiki and raw inventories", "named by commit or hash; ask their owner for them"
    )
    yield Omission("the mails themselves", "named by hash in deliveries.json; the ledger has their bytes")
    yield Omission("what no scanner sees", "policies, contracts, training, interviews, physical controls")


def _json(kind: str, data: object) -> bytes:
    return (
        json.dumps({"schema": f"auditor/evidence-{kind}@1", kind: data}, indent=1, ensure_ascii=True) + "\n"
    ).encode()


def _inventories(sources: Sources) -> list[dict[str, Any]]:
    """What a recorded inventory says of itself: the population that the checks judged, without the things themselves."""
    return [
        {"account": name, "file": path.name, **_inventory(path)} for name, path in sorted(sources.inventories.items())
    ]


def _inventory(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
        document = json.loads(content)
        kinds = document["resources"].items()
        return {
            "sha256": hashlib.sha256(content).hexdigest(),
            "collected_at": document.get("collected_at"),
            "regions": document.get("regions"),
            "resources": {kind: len(found) for kind, found in sorted(kinds) if found},
            "not_answered": [
                {key: failure.get(key) for key in ("region", "call", "kind", "count")} for failure in document.get("failures", ())
            ],
        }  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {"sha256": "not at hand"}


def _readme(sources: Sources, files: Sequence[PackFile], omissions: Iterable[Omission]) -> str:
    snapshot = sources.month.snapshot
    shown = {file.path.split("/")[0]: "" for file in files}
    about: Mapping[str, str] = {
        "snapshot.json": "the frozen month; everything else was made from it",
        "reports": "the eight reports, as page, mail, text, PDF, CSV and JSON",
        "compliance": "one page, CSV, JSON and OSCAL file for each framework; begin with compliance.html",
        "findings": "every finding, as JSON, CSV and OCSF",
        "decisions": "the log of decisions, and the waivers that held in this month",
        "coverage": "what was looked at, what was not, and how each cloud check ended",
        "rules": "what each rule looks for, which controls it is evidence for, and where the catalogues come from",
        "deliveries.json": "which report went to whom",
    }
    yes: Callable[[bool], str] = lambda holds: "yes" if holds else "NO"  # noqa: E731
    lines = [
        f"# Evidence of {snapshot.portfolio}, {snapshot.period}",
        "",
        f"Run {snapshot.run_id}, frozen at {snapshot.frozen_at.isoformat()}, snapshot {snapshot.content_hash}.",
        f"Everything was scanned: {yes(snapshot.is_complete)}. The chain of decisions holds: {yes(sources.broken is None)}.",
        "",
        "| what | where |",
        "|---|---|",
        *(f"| {about[name]} | {name} |" for name in about if name in shown),
        "",
        '## To answer a "show me"',
        "",
        "1. Open `compliance/compliance.html`, then the framework's page, and look for the control.",
        "2. Its rules say what was looked at, in which repository at which commit, or in which account by which call.",
        "3. `compliance/<framework>.csv` has every finding and every rule of it; filter the column `control`.",
        "4. `coverage/checks.csv` names the resources that passed a cloud check, and counts those that nobody could see;",
        "   `coverage/inventories.json` says when each account was asked, in which regions, and how many things of each kind there are.",
        "5. A waived control names the decision; `decisions/waivers.json` has its number in `decisions/log.jsonl`.",
        "",
        "## What is not here",
        "",
        *(f"- {item.what}: {item.why}" for item in omissions),
        "",
        "## To check this pack",
        "",
        "`auditor evidence verify PATH` compares every file with `manifest.json`, the snapshot with its own hash, and every link of the",
        "log. Without the program: `jq -r '.files[] | .sha256 + \"  \" + .path' manifest.json | sha256sum -c`. Whoever made the pack can say",
        "the fingerprint of its manifest (`sha256sum manifest.json`) by another way.",
        "",
        "Evidence of a scanner: not an audit, and no statement of conformity.",
    ]
    return "\n".join(lines) + "\n"
