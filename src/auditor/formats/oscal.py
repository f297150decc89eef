"""A scorecard as OSCAL assessment results (NIST, model version 1.2.1): plain JSON, the same bytes for the same scorecard.

OSCAL knows two ends, `satisfied` and `not-satisfied`. Only a pass on full evidence is `satisfied`; everything else is
`not-satisfied` with our own state beside it, so that no reader takes partial evidence for conformity.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

from auditor import __version__
from auditor.errors import MissingExtraError
from auditor.formats.scorecard import where
from auditor.model.finding import Finding
from auditor.model.scorecard import ControlResult, ControlState, RuleEvidence, Scorecard
from auditor.model.text import visible

OSCAL_VERSION = "1.2.1"
NAMESPACE = "urn:auditor:oscal"
"""Of the properties that are ours."""
_ROOT = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
"""The namespace of RFC 9562 for addresses: ids are made from content, never by chance."""
_TOKEN = re.compile(r"[A-Za-z_][A-Za-z0-9.\-_]*")


def oscal_json(card: Scorecard) -> str:
    """The document on one line, keys in OSCAL's order."""
    return json.dumps(oscal_document(card), separators=(",", ":"), ensure_ascii=True) + "\n"


def oscal_document(card: Scorecard) -> dict[str, Any]:
    """Assessment results of one framework over one frozen month."""
    ids = _Ids(card)
    plan = ids.of("plan")
    return {
        "assessment-results": {
            "uuid": ids.of("results"),
            "metadata": {
                "title": f"{card.name}: {card.portfolio}, {card.period}",
                "last-modified": card.frozen_at,
                "version": card.snapshot[:12] or "unfrozen",
                "oscal-version": OSCAL_VERSION,
                "props": [
                    _prop("run", card.run_id),
                    _prop("snapshot", card.snapshot),
                    _prop("catalogues", card.digest),
                ],
                "remarks": "Evidence of a scanner: not an audit, and no statement of conformity.",
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [_result(card, ids)],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": "Assessment plan",
                        "description": (
                            f"Every rule that is mapped to a control of {card.framework} over everything that the portfolio "
                            f"{card.portfolio} declares, by auditor {__version__}. There is no separate plan document."
                        ),
                    }
                ]
            },
        }
    }


def validate_oscal(text: str) -> None:
    """Check a document against the models of compliance-trestle.

    Raises:
        MissingExtraError: compliance-trestle is not installed.
        ValueError: it does not fit; the message says where.
    """
    try:
        from trestle.oscal.assessment_results import Model
    except ImportError as error:
        raise MissingExtraError("checking OSCAL needs the extra `evidence`: pip install 'auditor[evidence]'") from error
    Model.model_validate(json.loads(text))


class _Ids:
    """Ids made from what they name."""

    def __init__(self, card: Scorecard) -> None:
        parts = (card.framework, card.version, card.period, card.entity, card.snapshot, card.digest)
        seed = "\x1f".join(parts)
        self.space = uuid.uuid5(_ROOT, f"{NAMESPACE}/{seed}")

    def of(self, *names: str) -> str:
        return str(uuid.uuid5(self.space, "\x1f".join(names)))


def control_id(card: Scorecard, control: str) -> str:
    """The control's id as an OSCAL token: `1.10` begins with a digit, and gets the framework before it."""
    return control if _TOKEN.fullmatch(control) else re.sub(r"[^A-Za-z0-9.\-_]", "-", f"{card.framework}_{control}")


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": NAMESPACE, "value": " ".join(visible(value).split()) or "none"}


