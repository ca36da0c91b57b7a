"""Commands for makers of clients and servers: `conformance`, `conformance-day`."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click

from field178_server.cli.context import json_option, show, wants_json
from field178_server.cli.language import _
from field178_server.conformance import files
from field178_server.conformance.client import ForeignClient
from field178_server.conformance.office import Office, OfficeError, command_line
from field178_server.conformance.player import Player
from field178_server.conformance.replay import RecordedDay, serve
from field178_server.conformance.report import FAILED, run
from field178_server.conformance.sender import HttpSender


@click.command()
@click.argument("url")
@click.option("--yes", is_flag=True, help=_("Do not ask whether the server is a test server."))
@click.option("--rule", "rules", multiple=True, help=_("Only the cases of this rule."))
@click.option("--office", "words", help=_("Command line of the operator; this installation when left out."))
@click.option(
    "--code",
    nargs=2,
    metavar="CODE LOGIN",
    help=_(
        "Enrolment code and its officer, whose password is read from stdin. The cases that need the "
        "operator are not played."
    ),
)
@click.option("--ca", type=click.Path(exists=True, path_type=Path), help=_("Certificate of the authority."))
@json_option
def conformance(
    url: str,
    yes: bool,
    rules: tuple[str, ...],
    words: str | None,
    code: tuple[str, str] | None,
    ca: Path | None,
) -> None:
    """Play the cases of the protocol and print a line for each rule; exit code 1 on a failure."""
    question = _(
        "This adds accounts, tablets and records to {url} and begins new histories. Is it a test server?"
    )
    if not yes:
        click.confirm(question.format(url=url), abort=True, err=True)
    player = _player(url, ca, words, code)
    cases = [case for case in files.cases() if not rules or set(rules) & set(case["rules"])]
    outcomes = [outcome for outcome in run(player, cases) if not rules or outcome.rule in rules]
    if wants_json():
        rows = [{"rule": item.rule, "result": item.result, "reason": item.reason} for item in outcomes]
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for outcome in outcomes:
            click.echo(outcome.line())
    if any(outcome.result == FAILED for outcome in outcomes):
        raise SystemExit(1)


@click.command(name="conformance-day")
@click.argument("day", type=click.Choice([day["file"] for day in files.days()]))
@click.option("--port", default=0, help=_("0: any free port."))
@json_option
def conformance_day(day: str, port: int) -> None:
    """Serve a recorded day to a client and print how its requests differ; exit code 1 if one does."""
    recording = files.recording(day)
    show(recording["variables"] | {"code": _codes(recording["exchanges"])})
    recorded_day = RecordedDay(list(recording["exchanges"]), click.echo)
    serve(recorded_day, port, click.echo)
    if recorded_day.differing:
        raise SystemExit(1)


def _codes(exchanges: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the enrolment codes of a recorded day, in the order of their use."""
    return [exchange["body"]["code"] for exchange in exchanges if exchange["request"].endswith("/devices")]


def _player(url: str, ca: Path | None, words: str | None, code: tuple[str, str] | None) -> Player:
    """Return a player for a server: with its operator, or with an enrolment code."""
    sender = HttpSender(url.rstrip("/"), ca_file=str(ca) if ca else None)

    def connect() -> ForeignClient:
        return ForeignClient(url, sender=sender)

    if code is None:
        office = Office(command_line(words) if words else _command_here)
        office.begin()
        return Player(connect, office)
    password = sys.stdin.readline().rstrip("\r\n")
    return Player(connect, None, {"first code": code[0], "login": code[1], "password": password})


def _command_here(arguments: Sequence[str], stdin: str) -> str:
    """Run a command of the operator in this process."""
    from field178_server.cli import main

    output, outer = io.StringIO(), sys.stdin
    sys.stdin = io.StringIO(stdin)
    try:
        with redirect_stdout(output):
            main.main(list(arguments), prog_name="field178", standalone_mode=False)
    except click.ClickException as error:
        raise OfficeError(f"field178 {' '.join(arguments)}: {error.format_message()}") from error
    finally:
        sys.stdin = outer
    return output.getvalue()
