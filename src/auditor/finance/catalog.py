"""What is computed from what: ids, names and inputs of all figures, so that a gap can say what it blocks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Formula:
    """One computed figure."""

    id: str
    name: str
    formula: str
    inputs: tuple[str, ...]
    """Vocabulary ids; `metric@target` for a target, `kind[]` for records."""
    source: str = ""
    """Where the definition comes from, where it is not plain arithmetic."""


FORMULAS: tuple[Formula, ...] = (
    Formula("contribution", "Contribution per unit", "price - variable cost per unit", ("price", "variable_cost")),
    Formula("break_even_units", "Break-even units", "ceil(fixed costs a month / contribution per unit)", ("fixed_costs", "price", "variable_cost")),
    Formula("break_even_gap", "Units missing to break-even", "break-even units - units booked", ("fixed_costs", "price", "variable_cost", "units_sold")),
    Formula("break_even_date", "Break-even date", "months until units x (1 + growth) reach break-even", ("fixed_costs", "price", "variable_cost", "units_sold", "growth_rate")),
    Formula("net_burn", "Net burn", "expenses - revenue", ("expenses", "revenue")),
    Formula("runway", "Runway", "cash / net burn", ("cash", "expenses", "revenue")),
    Formula("pipeline_coverage", "Pipeline coverage", "sum(open deals x probability) / (target - booked)", ("deal[]", "revenue@target", "revenue")),
    Formula("revenue_gap", "Revenue gap", "target - actual", ("revenue@target", "revenue")),
    Formula("months_to_target", "Months to target", "ln(target / actual) / ln(1 + growth)", ("revenue@target", "revenue", "growth_rate")),
    Formula("target_path", "Monthly revenue targets", "actual x (target / actual)^(k/n); linear from zero", ("revenue@target", "revenue", "price", "variable_cost")),
    Formula("gross_margin", "Gross margin", "(revenue - cost of sales) / revenue", ("revenue", "cogs")),
    Formula("net_margin", "Net margin", "(revenue - expenses) / revenue", ("revenue", "expenses")),
    Formula("cac", "Customer acquisition cost", "(marketing + sales spend) / new customers", ("marketing_spend", "new_customers")),
    Formula("ltv", "Lifetime value", "ARPA x gross margin / churn, or orders x contribution", ("arpa", "gross_margin", "churn_rate")),
    Formula("ltv_cac", "LTV to CAC", "lifetime value / acquisition cost", ("arpa", "gross_margin", "churn_rate", "marketing_spend", "new_customers")),
    Formula("payback_months", "CAC payback", "CAC / (ARPA x gross margin)", ("arpa", "gross_margin", "marketing_spend", "new_customers")),
    Formula("channel_net", "Net price per channel", "price x (1 - commission) x (1 - card fee)", ("channel[]", "price", "card_fee")),
    Formula("channel_order", "Order of channels", "(net contribution x expected bookings) / set-up effort", ("channel[]", "price", "variable_cost")),
    Formula("capital_tiers", "Capital tiers", "asks by payback = cost / monthly effect until cash - reserve is used", ("ask[]", "cash", "reserve_months")),
    Formula("aws_run_rate", "AWS a month", "lowest to highest of the last closed months; the current one by days", ("cost[]", "aws_cost")),
    Formula("cash_path", "Cash path", "cash - net burn a month", ("cash", "expenses", "revenue")),
    Formula("sensitivities", "Sensitivities", "net burn with price -10 %, volume -20 %", ("price", "variable_cost", "units_sold", "fixed_costs")),
    Formula("chart_coverage", "Chart-of-accounts coverage", "declared accounts that have a category / declared accounts", ("category[]",)),
    Formula("deferred_revenue", "Deferred revenue", "opening + deposits received - recognised - refunded", ("contract[]",), "ASC 606-10-45-2"),
    Formula("recognised_revenue", "Recognised revenue", "sum of performance obligations satisfied in the period", ("contract[]",), "ASC 606-10-25-23"),
    Formula("noi", "Net operating income", "rent - vacancy - operating expenses, a year", ("rent", "vacancy_rate", "property_tax", "insurance", "maintenance")),
    Formula("cap_rate", "Cap rate", "NOI / purchase price", ("rent", "vacancy_rate", "property_tax", "insurance", "maintenance", "purchase_price")),
    Formula("grm", "Gross rent multiplier", "price / gross rent a year", ("purchase_price", "rent")),
    Formula("cash_on_cash", "Cash-on-cash return", "(NOI - debt service) / cash invested", ("rent", "debt_service", "cash_invested")),
    Formula("dscr", "Debt service coverage", "NOI / debt service", ("rent", "loan_amount", "interest_rate", "loan_term")),
    Formula("break_even_occupancy", "Break-even occupancy", "(operating expenses + debt service) / gross rent", ("rent", "property_tax", "insurance", "debt_service")),
    Formula("mortgage_payment", "Mortgage payment", "P r (1+r)^n / ((1+r)^n - 1)", ("loan_amount", "interest_rate", "loan_term")),
    Formula("str_revenue", "Short-term rental revenue", "ADR x occupancy x 365 / 12", ("adr", "occupancy")),
    Formula("revpar", "RevPAR", "ADR x occupancy", ("adr", "occupancy")),
    Formula("delivery_cost", "Cost of a delivery", "crew + per diem + fuel + travel + other", ("job[]", "fuel_price", "captain_day_rate", "crew_day_rate", "per_diem")),
    Formula("cost_per_nm", "Cost per nautical mile", "cost of the delivery / nautical miles", ("job[]", "fuel_price", "captain_day_rate", "crew_day_rate", "per_diem")),
    Formula("quote_coverage", "Quote coverage", "jobs with a quote / jobs", ("job[]",)),
    Formula("readiness", "Readiness", "checklist items done / items", ("checklist[]",)),
    Formula("mrr", "Monthly recurring revenue", "sum of active recurring prices a month", ("client[]",)),
    Formula("receivables", "Accounts receivable", "sum of unpaid invoices by age from the due date", ("invoice[]",)),
    Formula("dso", "Days sales outstanding", "receivables / invoiced revenue x days", ("invoice[]",)),
    Formula("unbilled", "Unbilled work", "(hours logged - hours invoiced) x rate", ("hours[]", "hourly_rate")),
    Formula("effective_rate", "Effective hourly rate", "invoiced revenue / hours", ("hours[]", "invoice[]")),
    Formula("concentration", "Concentration", "largest client / all clients", ("client[]",)),
    Formula("cost_to_serve", "Cost to serve", "hosting + hours x cost rate", ("hours[]", "cost_rate", "hosting_cost")),
)  # fmt: skip


def by_id(identity: str) -> Formula | None:
    """A formula by its id."""
    return next((f for f in FORMULAS if f.id == identity), None)


def blocked_by(metric: str) -> tuple[str, ...]:
    """Names of the figures that need this input."""
    plain = metric.partition("@")[0]
    wanted = {metric} if "@" in metric else {plain}
    return tuple(f.name for f in FORMULAS if wanted & set(f.inputs))
