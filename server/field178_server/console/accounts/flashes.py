"""Messages about the officer's own account."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "own_mail_set": N_("Saved: your e-mail address and what you are told of."),
    "own_password_set": N_("The password was replaced. Your other browsers are signed out."),
    "codes_begun": N_("From the next sign-in on a one-time code is asked of you."),
    "codes_ended": N_("No one-time code is asked of you any more."),
    "passkey_added": N_("Added: from the next sign-in on your passkey is asked for after the password."),
    "passkey_renamed": N_("Renamed: your passkey."),
    "passkey_removed": N_("Removed: your passkey opens nothing any more. Delete it on its device too."),
    "token_ended": N_("Revoked: the data token reads nothing."),
    "own_request_refused": N_(
        "Refused: your present password stays in force, the other one is worth nothing."
    ),
    "others_ended": N_("Your other browsers are signed out."),
}
