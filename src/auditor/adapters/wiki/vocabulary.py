"""From labels to metrics: only a whole label counts; what merely looks alike is put before a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from auditor.adapters.wiki.periods import is_period, parse_period
from auditor.adapters.wiki.scope import Scope
from auditor.adapters.wiki.words import per_of
from auditor.errors import ConfigError
from auditor.model.fact import Quantity, Status

_PARENTHESES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_WORDS = re.compile(r"[^\W_]+(?:'[a-z]+)?")
_DROP = frozenset(
    "monthly annual annually yearly weekly daily quarterly current currently estimated estimate projected projection expected "
    "forecast forecasted planned actual actuals our the this last total ytd est approx approximate of per month year week "
    "day quarter in for usd eur gbp a to date as is are per so far now overall".split()
)
_TARGET = frozenset({"target", "targets", "targeted", "goal", "goals", "desired", "planned", "budget", "budgeted"})
_PROJECTED = frozenset(
    "estimated estimate projected projection expected forecast forecasted planned budgeted budget".split()
)
_EXPAND = {"avg": "average", "breakeven": "break even", "costs": "costs", "mo": "month", "yr": "year"}


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of the vocabulary."""

    id: str
    unit: str
    direction: str
    aggregate: str
    labels: tuple[str, ...]
    targets: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    many: bool = False
    per: str | None = None
    context: str = ""
    """What a page must speak of for its labels to mean this; empty: any page."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label stands for."""

    metric: str
    status: Status | None = None
    per: str | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All metrics, the labels that mean them, and what each kind of entity must state."""

    metrics: Mapping[str, Metric]
    needs: Mapping[str, tuple[str, ...]]
    version: int = 1
    _exact: Mapping[str, tuple[str, Status | None]] = field(init=False, repr=False)
    _partial: tuple[tuple[str, str], ...] = field(init=False, repr=False)
    _known: dict[str, Meaning | None] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        exact: dict[str, tuple[str, Status | None]] = {}
        for metric in self.metrics.values():
            exact |= {_squash(label): (metric.id, None) for label in metric.labels}
            exact |= {_squash(label): (metric.id, Status.TARGET) for label in metric.targets}
        partial = sorted(
            ((label, value[0]) for label, value in exact.items()), key=lambda pair: (-len(pair[0]), pair[0])
        )
        object.__setattr__(self, "_exact", exact)
        object.__setattr__(self, "_partial", tuple(partial))

    def lookup(self, label: str) -> Meaning | None:
        """The metric that the whole label means, or None."""
        if label not in self._known:
            self._known[label] = self._lookup(label)
        return self._known[label]

    def _lookup(self, label: str) -> Meaning | None:
        exact = self._exact
        if not label or len(label) > 90:
            return None
        if not all(_neutral(m) for m in _PARENTHESES.findall(label)):
            return None
        words = _tokens(_PARENTHESES.sub(" ", label))
        per = per_of(label)
        plain = " ".join(words)
        if plain in exact:
            metric, status = exact[plain]
            return Meaning(metric, status, per)
        rest = [w for w in words if not w.isdigit() and not _OF_TIME.fullmatch(w)]
        status = Status.TARGET if any(w in _TARGET for w in rest) else None
        if status is None and any(w in _PROJECTED for w in rest):
            status = Status.PROJECTED
        months = parse_period(label) is not None
        stripped = [w for w in rest if w not in _DROP and w not in _TARGET and not (months and w[:3] in _MONTH_WORDS)]
        for form in (" ".join(w for w in rest if w not in _TARGET), " ".join(stripped)):
            if form in exact:
                metric, own = exact[form]
                return Meaning(metric, own or status, per)
        return None

    def candidate(self, label: str, value: Quantity) -> str | None:
        """A metric of fitting unit that part of the label means: to be confirmed by a person, never used."""
        words = _tokens(_PARENTHESES.sub(" ", label))
        text = f" {' '.join(words)} "
        for phrase, metric in self._partial:
            if (
                f" {phrase} " in text
                and self.fits(metric, value)
                and not any(w in words for w in self.metrics[metric].forbidden)
            ):
                return metric
        return None

    def holds(self, metric: str, value: Quantity, scope: Scope, group: str = "", beside: Sequence[str] = ()) -> bool:
        """Whether a figure at a place of a page is this metric, its label being one of it.

        The unit fits; the page speaks of such things; a cost does not stand below a heading of income; and beside a column
        of what is left over (`beside`: the headers of its table), `Debt` is what is paid in that time, not what is owed.
        """
        entry = self.metrics[metric]
        if not self.fits(metric, value) or (entry.context and entry.context not in scope.contexts):
            return False
        if metric == "debt" and any(_LEFT_OVER.search(header) for header in beside):
            return False
        heading = group or scope.heading
        if metric in {"expenses", "headcount"} and _PIECE.search(heading):
            return False
        below_income = _INCOME_HEADING.search(heading) and not _COST_HEADING.search(heading)
        return not (below_income and metric in POSITIONS)

    def fits(self, metric: str, value: Quantity) -> bool:
        """Whether a value has the kind of unit that the metric needs; a plain number fits counts and ratios."""
        need = self.metrics[metric].unit
        if value.unit == need:
            return True
        if value.unit == "":
            return need not in {"money", "percent"}
        if need == "count":
            return value.unit == "points"
        if need in {"months", "years"}:
            return value.unit in {"months", "years"}
        if need == "gal/h":
            return value.unit == "gallons"
        if need == "nights":
            return value.unit in {"days", "count"}
        return False


POSITIONS = frozenset("property_tax insurance hoa management_fee maintenance utilities debt_service".split())
"""Positions of a property's costs that formulas need one by one; other rows of a costs table are categories only."""
_PIECE = re.compile(r"\b(?:milestones?|work packages?|deliverables?)\b", re.IGNORECASE)
"""Headings of parts of a project, whose costs and people are not those of a business."""
_OF_TIME = re.compile(r"q[1-4]|fy\d*|h[12]|y\d|m\d\d?|(?:19|20)\d\d")
_LEFT_OVER = re.compile(r"\b(?:cash ?flow|noi|net operating income|dscr|debt service)\b", re.IGNORECASE)
_INCOME_HEADING = re.compile(r"\b(?:revenues?|income|receipts|taxes)\b(?! statement)", re.IGNORECASE)
_COST_HEADING = re.compile(
    r"\b(?:costs?|expens\w+|spend\w*|operating|cash ?flow|budget|statement|waterfall|analysis)\b", re.IGNORECASE
)
_NEUTRAL = _DROP | frozenset(
    "p i principal interest no mortgage without excluding including debt rent run rate avg average all gross net down payment closing "
    "costs cash k m mm thousand thousands million millions number count x ratio units unit hours hour hrs days months years nights nm kn "
    "knots gal gallon night trip charter job event sqft cad aud chf inr jpy money approximately calculated stated booked confirmed paid it "
    "crore crores lakh lakhs lacs cr mn bn mio tsd inr sar sek nok dkk sgd nzd brl zar ngn kes php myr "
    "total value amount incl excl tax taxes if needed recurring invoiced bank balance now".split()
)
"""Words in brackets that leave the meaning of a label as it is; any other ones name a part of it."""


