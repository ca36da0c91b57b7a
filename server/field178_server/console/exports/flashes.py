"""Message about a withdrawn export."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "export_withdrawn": N_(
        "Withdrawn: nobody takes this file out any more. What was taken out before stays with who has it."
    ),
}
