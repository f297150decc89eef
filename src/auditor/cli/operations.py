"""Registers the commands of delivery and monthly operation."""

from __future__ import annotations

import typer

from auditor.cli import deliveries, doctor, monthly, schedule, store


def register(app: typer.Typer) -> None:
    """Add them to the command line, in the order in which they are needed."""
    app.command()(doctor.doctor)
    app.command()(monthly.monthly)
    app.command()(monthly.release)
    app.command()(deliveries.deliveries)
    app.command()(deliveries.send)
    app.command()(deliveries.resend)
    app.command("mark-sent")(deliveries.mark_sent)
    app.command("give-up")(deliveries.give_up)
    app.add_typer(schedule.app, name="schedule")
    app.add_typer(store.app, name="store")
    app.command()(store.export)
    app.command()(store.prune)
