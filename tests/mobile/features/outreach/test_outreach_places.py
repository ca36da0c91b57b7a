"""The school or industrial zone of a session: offered by day and commune, filled in by one choice."""

from __future__ import annotations

from datetime import date

import pytest
from tests.mobile.features.outreach.test_outreach import UNIT, Desk

from field178_mobile.components.forms.simple_fields import NOT_CHOSEN
from field178_mobile.features.outreach.outreach_places import repeat_place
from field178_shared.codelists import CodeLists
from field178_shared.list_packs import ListPack, Row, lists_with


def place(place_id: str, name: str, unit_id: str, count: int, **more: object) -> Row:
    counts = [{"from": "2025-01-01", "count": count}]
    return {"id": place_id, "vi": name, "en": name, "unit_id": unit_id, "counts": counts, **more}


def lists_of_the_office() -> CodeLists:
    schools = (
        place("thpt_1", "THPT GL-1", UNIT, 1480, kind="upper_secondary"),
        place("gdnn_1", "GDNN GL-1", "c11632_v1", 640, kind="vocational"),
        place("closed", "THPT cũ", UNIT, 300, kind="upper_secondary", valid_to="2025-01-01"),
        place("far", "THPT xa", "c11650_v1", 900, kind="upper_secondary"),
    )
    zones = (place("iz_a", "Khu công nghiệp GL-A", "c11632_v1", 4200),)
    rows = {
        "places.schools": {str(row["id"]): row for row in schools},
        "places.zones": {str(row["id"]): row for row in zones},
    }
    return lists_with(ListPack().with_rows(rows))


LISTS = lists_of_the_office()


@pytest.fixture
def pane() -> Desk:
    return Desk(LISTS)


def kept(pane: Desk) -> dict[str, object]:
    return dict(next(iter(pane.store.drafts.stored.values())).data)


def offered(pane: Desk) -> list[str]:
    return [option.id for option in pane.state.place.options]


def test_places_of_the_day_are_offered_with_their_head_count(pane: Desk) -> None:
    session = pane.begin()
    hints = {option.id: (option.label, option.hint) for option in pane.state.place.options}
    assert hints["school_id.thpt_1"] == ("THPT GL-1", "1.480 people")
    assert "school_id.closed" not in hints
    session.choose_day(date(2024, 12, 31))
    hints = {option.id: option.hint for option in pane.state.place.options}
    assert hints["school_id.closed"] == hints["school_id.thpt_1"] == "", "no head count is known of then"


def test_places_of_the_chosen_commune_come_first_then_the_kind_of_the_form(pane: Desk) -> None:
    session = pane.begin()
    session.choose_form("school_flag_assembly")
    assert offered(pane)[-1] == "zone_id.iz_a"
    session.choose_unit("c11632_v1")
    assert offered(pane) == ["school_id.gdnn_1", "zone_id.iz_a", "school_id.thpt_1", "school_id.far"]
    session.choose_form("industrial_zone_session")
    assert offered(pane)[0] == "zone_id.iz_a"


def test_a_school_fills_commune_and_venue_and_offers_its_pupils(pane: Desk) -> None:
    session = pane.begin()
    session.choose_place("school_id.thpt_1")
    data = kept(pane)
    assert (data["school_id"], data["unit_id"], data["venue"]) == ("thpt_1", UNIT, "THPT GL-1")
    assert pane.state.place_audience is not None
    assert pane.state.place_audience.id == "upper_secondary_students"
    session.count("upper_secondary_students", "attendance_count", 480)
    assert pane.state.place_audience is None, "it is counted"


def test_another_choice_takes_the_first_one_with_all_that_it_filled(pane: Desk) -> None:
    session = pane.begin()
    session.choose_place("school_id.thpt_1")
    session.choose_place("zone_id.iz_a")
    data = kept(pane)
    assert "school_id" not in data
    assert (data["zone_id"], data["unit_id"]) == ("iz_a", "c11632_v1")
    assert data["venue"] == "Khu công nghiệp GL-A"
    assert pane.state.place.options[0] == NOT_CHOSEN
    session.choose_place("")
    assert not {"school_id", "zone_id", "venue"} & set(kept(pane))
    session.undo()
    assert kept(pane)["zone_id"] == "iz_a"


