"""Actions of the audit trail by kind: every action that the server writes is listed here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from field178_shared.record_type import RecordType


class ActionKind(StrEnum):
    """Kinds of actions, in the order of the console's filter."""

    READING = "reading"
    TAKING_OUT = "taking_out"
    DECISIONS = "decisions"
    REGISTER = "register"
    COMMUNE = "commune"
    RETURNS = "returns"
    PLAN = "plan"
    REPORTS = "reports"
    ERASURE = "erasure"
    SIGN_IN = "sign_in"
    PEOPLE = "people"
    TABLETS = "tablets"
    SYNC = "sync"
    SERVER = "server"


RECORD_OPENED = "record_opened"
RECORDS_SEARCHED = "records_searched"
FEED_READ = "feed_read"

ACTIONS: Mapping[ActionKind, tuple[str, ...]] = {
    ActionKind.READING: (RECORD_OPENED, "file_viewed", "paper_taken"),
    ActionKind.TAKING_OUT: (
        "list_exported",
        "export_made",
        "export_taken",
        "export_withdrawn",
        FEED_READ,
        "feed_token_made",
        "feed_token_accepted",
        "feed_token_closed",
        "feed_token_revoked",
    ),
    ActionKind.DECISIONS: (
        "review_approved",
        "review_returned",
        "review_void",
        "review_reopened",
        "review_approval_undone",
        "review_return_taken_back",
        "review_commented",
        "review_thread_closed",
        "review_thread_reopened",
        *(
            f"{type_}_{action}"
            for type_ in (
                RecordType.SANCTION_DECISION,
                RecordType.PAYMENT,
                RecordType.MEASURE_EXECUTION,
                RecordType.FOLLOW_UP_CLOSURE,
            )
            for action in ("entered", "corrected", "withdrawn")
        ),
        "conflicts_settled",
        "quarantine_run_again",
        "quarantine_mended",
        "quarantine_set_aside",
        "quarantine_put_back",
        "salvage_taken",
        "salvage_set_aside",
    ),
    ActionKind.REGISTER: (
        "establishment_added",
        "establishment_edited",
        "record_moved",
        "record_merged",
        "record_unmerged",
        "register_file_uploaded",
        "register_imported",
        "register_import_undone",
        "duplicate_dismissed",
        "duplicate_restored",
    ),
    ActionKind.COMMUNE: tuple(
        f"{type_}_{action}"
        for type_ in (
            RecordType.WORKER_CENSUS,
            RecordType.MEDIA_POST,
            RecordType.COMMUNE_PLAN,
            RecordType.RISK_GROUP_COUNT,
        )
        for action in ("entered", "corrected", "withdrawn")
    ),
    ActionKind.RETURNS: (
        *(
            f"{type_}_{action}"
            for type_ in (
                RecordType.AGENCY_RETURN,
                RecordType.HARM_REDUCTION_RETURN,
                RecordType.PILOT_MODEL,
                RecordType.COMMENDATION,
                RecordType.BUDGET_LINE,
                RecordType.DENOMINATOR,
                RecordType.INFORMATION_CORRECTION,
                RecordType.SUPERVISION,
            )
            for action in ("entered", "corrected", "withdrawn")
        ),
        "figures_reminded",
    ),
    ActionKind.PLAN: (
        "plan_set",
        "plan_item_added",
        "plan_item_moved",
        "plan_item_cancelled",
        "plan_item_released",
        "plan_passphrase_set",
        "plan_passphrase_typed",
        "plan_day_committed",
        "plan_day_opened",
    ),
    ActionKind.REPORTS: (
        "report_opened",
        "report_edited",
        "report_signed_off",
        "report_frozen",
        "report_restated",
        "report_withdrawn",
        "report_withdrawal_undone",
        "report_taken",
        "submission_recorded",
        "template_taken",
        "template_dropped",
    ),
    ActionKind.ERASURE: (
        "purge_requested",
        "purge_confirmed",
        "purge_refused",
        "purge_withdrawn",
        "retention_requested",
        "retention_confirmed",
        "retention_resumed",
        "retention_refused",
        "retention_withdrawn",
        "retention_done",
        "record_hold_set",
        "record_hold_released",
        RECORDS_SEARCHED,
    ),
    ActionKind.SIGN_IN: (
        "sign_in_accepted",
        "sign_in_refused",
        "sign_in_slowed",
        "confirmation_refused",
        "passkey_refused",
        "page_refused",
        "form_refused",
        "decision_refused",
        "sessions_ended",
    ),
    ActionKind.PEOPLE: (
        "officer_added",
        "officer_changed",
        "officer_disabled",
        "officer_reopened",
        "officer_scopes_set",
        "own_mail_set",
        "team_added",
        "team_changed",
        "team_member_set",
        "membership_begun",
        "membership_ended",
        "work_handed_over",
        "hand_over_undone",
        "password_set",
        "password_reset",
        "password_chosen",
        "access_requested",
        "access_accepted",
        "access_confirmed",
        "access_alone",
        "access_refused",
        "access_withdrawn",
        "own_password_set",
        "totp_set",
        "totp_dropped",
        "totp_sealed_again",
        "account_data_removed",
        "password_hash_renewed",
        "passkey_added",
        "passkey_renamed",
        "passkey_removed",
    ),
    ActionKind.TABLETS: (
        "enrolment_code_issued",
        "device_enrolled",
        "device_activated",
        "officer_bound",
        "device_confirmed",
        "device_disowned",
        "device_renamed",
        "device_revoked",
        "device_recovered",
        "device_order_given",
        "device_order_withdrawn",
        "device_order_answered",
        "scope_granted",
        "scope_ungranted",
        "root_contradicted",
        "root_agrees_again",
    ),
    ActionKind.SYNC: ("sync.push", "rescue.import", "number_block_leased"),
    ActionKind.SERVER: (
        "job_queued",
        "job_stopped",
        "lists_published",
        "notice_announced",
        "notice_withdrawn",
        "backup_marked",
        "store_restored",
        "epoch_begun",
        "sessions_expired",
        "keys_rotated",
        "files_collected",
        "chain_checked",
        "access_state_contradicted",
        "access_state_confirmed",
        "mail_tested",
        "webhook_added",
        "webhook_changed",
        "webhook_secret_changed",
        "webhook_paused",
        "webhook_resumed",
        "webhook_replayed",
        "webhook_tested",
        "webhook_stopped",
        "webhook_removed",
        "webhook_sent_again",
    ),
}
