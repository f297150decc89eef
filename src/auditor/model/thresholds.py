"""Where the reports' verdicts turn: defaults that a portfolio's `[thresholds]` overrides; always printed beside the verdict."""

from collections.abc import Mapping

REPORT_THRESHOLDS: Mapping[str, str] = {
    "runway_bad_months": "6",
    "runway_warn_months": "12",
    "target_bad_share": "0.5",
    "target_warn_share": "0.9",
    "small_money_month": "50",
    "critical_due_days": "7",
    "high_due_days": "30",
    "savings_warn_share": "0.1",
    "accounts_bad_share": "0.6",
    "accounts_warn_share": "0.9",
    "pipeline_bad_share": "0.5",
    "pipeline_warn_share": "1",
    "dscr_min": "1.2",
    "cap_rate_warn_percent": "5",
    "readiness_bad_percent": "70",
    "readiness_warn_percent": "100",
    "quote_coverage_min": "1.0",
    "unbilled_bad_share": "0.5",
    "concentration_warn_share": "0.4",
    "cash_reserve_months": "3",
}
"""Numbers as text, so that a file and a snapshot hold them exactly."""
