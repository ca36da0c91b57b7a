"""Messages about actions on accounts."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "person_changed": N_("Saved: {title}."),
    "person_waits": N_(
        "Saved: {title}. What gives more access waits for a second person; what was taken away is gone."
    ),
    "person_closed": N_("Closed: {title}. Sessions have ended; tablets let this person in no longer."),
    "codes_dropped": N_("Dropped: the second factor of {title}."),
    "handed_over": N_("Handed over: {title}. The tablets of the team show it at their next sync."),
    "hand_over_undone": N_("Taken back: the open work is again that of {title}."),
}
