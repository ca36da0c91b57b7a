"""Commands that change notices: `notice announce`, `notice withdraw`."""

from __future__ import annotations

from datetime import timedelta

import click

from field178_server.cli.context import Operator, operator_command, show
from field178_server.cli.language import _
from field178_server.database.tables.notice import INFO, KINDS
from field178_server.office.notices import operations as notices
from field178_server.office.notices.operations import Announcement, NoticeText
from field178_shared.time.clock import to_wire


@click.command()
@click.option("--kind", type=click.Choice(KINDS), default=INFO, help=_("What it is about."))
@click.option("--vi", required=True, help=_("The text in Vietnamese."))
@click.option("--en", required=True, help=_("The text in English."))
@click.option("--days", type=click.IntRange(1, 366), default=30, help=_("How long it is shown."))
@operator_command
def announce(at: Operator, kind: str, vi: str, en: str, days: int) -> None:
    """Announce a notice to all tablets."""
    announcement = Announcement(kind, NoticeText(vi, en), at.clock.now() + timedelta(days=days))
    made = at.write(lambda session: notices.announce(session, at.context, announcement))
    show({"notice": made.notice_id, "until": to_wire(made.until)})


@click.command()
@click.argument("notice_id", metavar="NOTICE")
@operator_command
def withdraw(at: Operator, notice_id: str) -> None:
    """Withdraw a notice."""
    at.write(lambda session: notices.withdraw(session, at.context, notice_id))
    show({"notice": notice_id})
