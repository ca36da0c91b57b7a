"""`python -m scripts.demo.office` serves the office on made-up data: `make office`, `make office-stop`."""

from __future__ import annotations

import os
from pathlib import Path

import click
from scripts.demo.held_port import USUAL_PORT, held_port
from scripts.demo.server_process import DemoClock, ServerProcess
from scripts.demo.store import FOLDER, PASSWORD, ForeignFolderError, empty_folder, fill
from scripts.demo.words import LANGUAGE, _

from field178_shared.codelists import demo, load
from field178_shared.text.i18n import SOURCE_LANGUAGE

# So many visits wait for review, beside the newer ones of the second team.
WAITING = 6


@click.command(help=_("Serve the office's desk on made-up data. The server stays up."))
@click.option("--stop", "is_stop", is_flag=True, help=_("Only stop the server of an earlier play."))
@click.option(
    "--folder", default=FOLDER, show_default=True, type=click.Path(path_type=Path), help=_("Where.")
)
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help=_("Port of the server; left out: {port}, or any free one.").format(port=USUAL_PORT),
)
def main(is_stop: bool, folder: Path, port: int | None) -> None:
    """Fill a store with the made-up district and serve it."""
    where = folder.absolute()
    was_serving = ServerProcess(where / "office", DemoClock.started(), USUAL_PORT).stop()
    if is_stop:
        click.echo(_("The demo's server is stopped.") if was_serving else _("No server of a demo runs."))
        return
    os.environ.setdefault("FIELD178_LANGUAGE", LANGUAGE)
    try:
        held = held_port(port)
    except OSError as error:
        text = _("Port {port} is taken. Another one: make office PORT=8200")
        raise click.ClickException(text.format(port=port)) from error
    try:
        empty_folder(where)
    except ForeignFolderError as error:
        text = _("{folder} has files that are not of a demo; choose an empty folder.")
        raise click.ClickException(text.format(folder=error.args[0])) from error
    click.echo(_("A store is filled with a made-up year of a district; this takes half a minute."))
    server = ServerProcess(where / "office", DemoClock.started(), held.port, held)
    fill(server, WAITING, has_newest=True)
    try:
        server.start()
    except ChildProcessError as error:
        raise click.ClickException(str(error)) from error
    _describe(server.url, server.clock.day())


def _describe(url: str, day: str) -> None:
    click.echo("")
    click.echo(_("The office's desk: {url}").format(url=url))
    click.echo(_("  password of all accounts: {password}").format(password=PASSWORD))
    for role, login in logins().items():
        click.echo(f"  {login}  {role}")
    click.echo(
        _("  it is {day} there; no second factor is asked for, an office's server does").format(day=day)
    )
    click.echo("")
    click.echo(_("Three things to do first:"))
    click.echo(_("  1. gl07: review a visit that waits, and return it with a comment at a field"))
    click.echo(_("  2. gl08: look at the targets of the plan, and at what a number is counted from"))
    click.echo(_("  3. gl01: enter the decision and the payment of a visit (After visits)"))
    click.echo(_("  with a tablet beside it: make demo · to stop: make office-stop"))


def logins() -> dict[str, str]:
    """Return {role in the language of the terminal: login of its first account}, by login."""
    officers, roles = demo()["officers"], load().roles
    assert isinstance(officers, list)
    by_role: dict[str, str] = {}
    for row in officers:
        role = roles[row["role"]]
        name = role.en if LANGUAGE == SOURCE_LANGUAGE else role.vi
        by_role.setdefault(name, row["id"].replace("gl_user_", "gl"))
    return by_role


if __name__ == "__main__":
    main(prog_name="office")
