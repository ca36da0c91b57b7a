"""Command that lists the days to whose plan the office committed: `plan-days`."""

from __future__ import annotations

import click

from field178_server.cli.context import Operator, listing_command, show_rows
from field178_server.office.plan.day_lists import CommittedDay, committed_days


@click.command(name="plan-days")
@listing_command
def plan_days(at: Operator) -> None:
    """List the days with their commitments, opened lists and what differs from them."""
    show_rows([_row(day) for day in at.read(lambda session: committed_days(session, at.tenant_id))])


def _row(day: CommittedDay) -> dict[str, object]:
    state = "sealed" if day.opened is None else "kept" if day.is_kept else "broken"
    return {
        "day": day.day.isoformat(),
        "commitment": day.commitment,
        "state": state,
        "salt": day.opened.salt if day.opened else "",
        "visits": [list(visit) for visit in day.opened.visits] if day.opened else [],
        "changed": list(day.changed),
        "added": list(day.added),
    }
