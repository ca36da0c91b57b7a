"""Messages about notices."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "notice_announced": N_("The notice is shown. Tablets get it at their next sync."),
    "notice_ended": N_("Ended. The notice leaves tablets at their next sync."),
}
