"""Searched texts of filed records: whole texts, and parts of a text."""

from __future__ import annotations

import pytest
from sqlalchemy import ColumnElement, select
from tests.shared import builders
from tests.world import TEAM, UNIT, World

from field178_server.database.models import FiledRecord
from field178_server.database.unit_of_work import snapshot
from field178_server.records.searched_texts import (
    has_part,
    has_text,
    text_with,
    texts_of_session,
    texts_of_visit,
)
from field178_shared.schemas import lenient_value


def test_each_searched_text_is_one_line_without_diacritics() -> None:
    measures = {"k": {"document_number": "15/QĐ"}, "l": {"document_number": " "}}
    numbers = {"minutes_number": "7/BB-ĐK", "decision_number": "7/bb-đk"}
    visit = lenient_value("inspection", {**numbers, "recommendation": "x", "measures": measures})
    assert texts_of_visit(visit) == "15/qd\n7/bb-dk"
    session = lenient_value("outreach_session", {"venue": "Nhà  văn\nhoá", "summary": "x"})
    assert texts_of_session(session) == "nha van hoa"
    assert texts_of_session(lenient_value("outreach_session", {})) == ""
    assert text_with("15/qd\n7/bb-dk", "bb") == "7/bb-dk"
    assert text_with("15/qd\n7/bb-dk", "d 7") == ""


@pytest.mark.parametrize("number", ["7/BB", "17%/BB", "1_/BB"])
def test_search_for_a_whole_text_excludes_texts_that_contain_it(world: World, number: str) -> None:
    tablet = world.tablet(UNIT, TEAM, "ref")
    place = tablet.created()

    def filed(document_number: str, decision_number: str) -> str:
        measure = {"measure_id": "fine_money", "document_number": document_number}
        named = {"measures": {"k": measure}, "decision_number": decision_number, "team_id": TEAM[5:]}
        visit = builders.inspection(establishment_id=place, **named)
        return tablet.created(visit, type="inspection", scope=TEAM)

    def matching(condition: ColumnElement[bool]) -> set[str]:
        with snapshot(world.engine) as session:
            return set(session.scalars(select(FiledRecord.record_id).where(condition)))

    first, last = filed(number, "0/QĐ"), filed("zz", number)
    longer = filed(f"1{number}", f"{number}1")
    text = number.lower()
    assert matching(has_text(text)) == {first, last}
    assert matching(has_part(text)) == {first, last, longer}
    assert matching(has_text("")) == set()
