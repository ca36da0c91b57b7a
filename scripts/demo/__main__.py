"""`python -m scripts.demo` plays the main job on made-up data: `make demo`, `make demo-stop`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from shlex import quote

import click
from scripts.demo.held_port import USUAL_PORT, held_port
from scripts.demo.store import FOLDER, PASSWORD, ForeignFolderError
from scripts.demo.words import LANGUAGE, _

# Of the demonstration's day: after the play.
LATER = "2025-02-11T08:30:00+07:00"


@click.command(help=_("Play the main job on made-up data: server, tablet, review. The server stays up."))
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
    """Play the main job with a description of each step."""
    from scripts.demo import play  # starts a tablet, a server, and imports both

    where = folder.absolute()
    if is_stop:
        click.echo(_("The demo's server is stopped.") if play.stop(where) else _("No server of a demo runs."))
        return
    play.stop(where)
    os.environ.setdefault("FIELD178_LANGUAGE", LANGUAGE)
    try:
        held = held_port(port)
    except OSError as error:
        text = _("Port {port} is taken. Another one: make demo PORT=8200")
        raise click.ClickException(text.format(port=port)) from error
    try:
        url = play.play(where, click.echo, _screen(), held)
    except ForeignFolderError as error:
        text = _("{folder} has files that are not of a demo; choose an empty folder.")
        raise click.ClickException(text.format(folder=error.args[0])) from error
    except (play.UnexpectedOutcome, ChildProcessError) as error:
        raise click.ClickException(_("The play broke off: {error}").format(error=error)) from error
    click.echo("")
    click.echo(_("It worked: every step above came out as it must. The server stays up."))
    click.echo("")
    click.echo(_("The office's desk: {url}").format(url=url))
    click.echo(
        _("  reviewer gl07 · team leader gl01 · password of all: {password}").format(password=PASSWORD)
    )
    click.echo(
        _("  no second factor is asked for here (FIELD178_SECOND_FACTOR=optional); an office's server does")
    )
    click.echo(_("  the tablet once more, PIN 178259, from any folder:"))
    click.echo(f"    {_tablet_command(where)}")
    click.echo(_("  to stop: make demo-stop"))


def _screen() -> dict[str, str]:
    """Return the environment of the tablet's screen: the display if there is one."""
    return {} if os.environ.get("DISPLAY") else {"FIELD178_OFFSCREEN": "1"}


def _tablet_command(folder: Path) -> str:
    program = Path(sys.executable).with_name("field178-tablet")
    own = f"FIELD178_TABLET_DIR={quote(str(folder / 'tablet'))} FIELD178_CLOCK_START={LATER}"
    return f"{own} {quote(str(program))}"


if __name__ == "__main__":
    main(prog_name="demo")
