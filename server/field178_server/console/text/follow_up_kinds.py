"""Names of what a visit began: a correction, a decision that is due, a fine to be paid."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FOLLOW_UP_KINDS = {
    "correction": N_("Correction"),
    "decision": N_("Decision"),
    "payment": N_("Fine payment"),
}
