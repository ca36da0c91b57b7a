"""Messages about changes of the plan."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "planned": N_("Planned. The tablets of the team get the visits at their next sync."),
    "planned_secretly": N_(
        "Planned. The office keeps unannounced visits: the tablets of the team get them from the first"
        " day of the window, not earlier."
    ),
    "plan_moved": N_("Changed. The tablets get it at their next sync."),
    "plan_kept": N_(
        "Changed. The office keeps the unannounced visit: the tablets of the team get it from the first"
        " day of its window, not earlier."
    ),
    "plan_taken_back": N_(
        "Changed. An unannounced visit waits with the office: it leaves the tablets of the team at their"
        " next sync, and they get it again from the first day of its window."
    ),
    "plan_cancelled": N_("Cancelled. It stays readable here."),
    "quotas_set": N_("The quotas are written."),
    "plan_opened": N_("Unannounced visits are open until the server is stopped."),
    "plan_passphrase_set": N_(
        "Unannounced visits are sealed under the passphrase. It is asked after each start of the server."
    ),
}
