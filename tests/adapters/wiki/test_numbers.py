"""The number grammar: what is a figure, what it says, and what only looks like one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.adapters.wiki.atoms import to_decimal
from auditor.adapters.wiki.numbers import find_quantities, whole_cell


def said(text: str, currency: str = "USD") -> list[str]:
    """Figures as `low..high unit currency per flags`, empty parts left out."""
    found = []
    for hit in find_quantities(text, currency=currency):
        v = hit.value
        ends = str(v.low) if v.low == v.high else f"{v.low}..{v.high}"
        found.append(" ".join(p for p in (ends, v.unit, v.currency or "", v.per or "", *sorted(v.flags)) if p))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1,600/month", ["1600 money USD month"]),
        ("$0-500", ["0..500 money USD"]),
        ("$3.6M-$6M", ["3600000..6000000 money USD"]),
        ("8-12%+", ["8..12 percent at_least"]),
        ("$1-2M", ["1000000..2000000 money USD"]),
        ("$500-1K", ["500..1000 money USD"]),
        ("$45-$60K", ["45000..60000 money USD"]),
        ("~$1.05 - $2.00", ["1.05..2 money USD approx"]),
        ("between $5 and $10 per trip", ["5..10 money USD trip"]),
        ("from $5k to $10k", ["5000..10000 money USD"]),
        ("from $350", ["350 money USD at_least"]),
        ("up to $500", ["500 money USD at_most"]),
        ("<5 %", ["5 percent at_most"]),
        ("$2k+", ["2000 money USD at_least"]),
        ("−5%", ["-5 percent"]),
        ("+12.4%", ["12.4 percent"]),
        ("-$500", ["-500 money USD"]),
        ("$-500", ["-500 money USD"]),
        ("5MUSD, 500kUSD/year", ["5000000 money USD", "500000 money USD year"]),
        ("45,000PHP/month for non-members", ["45000 money PHP month"]),
        ("1.200,50 €", ["1200.50 money EUR"]),
        ("€1.200", ["1200 money EUR"]),
        ("1 200 €", ["1200 money EUR"]),
        ("CHF 1'200.50", ["1200.50 money CHF"]),
        ("₹12,34,567", ["1234567 money INR"]),
        ("$83.67 USD", ["83.67 money USD"]),
        ("$5/user/month", ["5 money USD user/month"]),
        ("$0.10 per 1,000 requests", ["0.10 money USD 1,000 request"]),
        ("6 charters a month", ["6 count month"]),
        ("3,676 registered users", ["3676 count"]),
        ("120 nm at 7.5 kn", ["120 nm", "7.5 knots"]),
        ("20-30 hours/week", ["20..30 hours week"]),
        ("3.3x, LTV:CAC 3.3:1", ["3.3 ratio", "3.3 ratio"]),
        ("264/year", ["264 year"]),
        ("20k writes/day", ["20000 count day"]),
        ("4 devices per vehicle", ["4 count vehicle"]),
        ("$0.06 / 100k and $1.00/M", ["0.06 money USD 100k", "1 money USD 1M"]),
        ("$230 / $290", ["230 money USD", "290 money USD"]),
        ("+$397 + $5K", ["397 money USD", "5000 money USD"]),
        ("$1.2 million in 2025", ["1200000 money USD"]),
        ("-$435K to +$435K", ["-435000..435000 money USD"]),
        ("$\u00a01\u202f200", ["1200 money USD"]),
        ("$1 234 567 and 20 000 users", ["1234567 money USD", "20000 count"]),
        ("2,5 Mio. € and 3,2 Mrd. EUR", ["2500000 money EUR", "3200000000 money EUR"]),
        ("1,2 M€, 45 k€, 12 M$", ["1200000 money EUR", "45000 money EUR", "12000000 money USD"]),
        ("€ 1.234,56 / Monat, 20€/mois", ["1234.56 money EUR month", "20 money EUR month"]),
        ("5 lakh rupees or ₹ 3.4 crore", ["500000 money INR", "34000000 money INR"]),
        ("USD 4.5 mm", ["4500000 money USD"]),
        ("1.2–1.5M", ["1200000..1500000"]),
        ("5 to 7 million dollars", ["5000000..7000000 money USD"]),
        ("1,500 dollars, 50 cents", ["1500 money USD", "0.50 money USD"]),
        ("20$/month", ["20 money USD month"]),
        ("25 basis points, 2 percentage points, 3.5 pp", ["25 bps", "2 points", "3.5 points"]),
        ("3-5 business days", ["3..5 days"]),
        ("120 m2 and 45 m²", ["120 sqm", "45 sqm"]),
        ("5h 30m", ["5.5 hours"]),
        ("4.8/5 from guests", ["4.8 ratio"]),
        ("$0.0004 per GB-second", ["0.0004 money USD gb/second"]),
    ],
)
def test_a_figure_says_value_unit_and_what_it_is_per(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "v1.2.3 on t4g.micro",
        "2024-05-06 at 10:30, 9am",
        "Phase 2, Step 3, Q3 2025, FY26, Year 1",
        "24/7 support, COVID-19, W-2, 1099-NEC, 401(k), ISO 27001, Section 8",
        "since 1999, 2025-2027",
        "12-month lease, 3-bedroom",
        "555-123-4567",
        "call +1 (555) 123-4567 or (555) 123-4567",
        "192.168.1.10, 10.0.0.0/8, port 8080, HTTP 404",
        "payment terms net 30, Art. 5, § 12, PR #45, Section 4.2.1",
        "September 6, 2022 and 6 May 2024",
        "the 1st and the 22nd",
    ],
)
def test_numbers_in_names_dates_and_versions_are_no_figures(text: str) -> None:
    assert [h for h in find_quantities(text) if not h.bare] == []
    assert said(text) == []


def test_brackets_are_negative_only_as_the_whole_cell() -> None:
    assert whole_cell("(300)")[0].value.low == -300
    assert whole_cell("($1,200.50)")[0].value.low == Decimal("-1200.50")
    assert whole_cell("$ (1,234)")[0].value.low == -1234
    assert whole_cell("(10%)")[0].value.low == 10
    assert whole_cell("about (300)")[0].value.low == 300


def test_a_bare_dollar_is_the_declared_one() -> None:
    assert said("$5", currency="CAD") == ["5 money CAD"]
    assert said("$5", currency="EUR") == ["5 money USD"]


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_grouped_amounts_are_read_back_exactly(whole: int, cents: int) -> None:
    assert find_quantities(f"${whole:,}.{cents:02d}")[0].value.low == Decimal(f"{whole}.{cents:02d}")
    assert to_decimal(f"{whole:,}.{cents:02d}") == Decimal(f"{whole}.{cents:02d}")


@given(st.text(alphabet="0123456789.,-–+~<>$€£%()[]/xkKMmB toandper\u00a0USD| ", max_size=60))
def test_every_figure_lies_in_the_text_and_is_a_true_interval(text: str) -> None:
    end = 0
    for hit in find_quantities(text):
        assert 0 <= hit.start < hit.end <= len(text)
        assert hit.start >= end or hit.end > end
        end = hit.end
        assert hit.value.low <= hit.value.high
        assert hit.value.low.is_finite()
