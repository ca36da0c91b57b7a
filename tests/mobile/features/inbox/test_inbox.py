"""The inbox decides without a screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.mobile.support import FrozenClock

from field178_mobile.features.inbox.inbox import InboxActions, InboxPresenter
from field178_mobile.presentation.value_words import value_text
from field178_mobile.presentation.wording import Wording, record_title
from field178_mobile.store.model import InboxItem, InboxKind, MergedRecord, RefusedValue, ReviewerComment
from field178_shared.codelists import load

CLOCK = FrozenClock()
NOW = CLOCK.now()
NOTE = ReviewerComment("recommendation", "Nêu thời hạn khắc phục.", "mai", NOW - timedelta(hours=2))
RETURNED = InboxItem(InboxKind.RETURNED, "r1", "inspection", "KT-1", "Cần bổ sung.", (NOTE,), NOTE.at)
REFUSED = InboxItem(
    InboxKind.QUARANTINED, "r2", "outreach_session", "", "rule", (), NOW, (("session_date", "bad_date"),)
)
CLASH = RefusedValue("c", "name", "A", "Hoa Phượng 2", "Hoa Phượng", "changed")
CONFLICT = InboxItem(InboxKind.CONFLICT, "e1", "establishment", "", "changed", refused_values=(CLASH,))
NOTICE = InboxItem(InboxKind.NOTICE, "", "plan", "", "plan", text=(("en", "A plan."), ("vi", "Kế hoạch.")))
DEMO = InboxItem(InboxKind.NOTICE, "", "demo", "", "demo", text=(("vi", "Giả lập"),))


class Shelf:
    """A store in memory."""

    def __init__(self, *items: InboxItem) -> None:
        self.items = list(items)
        self.records = {
            "r1": ("inspection", {"establishment_id": "e1"}),
            "r2": ("outreach_session", {"venue": "Nhà văn hóa"}),
            "e1": ("establishment", {"name": "Karaoke Hồng Phúc"}),
            "mai": ("person", {"display_name": "Trần Thị Mai"}),
        }

    def inbox(self):
        return self.items

    def view(self, record_id):
        if record_id not in self.records:
            return None
        kind, data = self.records[record_id]
        return MergedRecord(record_id, kind, "ref", 1, data, False, False)


def test_outreach_session_goes_by_its_form_and_commune():
    shelf = Shelf()
    session = {"outreach_form_id": "conference", "unit_id": "c11629_v1", "session_date": "2025-03-11"}
    shelf.records["s1"] = ("outreach_session", session)
    words = Wording(load(), "en", lambda text: text)
    assert record_title(shelf, "s1", words) == "Conference · An Lao Township"


@pytest.fixture
def opened():
    def make(*items: InboxItem):
        states, gone = [], []
        shelf = Shelf(*items)
        presenter = InboxPresenter(
            shelf,
            CLOCK,
            Wording(load(), "en", lambda text: text),
            InboxActions(lambda *place: gone.append(place), lambda *settled: gone.append(settled)),
            states.append,
        )
        presenter.refresh()
        return presenter, shelf, states, gone

    return make


def test_messages_are_listed_and_not_counted_as_work(opened):
    _presenter, _shelf, states, _gone = opened(RETURNED, NOTICE, DEMO)
    assert (len(states[-1].rows), states[-1].summary) == (2, "1 to look at · Unread messages: 1")
    assert [item.needs_answer for item in (RETURNED, REFUSED, CONFLICT, NOTICE)] == [True, True, True, False]


def test_returned_record_names_who_returned_it_and_when(opened):
    earlier = replace(NOTE, at=NOW - timedelta(days=3), is_open=False)
    item = replace(RETURNED, comments=(earlier,), by="mai", at=NOW - timedelta(hours=1))
    presenter, _shelf, states, _gone = opened(item, replace(item, record_id="r2", by="operator"))
    presenter.open(states[-1].rows[0].key)
    assert (states[-1].rows[0].day, states[-1].item.moment) == ("21:00", "Returned by Trần Thị Mai · 21:00")
    presenter.open(states[-1].rows[1].key)
    assert states[-1].item.moment == "Returned by the office · 21:00"
    presenter, _shelf, states, _gone = opened(replace(item, by="", at=None))
    presenter.open(states[-1].rows[0].key)
    assert (states[-1].rows[0].day, states[-1].item.moment) == ("", "")


class Read(set):
    """Which notices were opened."""

    def __call__(self):
        return frozenset(self)

    def keep(self, notice_id, shown):
        self.add(notice_id)
        self.intersection_update(shown)


def test_a_message_tells_its_time_and_is_new_until_it_is_opened():
    states, read = [], Read({"gone"})
    notices = [
        replace(NOTICE, notice_id="n1", at=NOW - timedelta(days=1)),
        replace(NOTICE, type="info", notice_id="n2", at=NOW),
    ]
    acts = InboxActions(lambda *_place: None, lambda *_settled: None, read.keep, read)
    words = Wording(load(), "en", lambda text: text)
    presenter = InboxPresenter(Shelf(RETURNED, *notices, DEMO), CLOCK, words, acts, states.append)
    presenter.refresh()
    assert [(row.word, row.day, row.is_new) for row in states[-1].rows[1:]] == [
        ("Unread", "23/11 22:00", True),
        ("Unread", "22:00", True),
    ]
    assert states[-1].summary == "1 to look at · Unread messages: 2"
    presenter.open(states[-1].rows[1].key)
    assert states[-1].item.moment == "From the office · 23/11 22:00"
    assert [row.is_new for row in states[-1].rows] == [False, False, True]
    assert states[-1].rows[1].word == "Message"
    assert states[-1].summary == "1 to look at · Unread messages: 1"
    assert read == {"n1"}


def test_returned_visit_is_known_by_its_establishment(opened):
    _presenter, _shelf, states, _gone = opened(RETURNED)
    row = states[-1].rows[0]
    assert (row.title, row.sub, row.word, row.tone) == (
        "Karaoke Hồng Phúc",
        "Nêu thời hạn khắc phục.",
        "Returned",
        "bad",
    )


def test_pinned_comment_leads_to_its_field(opened):
    presenter, _shelf, states, gone = opened(RETURNED)
    presenter.open(states[-1].rows[0].key)
    note = states[-1].item.notes[0]
    assert (note.field, note.by) == ("Recommendation", "Trần Thị Mai · 20:00")
    presenter.go_to(note.path)
    assert gone == [("inspection", "r1", "recommendation")]


def test_refused_record_shows_reason_place_and_next_step(opened):
    presenter, _shelf, states, gone = opened(REFUSED)
    presenter.open(states[-1].rows[0].key)
    item = states[-1].item
    assert item.text == "Fields contradict each other."
    assert item.remedy.startswith("Open the record")
    assert [(note.field, note.text) for note in item.notes] == [("Date", "Not a valid date.")]
    presenter.go_to()
    assert gone == [("outreach", "r2", "")]


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("scope_not_granted", "Ask the office to grant"),
        ("unknown_schema", "Nothing to do"),
        ("locked", "The record is approved"),
        ("user_unknown", "Sign in once more"),
        ("a_reason_of_tomorrow", "The record is kept here"),
    ],
)
def test_every_reason_has_a_remedy(opened, reason, remedy):
    item = InboxItem(InboxKind.QUARANTINED, "r1", "inspection", "", reason)
    presenter, _shelf, states, _gone = opened(item)
    presenter.open(states[-1].rows[0].key)
    assert states[-1].item.remedy.startswith(remedy)


def test_conflict_offers_both_values_and_the_stored_value_is_preselected(opened):
    presenter, _shelf, states, gone = opened(CONFLICT)
    presenter.open(states[-1].rows[0].key)
    note = states[-1].item.notes[0]
    assert (note.mine, note.current, note.is_mine) == (
        "Not taken: Hoa Phượng 2",
        "There now: Karaoke Hồng Phúc",
        False,
    )
    assert states[-1].item.can_settle
    presenter.settle()
    assert gone == [("e1", (CLASH,), {})]


def test_resolution_files_the_values_chosen_as_mine(opened):
    presenter, _shelf, states, gone = opened(CONFLICT)
    presenter.open(states[-1].rows[0].key)
    presenter.choose(0, True)
    assert states[-1].item.notes[0].is_mine
    presenter.choose(0, False)
    presenter.choose(0, True)
    presenter.settle()
    assert gone == [("e1", (CLASH,), {"name": "Hoa Phượng 2"})]


def test_of_several_values_of_one_field_one_is_chosen(opened):
    later = replace(CLASH, mine="Hoa Phượng 3")
    presenter, _shelf, states, gone = opened(replace(CONFLICT, refused_values=(CLASH, later)))
    presenter.open(states[-1].rows[0].key)
    presenter.choose(0, True)
    presenter.choose(1, True)
    assert [note.is_mine for note in states[-1].item.notes] == [False, True]
    presenter.settle()
    assert gone == [("e1", (CLASH, later), {"name": "Hoa Phượng 3"})]


def test_a_choice_is_void_when_another_value_came_meanwhile(opened):
    presenter, shelf, states, _gone = opened(CONFLICT)
    presenter.open(states[-1].rows[0].key)
    presenter.choose(0, True)
    shelf.items[0] = replace(CONFLICT, refused_values=(CLASH, replace(CLASH, mine="Hoa Phượng 3")))
    presenter.refresh()
    assert [note.is_mine for note in states[-1].item.notes] == [False, False]


def test_a_deletion_and_a_value_the_office_has_closed_are_not_taken_by_resolution(opened):
    gone_record = RefusedValue("d", "_deleted", False, True, False, "changed")
    closed = replace(CLASH, reason="locked")
    presenter, _shelf, states, _gone = opened(replace(CONFLICT, refused_values=(gone_record, closed)))
    presenter.open(states[-1].rows[0].key)
    notes = states[-1].item.notes
    assert [note.can_take for note in notes] == [False, False]
    assert (notes[0].field, notes[0].mine, notes[0].current) == (
        "The whole record",
        "Not taken: Deleted",
        "There now: Kept",
    )


@pytest.mark.parametrize(
    ("record_type", "path", "value", "text"),
    [
        ("inspection", "answers.x", {"v": "no", "note": "n"}, "Not compliant"),
        ("inspection", "decision_date", "2026-03-14", "14/03/2026"),
        ("inspection", "started_at", "2026-03-14T01:30:00Z", "14/03/2026 08:30"),
        ("inspection", "measures.m1.amount_vnd", 5_000_000, "5,000,000 VND"),
        ("establishment", "operating_status_id", "paused", "Paused"),
        ("inspection", "paper_signed", True, "Yes"),
        ("establishment", "rooms_total", 1200, "1,200"),
        ("outreach_session", "topic_ids", [], "–"),
        ("establishment", "village", None, "–"),
        ("establishment", "village", "operating", "operating"),
        (
            "outreach_session",
            "audiences.y",
            {"attendance_count": 3, "first_time_count": 2},
            "3 people, 2 people",
        ),
        ("unheard_of", "x", "y", "y"),
    ],
)
def test_values_are_compared_in_words(record_type, path, value, text):
    assert value_text(record_type, path, value, Wording(load(), "en", lambda words: words)) == text


def test_message_speaks_the_readers_language_and_leads_nowhere(opened):
    presenter, _shelf, states, gone = opened(NOTICE)
    presenter.open(states[-1].rows[0].key)
    assert states[-1].item.text == "A plan."
    assert states[-1].item.screen == ""
    presenter.go_to()
    assert gone == []


def test_demo_notice_is_the_banners(opened):
    _presenter, _shelf, states, _gone = opened(DEMO)
    assert states[-1].rows == ()


def test_two_things_about_one_record_are_two_rows(opened):
    _presenter, _shelf, states, _gone = opened(RETURNED, RETURNED)
    assert len({row.key for row in states[-1].rows}) == 2


def test_corrected_item_closes_by_itself(opened):
    presenter, shelf, states, _gone = opened(RETURNED)
    presenter.open(states[-1].rows[0].key)
    shelf.items.clear()
    presenter.refresh()
    assert states[-1].item is None
    assert states[-1].rows == ()


def test_return_that_was_handed_over_names_who_has_to_answer_it():
    states = []
    shelf = Shelf(replace(RETURNED, handed_to="mai"))
    words = Wording(load(), "en", lambda text: text)
    inbox = InboxPresenter(shelf, CLOCK, words, InboxActions(lambda *_: None, lambda *_: None), states.append)
    inbox.refresh()
    assert states[-1].rows[0].sub == "Handed over to Trần Thị Mai · Nêu thời hạn khắc phục."
    shelf.items = [RETURNED]
    inbox.refresh()
    assert states[-1].rows[0].sub == "Nêu thời hạn khắc phục."
