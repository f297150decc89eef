"""Portfolios of which much is not known: no sentence may claim more than was looked at or written down."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from importlib import import_module

from auditor.formats.snapshot import freeze
from auditor.model.fact import Quantity, Status
from auditor.model.report import Report, ViewSettings
from auditor.model.rule import Severity
from auditor.model.run import Snapshot
from auditor.reports.places import anchor
from auditor.reports.printed import PAGE, printed
from tests.support.snapshots import ENTITIES, fact, finding, money, rule, snapshot


def built(name: str, month: Snapshot) -> Report:
    report: Report = import_module(f"auditor.reports.{name}").build(freeze(month), None, (), ViewSettings(name))
    return report


def dollars(amount: str) -> Quantity:
    return Quantity(Decimal(amount), Decimal(amount), "money", "USD")


def month_of(*facts: object) -> Snapshot:
    return replace(snapshot(), facts=facts, records=(), findings=(), conflicts=(), miscalculations=())  # type: ignore[arg-type]


BOOKS_OF_ONE = (
    fact("jada", "revenue", money("9480"), 5),
    fact("jada", "expenses", money("10310"), 6),
    fact("jada", "cash", dollars("14200"), 7),
)


def test_burn_is_never_held_against_the_cash_of_a_business_whose_burn_is_not_known() -> None:
    month = month_of(*BOOKS_OF_ONE, fact("queenofsandiego", "cash", dollars("4500"), 8))
    for name in ("ceo", "cfo"):
        assert built(name, month).support == "Net burn is $830 a month against $14,200 of cash."


def test_the_steps_from_revenue_to_net_add_up_and_are_those_of_one_set_of_books() -> None:
    crew = replace(fact("jada", "x", money("4100"), 31), metric=None, category="Crew", label="Crew")
    alien = replace(fact("queenofsandiego", "x", money("80"), 32), metric=None, category="Internet", label="Internet")
    chart = built("accounting", month_of(*BOOKS_OF_ONE, crew, alien)).charts[0]
    assert [(bar.name, bar.value.text) for bar in chart.bars] == [
        ("Revenue", "$9,480"), ("less Crew", "$4,100"), ("less expenses in no category", "$6,210"), ("Net", "−$830"),
    ]  # fmt: skip
    assert "Without QueenofSanDiego" in chart.note


def test_savings_are_not_none_where_no_account_was_looked_at() -> None:
    base = month_of(*BOOKS_OF_ONE)
    report = built("cto", replace(base, coverage=tuple(c for c in base.coverage if c.kind != "aws-account")))
    assert report.kpis[2].value.text == "not looked at"
    assert report.support.endswith("no AWS account was looked at, so nobody can say what could be saved.")


def test_nobody_is_told_that_hosted_sites_are_paid_for_where_neither_sites_nor_clients_are_known() -> None:
    hosted = next(t for t in built("clients", month_of(*BOOKS_OF_ONE)).tables if t.id == "hosted")
    assert hosted.empty == "Not known: no client is written down, and no site was found in AWS or DNS."


def test_marketing_reads_of_a_business_whose_kind_is_not_named_or_not_known() -> None:
    blind = rule("pages.no-analytics", "Visits are not measured", Severity.HIGH, "Measure.", audience=("cmo",))
    kinds = {"jada": "", "queenofsandiego": "bakery", "rental-51st": "rental"}
    entities = tuple(replace(e, kind=kinds[e.key]) for e in ENTITIES if e.key in kinds)
    found = tuple(finding(blind, key, number) for number, key in enumerate(kinds))
    report = built("cmo", replace(snapshot(), entities=entities, findings=found, facts=(), records=(), conflicts=()))
    said = " ".join(a.sentence for a in report.actions)
    assert "JADA" in said
    assert "QueenofSanDiego" in said
    assert "3028" not in said


def test_a_reader_who_gets_a_part_of_the_risks_is_told_that_it_is_a_part() -> None:
    pay = rule("pages.no-checkout", "No online payment", Severity.HIGH, "Add one.", audience=("cfo", "cmo"))
    key = rule("secrets.password", "Password in a file", Severity.HIGH, "Change it.")
    found = (finding(pay, "jada", 1), finding(key, "jada", 2), finding(key, "jada", 3))
    month = replace(month_of(*BOOKS_OF_ONE), findings=found)
    assert any(a.sentence.startswith("Close 1 of 3 high risks of JADA: ") for a in built("cfo", month).actions)
    ceo = built("ceo", month)
    assert ceo.kpis[3].value.text == "3"
    assert any(a.sentence.startswith("Close 3 high risks of JADA: ") for a in ceo.actions)


def test_nobody_is_asked_for_an_hourly_rate_where_no_hours_are_logged() -> None:
    asked = {gap.metric for gap in built("ceo", month_of(*BOOKS_OF_ONE)).gaps}
    assert "hourly_rate" not in asked


def test_the_look_at_a_target_is_told_in_words_and_leaves_out_what_is_none() -> None:
    base = month_of(*BOOKS_OF_ONE)
    jada = next(c for c in base.coverage if c.kind == "repo" and c.complete)
    line = replace(jada, scanner="secrets", looked_at={"blobs": 61, "blobs_read": 0, "files_taken": 4, "rules": 12},
                   not_scanned={"missing object": 2}, complete=False)  # fmt: skip
    report = built("ceo", replace(base, coverage=(line,)))
    shown = printed(report, PAGE, str).coverage[0].text
    assert shown.endswith("secrets: 61 blobs, 4 files taken and 12 rules; not read: 2 × missing object")
    assert report.coverage_sentence.startswith("Looked at in full: 0 of 1 repository.")
    assert "secrets: 2 × missing object" in report.coverage_sentence


def test_two_computations_never_share_one_place_on_the_page() -> None:
    targets = (fact("jada", "revenue", money("12000"), 9, status=Status.TARGET),)
    traces = built("ceo", month_of(*BOOKS_OF_ONE, *targets)).traces
    assert len({anchor(trace.id) for trace in traces}) == len(traces)
    assert [t.name for t in traces if t.filled.endswith("= $12,000 a month")] == ["Revenue target"]
