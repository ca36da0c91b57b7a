"""After a locking the same officer goes on where they were, as far as it is still there."""

from __future__ import annotations

import pytest
from tests.mobile.inspection_world import (
    CAFE,
    GUESTHOUSE,
    KARAOKE,
    LAST_VISIT,
    OFFICERS,
    AtOnce,
    RecordingScreen,
    services,
    settle,
)
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.features.inspection.field_positions import CONCLUSION, INFO
from field178_mobile.features.register.establishment_facts import TO_FIX
from field178_mobile.features.workspace.workspace import Workspace, go_back, place_of
from field178_mobile.store import Store


@pytest.fixture
def make_desk(store: Store, clock: FrozenClock):
    settle(store)

    def make():
        workspace = Workspace(services(store, clock, seeded_ids(clock)), AtOnce())
        workspace.sights = RecordingScreen()
        workspace.show_on(workspace.sights)
        return workspace

    return make


def begin(workspace):
    workspace.shift.choose_kind("unannounced")
    workspace.shift.choose_trigger("tip_off")
    workspace.shift.write_decision_number("12/QĐ-UBND")
    workspace.shift.write_decision_date("2026-11-20")
    workspace.shift.toggle_member(OFFICERS[1])
    workspace.shift.confirm()
    workspace.open(KARAOKE)
    assert workspace.record.begin("inspected")


def test_list_alone_is_no_place(make_desk):
    assert place_of(make_desk()) == {}


def test_open_draft_is_back_at_its_section(make_desk):
    before = make_desk()
    begin(before)
    visit = before.record.visit
    section = next(card.id for card in before.state.sections)
    visit.open_section(section)
    after = make_desk()
    go_back(after, **place_of(before))
    assert after.record.visit.record_id == visit.record_id
    assert after.record.visit.sight.section == section


def test_open_draft_is_back_at_its_conclusion(make_desk):
    before = make_desk()
    begin(before)
    before.record.choose_tab(CONCLUSION)
    after = make_desk()
    go_back(after, **place_of(before))
    assert after.record.visit.sight.tab == CONCLUSION


def test_filed_visit_and_a_bare_establishment_are_back(make_desk):
    before = make_desk()
    before.record.open_record(LAST_VISIT)
    after = make_desk()
    go_back(after, **place_of(before))
    assert after.record.visit.record_id == LAST_VISIT
    before.open(KARAOKE)
    before.record.choose_tab(INFO)
    again = make_desk()
    go_back(again, **place_of(before))
    assert (again.record.establishment_id, again.record.tab, again.record.visit) == (KARAOKE, INFO, None)


def test_draft_filed_by_another_meanwhile_opens_its_establishment_alone(make_desk, store):
    before = make_desk()
    begin(before)
    place = place_of(before)
    store.drafts.discard(before.record.visit.draft_id)
    after = make_desk()
    go_back(after, **place)
    assert (after.record.establishment_id, after.record.visit) == (KARAOKE, None)


def file_closed_door(workspace, place=KARAOKE):
    if not workspace.shift.current():
        begin(workspace)
        workspace.record.discard()
    workspace.open(place)
    workspace.record.begin("closed_on_arrival")
    workspace.record.visit.arrive("closed_on_arrival")
    workspace.record.visit.complete()
    assert workspace.record.visit.is_filed
    return workspace.record.visit.record_id


def listed(workspace):
    return {row.id for row in workspace.sights.list.rows}


def test_a_place_filed_tonight_opens_its_record_and_can_be_inspected_again(make_desk, clock):
    desk = make_desk()
    filed = file_closed_door(desk)
    desk.open(GUESTHOUSE)
    desk.open(KARAOKE)
    assert (desk.record.visit.record_id, desk.record.visit.is_to_read) == (filed, True)
    assert desk.sights.visit.foot.first.label == "Kiểm tra lần nữa"
    desk.record.visit.act(desk.sights.visit.foot.first.id)
    assert desk.record.visit is None
    assert desk.record.begin("inspected")
    assert desk.record.visit.record_id != filed


def test_a_place_filed_last_night_opens_for_a_visit(make_desk, clock):
    desk = make_desk()
    file_closed_door(desk)
    clock.tick(hours=13)
    desk.open(GUESTHOUSE)
    desk.open(KARAOKE)
    assert desk.record.visit is None


def search(desk):
    desk.list.search("phượng")


def choose_group(desk):
    desk.list.choose_chip(TO_FIX)


@pytest.mark.parametrize("hide", [search, choose_group])
def test_filed_visit_is_listed(make_desk, hide):
    desk = make_desk()
    hide(desk)
    assert CAFE not in listed(desk)
    file_closed_door(desk, CAFE)
    assert CAFE in listed(desk)
    assert desk.sights.list.query == ""
    assert desk.sights.clearings == 1


def test_search_that_matches_the_filed_record_stays(make_desk):
    desk = make_desk()
    desk.list.search("hồng phúc")
    file_closed_door(desk)
    assert (desk.sights.list.query, desk.sights.clearings) == ("hồng phúc", 0)


def test_the_next_establishment_starts_clean(make_desk):
    desk = make_desk()
    desk.list.search("hồng phúc")
    file_closed_door(desk)
    desk.go_to_next()
    assert desk.sights.record is None
    assert (desk.sights.list.query, desk.sights.clearings) == ("", 1)
    assert listed(desk) == {KARAOKE, GUESTHOUSE, CAFE}
