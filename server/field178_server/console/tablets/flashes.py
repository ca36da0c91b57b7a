"""Messages about actions on tablets."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "revoked": N_("Revoked: {title}. At its next sync it loses everything but what it has not sent."),
    "renamed": N_("Renamed: {title}."),
    "granted": N_("Granted to {title}. It gets the records at its next sync."),
    "taken": N_("Taken from {title}. The records leave it at its next sync."),
}
