"""Messages about actions on tablets."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "revoked": N_("Revoked: {title}. At its next sync it loses everything but what it has not sent."),
    "renamed": N_("Renamed: {title}."),
    "granted": N_("Granted to {title}. It gets the records at its next sync."),
    "ordered": N_("Order given to {title}. The tablet’s answer will be shown here."),
    "too_late": N_("Too late to withdraw: {title} has the order already."),
    "withdrawn": N_("Order withdrawn: {title} did not receive it."),
    "taken": N_("Taken from {title}. The records leave it at its next sync."),
}
