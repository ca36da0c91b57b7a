"""Messages about decisions on access requests."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "access_confirmed": N_("Confirmed: {title}. It is in force now."),
    "access_refused": N_("Refused: {title}. Nothing was changed; who asked is told the reason."),
    "access_withdrawn": N_("Withdrawn: {title}. Nothing was changed."),
    "access_alone": N_("In force: {title}. Leadership, privacy officers and administrators are told now."),
}
