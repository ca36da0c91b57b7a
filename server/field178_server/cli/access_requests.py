"""Commands of access requests: `user waiting`, `user confirm`."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from field178_server.accounts import access_requests as requests
from field178_server.accounts import officers
from field178_server.cli.context import Operator, listing_command, operator_command, show, show_rows
from field178_server.cli.language import _
from field178_server.office.access_requests import operations, queries
from field178_shared.time.clock import to_wire


@click.command()
@listing_command
def list_waiting(at: Operator) -> None:
    """List the open access requests."""
    rows: list[dict[str, object]] = at.read(
        lambda session: [
            {
                "request": row.request.request_id,
                "login": row.officer.login,
                "kind": row.request.kind,
                "asked_by": row.asker or None,
                "asked_at": to_wire(row.request.asked_at),
            }
            for row in queries.open_requests(session, at.tenant_id)
        ]
    )
    show_rows(rows)


@click.command()
@click.argument("login")
@click.option("--reason", required=True, help=_("Why; leadership, privacy officers, administrators read it."))
@click.option("--refuse", "is_refusal", is_flag=True, help=_("Refuse it instead: nothing changes."))
@operator_command
def confirm(at: Operator, login: str, reason: str, is_refusal: bool) -> None:
    """Decide the open requests of an account as the operator, who holds the store already."""
    decide = operations.refuse if is_refusal else operations.take_effect_alone
    by_mail = at.settings.sends_mail

    def write(session: Session) -> list[str]:
        officer = officers.by_login_or_id(session, at.tenant_id, login)
        decided = requests.open_of(session, at.tenant_id, officer.officer_id)
        for request in decided:
            decide(session, at.context, request.request_id, reason, by_mail=by_mail)
        return [request.kind for request in decided]

    show({"login": login, "refused" if is_refusal else "in_force": at.write(write)})
