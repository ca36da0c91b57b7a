"""Messages about actions on reports."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "report_opened": N_("Opened. What each commune and agency owes for it is written down."),
    "report_saved": N_("Saved. What was signed off before is signed off anew."),
    "report_signed": N_("Signed off as shown."),
    "report_frozen": N_("Frozen. Its files are the same bytes from now on."),
    "report_restated": N_("Opened: a draft that takes the place of the frozen report."),
    "report_withdrawn": N_("Withdrawn: {title}."),
    "report_withdrawal_undone": N_("Undone: the draft stands again as it was."),
    "submission_recorded": N_("Written down."),
    "template_taken": N_("The template is in use."),
    "template_dropped": N_("The template of the product is in use again."),
}
