"""Messages about follow-up entries of a visit, shown on the lists and on the record."""

from __future__ import annotations

from field178_shared.text.i18n import N_

ENTRY_FLASHES = {
    "entered": N_("Entered: {title}. The tablets of the team get it at their next sync."),
    "entry_corrected": N_("Corrected: {title}."),
    "entry_withdrawn": N_("Withdrawn: {title}. It counts no longer."),
    "recheck_planned": N_(
        "Re-inspection planned: {title}. The tablets of the team get it at their next sync."
    ),
}
