import random
from datetime import UTC, date, datetime

import pytest
from tests.mobile.features.memory_store import MemoryStore
from tests.shared.list_packs.test_dated_rows import pack as dated_pack

from field178_mobile.components.services.record_services import RecordServices
from field178_mobile.features.outreach.outreach_data import repeat_last
from field178_mobile.features.outreach.outreach_establishments import FoundState
from field178_mobile.features.outreach.outreach_pane import OutreachPaneSessions
from field178_mobile.features.outreach.outreach_sessions import SessionsState
from field178_mobile.features.outreach.outreach_state import OutreachState
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import Draft, StateWord
from field178_shared.codelists import CodeLists, load
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.ids import IdSource, review_id
from field178_shared.list_packs import lists_with

UNIT = "c11629_v1"


class Hands:
    def now(self) -> datetime:
        return datetime(2025, 3, 11, 13, 30, tzinfo=UTC)


class Desk:
    """The desk on a store of dictionaries, with what it last showed."""

    def __init__(self, lists: CodeLists | None = None) -> None:
        self.store = MemoryStore()
        team = {"name": "Đội 178", "unit_ids": [UNIT, "c11632_v1", "c11629_v2"]}
        self.store.put("t1", "team", "team:t1", team)
        words = Wording(lists or load(), "vi", lambda text: text)
        clock = Hands()
        services = RecordServices(self.store, clock, IdSource(clock, random.Random(1)), words, "user-1")
        self.lists: list[SessionsState] = []
        self.states: list[OutreachState] = []
        self.pane = OutreachPaneSessions(services, self.lists.append, self.states.append)

    @property
    def state(self) -> OutreachState:
        return self.states[-1]

    def begin(self):
        self.pane.begin()
        assert self.pane.session is not None
        return self.pane.session

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
def pane() -> Desk:
    return Desk()


def test_a_session_begins_today_with_nothing_else_assumed(pane: Desk) -> None:
    pane.begin()
    assert pane.state.session_date == "11/03/2025"
    assert [option for option in pane.state.forms if option.is_chosen] == []
    assert pane.state.audiences == ()
    assert [unit.id for unit in pane.state.units] == [UNIT, "c11632_v1"], "units that are in being today"


def test_a_tap_the_store_refuses_is_said_and_not_shown_as_kept(pane: Desk, monkeypatch) -> None:
    session = pane.begin()

    def refuse(draft: Draft) -> None:
        raise AppError(ErrorCode.STORE_UNWRITABLE)

    monkeypatch.setattr(pane.store.drafts, "save", refuse)
    session.choose_form("conference")
    assert pane.state.feedback.error == message(ErrorCode.STORE_UNWRITABLE, "vi")
    assert [option for option in pane.state.forms if option.is_chosen] == []


def test_every_tap_is_kept_before_it_is_shown_and_can_be_taken_back(pane: Desk) -> None:
    session = pane.begin()
    session.choose_form("conference")
    kept = next(iter(pane.store.drafts.stored.values()))
    assert kept.data["outreach_form_id"] == "conference"
    assert pane.state.feedback.undo
    session.undo()
    assert "outreach_form_id" not in next(iter(pane.store.drafts.stored.values())).data


def test_a_session_is_in_the_list_from_its_first_tap_and_looked_up_no_more(pane: Desk) -> None:
    session = pane.begin()
    assert (pane.lists[-1].rows, pane.lists[-1].nothing_found) == ((), False)
    session.choose_form("conference")
    (row,) = pane.lists[-1].rows
    assert (row.record_id, row.state) == (pane.lists[-1].selected, "draft")
    shown = len(pane.lists)
    session.choose_unit(UNIT)
    assert len(pane.lists) == shown


def test_a_complete_session_is_filed_into_its_commune_and_says_so(pane: Desk) -> None:
    pane.filled().complete()
    draft, user, _ = pane.store.filed[0]
    assert (draft.type, draft.scope, user) == ("outreach_session", f"unit:{UNIT}", "user-1")
    assert draft.data["audiences"] == {"general_public": {"attendance_count": 40, "first_time_count": 30}}
    assert pane.state.feedback.filed
    assert pane.store.drafts.stored == {}


def test_a_wrong_clock_is_asked_about_before_a_session_is_filed(pane: Desk) -> None:
    pane.store.clock_is_off_by_ms = 725_000
    session = pane.filled()
    session.complete()
    assert pane.store.filed == []
    assert "12 min 5 s" in session.filing.clock_question
    session.complete(with_clock_off=True)
    assert pane.store.filed[0][0].data["clock_offset_s"] == 725


