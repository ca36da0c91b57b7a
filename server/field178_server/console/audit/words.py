"""Labels of the actions of the audit trail, and texts of their details."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from field178_server.audit.actions import ActionKind
from field178_server.console.components.export_names import export_name
from field178_server.console.components.job_labels import JOB_NAMES
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.office.erasure.operations import REASONS
from field178_shared.text.i18n import N_

KINDS: Mapping[ActionKind, str] = {
    ActionKind.READING: N_("Reading of records and papers"),
    ActionKind.TAKING_OUT: N_("Lists and data taken out"),
    ActionKind.DECISIONS: N_("Decisions on records"),
    ActionKind.REGISTER: N_("Register of establishments"),
    ActionKind.COMMUNE: N_("Work of the commune"),
    ActionKind.RETURNS: N_("Figures of agencies"),
    ActionKind.PLAN: N_("Plan"),
    ActionKind.REPORTS: N_("Reports"),
    ActionKind.ERASURE: N_("Erasures and the search for them"),
    ActionKind.SIGN_IN: N_("Signing in"),
    ActionKind.PEOPLE: N_("Accounts and passwords"),
    ActionKind.TABLETS: N_("Tablets"),
    ActionKind.SYNC: N_("Sync of tablets"),
    ActionKind.SERVER: N_("Server and lists"),
}
_ENTRY_ACTIONS = {
    "entered": N_("Entered beside the visit: {type}"),
    "corrected": N_("Corrected beside the visit: {type}"),
    "withdrawn": N_("Withdrawn beside the visit: {type}"),
}
_ACTIONS: Mapping[str, str] = {
    "record_opened": N_("Opened the record"),
    "file_viewed": N_("Looked at a restricted file"),
    "records_searched": N_("Searched for records to erase"),
    "list_exported": N_("Took a list out as a file"),
    "export_made": N_("Wrote an export"),
    "export_taken": N_("Took an export out"),
    "export_withdrawn": N_("Withdrew the file of an export"),
    "feed_read": N_("Read a table by a data token"),
    "feed_token_made": N_("Made a data token"),
    "feed_token_accepted": N_("Accepted a data token"),
    "feed_token_closed": N_("Closed an account: its data token waits to be accepted again"),
    "feed_token_revoked": N_("Revoked a data token"),
    "paper_taken": N_("Took a paper out as PDF"),
    "review_approved": N_("Approved the record"),
    "review_returned": N_("Returned the record"),
    "review_void": N_("Made the record void"),
    "review_reopened": N_("Opened the review again"),
    "review_approval_undone": N_("Took the approval back"),
    "review_return_taken_back": N_("Took the return back"),
    "conflicts_settled": N_("Settled conflicts"),
    "quarantine_run_again": N_("Ran a quarantined change again"),
    "quarantine_mended": N_("Mended a quarantined change"),
    "quarantine_set_aside": N_("Rejected a quarantined change"),
    "quarantine_put_back": N_("Put a rejected change back"),
    "salvage_taken": N_("Recovered the record from a tablet"),
    "salvage_set_aside": N_("Rejected a copy from a tablet"),
    "establishment_added": N_("Added the establishment"),
    "establishment_edited": N_("Changed the establishment"),
    "record_moved": N_("Moved the establishment"),
    "record_merged": N_("Merged into another entry"),
    "record_unmerged": N_("Undid the merge"),
    "register_file_uploaded": N_("Uploaded a file of establishments"),
    "register_imported": N_("Imported establishments"),
    "register_import_undone": N_("Undid an import"),
    "plan_set": N_("Set the quotas of the plan"),
    "plan_item_added": N_("Planned a visit"),
    "plan_passphrase_set": N_("Set the passphrase of the plan"),
    "plan_passphrase_typed": N_("Opened the unannounced visits with the passphrase"),
    "plan_day_committed": N_("Committed to the unannounced visits of a day"),
    "plan_day_opened": N_("Opened the list of a day"),
    "plan_item_moved": N_("Changed a planned visit"),
    "plan_item_released": N_("Gave an unannounced visit to its team"),
    "worker_census_entered": N_("Entered a worker census"),
    "worker_census_corrected": N_("Corrected a worker census"),
    "worker_census_withdrawn": N_("Withdrew a worker census"),
    "media_post_entered": N_("Entered a media post"),
    "media_post_corrected": N_("Corrected a media post"),
    "media_post_withdrawn": N_("Withdrew a media post"),
    "commune_plan_entered": N_("Entered a plan of a commune"),
    "commune_plan_corrected": N_("Corrected a plan of a commune"),
    "commune_plan_withdrawn": N_("Withdrew a plan of a commune"),
    "report_opened": N_("Opened a report"),
    "report_edited": N_("Wrote the texts of a report"),
    "report_withdrawn": N_("Withdrew a draft report"),
    "report_withdrawal_undone": N_("Took the withdrawal of a draft report back"),
    "report_signed_off": N_("Signed a report off"),
    "report_frozen": N_("Froze a report"),
    "report_restated": N_("Opened the restatement of a report"),
    "report_taken": N_("Took a report out as a file"),
    "submission_recorded": N_("Wrote down that a report was sent in"),
    "template_taken": N_("Put a template of the office in use"),
    "template_dropped": N_("Went back to the template of the product"),
    "figures_reminded": N_("Reminded of figures still owed"),
    "agency_return_entered": N_("Entered a monthly return"),
    "agency_return_corrected": N_("Corrected a monthly return"),
    "agency_return_withdrawn": N_("Withdrew a monthly return"),
    "harm_reduction_return_entered": N_("Entered harm-reduction totals"),
    "harm_reduction_return_corrected": N_("Corrected harm-reduction totals"),
    "harm_reduction_return_withdrawn": N_("Withdrew harm-reduction totals"),
    "risk_group_count_entered": N_("Entered the count of an at-risk group"),
    "risk_group_count_corrected": N_("Corrected the count of an at-risk group"),
    "risk_group_count_withdrawn": N_("Withdrew the count of an at-risk group"),
    "information_correction_entered": N_("Entered a correction of wrong information"),
    "information_correction_corrected": N_("Changed a correction of wrong information"),
    "information_correction_withdrawn": N_("Withdrew a correction of wrong information"),
    "supervision_entered": N_("Entered a social supervision"),
    "supervision_corrected": N_("Corrected a social supervision"),
    "supervision_withdrawn": N_("Withdrew a social supervision"),
    "pilot_model_entered": N_("Entered a pilot model"),
    "pilot_model_corrected": N_("Corrected a pilot model"),
    "pilot_model_withdrawn": N_("Withdrew a pilot model"),
    "commendation_entered": N_("Entered a commendation"),
    "commendation_corrected": N_("Corrected a commendation"),
    "commendation_withdrawn": N_("Withdrew a commendation"),
    "budget_line_entered": N_("Entered a budget line"),
    "budget_line_corrected": N_("Corrected a budget line"),
    "budget_line_withdrawn": N_("Withdrew a budget line"),
    "denominator_entered": N_("Entered a total to compare with"),
    "denominator_corrected": N_("Corrected a total to compare with"),
    "denominator_withdrawn": N_("Withdrew a total to compare with"),
    "plan_item_cancelled": N_("Cancelled a planned visit"),
    "review_commented": N_("Commented further on the record"),
    "review_thread_closed": N_("Closed a comment on the record"),
    "review_thread_reopened": N_("Opened a comment on the record again"),
    "duplicate_dismissed": N_("Said that two entries are two places"),
    "duplicate_restored": N_("Took back that two entries are two places"),
    "purge_requested": N_("Asked for an erasure"),
    "purge_confirmed": N_("Confirmed the erasure"),
    "purge_refused": N_("Refused the erasure"),
    "purge_withdrawn": N_("Took the request for an erasure back"),
    "retention_requested": N_("Asked for a retention run"),
    "retention_confirmed": N_("Confirmed the retention run"),
    "retention_resumed": N_("Let the retention run go on"),
    "retention_refused": N_("Refused the retention run"),
    "retention_withdrawn": N_("Took the request for a retention run back"),
    "retention_done": N_("Retention run done"),
    "record_hold_set": N_("Held the record against retention"),
    "record_hold_released": N_("Released the record for retention"),
    "sign_in_accepted": N_("Signed in"),
    "sign_in_refused": N_("Was refused at sign-in"),
    "sessions_ended": N_("Ended the other sessions"),
    "officer_added": N_("Added the account"),
    "officer_changed": N_("Changed the account"),
    "officer_disabled": N_("Closed the account"),
    "officer_reopened": N_("Opened the account again"),
    "own_mail_set": N_("Changed the own e-mail"),
    "team_added": N_("Added the team"),
    "team_changed": N_("Changed the team"),
    "team_member_set": N_("Changed a member of the team"),
    "membership_begun": N_("Began in the team"),
    "membership_ended": N_("Ended in the team"),
    "work_handed_over": N_("Handed the open work over"),
    "hand_over_undone": N_("Took the hand-over back"),
    "password_set": N_("Set the password"),
    "password_reset": N_("Made a link for a new password"),
    "password_chosen": N_("Chose a password by the link"),
    "access_requested": N_("Asked for access, which waits for a second person"),
    "access_accepted": N_("Accepted the new password with the present one"),
    "access_confirmed": N_("Confirmed access as a second person"),
    "access_alone": N_("Put access into effect without a second person"),
    "access_refused": N_("Refused access that was asked for"),
    "access_withdrawn": N_("Withdrew access that was asked for"),
    "own_password_set": N_("Changed the own password"),
    "totp_set": N_("Switched one-time codes on"),
    "totp_dropped": N_("Switched one-time codes off"),
    "account_data_removed": N_("Removed the sign-in data of an ended account"),
    "totp_sealed_again": N_("Sealed the secret of one-time codes with the new key"),
    "password_hash_renewed": N_("Hashed the password at the present cost"),
    "officer_scopes_set": N_("Changed the areas of an officer by their teams"),
    "passkey_added": N_("Added a passkey"),
    "passkey_renamed": N_("Renamed a passkey"),
    "passkey_removed": N_("Removed a passkey"),
    "sign_in_slowed": N_("Had too many attempts"),
    "confirmation_refused": N_("Was refused at a confirmation"),
    "page_refused": N_("Was refused a page without the right to it"),
    "form_refused": N_("Was refused a form from another page"),
    "decision_refused": N_("Was refused a decision"),
    "passkey_refused": N_("Was refused with a passkey"),
    "enrolment_code_issued": N_("Made a code for a tablet"),
    "device_enrolled": N_("Enrolled the tablet"),
    "device_activated": N_("Took the tablet into use"),
    "officer_bound": N_("Signed in on the tablet"),
    "device_confirmed": N_("Confirmed that the tablet is their own"),
    "device_disowned": N_("Said that the tablet is not their own"),
    "device_renamed": N_("Renamed the tablet"),
    "device_revoked": N_("Revoked the tablet"),
    "device_recovered": N_("Opened a locked tablet"),
    "device_order_given": N_("Gave the tablet an order"),
    "device_order_withdrawn": N_("Withdrew an order to the tablet"),
    "device_order_answered": N_("Tablet answered an order"),
    "scope_granted": N_("Gave the tablet an area"),
    "scope_ungranted": N_("Took an area from the tablet"),
    "root_contradicted": N_("Tablet saw another history than the server"),
    "root_agrees_again": N_("Tablet and server agree again on the history"),
    "sync.push": N_("Sent changes"),
    "rescue.import": N_("Took in a rescue file"),
    "number_block_leased": N_("Got a block of numbers"),
    "job_queued": N_("Started a job"),
    "job_stopped": N_("Stopped a job"),
    "lists_published": N_("Published lists"),
    "notice_announced": N_("Announced a notice"),
    "notice_withdrawn": N_("Withdrew a notice"),
    "backup_marked": N_("Noted a proved backup"),
    "store_restored": N_("Restored the store from a backup"),
    "epoch_begun": N_("Began a new history of the store"),
    "keys_rotated": N_("Created a newer key of the server"),
    "sessions_expired": N_("Ended all sessions of tablets and browsers"),
    "files_collected": N_("Removed files that nothing names"),
    "chain_checked": N_("Checked the chain of the audit trail"),
    "access_state_contradicted": N_("Rights in the store changed without an action of anybody"),
    "access_state_confirmed": N_("Confirmed rights that had changed without an action"),
    "mail_tested": N_("Sent a test e-mail"),
    "webhook_added": N_("Added a webhook"),
    "webhook_changed": N_("Changed a webhook"),
    "webhook_secret_changed": N_("Changed the secret of a webhook"),
    "webhook_paused": N_("Paused a webhook"),
    "webhook_resumed": N_("Resumed a webhook"),
    "webhook_replayed": N_("Sent events to a webhook again"),
    "webhook_sent_again": N_("Sent a message that was passed over to a webhook again"),
    "webhook_tested": N_("Sent a test to a webhook"),
    "webhook_stopped": N_("Gave a webhook up"),
    "webhook_removed": N_("Removed a webhook"),
}
_LISTS = {
    "establishments": N_("Register of establishments"),
    "visits": N_("Visits"),
    "sessions": N_("Outreach sessions"),
    "audit": N_("Audit trail"),
}
_PAPERS = {
    "minutes": N_("Minutes of the inspection"),
    "commitment": N_("Commitment of the establishment"),
    "session_record": N_("Record of the outreach session"),
}


def action_text(action: str, localizer: Localizer) -> str:
    """Return the label of an action; an unknown action is that of another version of the server."""
    if action in _ACTIONS:
        return localizer.say(_ACTIONS[action])
    type_, _, done = action.rpartition("_")
    if done in _ENTRY_ACTIONS:
        return localizer.say(_ENTRY_ACTIONS[done]).format(type=type_name(type_, localizer))
    return localizer.say(N_("Another action ({name})")).format(name=action)


def list_text(name: str, localizer: Localizer) -> str:
    """Return the name of an exported list."""
    return localizer.say(_LISTS[name]) if name in _LISTS else name


def details_text(details: Mapping[str, object], localizer: Localizer) -> str:
    """Return the details that have a text, in the order of `_DETAILS`."""
    texts = (
        text_of(details[name], localizer)
        for name, text_of in _DETAILS.items()
        if details.get(name) is not None
    )
    return " · ".join(text for text in texts if text)


def _counted(text: str) -> Callable[[object, Localizer], str]:
    def say(value: object, localizer: Localizer) -> str:
        return localizer.say(text).format(count=localizer.number(value)) if value else ""

    return say


def _kind(value: object, localizer: Localizer) -> str:
    words = {**_PAPERS, **JOB_NAMES}
    if value in words:
        return localizer.say(words[str(value)])
    kind = localizer.lists.choice("evidence_kind", str(value))
    return kind.label(localizer.language) if kind else ""


def _role(value: object, localizer: Localizer) -> str:
    return localizer.label(localizer.lists.roles, value)


def _officer(value: object, localizer: Localizer) -> str:
    return localizer.say(N_("officer: {name}")).format(name=localizer.person(value))


def _reason(value: object, localizer: Localizer) -> str:
    return localizer.choice(REASONS, value)


def _format(value: object, _: Localizer) -> str:
    return str(value).upper()


def _is_whole(value: object, localizer: Localizer) -> str:
    return localizer.say(N_("nothing was altered") if value else N_("the chain is broken"))


def _list(value: object, localizer: Localizer) -> str:
    return export_name(str(value), localizer)


def _hash(value: object, _: Localizer) -> str:
    return f"SHA-256 {value}"


def _day(value: object, localizer: Localizer) -> str:
    return localizer.day(date.fromisoformat(str(value)))


def _list_hash(value: object, localizer: Localizer) -> str:
    return localizer.say(N_("hash of the list: {hash}")).format(hash=value)


def _renamed(value: object, localizer: Localizer) -> str:
    return localizer.say(N_("with another name")) if value else ""


_DETAILS: Mapping[str, Callable[[object, Localizer], str]] = {
    "list": _list,
    "kind": _kind,
    "format": _format,
    "table": lambda value, _: str(value),
    "page": lambda value, _: str(value),
    "role": _role,
    "renamed": _renamed,
    "officer": _officer,
    "reason": _reason,
    "rev": _counted(N_("revision {count}")),
    "records": _counted(N_("rows: {count}")),
    "found": _counted(N_("found: {count}")),
    "taken": _counted(N_("establishments: {count}")),
    "deleted": _counted(N_("taken out: {count}")),
    "rows": _counted(N_("rows: {count}")),
    "count": _counted(N_("how many: {count}")),
    "files": _counted(N_("files: {count}")),
    "entries": _counted(N_("entries: {count}")),
    "receipts": _counted(N_("receipts: {count}")),
    "new": _counted(N_("new changes: {count}")),
    "held": _counted(N_("quarantined: {count}")),
    "applied": _counted(N_("applied: {count}")),
    "conflict": _counted(N_("in conflict: {count}")),
    "quarantined": _counted(N_("quarantined: {count}")),
    "is_whole": _is_whole,
    "sha256": _hash,
    "day": _day,
    "commitment": _list_hash,
    "host": lambda value, _: str(value),
    "from_event": _counted(N_("from event {count}")),
}
