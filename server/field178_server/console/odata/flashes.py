"""Message about a revoked feed token."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "feed_token_revoked": N_("Revoked: {title}. Programs that use it read nothing from now on."),
}
