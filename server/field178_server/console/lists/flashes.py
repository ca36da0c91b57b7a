"""Message about published code lists."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "lists_published": N_("Published. Tablets take the lists at their next sync."),
}
