"""Commands for the code lists: `lists …`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from field178_server.cli.context import Operator, operator_command, show, show_rows
from field178_server.cli.language import _
from field178_server.office.lists import operations
from field178_server.office.lists.operations import Publication, Rows, rows_of
from field178_server.office.lists.pack_file import PackFile, read_pack_file, write_pack_file
from field178_server.office.lists.worksheet import read_worksheet, write_worksheet
from field178_server.records.lists_in_force import stored_pack
from field178_shared.codelists.gaps import gaps_on
from field178_shared.list_packs import ListPack, changes_between, problems_of
from field178_shared.time.clock import local_date

_FILE = click.Path(path_type=Path, dir_okay=False)
_WORKSHEET = ".xlsx"


@click.group()
def lists() -> None:
    """Group of the commands for code lists."""


@lists.command(
    help=_("Write the changed rows as a signed pack; to a name in .xlsx, all rows as a worksheet.")
)
@click.argument("file", type=_FILE)
@operator_command
def export(at: Operator, file: Path) -> None:
    """Write the list pack or a worksheet of all rows into a file."""
    pack = _stored(at)
    if file.suffix == _WORKSHEET:
        data = write_worksheet(pack)
    else:
        data = write_pack_file(pack, at.tenant_id, at.keyring.receipt, at.clock.now())
    file.write_bytes(data)
    show({"file": str(file), "number": pack.number, "bytes": len(data)})


@lists.command(help=_("Show what a pack or worksheet would change; exit code 1 when it is refused."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@operator_command
def diff(at: Operator, file: Path) -> None:
    """Show the changes in a file against the lists in force, or its problems."""
    before = _stored(at)
    rows, _file = _read(at, file, before)
    after = before.with_rows(rows)
    problems = problems_of(after, before)
    lines: list[dict[str, object]] = [
        {"table": problem.table, "key": problem.key, "problem": problem.fault.value, "detail": problem.detail}
        for problem in problems
    ]
    if not problems:
        lines = [
            {"table": change.table, "key": change.key, "member": name, "before": old, "after": new}
            for change in changes_between(before, after)
            for name, old, new in change.members
        ]
    show_rows(lines)
    if problems:
        raise SystemExit(1)


@lists.command(name="import", help=_("Publish what a pack or worksheet changes; all of it or nothing."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@operator_command
def import_file(at: Operator, file: Path) -> None:
    """Publish the changes of a list pack or worksheet."""
    before = _stored(at)
    rows, pack_file = _read(at, file, before)
    done: Publication = at.write(
        lambda session: (
            operations.take_pack(session, at.context, at.keyring.receipt, pack_file)
            if pack_file is not None
            else operations.publish_rows(session, at.context, at.keyring.receipt, rows, before.number)
        )
    )
    show({"number": done.number, "rows": done.changed})


@lists.command(
    help=_("List what is unknown or unverified on a day: day, list, row, what, law; today when left out.")
)
@click.option(
    "--on", "days", type=click.DateTime(["%Y-%m-%d"]), multiple=True, help=_("Day of the act, YYYY-MM-DD.")
)
@operator_command
def check(at: Operator, days: tuple[datetime, ...]) -> None:
    """List the gaps of the code lists on some days."""
    acts = [day.date() for day in days] or [local_date(at.clock.now())]
    rows: list[dict[str, object]] = [
        {
            "on": act.isoformat(),
            "list": gap.list_name,
            "row": gap.row,
            "gap": gap.kind.value,
            "law": gap.detail or None,
        }
        for act in acts
        for gap in gaps_on(at.lists, act)
    ]
    show_rows(rows)


def _stored(at: Operator) -> ListPack:
    return at.read(lambda session: stored_pack(session, at.tenant_id))


def _read(at: Operator, file: Path, before: ListPack) -> tuple[Rows, PackFile | None]:
    data = file.read_bytes()
    if file.suffix == _WORKSHEET:
        return read_worksheet(data, before), None
    pack_file = read_pack_file(data, {*at.keyring.receipt_keys.split(), *at.settings.trusted_signers})
    return rows_of(pack_file.pack), pack_file
