"""One property that is let: operating income, cap rate, debt cover, occupancy, short against long term, Schedule E lines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from auditor.finance.book import Book, Given, money_quantity
from auditor.finance.figures import amount, computed, missing, plain, share
from auditor.finance.interval import Interval, total
from auditor.model.fact import Gap, Quantity, Status
from auditor.model.figure import Figure

_TWELVE = Decimal(12)
_HUNDRED = Decimal(100)
_PLANNED = (Status.PROJECTED,)

OPERATING = ("property_tax", "insurance", "hoa", "management_fee", "maintenance", "utilities", "cleaning_supplies")
"""Operating expenses; debt service is none of them."""
REQUIRED = ("property_tax", "insurance", "maintenance")
"""Without these an operating income would be too good to be true."""
SCHEDULE_E = {
    "rent": "3 rents received", "cleaning_supplies": "7 cleaning and maintenance", "insurance": "9 insurance",
    "management_fee": "11 management fees", "debt_service": "12 mortgage interest (part of the payment)",
    "maintenance": "14 repairs", "property_tax": "16 taxes", "utilities": "17 utilities", "hoa": "19 other",
}  # fmt: skip
"""Line of Schedule E (Form 1040) by metric."""


@dataclass(frozen=True, slots=True)
class Position:
    """One line of income and expense, a month."""

    metric: str
    label: str
    schedule_e: str
    figure: Figure


def rent(book: Book) -> Given | Gap:
    """Gross rent a month, other income included."""
    base, other = book.ask_monthly("rent", also=_PLANNED), book.ask_monthly("other_income")
    if isinstance(base, Gap) or isinstance(other, Gap):
        return base
    return Given(base.value + other.value, (*base.facts, *other.facts), base.currency, "rent and other income")


def vacancy(book: Book) -> Given | Gap:
    """Vacancy in percent; a planned one may answer."""
    return book.ask("vacancy_rate", also=_PLANNED)


def operating_expenses(book: Book) -> tuple[Interval, list[Given], list[Gap]]:
    """Operating expenses a month, what they rest on, and which required ones are missing."""
    for metric in ("opex_rental", "opex"):
        stated = book.ask_monthly(metric)
        if isinstance(stated, Given):
            return stated.value, [stated], []
    known: list[Given] = []
    gaps: list[Gap] = []
    for metric in OPERATING:
        given = book.ask_monthly(metric, also=_PLANNED)
        if isinstance(given, Given):
            known.append(given)
        elif metric in REQUIRED:
            gaps.append(given)
    return total([g.value for g in known]), known, gaps


def noi(book: Book) -> Figure:
    """Net operating income a year: rent less vacancy less operating expenses, before debt and tax on income.

    A public analysis: rent 24,000 less 8,000 gives 16,000.
    """
    income, empty = rent(book), vacancy(book)
    costs, known, gaps = operating_expenses(book)
    if isinstance(income, Gap) or gaps or not known:
        stated = book.ask_monthly("noi")
        if isinstance(stated, Given):
            return computed(
                book,
                "noi",
                money_quantity(stated.value * 12, stated.currency, "year"),
                f"stated: {amount(stated.value * 12, stated.currency, 'year')}",
                [stated],
            )
        return missing(book, "noi", income, *gaps)
    lost = income.value * (empty.value / _HUNDRED) if isinstance(empty, Given) else Interval.exact(0)
    value = (income.value - lost - costs) * 12
    filled = f"12 x ({amount(income.value, income.currency)} - {amount(lost, income.currency)} vacancy - {amount(costs, income.currency)}) = {amount(value, income.currency, 'year')}"
    note = "" if isinstance(empty, Given) else "no vacancy is stated; none taken off"
    inputs = [income, *known, *([empty] if isinstance(empty, Given) else [])]
    return computed(book, "noi", money_quantity(value, income.currency, "year"), filled, inputs, note=note)


def mortgage_payment(principal: Decimal, rate: Decimal, months: int) -> Decimal:
    """Level payment a month: P r (1+r)^n / ((1+r)^n - 1); `rate` in percent a year. 160,000 at 7 % over 360: 1,064.48."""
    monthly_rate = rate / _HUNDRED / _TWELVE
    if monthly_rate == 0:
        return principal / months
    growth = (1 + monthly_rate) ** months
    return principal * monthly_rate * growth / (growth - 1)


def debt_service(book: Book) -> Figure:
    """Principal and interest a month: as stated, else from loan, rate and term."""
    stated = book.ask_monthly("debt_service")
    if isinstance(stated, Given):
        return computed(
            book,
            "mortgage_payment",
            money_quantity(stated.value, stated.currency, "month"),
            f"stated: {amount(stated.value, stated.currency, 'month')}",
            [stated],
        )
    loan, rate, term = book.ask("loan_amount"), book.ask("interest_rate"), book.ask("loan_term")
    if isinstance(loan, Gap) or isinstance(rate, Gap) or isinstance(term, Gap):
        return missing(book, "mortgage_payment", loan, rate, term)
    months = int(term.value.mid) * (1 if term.fact.value.unit == "months" else 12)
    if months <= 0:
        return computed(book, "mortgage_payment", None, "the loan has no term", [term], words="no term")
    value = Interval(
        mortgage_payment(loan.value.low, rate.value.low, months),
        mortgage_payment(loan.value.high, rate.value.high, months),
    )
    filled = f"{amount(loan.value, loan.currency)} at {share(rate.value, 3)} over {months} months = {amount(value, loan.currency, 'month')}"
    return computed(book, "mortgage_payment", money_quantity(value, loan.currency, "month"), filled, [loan, rate, term])


def cap_rate(book: Book) -> Figure:
    """NOI / price, in percent. 16,000 / 200,000 = 8 %."""
    income, price = noi(book), book.ask("purchase_price")
    if income.value is None or isinstance(price, Gap):
        return missing(book, "cap_rate", income, price)
    value = Interval.of(income.value) / price.value * _HUNDRED
    return computed(
        book,
        "cap_rate",
        Quantity(value.low, value.high, "percent"),
        f"{amount(Interval.of(income.value), price.currency)} / {amount(price.value, price.currency)} = {share(value, 2)}",
        [income, price],
    )


def grm(book: Book) -> Figure:
    """Price / gross rent a year. 200,000 / 24,000 = 8.33."""
    price, income = book.ask("purchase_price"), rent(book)
    if isinstance(price, Gap) or isinstance(income, Gap) or income.value.low <= 0:
        return missing(book, "grm", price, income)
    value = price.value / (income.value * 12)
    return computed(
        book,
        "grm",
        Quantity(value.low, value.high, "ratio"),
        f"{amount(price.value, price.currency)} / {amount(income.value * 12, price.currency)} = {plain(value, 2)}",
        [price, income],
    )


def cash_on_cash(book: Book) -> Figure:
    """(NOI - debt service) / cash invested, in percent."""
    income, debt, invested = noi(book), debt_service(book), _invested(book)
    if income.value is None or debt.value is None or isinstance(invested, Gap) or invested.value.low <= 0:
        return missing(book, "cash_on_cash", income, debt, invested)
    left = Interval.of(income.value) - Interval.of(debt.value) * 12
    value = left / invested.value * _HUNDRED
    filled = f"({amount(Interval.of(income.value), invested.currency)} - {amount(Interval.of(debt.value) * 12, invested.currency)}) / {amount(invested.value, invested.currency)} = {share(value, 2)}"
    return computed(book, "cash_on_cash", Quantity(value.low, value.high, "percent"), filled, [income, debt, invested])


def _invested(book: Book) -> Given | Gap:
    stated = book.ask("cash_invested")
    if isinstance(stated, Given):
        return stated
    down, closing = book.ask("down_payment"), book.ask("closing_costs")
    if isinstance(down, Given) and isinstance(closing, Given):
        return Given(
            down.value + closing.value, (*down.facts, *closing.facts), down.currency, "down payment + closing costs"
        )
    return stated


def dscr(book: Book) -> Figure:
    """NOI / debt service. 16,000 / 14,400 = 1.11."""
    income, debt = noi(book), debt_service(book)
    if income.value is None or debt.value is None or debt.value.low <= 0:
        return missing(book, "dscr", income, debt)
    value = Interval.of(income.value) / (Interval.of(debt.value) * 12)
    filled = f"{amount(Interval.of(income.value), income.value.currency)} / {amount(Interval.of(debt.value) * 12, income.value.currency)} = {plain(value, 2)}"
    return computed(book, "dscr", Quantity(value.low, value.high, "ratio"), filled, [income, debt])


def break_even_occupancy(book: Book) -> Figure:
    """(Operating expenses + debt service) / gross rent, in percent of the time let."""
    income, debt = rent(book), debt_service(book)
    costs, known, gaps = operating_expenses(book)
    if isinstance(income, Gap) or debt.value is None or gaps or income.value.low <= 0:
        return missing(book, "break_even_occupancy", income, debt, *gaps)
    value = (costs + Interval.of(debt.value)) / income.value * _HUNDRED
    filled = f"({amount(costs, income.currency)} + {amount(Interval.of(debt.value), income.currency)}) / {amount(income.value, income.currency)} = {share(value)}"
    return computed(
        book, "break_even_occupancy", Quantity(value.low, value.high, "percent"), filled, [income, debt, *known]
    )


def cash_flow(book: Book) -> Figure:
    """What is left a month after operating expenses and debt service."""
    income, debt = noi(book), debt_service(book)
    if income.value is None or debt.value is None:
        return missing(book, "rental_cash_flow", income, debt)
    value = Interval.of(income.value) / 12 - Interval.of(debt.value)
    filled = f"{amount(Interval.of(income.value), income.value.currency)} / 12 - {amount(Interval.of(debt.value), income.value.currency)} = {amount(value, income.value.currency, 'month')}"
    return computed(
        book, "rental_cash_flow", money_quantity(value, income.value.currency, "month"), filled, [income, debt]
    )


def revpar(book: Book) -> Figure:
    """ADR x occupancy, per available night."""
    rate, filled_share = book.ask("adr", also=_PLANNED), occupancy(book)
    if isinstance(rate, Gap) or filled_share.value is None:
        return missing(book, "revpar", rate, filled_share)
    value = rate.value * (Interval.of(filled_share.value) / _HUNDRED)
    return computed(
        book,
        "revpar",
        money_quantity(value, rate.currency, "night"),
        f"{amount(rate.value, rate.currency)} x {share(Interval.of(filled_share.value))} = {amount(value, rate.currency)}",
        [rate, filled_share],
    )


def occupancy(book: Book) -> Figure:
    """Nights sold / nights available, else as stated; in percent."""
    sold, available = book.ask("nights_sold"), book.ask("nights_available")
    if isinstance(sold, Given) and isinstance(available, Given) and available.value.low > 0:
        value = sold.value / available.value * _HUNDRED
        return computed(
            book,
            "occupancy",
            Quantity(value.low, value.high, "percent"),
            f"{plain(sold.value, 0)} / {plain(available.value, 0)} nights = {share(value)}",
            [sold, available],
        )
    stated = book.ask("occupancy", also=_PLANNED)
    if isinstance(stated, Gap):
        return missing(book, "occupancy", stated)
    return computed(
        book,
        "occupancy",
        Quantity(stated.value.low, stated.value.high, "percent"),
        f"stated: {share(stated.value)}",
        [stated],
    )


def str_revenue(book: Book) -> Figure:
    """Short-term revenue a month: ADR x occupancy x 365 / 12."""
    rate, filled_share = book.ask("adr", also=_PLANNED), occupancy(book)
    if isinstance(rate, Gap) or filled_share.value is None:
        return missing(book, "str_revenue", rate, filled_share)
    value = rate.value * (Interval.of(filled_share.value) / _HUNDRED) * Decimal(365) / 12
    filled = f"{amount(rate.value, rate.currency)} x {share(Interval.of(filled_share.value))} x 365 / 12 = {amount(value, rate.currency, 'month')}"
    return computed(book, "str_revenue", money_quantity(value, rate.currency, "month"), filled, [rate, filled_share])


def short_against_long(book: Book) -> Figure:
    """What short-term letting would leave more (or less) a month than the long-term rent, after its own costs."""
    short, long, costs = str_revenue(book), rent(book), book.ask_monthly("str_cost", also=_PLANNED)
    if short.value is None or isinstance(long, Gap) or isinstance(costs, Gap):
        return missing(book, "short_against_long", short, long, costs)
    value = Interval.of(short.value) - costs.value - long.value
    filled = f"{amount(Interval.of(short.value), long.currency)} - {amount(costs.value, long.currency)} - {amount(long.value, long.currency)} = {amount(value, long.currency, 'month')}"
    return computed(
        book, "short_against_long", money_quantity(value, long.currency, "month"), filled, [short, long, costs]
    )


def positions(book: Book) -> tuple[Position, ...]:
    """Income and expense a month by Schedule E line; missing ones keep their gap."""
    result: list[Position] = []
    for metric, line in SCHEDULE_E.items():
        given = book.ask_monthly(metric, also=_PLANNED)
        if metric == "debt_service":
            figure = debt_service(book)
        elif isinstance(given, Gap):
            figure = missing(book, metric, given)
        else:
            figure = computed(
                book,
                metric,
                money_quantity(given.value, given.currency, "month"),
                f"{given.fact.label}: {amount(given.value, given.currency, 'month')}",
                [given],
            )
        result.append(Position(metric, figure.label, line, figure))
    return tuple(result)


def what_if(
    book: Book,
    *,
    rent_change: Decimal = Decimal(0),
    vacancy_points: Decimal = Decimal(0),
    rate_points: Decimal = Decimal(0),
) -> Figure:
    """Cash flow a month if rent changed by percent, vacancy or the interest rate by points."""
    base, income, empty = cash_flow(book), rent(book), vacancy(book)
    if base.value is None or isinstance(income, Gap):
        return missing(book, "what_if", base, income)
    vacant = empty.value if isinstance(empty, Given) else Interval.exact(0)
    new_rent = income.value * (1 + rent_change / _HUNDRED)
    new_vacancy = vacant + Interval.exact(vacancy_points)
    old_income = income.value.mid * (1 - vacant.mid / _HUNDRED)
    new_income = new_rent.mid * (1 - new_vacancy.mid / _HUNDRED)
    extra = Decimal(0)
    inputs: list[Given | Figure] = [base, income]
    if rate_points:
        loan, rate, term = book.ask("loan_amount"), book.ask("interest_rate"), book.ask("loan_term")
        if isinstance(loan, Gap) or isinstance(rate, Gap) or isinstance(term, Gap):
            return missing(book, "what_if", loan, rate, term)
        months = max(1, int(term.value.mid) * (1 if term.fact.value.unit == "months" else 12))
        extra = mortgage_payment(loan.value.mid, rate.value.mid + rate_points, months) - mortgage_payment(
            loan.value.mid, rate.value.mid, months
        )
        inputs += [loan, rate, term]
    change = new_income - old_income - extra
    value = Interval.of(base.value) + Interval.exact(change)
    filled = f"{amount(Interval.of(base.value), income.currency)} {'+' if change >= 0 else '-'} {amount(Interval.exact(abs(change)), income.currency)} = {amount(value, income.currency, 'month')}"
    return computed(
        book,
        "what_if",
        money_quantity(value, income.currency, "month"),
        filled,
        inputs,
        note=f"rent {rent_change:+}%, vacancy {vacancy_points:+} points, rate {rate_points:+} points",
    )
