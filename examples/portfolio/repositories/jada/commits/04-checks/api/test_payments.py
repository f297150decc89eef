"""Payments without Stripe."""


def test_seats_are_charged_in_cents():
    price_cents, seats = 8500, 2
    assert price_cents * seats == 17000