def test_warnings_of_a_session_are_asked_about_before_it_is_filed(pane: Desk) -> None:
    session = pane.filled()
    session.count("general_public", "attendance_count", 90_000)
    session.complete()
    assert pane.store.filed == []
    paths = [warning.row.path for warning in session.filing.warnings]
    assert paths == ["audiences.general_public.attendance_count"]
    session.complete(with_warnings=True)
    assert (len(pane.store.filed), session.filing.warnings) == (1, ())


def test_an_incomplete_session_is_not_filed_and_leads_to_the_first_gap(pane: Desk) -> None:
    session = pane.begin()
    session.choose_form("conference")
    session.complete()
    assert pane.store.filed == []
    assert {row.path for row in pane.state.checked.problems} >= {
        "unit_id",
        "host_agency_id",
        "topic_ids",
        "audiences",
    }
    assert pane.state.focus == pane.state.checked.problems[0].path


def test_more_first_timers_than_people_is_a_problem_at_its_row(pane: Desk) -> None:
    session = pane.filled()
    session.count("general_public", "first_time_count", 41)
    session.check()
    assert pane.state.audiences[0].problem
    session.count("general_public", "first_time_count", 39)
    assert pane.state.audiences[0].problem == "", "once asked for, the check follows every tap"


def test_a_refused_filing_keeps_the_draft_and_says_why(pane: Desk) -> None:
    session = pane.filled()
    pane.store.refuses = AppError(ErrorCode.STORE_LOCKED)
    session.complete()
    assert pane.state.feedback.error
    assert not pane.state.feedback.filed
    assert len(pane.store.drafts.stored) == 1


def test_single_tap_repeats_common_values_of_the_last_session(pane: Desk) -> None:
    pane.filled().complete()
    session = pane.begin()
    assert "Hội nghị" in pane.state.repeat_hint
    session.repeat_last()
    chosen = [
        [option.id for option in options if option.is_chosen]
        for options in (pane.state.forms, pane.state.units)
    ]
    assert chosen == [["conference"], [UNIT]]
    assert pane.state.audiences == (), "who came is never repeated"
    assert pane.state.repeat_hint == ""


def test_session_made_by_a_visit_is_not_repeated(pane: Desk) -> None:
    pane.filled().complete()
    made = {"outreach_form_id": "during_inspection", "unit_id": UNIT, "filed_at": "2030-01-01T00:00:00Z"}
    pane.store.put("made", "outreach_session", f"unit:{UNIT}", made)
    session = pane.begin()
    session.repeat_last()
    assert [option.id for option in pane.state.forms if option.is_chosen] == ["conference"]


def test_a_session_of_another_year_says_its_year(pane: Desk) -> None:
    data = {"outreach_form_id": "conference", "unit_id": UNIT, "session_date": "2024-12-16"}
    pane.store.put("old", "outreach_session", f"unit:{UNIT}", data)
    pane.begin().choose_form("rally")
    pane.pane.show()
    assert [row.day for row in pane.lists[-1].rows] == ["11/03", "12/2024"]


def test_a_form_without_people_asks_for_none_and_an_anonymous_one_for_no_venue(pane: Desk) -> None:
    session = pane.filled()
    session.write("venue", "Nhà văn hóa")
    session.choose_form("leaflet_distribution")
    assert (pane.state.counts_people, pane.state.audiences) == (False, ())
    session.choose_form("peer_outreach")
    assert "venue" not in {field.path for field in pane.state.fields["session"]}
    assert "venue" not in next(iter(pane.store.drafts.stored.values())).data


def test_text_that_looks_like_personal_data_is_marked_and_still_filed(pane: Desk) -> None:
    session = pane.filled()
    session.write("summary", "Liên hệ 0912345678 để nhận tài liệu")
    (summary,) = (field for field in pane.state.fields["content"] if field.path == "summary")
    assert summary.lint
    session.complete()
    assert len(pane.store.filed) == 1


def test_a_returned_session_opens_at_the_field_of_the_office_s_comment(pane: Desk) -> None:
    pane.filled().complete()
    record_id = pane.store.filed[0][0].record_id
    path = "audiences.general_public.first_time_count"
    pane.store.give_back(record_id, path, "30 hay 13?")
    assert pane.pane.open(record_id, path)
    assert pane.state.focus == path
    assert pane.state.audiences[0].comment == "30 hay 13?"
    session = pane.pane.session
    assert session is not None
    session.count("general_public", "first_time_count", 13)
    session.complete()
    draft, _, _ = pane.store.filed[-1]
    assert draft.seen is not None
    assert draft.seen["audiences"]["general_public"]["first_time_count"] == 30
    assert draft.data["audiences"]["general_public"]["first_time_count"] == 13


