"""Commands for records: `move`, `review`, `merge`, `unmerge`, `compact`."""

from __future__ import annotations

import click

from field178_server.cli.context import Operator, operator_command, show, show_rows
from field178_server.cli.language import _
from field178_server.office.records import operations as records
from field178_server.office.reviews.operator_decision import DECISIONS, OperatorDecision, decide
from field178_server.replication.compaction import compact as compact_scope
from field178_server.replication.compaction import compact_read_rows


@click.command()
@click.argument("record")
@click.argument("scope")
@operator_command
def move(at: Operator, record: str, scope: str) -> None:
    """Move a record to another scope."""
    at.write(lambda session: records.move(session, at.context, record, scope))
    show({"record": record, "scope": scope})


@click.command()
@click.argument("record")
@click.argument("decision", type=click.Choice(DECISIONS))
@click.option("--reason", default="", help=_("Why; needed to void or reopen."))
@click.option("--path", default="", help=_("Field the comment is pinned to."))
@click.option("--comment", default="", help=_("What is to be corrected."))
@click.option("--rev", type=int, help=_("Revision that was seen; the latest when left out."))
@click.option(
    "--review", "review_rev", type=int, help=_("Revision of the review that was seen, if one decided on it.")
)
@click.option("--by", "login", help=_("Officer who decides; the operator when left out."))
@operator_command
def review(  # noqa: PLR0913  # one parameter an option
    at: Operator,
    record: str,
    decision: str,
    reason: str,
    path: str,
    comment: str,
    rev: int | None,
    review_rev: int | None,
    login: str | None,
) -> None:
    """Approve, return, void or reopen a record, or undo a return.

    If the record has a decision already, --review is the revision of the review that was seen.
    """
    requested = OperatorDecision(record, decision, reason, path, comment, rev, login, review_rev)
    decided = at.write(lambda session: decide(session, at.context, requested))
    show({"record": record, "decision": decision, "rev": decided})


@click.command()
@click.argument("record")
@click.argument("into")
@operator_command
def merge(at: Operator, record: str, into: str) -> None:
    """Merge a record into another record."""
    rev = at.write(lambda session: records.merge(session, at.context, record, into))
    show({"record": record, "into": into, "rev": rev})


@click.command()
@click.argument("record")
@operator_command
def unmerge(at: Operator, record: str) -> None:
    """Undo the merge of a record."""
    rev = at.write(lambda session: records.unmerge(session, at.context, record))
    show({"record": record, "rev": rev})


@click.command()
@click.argument("scope", required=False)
@operator_command
def compact(at: Operator, scope: str | None) -> None:
    """Compact the feed of one scope completely, or all feeds as far as every tablet in use has read."""
    if scope is None:
        dropped = at.write(lambda session: compact_read_rows(session, at.tenant_id, at.clock.now()))
        show_rows([{"scope": name, "dropped": count} for name, count in dropped.items()])
        return
    count = at.write(lambda session: compact_scope(session, at.tenant_id, scope))
    show({"scope": scope, "dropped": count})
