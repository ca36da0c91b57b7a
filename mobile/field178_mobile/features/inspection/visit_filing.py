"""Records filed with a visit: the visit with its number, its outreach session, register updates."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from field178_mobile.features.inspection.minutes_number import take_number
from field178_mobile.features.inspection.register_updates import update_draft
from field178_mobile.store import Draft, MergedRecord, Store
from field178_shared.codelists import CodeLists
from field178_shared.merge import equal
from field178_shared.record_type import RecordType
from field178_shared.records.inspection import INSPECTED
from field178_shared.records.reading import Data, day_of_act, text_of
from field178_shared.rules.visit_outreach import session_id_of_visit, session_of_visit

NOT_MADE = "not_made"


@dataclass(frozen=True, slots=True)
class VisitFiling:
    """Records filed in one step: the visit, its session, and a session to delete."""

    visit: Draft
    extra: tuple[Draft, ...]
    gone: tuple[MergedRecord, ...]


def what_to_file(
    store: Store, draft: Draft, data: dict[str, object], lists: CodeLists, kept: Collection[str] = ()
) -> VisitFiling:
    """Return the visit as filed with related records, all filed in one step.

    A visit filed for the first time gets its minutes number here. `kept`: paths of the establishment that
    keep the register's value although the visit observed another one.
    """
    visit = replace(draft, data={**data, **_number_of(store, draft, data)})
    session = session_of_visit(visit.data, visit.record_id, _host_agency(store, visit.data, lists))
    stored = store.view(session_id_of_visit(visit.record_id))
    updates = _register_updates(store, visit, kept)
    if session is not None:
        return VisitFiling(visit, (_session_draft(store, visit, session, stored, lists), *updates), ())
    return VisitFiling(visit, updates, () if stored is None or stored.deleted else (stored,))


def _register_updates(store: Store, visit: Draft, kept: Collection[str]) -> tuple[Draft, ...]:
    view = store.view(text_of(visit.data, "establishment_id"))
    update = None if view is None or view.deleted else update_draft(visit, view, kept)
    return () if update is None else (update,)


def _number_of(store: Store, draft: Draft, data: Data) -> dict[str, object]:
    is_wanted = data.get("access_result") == INSPECTED and data.get("paper_signed") != NOT_MADE
    # Minutes of a visit that was filed before were written then: a number now would not be theirs.
    if data.get("minutes_number") or not is_wanted or draft.seen is not None:
        return {}
    number = take_number(store, draft.record_id, data)
    return {"minutes_number": number} if number else {}


def _session_draft(
    store: Store, visit: Draft, session: dict[str, object], stored: MergedRecord | None, lists: CodeLists
) -> Draft:
    session_id = session_id_of_visit(visit.record_id)
    kept = {} if stored is None else _edits_by_hand(store, visit, session, stored.data, lists)
    return Draft(
        id=session_id,
        type=RecordType.OUTREACH_SESSION,
        record_id=session_id,
        scope=f"unit:{text_of(visit.data, 'unit_id')}",
        data={**kept, **session},
        seen=None if stored is None else dict(stored.data),
        base_rev=0 if stored is None else stored.rev,
        user=visit.user,
        saved_at=visit.saved_at,
        title=visit.title,
    )


def _edits_by_hand(
    store: Store, visit: Draft, session: Data, stored: Data, lists: CodeLists
) -> dict[str, object]:
    """Return the stored session without values copied from the old visit; edits by hand stay."""
    seen = visit.seen or {}
    before = session_of_visit(seen, visit.record_id, _host_agency(store, seen, lists)) or {}
    return {
        name: value
        for name, value in stored.items()
        if name in session or name not in before or not equal(before[name], value)
    }


def _host_agency(store: Store, visit: Data, lists: CodeLists) -> str:
    """Return the team's standing agency, or the focal agency if it did not exist that day."""
    team, day = store.view(text_of(visit, "team_id")), day_of_act(visit)
    standing = text_of(team.data, "standing_agency") if team else ""
    focal = lists.focal_agency_on(day) if day and standing not in lists.agencies.on(day) else None
    return focal.id if focal else standing