def test_a_comment_on_a_field_without_a_place_of_its_own_stands_at_the_head(pane: Desk) -> None:
    pane.filled().complete()
    record_id = pane.store.filed[0][0].record_id
    pane.store.give_back(record_id, "topic_ids", "Thiếu một nội dung")
    pane.pane.open(record_id)
    assert pane.state.other_comments == "Nội dung tuyên truyền: Thiếu một nội dung"


def test_the_word_of_the_open_session_follows_its_first_change(pane: Desk) -> None:
    session = pane.begin()
    assert pane.state.word == "", "an empty form is nothing yet"
    session.choose_form("conference")
    assert pane.state.word == "draft"


def test_an_approved_session_is_only_looked_at(pane: Desk) -> None:
    pane.filled().complete()
    record_id = pane.store.filed[0][0].record_id
    pane.store.words[record_id] = StateWord.APPROVED
    pane.pane.open(record_id)
    session = pane.pane.session
    assert session is not None
    session.choose_form("rally")
    session.complete()
    assert pane.state.is_locked
    assert pane.state.word == "approved"
    assert "Approved" in pane.state.notice
    assert len(pane.store.filed) == 1
    assert pane.store.drafts.stored == {}


def test_draft_is_discarded_and_the_filed_record_stays(pane: Desk) -> None:
    pane.filled().complete()
    pane.begin().choose_form("rally")
    assert pane.state.has_draft
    pane.pane.discard()
    assert pane.store.drafts.stored == {}
    assert pane.pane.session is None
    assert [row.state for row in pane.lists[-1].rows] == ["unsent"]


def test_the_list_shows_drafts_first_and_the_word_of_each(pane: Desk) -> None:
    pane.pane.show()
    assert pane.lists[-1].rows == ()
    pane.filled().complete()
    pane.begin().choose_form("rally")
    pane.pane.show()
    assert [row.state for row in pane.lists[-1].rows] == ["draft", "unsent"]
    assert "40" in pane.lists[-1].rows[1].subtitle


def test_a_draft_is_taken_up_again_and_an_unknown_record_is_not_opened(pane: Desk) -> None:
    pane.begin().choose_form("rally")
    record_id = next(iter(pane.store.drafts.stored.values())).record_id
    pane.pane.close()
    assert pane.pane.open(record_id)
    assert [option.id for option in pane.state.forms if option.is_chosen] == ["rally"]
    assert not pane.pane.open("0197c3a8-0000-7000-8000-000000000001")


def place(pane: Desk, record_id: str, name: str, unit_id: str = UNIT) -> str:
    data = {"name": name, "establishment_type_id": "karaoke", "unit_id": unit_id, "address_line": "Số 5"}
    pane.store.put(record_id, "establishment", f"unit:{unit_id}", data)
    return record_id


def at_establishments(pane: Desk):
    session = pane.filled()
    session.choose_form("onsite_establishment")
    return session


def test_search_finds_the_commune_s_establishments_first_without_accents(pane: Desk) -> None:
    place(pane, "e1", "Karaoke Ánh Dương", "c11632_v1")
    place(pane, "e2", "Karaoke Ánh Sao")
    place(pane, "e3", "Nhà nghỉ Hoa")
    states: list[FoundState] = []
    picker = at_establishments(pane).pick_establishment(states.append)
    picker.search("anh")
    assert [option.id for option in states[-1].options] == ["e2", "e1"]
    picker.search("không có")
    assert (states[-1].options, bool(states[-1].message)) == ((), True)


def test_the_only_establishment_follows_the_workers_until_it_is_counted_itself(pane: Desk) -> None:
    place(pane, "e1", "Karaoke Ánh Dương")
    session = at_establishments(pane)
    session.add_establishment("e1")
    session.count("workers_at_risk", "attendance_count", 6)
    session.count("workers_at_risk", "first_time_count", 4)
    row = pane.state.establishments[0]
    assert (row.label, row.attendance, row.first_time) == ("Karaoke Ánh Dương", 6, 4)
    session.count_establishment("e1", "attendance_count", 5)
    session.count("workers_at_risk", "attendance_count", 9)
    assert pane.state.establishments[0].attendance == 5


