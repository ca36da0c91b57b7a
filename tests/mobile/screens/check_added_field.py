"""Tests of an added field: `banner_text` of the outreach session; see test_adding_a_field.py."""

from __future__ import annotations

from pathlib import Path

from tests.mobile.screens.scene import find, find_all, frames, tap, type_text
from tests.mobile.screens.test_outreach import DATA, SCOPE, SESSION, Table, table
from tests.mobile.support import base_row, server_commits

import field178_mobile
from field178_mobile.features.inbox.inbox_words import field_name
from field178_mobile.presentation.value_words import value_text
from field178_mobile.presentation.wording import Wording
from field178_shared.codelists import load
from field178_shared.ids import review_id

__all__ = ["table"]
WORDS = Wording(load(), "vi", lambda text: text)


def field(screen):
    return screen.ids.form.ids.session_fields.widget_of("banner_text")


def test_it_is_the_copy_that_is_looked_at() -> None:
    assert Path(field178_mobile.__file__).is_relative_to(Path(__file__).parents[3])


def test_form_shows_it_stores_it_and_marks_it(table: Table):
    screen = table.lay()
    tap(find("Btn", text="Buổi mới"))
    frames(3)
    assert field(screen).label == "Nội dung băng rôn"
    screen.ids.form.scroll_to_widget(field(screen))
    frames(3)
    type_text(field(screen).ids.field, "Gọi 0912345678")
    frames(2)
    (draft,) = table.store.drafts.all()
    assert draft.data["banner_text"] == "Gọi 0912345678"
    assert field(screen).ids.field.warning != ""


def test_comment_of_the_office_stands_at_it_and_leads_to_it(table: Table):
    comment = {"c": {"text": "Bỏ số", "user": "u", "at": "2026-11-21T02:00:00Z", "path": "banner_text"}}
    review = {"record": SESSION, "record_rev": 1, "state": "returned", "reason": "x", "comments": comment}
    server_commits(
        table.store,
        base_row(SESSION, 1, "outreach_session", SCOPE, **DATA, banner_text="Gọi 0912345678"),
        base_row(review_id(SESSION), 1, "review", SCOPE, **review),
    )
    screen = table.lay()
    table.open()
    assert [note.text for note in find_all("CommentNote")] == ["Bỏ số"]
    assert field(screen).ids.field.text == "Gọi 0912345678"
    assert screen.ids.form._widget_of("banner_text") is field(screen)


def test_inbox_names_it_and_its_values() -> None:
    assert field_name("banner_text", "outreach_session", {}, WORDS) == "Nội dung băng rôn"
    assert value_text("outreach_session", "banner_text", "A", WORDS) == "A"
