"""Form of an account with its checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import request

from field178_server.accounts.officers import is_login
from field178_server.accounts.operations import AccountChange
from field178_server.console.text.localize import Localizer
from field178_server.office.people.queries import Account
from field178_shared.records.teams import Team
from field178_shared.text.formats import is_mail_address
from field178_shared.text.i18n import N_

_LONGEST_NAME = 120
REQUIRED = N_("This field is needed.")
_LOGIN_SHAPE = N_("A login is made of a–z, 0–9, dot, hyphen and underscore, at most 64.")
_NEEDS_TEAM = N_("This role works in a team; choose one.")
_NEEDS_UNIT = N_("This role reports for a commune; choose it.")
_BAD_ADDRESS = N_("This is no e-mail address; it looks like ten@huyen.gov.vn.")
LOGIN_TAKEN = N_("Somebody has this login already; choose another.")


@dataclass(frozen=True, slots=True)
class AccountForm:
    """Form of an account: typed or stored values, and errors by field."""

    login: str = ""
    name: str = ""
    role: str = ""
    agency: str = ""
    team_ids: tuple[str, ...] = ()
    unit_ids: tuple[str, ...] = ()
    email: str = ""
    seen: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, account: Account, teams: Mapping[str, Team]) -> AccountForm:
        """Return the stored values; the communes of a team are left out."""
        with_team = {unit for team in account.team_ids if team in teams for unit in teams[team].unit_ids}
        officer = account.officer
        own = tuple(sorted(account.unit_ids - with_team))
        return cls(
            officer.login,
            officer.name,
            officer.role,
            officer.agency,
            tuple(sorted(account.team_ids)),
            own,
            officer.email or "",
            account.fingerprint,
        )

    @classmethod
    def typed(cls) -> AccountForm:
        """Return the form of the request."""
        sent = request.form
        return cls(
            sent.get("login", "").strip(),
            " ".join(sent.get("name", "").split()),
            sent.get("role", ""),
            sent.get("agency", ""),
            tuple(sent.getlist("team")),
            tuple(sent.getlist("unit")),
            sent.get("email", "").strip(),
            sent.get("seen", ""),
        )

    @property
    def change(self) -> AccountChange:
        """The values for the operation."""
        return AccountChange(
            self.name, self.role, self.agency, self.team_ids, self.unit_ids, self.email or None
        )


def errors_of(
    form: AccountForm,
    teams: Mapping[str, Team],
    localizer: Localizer,
    today: date,
    *,
    stored: str = "",
) -> dict[str, str]:
    """Return the errors by field; `stored`: the present agency of the account, also one that has ended."""
    lists = localizer.lists
    scope = lists.roles[form.role].scope if form.role in lists.roles else ""
    is_there = form.agency in lists.agencies.on(today) or (bool(stored) and form.agency == stored)
    faults = (
        ("login", not is_login(form.login), _LOGIN_SHAPE),
        ("name", not form.name, REQUIRED),
        ("name", len(form.name) > _LONGEST_NAME, N_("This name is too long.")),
        ("role", form.role not in lists.roles, N_("Choose a role.")),
        ("agency", not is_there, N_("Choose an agency that is there today.")),
        ("team", not set(form.team_ids) <= teams.keys(), N_("Choose among these teams.")),
        ("team", scope == "own_team" and bool(teams) and not form.team_ids, _NEEDS_TEAM),
        ("unit", not set(form.unit_ids) <= lists.units.keys(), N_("Choose among these communes.")),
        ("email", bool(form.email) and not is_mail_address(form.email), _BAD_ADDRESS),
        ("unit", scope == "own_unit" and not form.unit_ids, _NEEDS_UNIT),
    )
    return {name: localizer.say(text) for name, is_wrong, text in faults if is_wrong}