def test_chosen_unit_and_typed_venue_stay(pane: Desk) -> None:
    session = pane.begin()
    session.choose_unit("c11632_v1")
    session.write("venue", "Sân trường")
    session.choose_place("school_id.thpt_1")
    data = kept(pane)
    assert (data["unit_id"], data["venue"]) == ("c11632_v1", "Sân trường")


def test_the_place_and_co_hosts_of_the_last_session_are_repeated_while_they_exist(pane: Desk) -> None:
    last = pane.filled()
    last.choose_place("school_id.thpt_1")
    last.choose_co_hosts(("dist_health_office",))
    last.complete()
    session = pane.begin()
    assert "THPT GL-1" in pane.state.repeat_hint
    session.repeat_last()
    assert (kept(pane)["school_id"], kept(pane)["venue"]) == ("thpt_1", "THPT GL-1")
    assert kept(pane)["co_hosts"] == ["dist_health_office"]


def test_a_place_that_closed_since_the_last_session_is_not_repeated() -> None:
    last = {"school_id": "closed"}
    assert repeat_place(LISTS, {"session_date": "2024-12-31"}, last)["school_id"] == "closed"
    assert repeat_place(LISTS, {"session_date": "2025-03-11"}, last) == {}


def test_a_commune_of_other_teams_is_not_filled_in(pane: Desk) -> None:
    pane.begin().choose_place("school_id.far")
    assert "unit_id" not in kept(pane)


def test_a_place_that_the_lists_lost_or_the_day_left_is_shown(pane: Desk) -> None:
    data = {"outreach_form_id": "conference", "unit_id": UNIT, "session_date": "2025-03-10"}
    pane.store.put("s1", "outreach_session", f"unit:{UNIT}", {**data, "school_id": "unheard_of"})
    pane.store.put("s2", "outreach_session", f"unit:{UNIT}", {**data, "school_id": "closed"})
    shown = []
    for record in ("s1", "s2"):
        pane.pane.open(record)
        shown += [option.label for option in pane.state.place.options if option.is_chosen]
    assert shown == ["unheard_of", "THPT cũ"]


def test_an_anonymous_form_asks_for_no_place_and_keeps_none(pane: Desk) -> None:
    session = pane.begin()
    session.choose_place("school_id.thpt_1")
    session.choose_form("peer_outreach")
    assert (pane.state.place.options, pane.state.place.note) == ((), "")
    assert not {"school_id", "venue"} & set(kept(pane))


def test_without_places_one_line_says_so_where_one_is_expected() -> None:
    pane = Desk()
    session = pane.begin()
    assert (pane.state.place.options, pane.state.place.note) == ((), "")
    for form in ("school_experience", "industrial_zone_session"):
        session.choose_form(form)
        assert "has not entered" in pane.state.place.note
    session.choose_form("conference")
    assert pane.state.place.note == ""


def test_a_day_without_places_is_told_from_lists_without_any(pane: Desk) -> None:
    schools = {"s": place("s", "THPT", UNIT, 9, kind="vocational", valid_from="2025-03-12")}
    pane = Desk(lists_with(ListPack().with_rows({"places.schools": schools})))
    pane.begin().choose_form("school_experience")
    assert "on this day" in pane.state.place.note


def test_more_pupils_than_the_school_has_is_asked_about_at_the_field_and_before_filing(pane: Desk) -> None:
    session = pane.begin()
    session.choose_place("school_id.thpt_1")
    session.count("upper_secondary_students", "attendance_count", 99_999)
    warning = "More than the 1.480 pupils of the school: is that right?"
    (row,) = pane.state.audiences
    assert (row.warning, row.problem) == (warning, "")
    session.check()
    assert warning in [line.text for line in pane.state.checked.warnings]
    assert warning not in [line.text for line in pane.state.checked.problems]
    session.count("upper_secondary_students", "attendance_count", 1480)
    (row,) = pane.state.audiences
    assert row.warning == ""
    assert warning not in [line.text for line in pane.state.checked.warnings]
