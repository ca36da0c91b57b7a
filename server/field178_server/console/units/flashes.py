"""Message about establishments moved to the units that followed."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "entries_reassigned": N_(
        "Moved. Their former commune stays known; the tablets get them at their next sync."
    ),
}
