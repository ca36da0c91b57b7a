"""Messages about actions on establishments."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "establishment_added": N_("Added: {title}. The tablets of its area get it at their next sync."),
    "establishment_edited": N_("Saved: {title}. The tablets of its area get it at their next sync."),
    "establishment_closed": N_("The status of {title} was changed. The tablets get it at their next sync."),
    "establishment_moved": N_("Moved: {title}. The tablets of both communes hear of it at their next sync."),
    "establishments_merged": N_("Merged into {title}. The tablets get it at their next sync."),
    "establishments_unmerged": N_("Parted from {title} again. The tablets get it at their next sync."),
    "duplicate_dismissed": N_("Told apart: the two are proposed as duplicates no more."),
    "duplicate_restored": N_("The two stand among the possible duplicates again."),
}
