"""Media posts on the tablet: months that owe one, an item entered, corrected, withdrawn; one a fact."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.mobile.inspection_world import UNIT, settle
from tests.mobile.media_outlets import PAGE, STATION, media_services
from tests.mobile.support import FrozenClock, base_row, seeded_ids, server_commits

from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.features.media import media_log
from field178_mobile.features.media.media import MediaPosts
from field178_mobile.store import Store
from field178_mobile.store.outbox.changes import open_changes
from field178_shared.ids import review_id
from field178_shared.rules.commune import commune_entry_id

SCOPE = f"unit:{UNIT}"
TITLE = "Phát bản tin phòng, chống tệ nạn"


class Desk:
    """The media posts over a store."""

    def __init__(self, store: Store, clock: FrozenClock, services: RecordServices | None = None) -> None:
        self.store = store
        self.log: Any = None
        self.post: Any = None
        self.posts = MediaPosts(
            services or media_services(store, clock, seeded_ids(clock)), self.show_log, self.show_post
        )
        self.posts.log.show()

    def show_log(self, state) -> None:
        self.log = state

    def show_post(self, state) -> None:
        self.post = state or self.post

    @property
    def form(self) -> Any:
        return self.posts.form

    def enter(self, outlet: str = STATION, title: str = TITLE) -> Any:
        self.posts.begin(outlet)
        self.form.write("title", title)
        self.form.choose_genre("news")
        return self.form

    def changes(self) -> list[Any]:
        return self.store.read(lambda context: open_changes(context, 9))


@pytest.fixture
def desk(store: Store, clock: FrozenClock) -> Desk:
    settle(store)
    return Desk(store, clock)


def test_log_shows_due_posts_of_each_month(desk: Desk):
    assert [card.id for card in desk.log.outlets] == [STATION, PAGE], "none of another commune"
    station, page = desk.log.outlets
    tones = [cell.tone for cell in station.months]
    assert tones == ["plain"] * 5 + ["warn"] * 7, "it began in May"
    assert [cell.text for cell in station.months][:2] == ["T12/2025: –", "T1: –"]
    assert station.owed
    assert [cell.tone for cell in page.months] == ["plain"] * 12, "no duty"
    assert desk.log.summary == "Tin, bài · tháng này thiếu 1"


def test_commune_that_ended_owes_no_month_after_its_end(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(media_log, "has_ended", lambda _unit, day, _lists: day >= date(2026, 7, 15))
    desk.posts.log.show()
    station, _page = desk.log.outlets
    assert [cell.tone for cell in station.months] == ["plain"] * 5 + ["warn"] * 3 + ["plain"] * 4
    assert (station.owed, desk.log.summary) == ("", "Tin, bài truyền thông")


def test_january_still_shows_posts_of_december(desk: Desk, clock: FrozenClock):
    clock.tick(days=26)  # to 20 December
    for number in range(7):
        desk.enter(title=f"{TITLE} số {number}").complete()
    clock.tick(days=14)
    desk.posts.log.show()
    station, _page = desk.log.outlets
    assert [cell.text for cell in station.months][-2:] == ["T12/2026: 7", "T1: 0"]
    assert [cell.tone for cell in station.months] == ["plain"] * 3 + ["warn"] * 7 + ["ok", "warn"]
    assert len(station.posts) == 7
    assert desk.posts.open(station.posts[-1].record_id)


def test_outlet_that_ended_with_december_is_left_in_january_without_a_duty(store: Store, clock: FrozenClock):
    settle(store)
    clock.tick(days=40)  # to 3 January
    desk = Desk(store, clock, media_services(store, clock, seeded_ids(clock), station_end="2027-01-01"))
    station, _page = desk.log.outlets
    assert [cell.tone for cell in station.months][-2:] == ["warn", "plain"]
    assert station.owed == ""
    clock.tick(days=31)
    desk.posts.log.show()
    assert [card.id for card in desk.log.outlets] == [PAGE]


def test_item_is_filed_under_the_id_of_its_fact_and_fills_its_month(desk: Desk):
    desk.enter().complete()
    (change,) = desk.changes()
    assert (change.type, change.scope, change.is_create) == ("media_post", SCOPE, True)
    assert change.set == {
        "outlet_id": STATION,
        "unit_id": UNIT,
        "published_on": "2026-11-24",
        "title": TITLE,
        "genre_id": "news",
    }
    assert change.record_id == commune_entry_id("media_post", change.set)
    (station, _page) = desk.log.outlets
    assert (station.months[11].text, station.months[11].tone, station.owed) == ("T11: 1", "ok", "")
    assert [(row.day, row.state) for row in station.posts] == [("24/11/2026", "unsent")]
    assert desk.log.summary == "Tin, bài truyền thông"


def test_same_title_of_the_same_day_is_told_at_the_title(desk: Desk):
    desk.enter().complete()
    form = desk.enter(title=TITLE.upper())
    form.complete()
    assert [row.path for row in desk.post.checked.problems] == ["title"]
    form.choose_day("published_on", "2026-11-23")
    form.complete()
    assert len(desk.changes()) == 2


def test_missing_and_future_values_are_marked(desk: Desk):
    desk.posts.begin(STATION)
    desk.form.choose_day("published_on", "2026-12-01")
    desk.form.complete()
    paths = {row.path for row in desk.post.checked.problems}
    assert paths == {"title", "genre_id", "published_on"}
    assert desk.changes() == []


def test_title_that_names_a_person_is_marked(desk: Desk):
    desk.enter(title="Gặp anh Nguyễn Văn Mẫu, số 0912345678")
    assert desk.post.fields["title"].lint


def test_draft_is_taken_up_again_corrected_and_withdrawn(desk: Desk):
    desk.enter()
    desk.posts.close()
    desk.posts.begin(STATION)
    assert desk.post.fields["title"].text == TITLE
    desk.form.complete()
    (row,) = desk.log.outlets[0].posts
    assert desk.posts.open(row.record_id)
    assert not desk.post.is_new
    desk.form.write("broadcast_times", 3)
    desk.form.complete()
    assert desk.changes()[1].set == {"broadcast_times": 3}
    assert desk.posts.open(row.record_id)
    desk.form.withdraw()
    assert desk.log.outlets[0].posts == ()
    desk.enter().complete()
    assert desk.changes()[-1].record_id != row.record_id


def test_post_of_the_office_is_corrected_over_the_seen_revision(desk: Desk):
    data = {
        "outlet_id": PAGE,
        "unit_id": UNIT,
        "published_on": "2026-10-02",
        "title": TITLE,
        "genre_id": "news",
    }
    record = commune_entry_id("media_post", data)
    server_commits(desk.store, base_row(record, 1, "media_post", SCOPE, **data))
    assert desk.posts.open(record, "genre_id")
    assert desk.post.focus == "genre_id"
    desk.form.toggle_topic("prostitution_law")
    desk.form.undo()
    desk.form.choose_genre("law_reading")
    desk.form.complete()
    (change,) = desk.changes()
    assert (change.set, change.wire["was"]) == ({"genre_id": "law_reading"}, {"genre_id": "news"})


def test_unknown_post_is_not_opened(desk: Desk):
    assert not desk.posts.open("0197c3a8-178a-7000-8000-000000000999")
    assert desk.form is None


def test_returned_item_shows_the_problem(desk: Desk):
    data = {
        "outlet_id": STATION,
        "unit_id": UNIT,
        "published_on": "2026-11-20",
        "genre_id": "news",
        "title": TITLE,
    }
    entry = commune_entry_id("media_post", data)
    review = {"record": entry, "record_rev": 1, "state": "returned", "reason": "Ghi lại tên tin."}
    server_commits(desk.store, base_row(entry, 1, "media_post", SCOPE, **data))
    server_commits(desk.store, base_row(review_id(entry), 1, "review", SCOPE, **review))
    desk.posts.open(entry)
    assert desk.post.returned == "Ghi lại tên tin."
