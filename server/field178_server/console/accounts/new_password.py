"""Problems of a password that an officer chooses."""

from __future__ import annotations

from field178_server.security.passwords import Weakness, weakness
from field178_shared.text.i18n import N_

_DIFFER = N_("The two passwords differ. Type both again.")
_WEAK = {
    Weakness.TOO_SHORT: N_("The password is shorter than 12 characters. Several words are easy to remember."),
    Weakness.TOO_LONG: N_("The password is longer than 128 characters."),
    Weakness.TOO_EASY: N_(
        "Most of this password is common words, names of places or of this service, years or rows of keys:"
        " programs try these first. Join four words that have nothing to do with each other."
    ),
}


def problem_of(password: str, again: str, login: str) -> str | None:
    """Return the sentence about a password that is refused, or None."""
    weak = weakness(password, login)
    if weak is not None:
        return _WEAK[weak]
    return None if password == again else _DIFFER
