"""After a locking the same officer goes on where they were, as far as it is still there."""

from __future__ import annotations

import pytest
from tests.mobile.inspection_world import KARAOKE, LAST_VISIT, OFFICERS, services, settle
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.features.inspection.field_positions import CONCLUSION, INFO
from field178_mobile.features.workspace.workspace import Workspace, go_back, place_of
from field178_mobile.store import Store


class AtOnce:
    """A drawing thread that does everything at once."""

    def post(self, work):
        work()


class Nothing:
    """A screen that draws nothing."""

    def __init__(self):
        self.pane = self

    def show_list(self, _state):
        return

    show_shift = show_record = show_visit = show_list


@pytest.fixture
def make_desk(store: Store, clock: FrozenClock):
    settle(store)

    def make():
        workspace = Workspace(services(store, clock, seeded_ids(clock)), AtOnce())
        workspace.show_on(Nothing())
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
