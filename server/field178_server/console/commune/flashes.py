"""Messages about entries of a commune."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "commune_entered": N_("Entered: {title}."),
    "commune_corrected": N_("Corrected: {title}."),
    "commune_withdrawn": N_("Withdrawn: {title}. It counts no longer."),
    "commune_returned": N_("Returned: {title}. The commune sees it here, a tablet after its next sync."),
    "commune_return_taken_back": N_("Return taken back: {title}. A tablet shows it until its next sync."),
}
