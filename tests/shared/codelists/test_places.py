"""Schools, zones and sentences: data of the office, with dates and head counts."""

from __future__ import annotations

from datetime import date

from field178_shared.codelists import load
from field178_shared.list_packs import ListPack, Row, lists_with, problems_of

SCHOOL: Row = {
    "id": "thpt_gl_1",
    "vi": "THPT GL-1",
    "en": "GL-1 upper secondary school",
    "kind": "upper_secondary",
    "unit_id": "c11629_v2",
    "counts": [{"from": "2025-09-01", "count": 1450}, {"from": "2026-09-01", "count": 1480}],
}


def test_a_school_is_a_row_of_the_office_with_a_head_count_by_date() -> None:
    pack = ListPack().with_rows({"places.schools": {"thpt_gl_1": SCHOOL}})

    assert problems_of(pack, ListPack()) == ()
    school = lists_with(pack).schools["thpt_gl_1"]
    assert school.audience == "upper_secondary_students"
    counts = [school.count_on(day) for day in (date(2025, 8, 31), date(2026, 8, 31), date(2026, 9, 1))]
    assert [one and one.count for one in counts] == [None, 1450, 1480]


def test_a_school_of_an_unknown_kind_or_unit_is_refused() -> None:
    for change in ({"kind": "kindergarten"}, {"unit_id": "nowhere"}, {"counts": [{"count": 3}]}):
        pack = ListPack().with_rows({"places.schools": {"thpt_gl_1": SCHOOL | change}})
        assert problems_of(pack, ListPack()), change


def test_sentences_of_an_item_come_before_those_of_all() -> None:
    offered = load().phrases_at("fire_exits_clear", None)

    assert offered[0].id == "exit_goods"
    assert [one.items for one in offered[-2:]] == [(), ()]
    assert "exit_goods" not in {one.id for one in load().phrases_at("biz_registration", None)}
