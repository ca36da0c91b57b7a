"""Drafts of all record types and officers in one list, each with its author."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.mobile.inspection_world import (
    CAFE,
    KARAOKE,
    LEADER,
    OFFICERS,
    TEAM_SCOPE,
    UNIT,
    AtOnce,
    filed_visit,
    services,
    settle,
    uid,
    words,
)
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.features.outreach.outreach_pane import OutreachPaneSessions
from field178_mobile.features.workspace.drafts import DraftsPresenter
from field178_mobile.features.workspace.workspace import Workspace
from field178_mobile.store import Draft, Store
from field178_mobile.store.outbox.changes import changes_of


def visit_draft(name: str, place: str, user: str, clock: FrozenClock, **more: object) -> Draft:
    data = {"establishment_id": place, "unit_id": UNIT, "started_at": "2026-11-24T15:00:00Z"}
    return Draft(
        uid(name), "inspection", uid(f"{name} record"), TEAM_SCOPE, data, None, 0, user, clock.now(), **more
    )


def session_draft(name: str, user: str, clock: FrozenClock) -> Draft:
    data = {"outreach_form_id": next(iter(words().lists.forms)), "unit_id": UNIT}
    return Draft(
        uid(name), "outreach_session", uid(f"{name} record"), TEAM_SCOPE, data, None, 0, user, clock.now()
    )


@pytest.fixture
def drafts(store: Store, clock: FrozenClock) -> DraftsPresenter:
    settle(store)
    store.drafts.save(visit_draft("mine", KARAOKE, LEADER, clock))
    clock.tick(minutes=30)
    store.drafts.save(session_draft("talk", OFFICERS[1], clock))
    clock.tick(minutes=11)
    store.drafts.save(visit_draft("theirs", CAFE, OFFICERS[2], clock))
    return DraftsPresenter(store, clock, words(), LEADER)


def test_drafts_of_every_type_and_officer_stand_in_one_list_the_latest_first(drafts):
    form = next(iter(words().lists.forms.values())).label("vi")
    assert [(row.title, row.saved, row.owner, row.screen) for row in drafts.rows()] == [
        ("Cà phê Ánh Dương", "Lưu lúc 22:41", "Cán bộ GL-03", "inspection"),
        (form, "Lưu lúc 22:30", "Cán bộ GL-02", "outreach"),
        ("Karaoke Hồng Phúc", "Lưu lúc 22:00", "", "inspection"),
    ]


def test_draft_that_corrects_a_filed_record_says_so(drafts, store, clock):
    mended = visit_draft("mended", CAFE, LEADER, clock)
    store.drafts.save(replace(mended, seen=dict(mended.data)))
    assert any("đã hoàn thành trước đó" in row.detail for row in drafts.rows())


def test_draft_of_another_day_shows_its_day(drafts, clock):
    clock.tick(seconds=timedelta(days=2).total_seconds())
    assert drafts.rows()[0].saved == "Lưu lúc 24/11 22:41"


def test_discarded_draft_is_gone_and_the_others_stay(drafts, store):
    drafts.discard(uid("theirs"))
    assert {draft.id for draft in store.drafts.all()} == {uid("mine"), uid("talk")}


def test_draft_of_another_officer_is_gone_on_with_and_filed_by_who_files(drafts, store, clock):
    begun = visit_draft("begun", CAFE, OFFICERS[2], clock)
    store.drafts.save(replace(begun, data=closed_visit()))
    workspace = Workspace(services(store, clock, seeded_ids(clock)), AtOnce())
    assert workspace.record.open_record(begun.record_id)
    workspace.record.visit.write("representative_opinion", "Sẽ mở cửa lại")
    kept = store.drafts.get(begun.id)
    assert (kept.user, kept.data["representative_opinion"]) == (OFFICERS[2], "Sẽ mở cửa lại")
    workspace.record.visit.complete()
    assert store.drafts.get(begun.id) is None
    (change,) = store.read(lambda context: changes_of(context, begun.record_id))
    assert change.wire["user"] == LEADER


def closed_visit() -> dict[str, object]:
    data = filed_visit(
        CAFE, access_result="closed_on_arrival", overall_result="not_inspected", representative_role="none"
    )
    for name in ("answers", "follow_ups"):
        del data[name]
    return data


def test_one_of_two_drafts_of_a_place_is_opened_by_its_own_id(drafts, store, clock):
    store.drafts.save(visit_draft("second", CAFE, LEADER, clock))
    workspace = Workspace(services(store, clock, seeded_ids(clock)), AtOnce())
    for name in ("theirs", "second"):
        assert workspace.record.open_record(uid(f"{name} record"))
        assert workspace.record.visit.record_id == uid(f"{name} record")
    assert not workspace.record.open_record(uid("no such record"))


def test_open_draft_thrown_away_is_not_written_on(drafts, store, clock):
    workspace = Workspace(services(store, clock, seeded_ids(clock)), AtOnce())
    workspace.record.open_record(uid("mine record"))
    workspace.discard(uid("mine"))
    assert workspace.record.visit is None
    workspace.discard(uid("talk"))
    assert [draft.id for draft in store.drafts.all()] == [uid("theirs")]


def test_open_session_thrown_away_elsewhere_is_noticed_once(drafts, store, clock):
    workspace = OutreachPaneSessions(
        services(store, clock, seeded_ids(clock)), lambda _state: None, lambda _state: None
    )
    workspace.open(uid("talk record"))
    assert not workspace.has_lost_draft()
    drafts.discard(uid("talk"))
    assert workspace.has_lost_draft()
    workspace.close()
    assert not workspace.has_lost_draft()
    workspace.begin()
    assert not workspace.has_lost_draft()
