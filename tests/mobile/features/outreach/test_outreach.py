import random
from datetime import UTC, datetime

import pytest
from tests.mobile.features.memory_store import MemoryStore

from field178_mobile.features.outreach.outreach_establishments import FoundState
from field178_mobile.features.outreach.outreach_pane import OutreachDesk
from field178_mobile.features.outreach.outreach_sessions import SessionsState
from field178_mobile.features.outreach.outreach_state import OutreachState
from field178_mobile.features.workspace.record import RecordServices
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, Word
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.ids import IdSource, review_id

UNIT = "c11629_v1"


class Hands:
    def now(self) -> datetime:
        return datetime(2025, 3, 11, 13, 30, tzinfo=UTC)


class Desk:
    """The desk on a store of dictionaries, with what it last showed."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        team = {"name": "Đội 178", "unit_ids": [UNIT, "c11632_v1", "c11629_v2"]}
        self.store.put("t1", "team", "team:t1", team)
        words = Wording(load(), "vi", lambda text: text)
        clock = Hands()
        services = RecordServices(self.store, clock, IdSource(clock, random.Random(1)), words, "user-1")
        self.lists: list[SessionsState] = []
        self.states: list[OutreachState] = []
        self.context = OutreachDesk(services, self.lists.append, self.states.append)

    @property
    def state(self) -> OutreachState:
        return self.states[-1]

    def begin(self):
        self.context.begin()
        assert self.context.session is not None
        return self.context.session

    def filled(self):
        session = self.begin()
        session.choose_form("conference")
        session.choose_unit(UNIT)
        session.choose_host("commune_people_committee")
        session.toggle_topic("prostitution_law")
        session.count("general_public", "attendance_count", 40)
        session.count("general_public", "first_time_count", 30)
        return session


@pytest.fixture
def context() -> Desk:
    return Desk()


def test_a_session_begins_today_with_nothing_else_assumed(context: Desk) -> None:
    context.begin()
    assert context.state.session_date == "11/03/2025"
    assert [option for option in context.state.forms if option.is_chosen] == []
    assert context.state.audiences == ()
    assert [unit.id for unit in context.state.units] == [UNIT, "c11632_v1"], "units that are in being today"


def test_a_tap_the_store_refuses_is_said_and_not_shown_as_kept(context: Desk, monkeypatch) -> None:
    session = context.begin()

    def refuse(draft: Draft) -> None:
        raise AppError(ErrorCode.STORE_UNWRITABLE)

    monkeypatch.setattr(context.store.drafts, "save", refuse)
    session.choose_form("conference")
    assert context.state.spoken.error == message(ErrorCode.STORE_UNWRITABLE, "vi")
    assert [option for option in context.state.forms if option.is_chosen] == []


def test_every_tap_is_kept_before_it_is_shown_and_can_be_taken_back(context: Desk) -> None:
    session = context.begin()
    session.choose_form("conference")
    kept = next(iter(context.store.drafts.kept.values()))
    assert kept.data["outreach_form_id"] == "conference"
    assert context.state.spoken.undo
    session.undo()
    assert "outreach_form_id" not in next(iter(context.store.drafts.kept.values())).data


def test_a_complete_session_is_filed_into_its_commune_and_says_so(context: Desk) -> None:
    context.filled().complete()
    draft, user, _ = context.store.filed[0]
    assert (draft.type, draft.scope, user) == ("outreach_session", f"unit:{UNIT}", "user-1")
    assert draft.data["audiences"] == {"general_public": {"attendance_count": 40, "first_time_count": 30}}
    assert context.state.spoken.filed
    assert context.store.drafts.kept == {}


def test_an_incomplete_session_is_not_filed_and_leads_to_the_first_gap(context: Desk) -> None:
    session = context.begin()
    session.choose_form("conference")
    session.complete()
    assert context.store.filed == []
    assert {row.path for row in context.state.checked.problems} >= {
        "unit_id",
        "host_agency_id",
        "topic_ids",
        "audiences",
    }
    assert context.state.focus == context.state.checked.problems[0].path


def test_more_first_timers_than_people_is_a_problem_at_its_row(context: Desk) -> None:
    session = context.filled()
    session.count("general_public", "first_time_count", 41)
    session.check()
    assert context.state.audiences[0].problem
    session.count("general_public", "first_time_count", 39)
    assert context.state.audiences[0].problem == "", "once asked for, the check follows every tap"


def test_a_refused_filing_keeps_the_draft_and_says_why(context: Desk) -> None:
    session = context.filled()
    context.store.refuses = AppError(ErrorCode.STORE_LOCKED)
    session.complete()
    assert context.state.spoken.error
    assert not context.state.spoken.filed
    assert len(context.store.drafts.kept) == 1


def test_one_tap_repeats_what_the_last_session_had_in_common(context: Desk) -> None:
    context.filled().complete()
    session = context.begin()
    assert "Hội nghị" in context.state.repeat_hint
    session.repeat_last()
    chosen = [
        [option.id for option in options if option.is_chosen]
        for options in (context.state.forms, context.state.units)
    ]
    assert chosen == [["conference"], [UNIT]]
    assert context.state.audiences == (), "who came is never repeated"
    assert context.state.repeat_hint == ""


def test_what_a_visit_made_by_itself_is_not_repeated(context: Desk) -> None:
    context.filled().complete()
    made = {"outreach_form_id": "during_inspection", "unit_id": UNIT, "filed_at": "2030-01-01T00:00:00Z"}
    context.store.put("made", "outreach_session", f"unit:{UNIT}", made)
    session = context.begin()
    session.repeat_last()
    assert [option.id for option in context.state.forms if option.is_chosen] == ["conference"]


def test_a_session_of_another_year_says_its_year(context: Desk) -> None:
    data = {"outreach_form_id": "conference", "unit_id": UNIT, "session_date": "2024-12-16"}
    context.store.put("old", "outreach_session", f"unit:{UNIT}", data)
    context.begin().choose_form("rally")
    context.context.show()
    assert [row.day for row in context.lists[-1].rows] == ["11/03", "12/2024"]


def test_a_form_without_people_asks_for_none_and_an_anonymous_one_for_no_venue(context: Desk) -> None:
    session = context.filled()
    session.write("venue", "Nhà văn hóa")
    session.choose_form("leaflet_distribution")
    assert (context.state.counts_people, context.state.audiences) == (False, ())
    session.choose_form("peer_outreach")
    assert (context.state.has_venue, context.state.venue.text) == (False, "")


def test_text_that_looks_like_personal_data_is_marked_and_still_filed(context: Desk) -> None:
    session = context.filled()
    session.write("summary", "Liên hệ 0912345678 để nhận tài liệu")
    assert context.state.summary.lint
    session.complete()
    assert len(context.store.filed) == 1


def test_a_returned_session_opens_at_the_field_of_the_office_s_comment(context: Desk) -> None:
    context.filled().complete()
    record_id = context.store.filed[0][0].record_id
    path = "audiences.general_public.first_time_count"
    context.store.give_back(record_id, path, "30 hay 13?")
    assert context.context.open(record_id, path)
    assert context.state.focus == path
    assert context.state.audiences[0].comment == "30 hay 13?"
    session = context.context.session
    assert session is not None
    session.count("general_public", "first_time_count", 13)
    session.complete()
    draft, _, _ = context.store.filed[-1]
    assert draft.seen is not None
    assert draft.seen["audiences"]["general_public"]["first_time_count"] == 30
    assert draft.data["audiences"]["general_public"]["first_time_count"] == 13


def test_a_comment_on_a_field_without_a_place_of_its_own_stands_at_the_head(context: Desk) -> None:
    context.filled().complete()
    record_id = context.store.filed[0][0].record_id
    context.store.give_back(record_id, "topic_ids", "Thiếu một nội dung")
    context.context.open(record_id)
    assert context.state.other_comments == "Topics: Thiếu một nội dung"


def test_the_word_of_the_open_session_follows_its_first_change(context: Desk) -> None:
    session = context.begin()
    assert context.state.word == "", "an empty form is nothing yet"
    session.choose_form("conference")
    assert context.state.word == "draft"


def test_an_approved_session_is_only_looked_at(context: Desk) -> None:
    context.filled().complete()
    record_id = context.store.filed[0][0].record_id
    context.store.words[record_id] = Word.APPROVED
    context.context.open(record_id)
    session = context.context.session
    assert session is not None
    session.choose_form("rally")
    session.complete()
    assert context.state.is_locked
    assert context.state.word == "approved"
    assert "Approved" in context.state.notice
    assert len(context.store.filed) == 1
    assert context.store.drafts.kept == {}


def test_a_draft_is_thrown_away_and_what_was_filed_stays(context: Desk) -> None:
    context.filled().complete()
    context.begin().choose_form("rally")
    assert context.state.has_draft
    context.context.discard()
    assert context.store.drafts.kept == {}
    assert context.context.session is None
    assert [row.state for row in context.lists[-1].rows] == ["unsent"]


def test_the_list_shows_drafts_first_and_the_word_of_each(context: Desk) -> None:
    context.context.show()
    assert context.lists[-1].is_empty
    context.filled().complete()
    context.begin().choose_form("rally")
    context.context.show()
    assert [row.state for row in context.lists[-1].rows] == ["draft", "unsent"]
    assert "40" in context.lists[-1].rows[1].attendance


def test_a_draft_is_taken_up_again_and_an_unknown_record_is_not_opened(context: Desk) -> None:
    context.begin().choose_form("rally")
    record_id = next(iter(context.store.drafts.kept.values())).record_id
    context.context.close()
    assert context.context.open(record_id)
    assert [option.id for option in context.state.forms if option.is_chosen] == ["rally"]
    assert not context.context.open("0197c3a8-0000-7000-8000-000000000001")


def place(context: Desk, record_id: str, name: str, unit_id: str = UNIT) -> str:
    data = {"name": name, "establishment_type_id": "karaoke", "unit_id": unit_id, "address_line": "Số 5"}
    context.store.put(record_id, "establishment", f"unit:{unit_id}", data)
    return record_id


def at_establishments(context: Desk):
    session = context.filled()
    session.choose_form("onsite_establishment")
    return session


def test_search_finds_the_commune_s_establishments_first_without_accents(context: Desk) -> None:
    place(context, "e1", "Karaoke Ánh Dương", "c11632_v1")
    place(context, "e2", "Karaoke Ánh Sao")
    place(context, "e3", "Nhà nghỉ Hoa")
    found: list[FoundState] = []
    picker = at_establishments(context).pick_place(found.append)
    picker.search("anh")
    assert [option.id for option in found[-1].options] == ["e2", "e1"]
    picker.search("không có")
    assert (found[-1].options, bool(found[-1].said)) == ((), True)


def test_the_only_establishment_follows_the_workers_until_it_is_counted_itself(context: Desk) -> None:
    place(context, "e1", "Karaoke Ánh Dương")
    session = at_establishments(context)
    session.add_place("e1")
    session.count("workers_at_risk", "attendance_count", 6)
    session.count("workers_at_risk", "first_time_count", 4)
    row = context.state.places[0]
    assert (row.label, row.attendance, row.first_time) == ("Karaoke Ánh Dương", 6, 4)
    session.count_place("e1", "attendance_count", 5)
    session.count("workers_at_risk", "attendance_count", 9)
    assert context.state.places[0].attendance == 5


def test_a_second_establishment_begins_uncounted_and_is_missed_by_the_check(context: Desk) -> None:
    place(context, "e1", "Karaoke Ánh Dương")
    place(context, "e2", "Karaoke Ánh Sao")
    session = at_establishments(context)
    session.count("workers_at_risk", "attendance_count", 6)
    session.add_place("e1")
    session.add_place("e2")
    assert [row.attendance for row in context.state.places] == [6, None]
    session.complete()
    assert context.state.focus == "establishments.e2.attendance_count"
    assert context.state.places[1].problem
    session.drop_place("e2")
    session.complete()
    assert context.store.filed[0][0].data["establishments"] == {"e1": {"attendance_count": 6}}


def test_a_form_without_establishments_clears_them(context: Desk) -> None:
    place(context, "e1", "Karaoke Ánh Dương")
    session = at_establishments(context)
    session.add_place("e1")
    session.choose_form("conference")
    assert (context.state.has_places, context.state.places) == (False, ())


def test_a_draft_of_a_session_approved_meanwhile_says_it_is_a_late_edit(context: Desk) -> None:
    context.filled().complete()
    record_id = context.store.filed[0][0].record_id
    context.context.open(record_id)
    session = context.context.session
    assert session is not None
    session.choose_form("rally")
    assert context.state.notice == ""
    context.store.put(
        review_id(record_id), "review", f"unit:{UNIT}", {"record": record_id, "state": "approved"}
    )
    session.show()
    assert "late edit" in context.state.notice
    assert not context.state.is_locked