def _neutral(brackets: str) -> bool:
    inside = brackets[1:-1].strip()
    if re.fullmatch(r"[A-Z&]{2,5}|[$€£%]|\W*", inside) or is_period(inside):
        return True
    return all(
        w in _NEUTRAL or w.isdigit() or re.fullmatch(r"q[1-4]|fy\d*|h[12]|[ym]\d\d?|(?:19|20)\d\d", w)
        for w in _tokens(inside)
    )


_MONTH_WORDS = frozenset("jan feb mar apr may jun jul aug sep oct nov dec".split())


def _tokens(label: str) -> list[str]:
    lowered = label.lower().replace("+", " and ").replace(" & ", " and ").replace("’", "'").replace("#", " number ")
    words = (w for w in _WORDS.findall(lowered))
    return " ".join(_EXPAND.get(w, w) for w in words).split()


def _squash(label: str) -> str:
    return " ".join(_tokens(label))


def read_vocabulary(folder: Path) -> Vocabulary:
    """The vocabulary of `rules/finance/vocabulary.yaml`.

    Raises:
        ConfigError: the file is missing or not as described in its head.
    """
    import yaml

    path = folder / "finance" / "vocabulary.yaml"
    try:
        document = yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  CSafeLoader is a safe loader
        metrics = {
            name: Metric(
                id=name,
                unit=entry["unit"],
                direction=entry["direction"],
                aggregate=entry["aggregate"],
                labels=tuple(str(w) for w in entry["labels"]),
                targets=tuple(str(w) for w in entry.get("target", ())),
                forbidden=tuple(str(w) for w in entry.get("forbidden", ())),
                many=bool(entry.get("many", False)),
                per=entry.get("per"),
                context=str(entry.get("context", "")),
            )
            for name, entry in document["metrics"].items()
        }
        needs = {kind: tuple(entry["needs"]) for kind, entry in document.get("kinds", {}).items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path.name}: the vocabulary cannot be read: {error}") from error
    return Vocabulary(metrics, needs, int(document.get("version", 1)))
