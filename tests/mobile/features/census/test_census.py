"""The worker census at an establishment: durable at every tap, one record a fact, corrected and withdrawn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.mobile.inspection_world import (
    CAFE,
    KARAOKE,
    LAST_VISIT,
    UNIT,
    AtOnce,
    RecordingScreen,
    services,
    settle,
    uid,
    words,
)
from tests.mobile.support import FrozenClock, base_row, seeded_ids, server_commits

from field178_mobile.features.inbox.inbox_words import SCREENS, remedy_of
from field178_mobile.features.workspace.workspace import Workspace, place_of
from field178_mobile.store import InboxKind, StateWord, Store
from field178_mobile.store.outbox.changes import open_changes
from field178_shared.ids import review_id
from field178_shared.rules.commune import commune_entry_id

SCOPE = f"unit:{UNIT}"
NOW = "2026-11-24T08:00:00Z"
COUNTS = {"workers_total": 5, "workers_female": 4, "workers_male": 1}


class Desk:
    """The main work over a store, as it is opened each time anew."""

    def __init__(self, store: Store, clock: FrozenClock) -> None:
        self.store, self.clock = store, clock
        self.ids = seeded_ids(clock)
        self.open()

    def open(self) -> None:
        self.workspace = Workspace(services(self.store, self.clock, self.ids), AtOnce())
        self.sights = RecordingScreen()
        self.workspace.show_on(self.sights)

    @property
    def form(self) -> Any:
        return self.workspace.census.form

    def begin(self, establishment_id: str = KARAOKE, **counts: int) -> Any:
        self.workspace.show_establishment(establishment_id)
        self.workspace.begin_census(establishment_id)
        for path, number in counts.items():
            self.form.write(path, number)
        return self.form

    def file(self, establishment_id: str = KARAOKE, **counts: int) -> str:
        form = self.begin(establishment_id, **(counts or COUNTS))
        form.complete()
        (record,) = {change.record_id for change in self.changes() if change.type == "worker_census"}
        return record

    def changes(self) -> list[Any]:
        return self.store.read(lambda context: open_changes(context, 99))

    def lines(self) -> list[tuple[str, str, str]]:
        """The counts on the page of the establishment that is open."""
        return [(row.day, row.result, row.state) for row in self.sights.record.counts]


@pytest.fixture
def desk(store: Store, clock: FrozenClock) -> Desk:
    settle(store)
    return Desk(store, clock)


def test_census_is_filed_under_the_id_of_its_fact(desk: Desk):
    record = desk.file()
    (change,) = desk.changes()
    assert (change.scope, change.is_create) == (SCOPE, True)
    assert record == commune_entry_id(
        "worker_census", {"unit_id": UNIT, "establishment_id": KARAOKE, "counted_on": "2026-11-24"}
    )
    # Nothing else: two who count the same write the same.
    assert change.set == {
        **COUNTS,
        "establishment_id": KARAOKE,
        "unit_id": UNIT,
        "counted_on": "2026-11-24",
    }
    assert desk.sights.census.feedback.filed
    assert desk.lines() == [
        ("24/11/2026", "5 người (4 nữ) · đếm lao động", "unsent"),
        ("20/11/2025", "5 người (4 nữ) · kiểm tra", "received"),
    ]


def test_every_tap_survives_the_end_of_the_application(desk: Desk):
    desk.begin(workers_total=7)
    place = place_of(desk.workspace)
    desk.open()
    desk.workspace.show_establishment(KARAOKE)
    assert desk.sights.record.is_being_counted
    assert desk.workspace.open_record(place["form_id"])
    assert desk.sights.census.counts[0].number == 7
    (row,) = desk.workspace.drafts.rows()
    assert (row.title, row.screen) == ("Karaoke Hồng Phúc", "inspection")
    assert desk.workspace.open_draft(row)
    desk.workspace.discard(desk.form.draft_id)
    assert desk.store.drafts.all() == []
    assert not desk.sights.record.is_being_counted


def test_last_count_is_taken_over_by_one_tap(desk: Desk):
    form = desk.begin()
    assert desk.sights.census.repeat == "5 người (4 nữ) · kiểm tra 20/11/2025"
    form.repeat_last()
    shown = {row.path: row.number for row in desk.sights.census.counts}
    assert {path: shown[path] for path in COUNTS} == COUNTS
    assert shown["workers_contract"] is None, "papers are looked at anew"
    assert desk.sights.census.repeat == ""
    form.undo()
    assert desk.sights.census.counts[0].number is None


def test_void_visit_is_no_last_count(desk: Desk):
    review = {"record": LAST_VISIT, "record_rev": 1, "state": "void", "reason": "", "comments": {}}
    server_commits(desk.store, base_row(review_id(LAST_VISIT), 1, "review", "team:x", **review))
    desk.begin()
    assert desk.sights.census.repeat == ""
    desk.workspace.leave_census()
    assert desk.sights.record.counts == ()


def test_old_count_is_told(desk: Desk):
    desk.workspace.show_establishment(KARAOKE)
    assert desk.sights.record.has_old_count
    desk.file()
    assert not desk.sights.record.has_old_count


@pytest.mark.parametrize(
    ("counts", "path"),
    [
        ({}, "workers_total"),
        ({"workers_total": 5, "workers_female": 4, "workers_male": 3}, "workers_total"),
        ({"workers_total": 5, "workers_contract": 6}, "workers_contract"),
    ],
)
def test_contradicting_count_is_marked_and_not_filed(desk: Desk, counts, path):
    form = desk.begin(**counts)
    form.complete()
    assert [row.path for row in desk.sights.census.checked.problems] == [path]
    assert desk.changes() == []


def test_day_to_come_and_day_counted_before_are_refused(desk: Desk):
    desk.file()
    desk.clock.instant += timedelta(days=2)
    form = desk.begin(workers_total=6)
    for day in ("2027-01-01", "2026-11-24"):
        form.choose_day("counted_on", day)
        form.complete()
        assert [row.path for row in desk.sights.census.checked.problems] == ["counted_on"]
    form.choose_day("counted_on", "2026-11-25")
    form.complete()
    assert len(desk.changes()) == 2
    assert desk.lines()[0][:2] == ("25/11/2026", "6 người · đếm lao động")


def test_second_count_of_the_day_corrects_the_first(desk: Desk):
    record = desk.file()
    form = desk.begin()
    assert (form.record_id, desk.sights.census.is_new) == (record, False)
    form.write("workers_female", 3)
    form.write("workers_male", 2)
    form.complete()
    assert [change.record_id for change in desk.changes()] == [record, record]
    assert desk.changes()[1].set["workers_female"] == 3
    assert desk.lines()[0][1] == "5 người (3 nữ) · đếm lao động"


def test_withdrawn_count_is_gone_and_can_be_counted_anew(desk: Desk):
    record = desk.file()
    assert desk.workspace.open_census(record)
    desk.form.write("workers_total", 9)
    desk.form.withdraw()
    assert desk.store.drafts.all() == []
    assert [line[0] for line in desk.lines()] == ["20/11/2025"]
    desk.begin(workers_total=8).complete()
    assert desk.lines()[0][1] == "8 người · đếm lao động"
    assert desk.changes()[-1].record_id != record, "the deletion of the first one stands"


def test_note_that_names_a_person_is_marked_and_kept(desk: Desk):
    form = desk.begin(workers_total=5)
    form.write("note", "Gặp anh Nguyễn Văn Mẫu, số 0912345678")
    assert desk.sights.census.texts["note"].lint
    form.write("note", "Theo sổ lao động của Karaoke Hồng Phúc")
    assert not desk.sights.census.texts["note"].lint
    form.complete()
    assert desk.changes()[0].set["note"] == "Theo sổ lao động của Karaoke Hồng Phúc"


def test_place_that_was_moved_is_counted_in_its_new_commune(desk: Desk):
    moved = desk.store.view(CAFE)
    server_commits(desk.store, base_row(CAFE, 2, "establishment", "unit:c11635_v2", **moved.data))
    desk.file(CAFE)
    (change,) = desk.changes()
    assert (change.scope, change.set["unit_id"]) == ("unit:c11635_v2", "c11635_v2")


def test_unknown_establishment_opens_no_census(desk: Desk):
    desk.workspace.show_establishment(KARAOKE)
    assert not desk.workspace.open_census(uid("nowhere"))
    desk.workspace.begin_census(uid("nowhere"))
    assert desk.form is None


def test_received_census_of_the_office_is_shown_and_corrected(desk: Desk):
    data = {"establishment_id": CAFE, "counted_on": "2026-10-01", "unit_id": UNIT, "workers_total": 3}
    record = commune_entry_id("worker_census", data)
    server_commits(desk.store, base_row(record, 1, "worker_census", SCOPE, **data))
    desk.workspace.show_establishment(CAFE)
    assert desk.lines() == [("01/10/2026", "3 người · đếm lao động", "received")]
    assert desk.workspace.open_record(record, "workers_total")
    assert desk.sights.census.focus == "workers_total"
    desk.form.write("workers_total", 4)
    assert desk.store.shown_state(record).word is StateWord.DRAFT
    desk.form.complete()
    (change,) = desk.changes()
    assert change.wire["base_rev"] == 1
    assert (change.set, change.wire["was"]) == ({"workers_total": 4}, {"workers_total": 3})


def test_an_unusual_total_is_asked_about_and_filed_all_the_same(desk: Desk):
    desk.begin(workers_total=99_999)
    total = desk.sights.census.counts[0]
    assert total.warning.startswith("Loại hình này thường có ")
    assert total.problem == ""
    desk.form.check()
    assert [row.text for row in desk.sights.census.checked.warnings] == [total.warning]
    desk.form.complete()
    assert desk.sights.census.feedback.filed


def test_returned_census_shows_the_problem_until_it_is_corrected(desk: Desk):
    entry = uid("census of the office")
    counted = {"establishment_id": KARAOKE, "unit_id": UNIT, "counted_on": "2026-10-05", **COUNTS}
    review = {
        "record": entry,
        "record_rev": 1,
        "state": "returned",
        "reason": "Đếm lại giúp văn phòng.",
        "comments": {"c1": {"path": "workers_total", "text": "Biên bản ghi 5.", "user": "x", "at": NOW}},
    }
    server_commits(desk.store, base_row(entry, 1, "worker_census", SCOPE, **counted))
    server_commits(desk.store, base_row(review_id(entry), 1, "review", SCOPE, **review))
    (item,) = desk.store.inbox()
    assert (item.kind, item.record_id, item.type) == (InboxKind.RETURNED, entry, "worker_census")
    assert SCREENS[item.type] == "inspection"
    assert remedy_of(item, words()) == "Mở phiếu, sửa mục được đánh dấu rồi lưu lại."
    assert desk.workspace.open_census(entry, "workers_total")
    state = desk.sights.census
    assert state.returned == "Đếm lại giúp văn phòng.\nTổng số người lao động: Biên bản ghi 5."
    assert (state.word, state.focus) == (StateWord.RETURNED, "workers_total")
    desk.form.write("workers_total", 6)
    desk.form.write("workers_female", 5)
    assert desk.sights.census.returned
    desk.form.complete()
    assert desk.store.inbox() == []
    assert desk.workspace.open_census(entry)
    assert desk.sights.census.returned == ""
