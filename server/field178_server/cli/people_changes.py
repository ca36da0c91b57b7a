"""Commands that change accounts and teams."""

from __future__ import annotations

import secrets
import sys

import click
from sqlalchemy.orm import Session

from field178_server.accounts import officers, one_time_codes
from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest, TeamRequest
from field178_server.cli.context import Operator, operator_command, show
from field178_server.cli.language import LANGUAGE, _
from field178_server.office.access_requests import rights
from field178_server.office.reminders.account_changes import notify_of_reset
from field178_server.office.reminders.oversight import notify_without_second
from field178_server.security import passwords, totp
from field178_server.security.passwords import Weakness
from field178_shared.time.clock import local_date

_EASY_TO_READ = "abcdefghjkmnpqrstuvwxyz23456789"
_GENERATED_LENGTH = 20
_WEAKNESSES = {
    Weakness.TOO_SHORT: _("The password is shorter than 12 characters."),
    Weakness.TOO_LONG: _("The password is longer than 128 characters."),
    Weakness.TOO_EASY: _(
        "Most of this password is common words, names of places or of this service, years or rows of keys:"
        " programs try these first. Join four words that have nothing to do with each other."
    ),
}


@click.command()
@click.argument("login")
@click.option("--role", required=True, help=_("Role id of the code lists."))
@click.option("--name", help=_("Name as people read it; the login when left out."))
@click.option("--agency", help=_("Agency id of the code lists; the focal one when left out."))
@click.option("--team", "team_names", multiple=True, help=_("Name or id of a team the officer belongs to."))
@click.option("--unit", "units", multiple=True, help=_("Unit id the officer is responsible for."))
@click.option("--generate", is_flag=True, help=_("Make a password and print it once."))
@operator_command
def add(  # noqa: PLR0913  # one parameter an option
    at: Operator,
    login: str,
    role: str,
    name: str | None,
    agency: str | None,
    team_names: tuple[str, ...],
    units: tuple[str, ...],
    generate: bool,
) -> None:
    """Add an account of an officer."""
    if not officers.is_login(login):
        raise click.BadParameter(_("a login is made of a-z 0-9 . _ -"), param_hint="LOGIN")
    password, generated = new_password(login, generate)
    stored = at.passwords.hash(password)
    request = AccountRequest(login, name or login, role, agency, tuple(f"unit:{unit}" for unit in units))

    def write(session: Session) -> str:
        officer_id = accounts.add(session, at.context, request, team_names, stored)
        notify_without_second(session, at.context)
        return officer_id

    officer_id = at.write(write)
    _show_account(officer_id, login, password if generated else None)
    _warn_of_ended_units(at, units)


@click.command()
@click.argument("login")
@click.option("--generate", is_flag=True, help=_("Make a password and print it once."))
@operator_command
def set_password(at: Operator, login: str, generate: bool) -> None:
    """Set the password of an account."""
    password, generated = new_password(login, generate)
    stored = at.passwords.hash(password)
    by_mail = at.settings.sends_mail

    def write(session: Session) -> str:
        officer_id = accounts.set_password(session, at.context, login, stored)
        notify_of_reset(session, at.context, officer_id, by_mail=by_mail)
        notify_without_second(session, at.context)
        return officer_id

    _show_account(at.write(write), login, password if generated else None)


@click.command()
@click.argument("login")
@operator_command
def set_totp(at: Operator, login: str) -> None:
    """Require one-time codes of an officer and print the secret."""
    secret, box = (
        totp.encode_secret(secrets.token_bytes(totp.SECRET_BYTES)),
        one_time_codes.secret_box(at.keyring),
    )
    at.write(lambda session: accounts.require_one_time_codes(session, at.context, box, login, secret))
    show({"login": login, "secret": secret, "link": totp.link(secret, login)})


@click.command()
@click.argument("login")
@operator_command
def disable(at: Operator, login: str) -> None:
    """Disable an account."""
    by_mail = at.settings.sends_mail
    officer_id = at.write(lambda session: rights.close_account(session, at.context, login, by_mail=by_mail))
    show({"user": officer_id, "state": "disabled"})


@click.command()
@click.argument("name")
@click.option("--unit", "units", multiple=True, required=True, help=_("Unit id the team is responsible for."))
@click.option("--agency", help=_("Standing agency; the focal one when left out."))
@click.option(
    "--level",
    help=_("commune, district, province or national; that of the standing agency when left out."),
)
@operator_command
def add_team(at: Operator, name: str, units: tuple[str, ...], agency: str | None, level: str | None) -> None:
    """Add an inspection team."""
    standing = accounts.agency_or_focal(at.context, agency)
    request = TeamRequest(name, units, level or at.lists.agencies[standing].level, standing)
    team = at.write(lambda session: accounts.add_team(session, at.context, request))
    show({"team": team.id, "scope": team.scope, "name": team.name})
    _warn_of_ended_units(at, units)


def _show_account(officer_id: str, login: str, password: str | None) -> None:
    shown: dict[str, object] = {"user": officer_id, "login": login}
    show(shown | ({"password": password} if password is not None else {}))


def new_password(login: str, generate: bool) -> tuple[str, bool]:
    """Return a typed or generated password, and whether it was generated."""
    typed = "" if generate else _typed_password()
    if not typed:
        return "".join(secrets.choice(_EASY_TO_READ) for _ in range(_GENERATED_LENGTH)), True
    if (weak := passwords.weakness(typed, login)) is not None:
        raise click.ClickException(_WEAKNESSES[weak])
    return typed, False


def _typed_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt(_("Password"), hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")


def _warn_of_ended_units(at: Operator, units: tuple[str, ...]) -> None:
    """Print a warning for each unit that is no longer in force, with its successors."""
    today = local_date(at.clock.now())
    for unit in (at.lists.units[unit_id] for unit_id in units):
        if unit.valid_to is not None and unit.valid_to <= today:
            now = ", ".join(step.target for step in at.lists.successors(unit.id))
            text = _("{unit} ({name}) is no longer in force; today: {now}")
            click.echo(text.format(unit=unit.id, name=unit.label(LANGUAGE), now=now or "–"), err=True)
