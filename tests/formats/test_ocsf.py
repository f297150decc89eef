"""Findings as OCSF events, checked by py-ocsf-models."""

from __future__ import annotations

import json

from auditor.formats.ocsf import event, ocsf_json
from auditor.model.finding import State
from tests.support.frameworks import finding, snapshot
from tests.support.snapshots import snapshot as example


def test_every_finding_of_a_month_is_one_event_and_the_bytes_stay() -> None:
    of = example()
    events = json.loads(ocsf_json(of))
    assert [e["finding_info"]["uid"] for e in events] == [f.fingerprint for f in of.findings]
    assert {e["metadata"]["version"] for e in events} == {"1.6.0"}
    assert {(e["class_uid"], e["category_uid"]) for e in events} == {(2004, 2)}
    assert ocsf_json(of) == ocsf_json(of)


def test_type_activity_and_status_fit_together() -> None:
    of = snapshot()
    made = {state: event(finding("secrets.key", state=state), of) for state in State}
    assert all(e["type_uid"] == 200400 + e["activity_id"] for e in made.values())
    assert {state: (e["activity_id"], e["status_id"]) for state, e in made.items()} == {
        State.NEW: (1, 1), State.KNOWN: (2, 2), State.REOPENED: (2, 1), State.FIXED: (3, 4), State.WAIVED: (2, 3),
    }  # fmt: skip
    assert made[State.WAIVED]["unmapped"]["waiver"]["owner"] == "Dana"


def test_a_cloud_finding_names_account_region_and_resource() -> None:
    made = event(finding("aws.trail-off"), snapshot())
    assert made["cloud"]["account"]["uid"] == "111122223333"
    assert made["metadata"]["profiles"] == ["cloud"]
    assert (made["resources"][0]["uid"], made["resources"][0]["region"]) == ("arn:aws:s3:::b0", "us-east-1")
    code = event(finding("secrets.key"), snapshot())
    assert "cloud" not in code
    assert code["resources"][0]["version"] == "c" * 40
