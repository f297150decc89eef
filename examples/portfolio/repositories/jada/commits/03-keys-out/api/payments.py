"""Card payments for events."""

import os

import stripe

stripe.api_key = os.environ["STRIPE_SECRET_KEY"]


def charge(event, seats, source):
    """Charge a booking; the price is per seat, in cents."""
    return stripe.Charge.create(amount=seats * event["price_cents"], currency="usd", source=source)
