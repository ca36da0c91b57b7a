"""Groups of the commands for accounts and teams: `user …`, `team …`."""

from __future__ import annotations

from field178_server.cli.command_table import CommandTable
from field178_server.cli.language import _

user = CommandTable(
    "user",
    {
        "add": (
            "people_changes.add",
            _("Add an account; the password is asked for, read from stdin, or generated."),
        ),
        "confirm": (
            "access_requests.confirm",
            _("Put into effect, or refuse, what waits for a second person; leadership and others are told."),
        ),
        "disable": ("people_changes.disable", _("Close an account at once; what the officer filed stays.")),
        "list": ("people_lists.list_users", _("List the accounts: id, login, role, agency, scopes, state.")),
        "password": (
            "people_changes.set_password",
            _("Set a password; all browser sessions of the officer end."),
        ),
        "totp": ("people_changes.set_totp", _("Ask one-time codes of an officer; prints the secret once.")),
        "waiting": (
            "access_requests.list_waiting",
            _("List what waits for a second person: id, login, kind, who asked, when."),
        ),
    },
)
team = CommandTable(
    "team",
    {
        "add": ("people_changes.add_team", _("Add a team with its units; prints its id.")),
        "list": ("people_lists.list_teams", _("List the teams: id, name, units.")),
    },
)
