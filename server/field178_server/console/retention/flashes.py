"""Messages about retention runs and holds."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "retention_requested": N_("Asked for. Nothing is removed until another person confirms."),
    "retention_confirmed": N_("Confirmed: the run has begun."),
    "retention_cancelled": N_("Nothing was removed."),
    "retention_resumed": N_("The run goes on."),
    "record_hold_set": N_("The record keeps everything until another person releases it."),
    "record_hold_released": N_("Released: the next run removes what is due."),
}
