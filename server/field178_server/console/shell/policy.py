"""Access policy of pages: one row an endpoint, in rights of the code list `app_roles`.

A page without a row keeps the application from starting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from field178_server.accounts.officers import OfficerContext
from field178_server.http.auth import current_officer
from field178_server.records.access import (
    FIGURE_RIGHTS,
    OVERSIGHT_RIGHTS,
    RECORD_RIGHTS,
    AccessFilter,
    access_of,
)
from field178_shared.codelists import CodeLists


@dataclass(frozen=True, slots=True)
class Access:
    """Any one of these rights opens the page; no right named: any officer. Public asks for no officer."""

    rights: frozenset[str] = frozenset()
    is_public: bool = False


PUBLIC = Access(is_public=True)
SIGNED_IN = Access()
READ = Access(RECORD_RIGHTS)
REGISTER = Access(RECORD_RIGHTS | {"edit_register"})
EDIT_REGISTER = Access(frozenset({"edit_register"}))
JOBS = Access(frozenset({"edit_register", "manage_devices"}))
APPROVE = Access(frozenset({"approve"}))
RETURN = Access(frozenset({"return_for_fix"}))
TABLETS = Access(frozenset({"manage_devices", "review"}))
MANAGE_TABLETS = Access(frozenset({"manage_devices"}))
REVIEW = Access(frozenset({"review"}))
LISTS = Access(frozenset({"manage_codelists", "read_visits", "approve_export"}))
MANAGE_LISTS = Access(frozenset({"manage_codelists"}))
ERASE = Access(frozenset({"run_retention"}))
NOTICES = Access(frozenset({"manage_users", "review"}))
ADMINISTER = Access(frozenset({"manage_users"}))
AUDIT = Access(frozenset({"read_audit", "manage_users"}))
TEAMS = Access(RECORD_RIGHTS | {"manage_users"})
COMMUNE = Access(frozenset({"create_commune_plan", "review", "sign_off_report"}))
ENTER_COMMUNE = Access(frozenset({"create_commune_plan"}))
REPORTS = Access(frozenset({"draft_report", "read_reports", "submit_return"}))
READ_REPORT = Access(frozenset({"draft_report", "read_reports"}))
WRITE_REPORT = Access(frozenset({"draft_report"}))
SIGN_REPORT = Access(frozenset({"sign_off_report"}))
SEND_REPORT = Access(frozenset({"draft_report", "submit_return"}))
RETURNS = Access(frozenset({"submit_return", "review", "sign_off_report"}))
ENTER_RETURNS = Access(frozenset({"submit_return", "review"}))
FIGURES = Access(FIGURE_RIGHTS)
EXPORT_SOMETHING = Access(FIGURE_RIGHTS | {"read_visits"})
EXPORTS = Access(EXPORT_SOMETHING.rights | OVERSIGHT_RIGHTS)
OVERSEE_FEEDS = Access(ADMINISTER.rights | OVERSIGHT_RIGHTS)
HAND_OVER = Access(frozenset({"manage_users", "review"}))

POLICY: Mapping[str, Access] = MappingProxyType(
    {
        "console.static": PUBLIC,
        "console.sign_in": PUBLIC,
        "console.submit_sign_in": PUBLIC,
        "console.choosing_password": PUBLIC,
        "console.choose_password": PUBLIC,
        "console.set_preferences": PUBLIC,
        "console.home": SIGNED_IN,
        "console.search": SIGNED_IN,
        "console.own_guide": SIGNED_IN,
        "console.stay": SIGNED_IN,
        "console.guide": SIGNED_IN,
        "console.keep_view": REGISTER,
        "console.forget_view": REGISTER,
        "console.account": SIGNED_IN,
        "console.set_own_password": SIGNED_IN,
        "console.end_other_sessions": SIGNED_IN,
        "console.authenticator": SIGNED_IN,
        "console.begin_codes": SIGNED_IN,
        "console.end_codes": SIGNED_IN,
        "console.sign_out": SIGNED_IN,
        "console.confirming": SIGNED_IN,
        "console.confirm_password": SIGNED_IN,
        "console.own_tablets": SIGNED_IN,
        "console.answer_own_tablet": SIGNED_IN,
        "console.reviews": READ,
        "console.review_record": READ,
        "console.record_file": READ,
        "console.record_paper": READ,
        "console.follow_ups": READ,
        "console.entry": READ,
        "console.new_entry": REVIEW,
        "console.enter": REVIEW,
        "console.correct_entry": REVIEW,
        "console.withdraw_entry": REVIEW,
        "console.plan": READ,
        "console.plan_year": READ,
        "console.plan_calendar": READ,
        "console.plan_item": READ,
        "console.plan_adding": REVIEW,
        "console.add_plan_items": REVIEW,
        "console.move_plan_item": REVIEW,
        "console.cancel_plan_item": REVIEW,
        "console.plan_recheck": REVIEW,
        "console.plan_quotas": REVIEW,
        "console.set_plan_quotas": REVIEW,
        "console.attention": READ,
        "console.attention_item": READ,
        "console.decide_attention": REVIEW,
        "console.commune": COMMUNE,
        "console.commune_entry": COMMUNE,
        "console.commune_file": COMMUNE,
        "console.new_commune_entry": ENTER_COMMUNE,
        "console.enter_commune_entry": ENTER_COMMUNE,
        "console.correct_commune_entry": ENTER_COMMUNE,
        "console.withdraw_commune_entry": ENTER_COMMUNE,
        "console.return_commune_entry": REVIEW,
        "console.take_back_return": REVIEW,
        "console.reports": REPORTS,
        "console.record_submission": SEND_REPORT,
        "console.new_report": WRITE_REPORT,
        "console.open_report": WRITE_REPORT,
        "console.report": READ_REPORT,
        "console.report_later": READ_REPORT,
        "console.report_trace": READ_REPORT,
        "console.report_file": READ_REPORT,
        "console.write_report": WRITE_REPORT,
        "console.withdraw_report": WRITE_REPORT,
        "console.undo_report_withdrawal": WRITE_REPORT,
        "console.sign_report": SIGN_REPORT,
        "console.freeze_report": WRITE_REPORT,
        "console.restate_report": WRITE_REPORT,
        "console.report_template": WRITE_REPORT,
        "console.report_template_file": WRITE_REPORT,
        "console.take_report_template": WRITE_REPORT,
        "console.drop_report_template": WRITE_REPORT,
        "console.returns": RETURNS,
        "console.return_entry": RETURNS,
        "console.new_return": ENTER_RETURNS,
        "console.enter_return": ENTER_RETURNS,
        "console.correct_return": ENTER_RETURNS,
        "console.withdraw_return": ENTER_RETURNS,
        "console.indicators": FIGURES,
        "console.indicator": FIGURES,
        "console.indicator_records": FIGURES,
        "console.indicator_coverage": FIGURES,
        "console.exports": EXPORTS,
        "console.request_export": EXPORT_SOMETHING,
        "console.withdraw_export": EXPORTS,
        "console.stop_export": EXPORTS,
        "console.export_file": EXPORT_SOMETHING,
        "console.people": ADMINISTER,
        "console.new_person": ADMINISTER,
        "console.add_person": ADMINISTER,
        "console.person": ADMINISTER,
        "console.change_person": ADMINISTER,
        "console.person_link": ADMINISTER,
        "console.reset_person": ADMINISTER,
        "console.close_person": ADMINISTER,
        "console.reopen_person": ADMINISTER,
        "console.drop_codes": ADMINISTER,
        "console.open_work": HAND_OVER,
        "console.hand_over": HAND_OVER,
        "console.undo_hand_over": HAND_OVER,
        "console.teams": TEAMS,
        "console.team": TEAMS,
        "console.new_team": ADMINISTER,
        "console.add_team": ADMINISTER,
        "console.edit_team": ADMINISTER,
        "console.save_team": ADMINISTER,
        "console.team_member": ADMINISTER,
        "console.set_team_member": ADMINISTER,
        "console.tablets": TABLETS,
        "console.rescue": TABLETS,
        "console.send_rescue": TABLETS,
        "console.rescue_file": TABLETS,
        "console.take_rescue": TABLETS,
        "console.revoking": MANAGE_TABLETS,
        "console.revoke_tablet": MANAGE_TABLETS,
        "console.tablet": TABLETS,
        "console.rename_tablet": MANAGE_TABLETS,
        "console.grant_scope": MANAGE_TABLETS,
        "console.take_scope": MANAGE_TABLETS,
        "console.enrolling": MANAGE_TABLETS,
        "console.enrol_tablet": MANAGE_TABLETS,
        "console.audit": AUDIT,
        "console.audit_file": AUDIT,
        "console.check_chain": AUDIT,
        "console.purges": ERASE,
        "console.asking_purge": ERASE,
        "console.ask_purge": ERASE,
        "console.purge_page": ERASE,
        "console.confirm_purge": ERASE,
        "console.refuse_purge": ERASE,
        "console.withdraw_purge": ERASE,
        "console.register_imports": EDIT_REGISTER,
        "console.upload_register": EDIT_REGISTER,
        "console.register_import": EDIT_REGISTER,
        "console.register_columns": EDIT_REGISTER,
        "console.choose_register_columns": EDIT_REGISTER,
        "console.register_words": EDIT_REGISTER,
        "console.choose_register_words": EDIT_REGISTER,
        "console.run_register_import": EDIT_REGISTER,
        "console.undo_register_import": EDIT_REGISTER,
        "console.register_refused": EDIT_REGISTER,
        "console.notices": NOTICES,
        "console.new_notice": NOTICES,
        "console.announce_notice": NOTICES,
        "console.notice": NOTICES,
        "console.end_notice": NOTICES,
        "console.read_notice": SIGNED_IN,
        "console.mail": NOTICES,
        "console.test_mail": NOTICES,
        "console.retry_mail": NOTICES,
        "console.mail_texts": NOTICES,
        "console.set_own_mail": SIGNED_IN,
        "console.feeds": OVERSEE_FEEDS,
        "console.new_feed_token": ADMINISTER,
        "console.make_feed_token": ADMINISTER,
        "console.feed_token": OVERSEE_FEEDS,
        "console.feed_secret": ADMINISTER,
        "console.revoke_feed_token": OVERSEE_FEEDS,
        "console.jobs": JOBS,
        "console.job": JOBS,
        "console.stop_job": JOBS,
        "console.health": ADMINISTER,
        "console.make_backup": ADMINISTER,
        "console.webhooks": ADMINISTER,
        "console.new_webhook": ADMINISTER,
        "console.add_webhook": ADMINISTER,
        "console.webhook": ADMINISTER,
        "console.edit_webhook": ADMINISTER,
        "console.save_webhook": ADMINISTER,
        "console.test_webhook": ADMINISTER,
        "console.pause_webhook": ADMINISTER,
        "console.resume_webhook": ADMINISTER,
        "console.replay_webhook": ADMINISTER,
        "console.send_webhook_again": ADMINISTER,
        "console.change_webhook_secret": ADMINISTER,
        "console.webhook_secret": ADMINISTER,
        "console.remove_webhook": ADMINISTER,
        "console.establishments": REGISTER,
        "console.establishments_file": REGISTER,
        "console.establishments_points": REGISTER,
        "console.register_map_page": REGISTER,
        "console.map_ground": REGISTER,
        "console.establishment": REGISTER,
        "console.new_establishment": EDIT_REGISTER,
        "console.add_establishment": EDIT_REGISTER,
        "console.edit_establishment": EDIT_REGISTER,
        "console.save_establishment": EDIT_REGISTER,
        "console.closing_establishment": EDIT_REGISTER,
        "console.close_establishment": EDIT_REGISTER,
        "console.moving_establishment": EDIT_REGISTER,
        "console.move_establishment": EDIT_REGISTER,
        "console.units": EDIT_REGISTER,
        "console.unit_entries": EDIT_REGISTER,
        "console.reassign_entries": EDIT_REGISTER,
        "console.move_unit": EDIT_REGISTER,
        "console.move_units": EDIT_REGISTER,
        "console.duplicate_establishments": EDIT_REGISTER,
        "console.dismissing_duplicate": EDIT_REGISTER,
        "console.dismiss_duplicate": EDIT_REGISTER,
        "console.restore_duplicate": EDIT_REGISTER,
        "console.merging_establishment": EDIT_REGISTER,
        "console.merge_establishment": EDIT_REGISTER,
        "console.unmerge_establishment": EDIT_REGISTER,
        "console.visits": READ,
        "console.visits_file": READ,
        "console.visits_points": READ,
        "console.sessions": READ,
        "console.sessions_file": READ,
        "console.lists": LISTS,
        "console.list_table": LISTS,
        "console.list_row": LISTS,
        "console.lists_pack": LISTS,
        "console.lists_worksheet": LISTS,
        "console.check_list_row": MANAGE_LISTS,
        "console.upload_lists": MANAGE_LISTS,
        "console.publish_lists": MANAGE_LISTS,
        "console.note_viewing": READ,
        "console.approve_record": APPROVE,
        "console.approve_several": APPROVE,
        "console.return_record": RETURN,
        "console.reopen_record": RETURN,
        "console.void_record": RETURN,
        "console.undo": APPROVE,
        "console.open_thread_list": READ,
        "console.comment_thread": RETURN,
        "console.close_thread": RETURN,
        "console.reopen_thread": RETURN,
    }
)


def may(role: str, endpoint: str, lists: CodeLists) -> bool:
    """Tell whether an officer of this role may call an endpoint; one without a row is closed to all."""
    access = POLICY.get(endpoint)
    if access is None:
        return False
    return access.is_public or not access.rights or holds_right(role, access.rights, lists)


def holds_right(role: str, rights: frozenset[str], lists: CodeLists) -> bool:
    """Tell whether a role has any one of these rights."""
    found = lists.roles.get(role)
    return found is not None and bool(found.rights & rights)


def own_access() -> AccessFilter:
    """Return which scopes the signed-in officer may read."""
    officer = current_officer()
    return access_of(officer.role, officer.scopes)


def tablet_access(officer: OfficerContext, lists: CodeLists) -> AccessFilter:
    """Return which tablets an officer sees: an administrator looks after all of them and reads no record."""
    if may(officer.role, "console.revoke_tablet", lists):
        return AccessFilter(None)
    return access_of(officer.role, officer.scopes)
