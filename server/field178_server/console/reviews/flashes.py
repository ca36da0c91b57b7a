"""Messages about decisions on records and their comment threads."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "approved": N_("Approved: {title}."),
    "approved_several": N_("Approved: {title}."),
    "returned": N_("Returned: {title}. The tablet gets it at its next sync."),
    "reopened": N_("Reopened: {title}. It is back with its team."),
    "void": N_("Void: {title}."),
    "undone": N_("Undone: {title} is as it was."),
    "thread_commented": N_("Asked further: {title}. The tablet gets it at its next sync."),
    "thread_closed": N_("Comment closed: {title}. The tablet hears of it at its next sync."),
    "thread_reopened": N_("Comment opened again: {title}. The tablet hears of it at its next sync."),
}
