"""Who may call which page: one row an endpoint, in rights of the code list `app_roles`.

A page without a row keeps the application from starting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from field178_shared.codelists import CodeLists


@dataclass(frozen=True, slots=True)
class Access:
    """Any one of these rights opens the page; no right named: any officer. Public asks for no officer."""

    rights: frozenset[str] = frozenset()
    is_public: bool = False


PUBLIC = Access(is_public=True)
SIGNED_IN = Access()
READ = Access(frozenset({"read_visits", "read_own_team_visits"}))
REGISTER = Access(frozenset({"read_visits", "read_own_team_visits", "edit_register"}))
APPROVE = Access(frozenset({"approve"}))
RETURN = Access(frozenset({"return_for_fix"}))
TABLETS = Access(frozenset({"manage_devices", "review"}))
MANAGE_TABLETS = Access(frozenset({"manage_devices"}))
REVIEW = Access(frozenset({"review"}))
PURGE = Access(frozenset({"run_retention"}))

POLICY: Mapping[str, Access] = MappingProxyType(
    {
        "web.static": PUBLIC,
        "web.sign_in": PUBLIC,
        "web.submit_sign_in": PUBLIC,
        "web.set_preferences": PUBLIC,
        "web.home": SIGNED_IN,
        "web.account": SIGNED_IN,
        "web.sign_out": SIGNED_IN,
        "web.own_tablets": SIGNED_IN,
        "web.answer_own_tablet": SIGNED_IN,
        "web.reviews": READ,
        "web.review_record": READ,
        "web.record_file": READ,
        "web.record_paper": READ,
        "web.attention": READ,
        "web.attention_item": READ,
        "web.decide_attention": REVIEW,
        "web.tablets": TABLETS,
        "web.rescue": TABLETS,
        "web.send_rescue": TABLETS,
        "web.rescue_file": TABLETS,
        "web.take_rescue": TABLETS,
        "web.revoking": MANAGE_TABLETS,
        "web.revoke_tablet": MANAGE_TABLETS,
        "web.enrolling": MANAGE_TABLETS,
        "web.enrol_tablet": MANAGE_TABLETS,
        "web.purges": PURGE,
        "web.asking_purge": PURGE,
        "web.ask_purge": PURGE,
        "web.purge_page": PURGE,
        "web.confirm_purge": PURGE,
        "web.refuse_purge": PURGE,
        "web.withdraw_purge": PURGE,
        "web.establishments": REGISTER,
        "web.establishment": REGISTER,
        "web.approve_record": APPROVE,
        "web.return_record": RETURN,
        "web.reopen_record": RETURN,
        "web.void_record": RETURN,
        "web.undo": APPROVE,
    }
)


def may(role: str, endpoint: str, lists: CodeLists) -> bool:
    """Tell whether an officer of this role may call an endpoint; one without a row is closed to all."""
    access = POLICY.get(endpoint)
    if access is None:
        return False
    if access.is_public or not access.rights:
        return True
    found = lists.roles.get(role)
    return found is not None and bool((found.can - found.cannot) & access.rights)
