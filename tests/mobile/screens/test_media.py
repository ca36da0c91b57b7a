"""An item of the station entered by taps on the real pages, in both windows."""

from __future__ import annotations

from typing import Any

import pytest
from tests.mobile.inspection_world import settle
from tests.mobile.media_outlets import STATION, media_services
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import PORTRAIT, Stage, find, find_all, frames, tap, type_text
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.store import Store
from field178_mobile.store.outbox.changes import open_changes


@pytest.fixture
def pages(stage: Stage, store: Store, clock: FrozenClock):
    from field178_mobile.features.media.media import MediaPosts
    from field178_mobile.features.media.screens.media_page import MediaPages

    settle(store)
    made = MediaPages()
    given = media_services(store, clock, seeded_ids(clock))
    made.posts = MediaPosts(given, made.show_log, made.show_post)
    return made


def test_item_is_entered_within_six_taps_and_a_title_and_back_keeps_its_draft(
    stage: Stage, pages: Any, store: Store
):
    stage.dress(PORTRAIT, scale=1.3)
    pages.open()
    frames(6)
    box = find("OutletBox", key=STATION)
    tap(next(button for button in find_all("Btn", text="Ghi tin, bài") if box.collide_widget(button)))
    frames(4)
    tap(find("Btn", text="Lưu tin, bài"))
    frames(3)
    assert {row.path for row in find_all("ProblemLine")} == {"title", "genre_id"}
    assert lint(find("PostPage")) == []
    type_text(find("PostFields").ids.title.ids.field, "Bản tin phòng, chống tệ nạn")
    find("PostPage").dispatch("on_back")
    frames(3)
    assert (find_all("PostPage"), pages.posts.form) == ([], None)
    (draft,) = store.drafts.all()
    assert pages.posts.open(draft.record_id)
    frames(3)
    fields = find("PostFields")
    assert fields.ids.title.ids.field.text == "Bản tin phòng, chống tệ nạn"
    fields.scroll_to_widget(fields.ids.genres)
    frames(3)
    tap(find("OptionChip", key="news"))
    tap(find("Btn", text="Lưu tin, bài"))
    frames(4)
    assert find_all("PostPage") == []
    (change,) = store.read(lambda context: open_changes(context, 9))
    assert change.set["genre_id"] == "news"
    assert [line.word for line in find_all("DatedLine")] == ["Chưa gửi"]
    assert "T11: 1" in [pill.text for pill in find_all("MonthPill")]