def _result(card: Scorecard, ids: _Ids) -> dict[str, Any]:
    judged = [control for control in card.controls if control.evidence]
    unmapped = [control for control in card.controls if not control.evidence]
    rules: dict[str, RuleEvidence] = {}
    for control in judged:
        for item in control.evidence:
            rules.setdefault(item.rule, item)
    selection: dict[str, Any] = {"description": "Controls that at least one rule speaks of."}
    if judged:
        selection["include-controls"] = [{"control-id": control_id(card, c.id)} for c in judged]
    if unmapped:
        selection["exclude-controls"] = [{"control-id": control_id(card, c.id)} for c in unmapped]
    targets = sorted({look.target for item in rules.values() for look in item.looks})
    made: dict[str, Any] = {
        "uuid": ids.of("result"),
        "title": f"{card.framework}, {card.period}",
        "description": f"{card.score.words}. The score is pass / (pass + fail).",
        "start": card.frozen_at,
        "end": card.frozen_at,
        "props": [
            _prop("entity", card.entity or "whole portfolio"),
            _prop("score", str(card.score.percent or "none")[:6]),
        ],
    }
    if targets:
        made["local-definitions"] = {"components": [_component(target, ids) for target in targets]}
    made["reviewed-controls"] = {
        "control-selections": [selection],
        "remarks": f"{len(unmapped)} controls have no rule: they were not evaluated, and need another kind of evidence.",
    }
    if rules:
        made["observations"] = [_observation(card, item, ids) for _, item in sorted(rules.items())]
    if judged:
        made["findings"] = [_finding(card, control, ids) for control in judged]
    return made


def _component(target: str, ids: _Ids) -> dict[str, Any]:
    name = visible(target)
    return {
        "uuid": ids.of("target", target),
        "type": "this-system",
        "title": name,
        "description": f"{name}, as the portfolio declares it.",
        "status": {"state": "operational"},
    }


def _observation(card: Scorecard, item: RuleEvidence, ids: _Ids) -> dict[str, Any]:
    said = [f"{look.target}: {look.said}" for look in item.looks] or ["nothing of its kind is in scope"]
    made: dict[str, Any] = {
        "uuid": ids.of("rule", item.rule),
        "title": item.rule,
        "description": visible("; ".join(filter(None, (item.title, *said)))),
        "props": [_prop("rule", item.rule), _prop("state", item.state.value)],
        "methods": ["TEST"],
        "types": ["finding"],
    }
    subjects = sorted({look.target for look in item.looks})
    if subjects:
        made["subjects"] = [
            {"subject-uuid": ids.of("target", t), "type": "component", "title": visible(t)} for t in subjects
        ]
    evidence = list(_relevant(item))
    if evidence:
        made["relevant-evidence"] = evidence
    made["collected"] = card.frozen_at
    return made


def _relevant(item: RuleEvidence) -> Iterator[dict[str, Any]]:
    for finding in item.findings:
        decided = finding.waived_by
        said = f"; accepted by {decided.owner} until {decided.until}: {decided.reason}" if decided else ""
        yield {
            "description": visible(f"{_fault(finding)}: {where(finding)}{said}"),
            "props": [
                _prop("finding", finding.fingerprint),
                _prop("severity", finding.severity.word),
                _prop("finding-state", finding.state.value),
            ],
        }
    for look in item.looks:
        if look.state is ControlState.PASS:
            at = f" @ {look.commit}" if look.commit else ""
            yield {"description": visible(f"{look.scanner} on {look.target}{at}: {look.said}")}


def _fault(finding: Finding) -> str:
    title = finding.rule.title
    return title if finding.message in {"", title} else f"{title}, {finding.message}"


def _finding(card: Scorecard, control: ControlResult, ids: _Ids) -> dict[str, Any]:
    satisfied = control.state is ControlState.PASS and control.strength == "full"
    reason = "pass" if satisfied else "fail" if control.state is ControlState.FAIL else "other"
    status = {"state": "satisfied" if satisfied else "not-satisfied", "reason": reason}
    if reason == "other":
        status["remarks"] = f"Reads: {control.word}. OSCAL has no word for it; it is neither proven nor refuted."
    return {
        "uuid": ids.of("control", control.id),
        "title": visible(f"{control.id} {control.title}".strip()),
        "description": visible(control.why),
        "props": [
            _prop("control", control.id),
            _prop("state", control.state.value),
            _prop("reads-as", control.word),
            _prop("strength", control.strength),
        ],
        "target": {"type": "objective-id", "target-id": control_id(card, control.id), "status": status},
        "related-observations": [{"observation-uuid": ids.of("rule", item.rule)} for item in control.evidence],
    }
