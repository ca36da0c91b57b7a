"""Messages about data of agencies."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "return_entered": N_("Entered: {title}."),
    "return_corrected": N_("Corrected: {title}."),
    "return_withdrawn": N_("Withdrawn: {title}. It counts no longer."),
}
