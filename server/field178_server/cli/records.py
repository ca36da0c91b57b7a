"""Commands for records: `move`, `review`, `merge`, `unmerge`, `compact`."""

from __future__ import annotations

import click

from field178_server.cli.context import as_json_option, operator, show, show_rows
from field178_server.cli.language import _
from field178_server.office.records import operations as records
from field178_server.office.reviews.operator_decision import DECISIONS, OperatorDecision, decide
from field178_server.replication.compaction import compact as compact_scope
from field178_server.replication.compaction import compact_read_rows


@click.command()
@click.argument("record")
@click.argument("scope")
@as_json_option
def move(record: str, scope: str, as_json: bool) -> None:
    """Move a record to another scope."""
    at = operator()
    at.write(lambda session: records.move(session, at.context, record, scope))
    show({"record": record, "scope": scope}, as_json=as_json)


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
@as_json_option
def review(  # noqa: PLR0913  # one parameter an option
    record: str,
    decision: str,
    reason: str,
    path: str,
    comment: str,
    rev: int | None,
    review_rev: int | None,
    login: str | None,
    as_json: bool,
) -> None:
    """Approve, return, void or reopen a record, or undo a return.

    If the record has a decision already, --review is the revision of the review that was seen.
    """
    at = operator()
    requested = OperatorDecision(record, decision, reason, path, comment, rev, login, review_rev)
    decided = at.write(lambda session: decide(session, at.context, requested))
    show({"record": record, "decision": decision, "rev": decided}, as_json=as_json)


@click.command()
@click.argument("record")
@click.argument("into")
@as_json_option
def merge(record: str, into: str, as_json: bool) -> None:
    """Merge a record into another record."""
    at = operator()
    rev = at.write(lambda session: records.merge(session, at.context, record, into))
    show({"record": record, "into": into, "rev": rev}, as_json=as_json)


@click.command()
@click.argument("record")
@as_json_option
def unmerge(record: str, as_json: bool) -> None:
    """Undo the merge of a record."""
    at = operator()
    rev = at.write(lambda session: records.unmerge(session, at.context, record))
    show({"record": record, "rev": rev}, as_json=as_json)


@click.command()
@click.argument("scope", required=False)
@as_json_option
def compact(scope: str | None, as_json: bool) -> None:
    """Compact the feed of one scope completely, or all feeds as far as every tablet in use has read."""
    at = operator()
    if scope is None:
        dropped = at.write(lambda session: compact_read_rows(session, at.tenant_id, at.clock.now()))
        show_rows([{"scope": name, "dropped": count} for name, count in dropped.items()], as_json=as_json)
        return
    count = at.write(lambda session: compact_scope(session, at.tenant_id, scope))
    show({"scope": scope, "dropped": count}, as_json=as_json)
