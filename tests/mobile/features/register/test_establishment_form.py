"""The form of the register: an unknown establishment goes in at the door, a wrong entry is mended."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from tests.mobile.inspection_world import (
    CAFE,
    KARAOKE,
    LAST_VISIT,
    OFFICERS,
    UNIT,
    AtOnce,
    RecordingScreen,
    establishment,
    services,
    settle,
    uid,
)
from tests.mobile.support import KEY, FrozenClock, base_row, seeded_ids, server_commits

from field178_mobile.features.workspace.workspace import Workspace, place_of
from field178_mobile.platform.api import Fix
from field178_mobile.presentation.location import GeoPoint
from field178_mobile.store import StateWord, Store
from field178_mobile.store.outbox.changes import OwnChange, open_changes
from field178_shared.errors import AppError, ErrorCode, message

OTHER = "c11635_v2"
HERE = (208_250_000, 1_065_550_000)


class Bench:
    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.store, self.clock = store, clock
        self.fixes: list = []
        self.restart()

    def restart(self) -> None:
        given = services(self.store, self.clock, seeded_ids(self.clock, len(self.fixes) + 1))
        self.workspace = Workspace(replace(given, ask_fix=self.fixes.append), AtOnce())
        self.screen = RecordingScreen()
        self.workspace.show_on(self.screen)
        self.fixes.clear()

    @property
    def form(self):
        return self.workspace.editing.form

    @property
    def state(self):
        return self.screen.form

    def fill(self, name: str = "Hoa Ban", kind: str = "karaoke") -> None:
        self.workspace.begin_establishment(name)
        self.form.choose_kind(kind)
        self.form.write("address_line", "Số 5 đường Nguyễn Văn Trỗi")

    def draft(self):
        (draft,) = self.store.drafts.all()
        return draft

    def go_out(self) -> None:
        shift = self.workspace.shift
        shift.choose_kind("unannounced")
        shift.choose_trigger("tip_off")
        shift.write_decision_number("12/QĐ-UBND")
        shift.write_decision_date("2026-11-20")
        shift.toggle_member(OFFICERS[1])
        shift.confirm()

    def changes(self) -> list[OwnChange]:
        return self.store.read(lambda context: open_changes(context, 50))


@pytest.fixture
def bench(store: Store, clock: FrozenClock) -> Bench:
    settle(store)
    return Bench(store, clock)


def test_new_form_has_the_searched_name_the_only_commune_and_no_kind(bench):
    bench.workspace.begin_establishment(" Hoa Ban ")
    assert bench.state.texts["name"].text == "Hoa Ban"
    assert [unit.id for unit in bench.state.units if unit.is_chosen] == [UNIT]
    assert [kind for kind in bench.state.kinds if kind.is_chosen] == []
    assert [status.id for status in bench.state.statuses if status.is_chosen] == ["operating"]


def test_only_communes_this_tablet_holds_are_offered_and_of_two_none_is_chosen(bench):
    there = establishment("Quán Gió", "cafe", 0, 0, unit_id=OTHER)
    server_commits(bench.store, base_row(uid("wind"), 1, "establishment", f"unit:{OTHER}", **there))
    bench.workspace.begin_establishment()
    assert {unit.id for unit in bench.state.units} == {UNIT, OTHER}
    assert not any(unit.is_chosen for unit in bench.state.units)


def test_every_keystroke_is_kept_and_a_tap_is_taken_back(bench):
    bench.workspace.begin_establishment("Hoa")
    assert bench.store.drafts.all() == [], "looked at only"
    bench.form.write("name", "Hoa B")
    assert bench.draft().data["name"] == "Hoa B"
    bench.form.choose_kind("karaoke")
    assert bench.state.feedback.undo == "Loại hình"
    bench.form.undo()
    assert "establishment_type_id" not in bench.draft().data


def test_a_position_measured_meanwhile_is_kept_with_the_first_word_and_makes_no_draft_alone(bench):
    bench.workspace.begin_establishment()
    bench.fixes.pop()(Fix(*HERE, 8, bench.clock.now()))
    assert bench.store.drafts.all() == []
    assert bench.state.place.text == "Đo tại chỗ, sai số 8 m"
    bench.form.write("name", "Hoa Ban")
    assert {**bench.draft().data, "lat": HERE[0], "lon": HERE[1], "point_source": "gps"} == bench.draft().data


@pytest.mark.parametrize("fix", [None, "vague"])
def test_no_poor_measurement_goes_into_the_register(bench, fix):
    bench.fill()
    bench.fixes.pop()(None if fix is None else Fix(*HERE, 400, bench.clock.now()))
    assert bench.state.place.text == "Không bắt được vị trí"
    assert "lat" not in bench.draft().data
    bench.form.place.pin(GeoPoint(*HERE))
    assert bench.draft().data["point_source"] == "map"
    assert bench.state.place.text == "Ghim trên bản đồ"


def test_a_measurement_that_comes_after_the_form_was_left_changes_nothing(bench):
    bench.fill()
    bench.workspace.leave_establishment()
    bench.fixes.pop()(Fix(*HERE, 8, bench.clock.now()))
    assert "lat" not in bench.draft().data
    assert bench.state is None


def test_missing_values_are_marked_at_their_fields_and_nothing_is_filed(bench):
    bench.workspace.begin_establishment("Hoa Ban")
    bench.form.complete()
    assert set(bench.state.problems) == {"establishment_type_id", "address_line"}
    assert bench.state.texts["address_line"].problem == message(ErrorCode.REQUIRED, "vi")
    assert bench.state.focus == "establishment_type_id"
    assert bench.changes() == []


def test_spaces_are_no_name_and_papers_of_which_nothing_is_said_are_not_filed(bench):
    bench.fill("x")
    bench.form.write("name", "  ")
    bench.form.add_certificate("antt")
    bench.form.add_certificate("fire_safety")
    bench.form.state_certificate("antt", "not_shown")
    bench.form.complete()
    assert set(bench.state.problems) == {"name"}
    bench.form.write("name", "Hoa Ban ")
    bench.form.complete()
    (change,) = bench.changes()
    assert change.set["name"] == "Hoa Ban"
    assert change.set["certificates"] == {"antt": {"status": "not_shown"}}


def test_a_saved_one_is_unsent_in_the_list_and_on_its_page(bench):
    bench.fill()
    bench.form.complete()
    (change,) = bench.changes()
    assert (change.is_create, change.scope) == (True, f"unit:{UNIT}")
    assert bench.store.drafts.all() == []
    assert (bench.screen.form, bench.screen.record.title) == (None, "Hoa Ban")
    assert (bench.screen.record.state_word, bench.screen.record.pane) == ("Chưa gửi", "info")
    bench.workspace.list.search("hoa ban")
    assert [(row.title, row.state_word) for row in bench.screen.list.rows] == [("Hoa Ban", "Chưa gửi")]


def test_the_visit_begins_right_after_and_comes_after_its_establishment(bench):
    bench.go_out()
    bench.fill()
    bench.form.complete(inspect=True)
    assert bench.screen.record.pane == "arrival"
    place = bench.screen.record.id
    assert bench.workspace.record.begin("closed_on_arrival")
    bench.workspace.record.visit.complete()
    first, *others = bench.changes()
    assert (first.record_id, first.type) == (place, "establishment")
    assert [change.type for change in others] == ["inspection"]
    assert others[0].set["establishment_id"] == place
    assert others[0].n > first.n


def test_a_process_that_dies_right_after_has_lost_neither(bench, tmp_path):
    bench.go_out()
    bench.fill()
    bench.form.complete(inspect=True)
    place = bench.screen.record.id
    bench.workspace.record.begin("inspected")
    shutil.copytree(bench.store.folder, tmp_path / "left")  # what a killed process leaves on the disk
    again = Store(tmp_path / "left", bench.clock, seeded_ids(bench.clock))
    again.unlock(KEY)
    assert again.shown_state(place).word == StateWord.UNSENT
    assert [draft.data["establishment_id"] for draft in again.drafts.all()] == [place]
    again.close()


def test_an_unfinished_one_is_found_as_a_draft_and_taken_up_after_a_restart(bench):
    bench.fill()
    record_id = bench.form.record_id
    assert place_of(bench.workspace) == {"form_id": record_id}
    bench.restart()
    row = bench.screen.list.rows[0]
    assert (row.id, row.title, row.state_word) == (record_id, "Hoa Ban", "Nháp")
    assert [chip.id for chip in bench.screen.list.chips][:2] == ["all", "drafts"]
    bench.workspace.open(record_id)
    assert bench.state.texts["address_line"].text == "Số 5 đường Nguyễn Văn Trỗi"
    bench.form.complete()
    assert len(bench.changes()) == 1


def test_a_draft_that_is_thrown_away_leaves_nothing(bench):
    bench.fill()
    bench.workspace.discard_establishment()
    assert bench.store.drafts.all() == []
    assert len(bench.screen.list.rows) == 3
    assert (bench.screen.form, bench.workspace.record.establishment_id) == (None, "")


def test_a_form_that_is_left_gives_way_to_the_visit_that_was_open(bench):
    bench.go_out()
    bench.workspace.open(CAFE)
    bench.workspace.record.begin("inspected")
    visit = bench.workspace.record.visit.record_id
    bench.fill()
    bench.workspace.leave_establishment()
    assert (bench.screen.form, bench.screen.record.id) == (None, CAFE)
    assert bench.workspace.record.visit.record_id == visit


def test_the_same_place_is_hinted_at_softly_with_its_distance(bench):
    bench.workspace.begin_establishment("Cà phê ánh dương")
    assert bench.state.alike == (), "the kind is not said yet"
    bench.form.choose_kind("cafe")
    (row,) = bench.state.alike
    assert (row.id, row.name) == (CAFE, "Cà phê Ánh Dương")
    bench.form.place.pin(GeoPoint(208_210_000, 1_065_511_000))
    assert bench.state.alike[0].where.endswith(" · 10 m")
    bench.form.place.pin(GeoPoint(208_910_000, 1_065_511_000))
    assert bench.state.alike == (), "another one of the same name far away"
    bench.form.place.pin(GeoPoint(208_210_000, 1_065_511_000))
    bench.form.write("address_line", "Số 1")
    bench.form.complete()
    assert len(bench.changes()) == 1, "never blocking"


def test_same_registration_number_is_hinted_at_for_any_name(bench):
    data = establishment("Quán Cũ", "cafe", 0, 0, registration_number="02A8 001")
    server_commits(bench.store, base_row(uid("old"), 1, "establishment", f"unit:{UNIT}", **data))
    bench.fill()
    bench.form.write("registration_number", "02a8 001")
    assert [row.id for row in bench.state.alike] == [uid("old")]


def test_opening_the_one_that_is_there_keeps_the_draft(bench):
    bench.fill("Cà phê Ánh Dương", "cafe")
    bench.workspace.show_establishment(CAFE)
    assert (bench.screen.form, bench.screen.record.id) == (None, CAFE)
    assert bench.draft().data["name"] == "Cà phê Ánh Dương"
    assert bench.screen.list.rows[0].state == StateWord.DRAFT


def test_correction_contains_only_changes_against_the_seen_record(bench):
    bench.workspace.open(KARAOKE)
    bench.workspace.open_establishment(KARAOKE)
    assert (bench.state.is_new, bench.state.can_move, bench.state.alike) == (False, False, ())
    bench.form.choose_unit(OTHER)
    bench.form.write("address_line", "Số 29 đường Trần Tất Văn")
    bench.form.complete()
    (change,) = bench.changes()
    assert (change.is_create, change.wire["base_rev"]) == (False, 1)
    assert change.set == {"address_line": "Số 29 đường Trần Tất Văn"}
    assert change.was == {"address_line": "Số 27 đường Trần Tất Văn"}
    assert (bench.screen.record.pane, bench.screen.record.register_word) == ("info", "Chưa gửi")


def test_correction_from_an_open_visit_comes_back_to_the_visit(bench):
    bench.go_out()
    bench.workspace.open(CAFE)
    bench.workspace.record.begin("inspected")
    visit = bench.workspace.record.visit.record_id
    bench.workspace.open_establishment(CAFE)
    bench.form.write("village", "Thôn 3")
    bench.workspace.leave_establishment()
    assert bench.workspace.record.visit.record_id == visit
    assert bench.screen.record.is_being_mended
    bench.workspace.open_establishment(CAFE)
    bench.form.complete()
    assert bench.workspace.record.visit.record_id == visit
    assert bench.store.view(CAFE).data["village"] == "Thôn 3"


def test_a_filed_visit_that_was_looked_at_is_behind_the_form(bench):
    bench.workspace.open_visit(LAST_VISIT)
    bench.workspace.open_establishment(KARAOKE)
    bench.workspace.leave_establishment()
    assert bench.workspace.record.visit.record_id == LAST_VISIT


def test_a_begun_correction_shows_as_a_draft_and_is_taken_up_from_the_list(bench):
    bench.workspace.open_establishment(CAFE)
    bench.form.write("village", "Thôn 3")
    bench.workspace.leave_establishment()
    bench.restart()
    assert {row.id: row.state for row in bench.screen.list.rows}[CAFE] == StateWord.DRAFT
    bench.workspace.open(CAFE)
    assert bench.state.texts["village"].text == "Thôn 3"
    bench.workspace.leave_establishment()
    assert bench.screen.record.id == CAFE, "the establishment itself is one step back"


def test_input_refused_by_the_store_is_not_shown_as_stored(bench, monkeypatch):
    bench.workspace.begin_establishment("Hoa Ban")

    def refuse(_draft):
        raise AppError(ErrorCode.STORE_UNWRITABLE)

    monkeypatch.setattr(bench.store.drafts, "save", refuse)
    bench.form.choose_kind("karaoke")
    assert bench.state.feedback.error == message(ErrorCode.STORE_UNWRITABLE, "vi")
    assert not any(kind.is_chosen for kind in bench.state.kinds)


def test_other_kind_of_service_requires_a_note(bench):
    bench.fill(kind="other_service")
    assert bench.state.needs_note
    bench.form.complete()
    assert set(bench.state.problems) == {"note"}