def test_a_second_establishment_begins_uncounted_and_is_missed_by_the_check(pane: Desk) -> None:
    place(pane, "e1", "Karaoke Ánh Dương")
    place(pane, "e2", "Karaoke Ánh Sao")
    session = at_establishments(pane)
    session.count("workers_at_risk", "attendance_count", 6)
    session.add_establishment("e1")
    session.add_establishment("e2")
    assert [row.attendance for row in pane.state.establishments] == [6, None]
    session.complete()
    assert pane.state.focus == "establishments.e2.attendance_count"
    assert pane.state.establishments[1].problem
    session.drop_establishment("e2")
    session.complete()
    assert pane.store.filed[0][0].data["establishments"] == {"e1": {"attendance_count": 6}}


def test_a_form_without_establishments_clears_them(pane: Desk) -> None:
    place(pane, "e1", "Karaoke Ánh Dương")
    session = at_establishments(pane)
    session.add_establishment("e1")
    session.choose_form("conference")
    assert (pane.state.has_establishments, pane.state.establishments) == (False, ())


def test_a_draft_of_a_session_approved_meanwhile_says_it_is_a_late_edit(pane: Desk) -> None:
    pane.filled().complete()
    record_id = pane.store.filed[0][0].record_id
    pane.pane.open(record_id)
    session = pane.pane.session
    assert session is not None
    session.choose_form("rally")
    assert pane.state.notice == ""
    pane.store.put(review_id(record_id), "review", f"unit:{UNIT}", {"record": record_id, "state": "approved"})
    session.show()
    assert "late edit" in pane.state.notice
    assert not pane.state.is_locked


def test_hosts_are_the_agencies_of_the_day_of_the_session(pane: Desk) -> None:
    session = pane.begin()
    offered = {option.id for option in pane.state.hosts}
    assert "dist_health_office" in offered
    assert not offered & {"dist_labour_office", "dist_police", "commune_culture_social"}
    session.choose_day(date(2025, 2, 28))
    assert {"dist_labour_office", "dist_police"} <= {option.id for option in pane.state.hosts}
    session.choose_day(date(2025, 7, 1))
    offered = {option.id for option in pane.state.hosts}
    assert "commune_culture_social" in offered
    assert not {name for name in offered if name.startswith("dist_")}


def test_a_chosen_host_stays_to_be_seen_when_the_day_changes(pane: Desk) -> None:
    session = pane.begin()
    session.choose_host("dist_health_office")
    session.choose_day(date(2025, 7, 1))
    assert [option.id for option in pane.state.hosts if option.is_chosen] == ["dist_health_office"]


def test_a_host_that_is_gone_is_not_repeated() -> None:
    last = {"outreach_form_id": "conference", "host_agency_id": "dist_labour_office"}
    assert "host_agency_id" in repeat_last({"session_date": "2025-02-28"}, last, load())
    assert "host_agency_id" not in repeat_last({"session_date": "2025-03-11"}, last, load())


def test_topics_are_those_of_the_day_of_the_session() -> None:
    desk = Desk(lists_with(dated_pack()))
    session, both = desk.begin(), {"harms", "harms_new"}

    def offered() -> set[str]:
        return {option.id for option in desk.state.topics} & both

    session.choose_day(date(2026, 7, 1))
    assert offered() == {"harms_new"}
    session.choose_day(date(2026, 6, 30))
    assert offered() == {"harms"}
    session.toggle_topic("harms")
    session.choose_day(date(2026, 7, 1))
    assert offered() == both, "what was chosen is there to be seen and left"
    last = {"outreach_form_id": "conference", "topic_ids": ["harms"]}
    assert repeat_last({"session_date": "2026-07-01"}, last, lists_with(dated_pack()))["topic_ids"] == []


def test_start_and_co_hosts_are_of_the_session_and_its_day(pane: Desk) -> None:
    session = pane.filled()
    session.write("start_time", "19:30")
    offered = {option.id for option in pane.state.co_hosts}
    assert "dist_health_office" in offered
    assert not offered & {"commune_people_committee", "dist_police"}, "the host, and one that is gone"
    session.choose_co_hosts(("dist_health_office",))
    session.choose_day(date(2025, 7, 1))
    assert [option.id for option in pane.state.co_hosts if option.is_chosen] == ["dist_health_office"]
    session.complete(with_warnings=True)
    data = pane.store.filed[0][0].data
    assert (data["start_time"], data["co_hosts"]) == ("19:30", ["dist_health_office"])


def test_a_co_host_that_becomes_the_host_is_no_co_host(pane: Desk) -> None:
    session = pane.filled()
    session.choose_co_hosts(("dist_health_office",))
    session.choose_host("dist_health_office")
    assert "co_hosts" not in next(iter(pane.store.drafts.stored.values())).data
    session.undo()
    assert [option.id for option in pane.state.co_hosts if option.is_chosen] == ["dist_health_office"]
