"""Command that lists the notices: `notice list`."""

from __future__ import annotations

import click

from field178_server.cli.context import Operator, listing_command, show_rows
from field178_server.office.notices.tabs import shown_now
from field178_shared.time.clock import to_wire


@click.command()
@listing_command
def list_shown(at: Operator) -> None:
    """List the current notices."""
    shown = at.read(lambda session: shown_now(session, at.tenant_id, at.clock.now()))
    rows: list[dict[str, object]] = [
        {
            "notice": notice.notice_id,
            "kind": notice.kind,
            "until": to_wire(notice.until),
            "text": notice.text_vi,
        }
        for notice in shown
    ]
    show_rows(rows)
