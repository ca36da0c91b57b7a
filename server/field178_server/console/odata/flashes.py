"""Messages about a made and a revoked data token."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "feed_token_made": N_(
        "Made: {title}. Its officer accepts it under “Account”; the token is shown there,"
        " to the officer alone."
    ),
    "feed_token_revoked": N_("Revoked: {title}. Programs that use it read nothing from now on."),
}
