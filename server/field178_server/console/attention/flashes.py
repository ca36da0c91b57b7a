"""Messages about decisions on conflicts, quarantined changes and recovered records."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "ran": N_("Run again, and applied: {title}."),
    "still_held": N_("Run again; still held back: {title}."),
    "mended": N_("Mended and applied: {title}. The tablet hears of it at its next sync."),
    "set_aside": N_("Set aside: {title}. It stays stored, under “Set aside”."),
    "put_back": N_("Back in the list: {title}."),
    "taken_in": N_("Taken in: {title}. The tablets of its area get it at their next sync."),
    "salvage_aside": N_("Set aside: {title}. It stays stored, under “Set aside”."),
    "settled": N_("Settled: {title}. The tablets get it at their next sync."),
}
