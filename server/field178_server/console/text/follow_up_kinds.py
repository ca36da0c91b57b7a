"""Names of the kinds of follow-ups: correction, due decision, payment of a fine."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FOLLOW_UP_KINDS = {
    "correction": N_("Correction"),
    "decision": N_("Decision"),
    "payment": N_("Fine payment"),
}
