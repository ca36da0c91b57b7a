"""Messages about requests for erasure."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "purge_asked": N_("Asked for. Nothing is removed until another privacy officer confirms."),
    "purge_confirmed": N_("The content was removed. Tablets drop their copies at their next sync."),
    "purge_refused": N_("Refused: the content stays."),
    "purge_withdrawn": N_("Taken back: the content stays."),
}
