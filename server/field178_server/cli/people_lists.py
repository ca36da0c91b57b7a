"""Commands that list accounts and teams: `user list`, `team list`."""

from __future__ import annotations

import click

from field178_server.accounts import officers, teams
from field178_server.cli.context import Operator, listing_command, show_rows


@click.command()
@listing_command
def list_users(at: Operator) -> None:
    """List the accounts."""
    rows: list[dict[str, object]] = at.read(
        lambda session: [
            {
                "user": officer.officer_id,
                "login": officer.login,
                "role": officer.role,
                "agency": officer.agency,
                "scopes": sorted(officers.scopes_of(session, at.tenant_id, officer.officer_id)),
                "state": "disabled" if officer.disabled_at else "active",
            }
            for officer in officers.everyone(session, at.tenant_id)
        ]
    )
    show_rows(rows)


@click.command()
@listing_command
def list_teams(at: Operator) -> None:
    """List the inspection teams."""
    rows: list[dict[str, object]] = at.read(
        lambda session: [
            {"team": team.id, "name": team.name, "units": list(team.unit_ids)}
            for team in teams.everyone(session, at.tenant_id)
        ]
    )
    show_rows(rows)
