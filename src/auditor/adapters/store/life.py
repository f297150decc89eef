"""The life of a finding from run to run: new, known, reopened, fixed. Pure; the database is elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from auditor.model.finding import Finding, State
from auditor.model.location import CloudLocation, CodeLocation, Location
from auditor.model.run import Outcome, OutcomeStatus
from auditor.model.target import AwsAccount, Repo, Scope, Wiki

WHOLE_TARGET = frozenset({"", ".", "*"})
"""Paths of `not_scanned` that mean all of the target."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds of a finding's life."""

    id: int
    target: str
    fingerprint: str
    rule: str
    scanner: str
    path: str
    state: State
    first_seen: str
    first_period: str
    changed_period: str
    only_in_history: bool = False
    """Seen in a former commit only, so that a look at the tree alone cannot close it."""


def next_state(known: Known | None, period: str, *, waived: bool) -> State:
    """State of a finding that was seen in a run of `period`.

    New and reopened hold for the whole period in which they began: a second run of the month changes nothing.
    """
    if waived:
        return State.WAIVED
    if known is None or (known.first_period == period and known.state in {State.NEW, State.WAIVED}):
        return State.NEW
    if known.state is State.FIXED:
        # Gone and back within the month it was first seen in is still new to the reader.
        return State.NEW if known.first_period == period else State.REOPENED
    if known.state is State.REOPENED and known.changed_period == period:
        return State.REOPENED
    return State.KNOWN


def is_fixed(known: Known, outcomes: Mapping[tuple[str, str], Outcome], rules: frozenset[str] | None) -> bool:
    """Whether a finding that was not seen is gone: only where its place was looked at, by its rule, without error."""
    if known.state is State.FIXED or (rules is not None and known.rule not in rules):
        return False
    outcome = outcomes.get((known.scanner, known.target))
    if outcome is None or outcome.status is not OutcomeStatus.DONE:
        return False
    if isinstance(outcome.target, Repo) and (
        outcome.target.scope is not Scope.TREE or (known.only_in_history and not outcome.target.history)
    ):
        return False
    return not any(_covers(gone.path, known.path) for gone in outcome.result.not_scanned)


def _covers(gone: str, path: str) -> bool:
    return gone in WHOLE_TARGET or gone == path or path.startswith(gone.rstrip("/") + "/")


def path_of(location: Location) -> str:
    """The part of a place that `not_scanned` can name: a path, a page, a resource."""
    if isinstance(location, CloudLocation):
        return location.arn
    return location.path if isinstance(location, CodeLocation) else str(getattr(location, "page", "") or location)


def is_only_in_history(details: Mapping[str, str]) -> bool:
    """Whether no file of the scanned commit holds the finding with these details."""
    return details.get("at_head", "").lower() in {"no", "false", "0"}


def target_names(findings: Iterable[Finding], outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """Name of the target that each finding belongs to, in order.

    A code location names its repository; for the others the outcome that yielded the same rule at the same place tells.
    """
    done = tuple(outcomes)
    places = {
        (match.rule_id, match.location): outcome.target.name for outcome in done for match in outcome.result.matches
    }
    accounts = {o.target.account_id: o.target.name for o in done if isinstance(o.target, AwsAccount)}
    wikis = {o.scanner: o.target.name for o in done if isinstance(o.target, Wiki)}
    repos = frozenset(o.target.name for o in done if isinstance(o.target, Repo))

    def name(finding: Finding) -> str:
        place = finding.location
        if isinstance(place, CodeLocation) and place.repo in repos:
            return place.repo
        found = places.get((finding.rule.id, place))
        if found is not None:
            return found
        if isinstance(place, CloudLocation):
            return accounts.get(place.account, place.account)
        return place.repo if isinstance(place, CodeLocation) else wikis.get(finding.rule.scanner, "wiki")

    return tuple(name(finding) for finding in findings)
