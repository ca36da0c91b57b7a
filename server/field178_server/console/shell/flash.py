"""Flash messages over a redirect: a code in a short-lived cookie, translated where it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from flask import after_this_request, request
from werkzeug.wrappers import Response

from field178_server.console.text.localize import Localizer
from field178_shared.ids import is_uuid
from field178_shared.text.i18n import N_

COOKIE = "field178_done"
UNDO_S = 30

_TEXTS = {
    "approved": N_("Approved: {title}."),
    "approved_several": N_("Approved: {title}."),
    "returned": N_("Returned: {title}. The tablet gets it at its next sync."),
    "reopened": N_("Reopened: {title}. It is back with its team."),
    "void": N_("Void: {title}."),
    "undone": N_("Undone: {title} is as it was."),
    "ran": N_("Run again, and applied: {title}."),
    "still_held": N_("Run again; still held back: {title}."),
    "mended": N_("Mended and applied: {title}. The tablet hears of it at its next sync."),
    "set_aside": N_("Set aside: {title}. It stays stored, under “Set aside”."),
    "put_back": N_("Back in the list: {title}."),
    "taken_in": N_("Taken in: {title}. The tablets of its area get it at their next sync."),
    "salvage_aside": N_("Set aside: {title}. It stays stored, under “Set aside”."),
    "revoked": N_("Revoked: {title}. At its next sync it loses everything but what it has not sent."),
    "purge_asked": N_("Asked for. Nothing is removed until another privacy officer confirms."),
    "purge_confirmed": N_("The content was removed. Tablets drop their copies at their next sync."),
    "purge_refused": N_("Refused: the content stays."),
    "purge_withdrawn": N_("Taken back: the content stays."),
    "lists_published": N_("Published. Tablets take the lists at their next sync."),
    "renamed": N_("Renamed: {title}."),
    "granted": N_("Granted to {title}. It gets the records at its next sync."),
    "taken": N_("Taken from {title}. The records leave it at its next sync."),
    "export_withdrawn": N_(
        "Withdrawn: nobody takes this file out any more. What was taken out before stays with who has it."
    ),
    "feed_token_revoked": N_("Revoked: {title}. Programs that use it read nothing from now on."),
    "person_changed": N_("Saved: {title}."),
    "person_closed": N_("Closed: {title}. Sessions have ended; tablets let this person in no longer."),
    "codes_dropped": N_("No one-time code is asked of {title} any more."),
    "notice_announced": N_("The notice is shown. Tablets get it at their next sync."),
    "notice_ended": N_("Ended. The notice leaves tablets at their next sync."),
    "webhook_saved": N_("Saved. The next message goes to this address."),
    "webhook_paused": N_("Paused. What happens meanwhile waits."),
    "webhook_resumed": N_("Resumed: what waits is sent now, in order."),
    "webhook_replayed": N_("What happened from there on is sent again, in order."),
    "webhook_removed": N_("The webhook was removed."),
    "webhook_message_taken": N_("The receiver has taken the message; it is passed over no more."),
    "webhook_message_refused": N_("The message was not taken; the last attempt below says why."),
    "webhook_test_taken": N_("The receiver has taken the test."),
    "webhook_test_refused": N_("The test was not taken; the last attempt below says why."),
    "own_mail_set": N_("Saved: your e-mail address and what you are told of."),
    "own_password_set": N_("The password was replaced. Your other browsers are signed out."),
    "codes_begun": N_("From the next sign-in on a one-time code is asked of you."),
    "codes_ended": N_("No one-time code is asked of you any more."),
    "others_ended": N_("Your other browsers are signed out."),
    "entered": N_("Entered: {title}. The tablets of the team get it at their next sync."),
    "entry_corrected": N_("Corrected: {title}."),
    "entry_withdrawn": N_("Withdrawn: {title}. It counts no longer."),
    "establishment_added": N_("Added: {title}. The tablets of its area get it at their next sync."),
    "establishment_edited": N_("Saved: {title}. The tablets of its area get it at their next sync."),
    "establishment_closed": N_("The status of {title} was changed. The tablets get it at their next sync."),
    "establishment_moved": N_("Moved: {title}. The tablets of both communes hear of it at their next sync."),
    "establishments_merged": N_("Merged into {title}. The tablets get it at their next sync."),
    "establishments_unmerged": N_("Parted from {title} again. The tablets get it at their next sync."),
    "duplicate_dismissed": N_("Told apart: the two are proposed as duplicates no more."),
    "duplicate_restored": N_("The two stand among the possible duplicates again."),
    "planned": N_("Planned. The tablets of the team get the visits at their next sync."),
    "planned_secretly": N_(
        "Planned. The office keeps unannounced visits: the tablets of the team get them from the first day of"
        " the window, not earlier."
    ),
    "plan_moved": N_("Changed. The tablets get it at their next sync."),
    "plan_kept": N_(
        "Changed. The office keeps the unannounced visit: the tablets of the team get it from the first day"
        " of its window, not earlier."
    ),
    "plan_taken_back": N_(
        "Changed. An unannounced visit waits with the office: it leaves the tablets of the team at their next"
        " sync, and they get it again from the first day of its window."
    ),
    "plan_cancelled": N_("Cancelled. It stays readable here."),
    "recheck_planned": N_(
        "Re-inspection planned: {title}. The tablets of the team get it at their next sync."
    ),
    "quotas_set": N_("The quotas are written."),
    "thread_commented": N_("Asked further: {title}. The tablet gets it at its next sync."),
    "thread_closed": N_("Comment closed: {title}. The tablet hears of it at its next sync."),
    "thread_reopened": N_("Comment opened again: {title}. The tablet hears of it at its next sync."),
    "team_saved": N_("Saved: {title}. The tablets of the team get it at their next sync."),
    "member_saved": N_("Members saved: {title}. The tablets of the team get it at their next sync."),
    "handed_over": N_("Handed over: {title}. The tablets of the team show it at their next sync."),
    "hand_over_undone": N_("Taken back: the open work is again that of {title}."),
    "return_entered": N_("Entered: {title}."),
    "return_corrected": N_("Corrected: {title}."),
    "return_withdrawn": N_("Withdrawn: {title}. It counts no longer."),
    "commune_entered": N_("Entered: {title}."),
    "commune_corrected": N_("Corrected: {title}."),
    "commune_withdrawn": N_("Withdrawn: {title}. It counts no longer."),
    "commune_returned": N_("Returned: {title}. The commune sees it here, a tablet after its next sync."),
    "commune_return_taken_back": N_("Return taken back: {title}. A tablet shows it until its next sync."),
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
    "entries_reassigned": N_(
        "Moved. Their former commune stays known; the tablets get them at their next sync."
    ),
    "settled": N_("Settled: {title}. The tablets get it at their next sync."),
}
_UNDOABLE = frozenset({"approved", "report_withdrawn"})
ENTRIES = frozenset({"entered", "entry_corrected", "entry_withdrawn", "recheck_planned"})
PLANNED = frozenset(
    {"planned", "planned_secretly", "plan_moved", "plan_kept", "plan_taken_back", "plan_cancelled"}
    | {"quotas_set"}
)
RETURNS = frozenset({"return_entered", "return_corrected", "return_withdrawn"})
COMMUNE = frozenset(
    {"commune_entered", "commune_corrected", "commune_withdrawn"}
    | {"commune_returned", "commune_return_taken_back"}
)
REPORTS = frozenset(
    {"report_opened", "report_saved", "report_signed", "report_frozen", "report_restated"}
    | {"report_withdrawn", "report_withdrawal_undone"}
    | {"submission_recorded", "template_taken", "template_dropped"}
)
_THREADS = frozenset({"thread_commented", "thread_closed", "thread_reopened"})
_DECISIONS = (
    frozenset({"approved", "approved_several", "returned", "reopened", "void", "undone"}) | _THREADS | ENTRIES
)


@dataclass(frozen=True, slots=True)
class Flash:
    """The last action and its object: a record, or an item by its key; some actions can be undone."""

    code: str
    record_id: str

    @property
    def may_undo(self) -> bool:
        """Whether this action can be taken back for a short while."""
        return self.code in _UNDOABLE

    def text(self, title: str, localizer: Localizer) -> str:
        """Return the sentence about the record of this title."""
        return localizer.say(_TEXTS[self.code]).format(title=title)


def leave_flash(response: Response, code: str, record_id: str) -> Response:
    """Set the flash cookie for the next page."""
    response.set_cookie(
        COOKIE,
        f"{code}.{record_id}",
        max_age=UNDO_S,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    return response


def take_flash(codes: frozenset[str] = _DECISIONS) -> Flash | None:
    """Return what the action before has left for this page, once; what is another page's stays for it."""
    code, _, record_id = request.cookies.get(COOKIE, "").partition(".")
    if code not in codes or not is_uuid(record_id.partition(".")[0]):
        return None
    after_this_request(_forget)
    return Flash(code, record_id)


def _forget(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
    return response
