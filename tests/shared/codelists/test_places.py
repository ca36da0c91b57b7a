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
    assert [count and count.count for count in counts] == [None, 1450, 1480]


def test_a_school_of_an_unknown_kind_or_unit_is_refused() -> None:
    for change in ({"kind": "kindergarten"}, {"unit_id": "nowhere"}, {"counts": [{"count": 3}]}):
        pack = ListPack().with_rows({"places.schools": {"thpt_gl_1": SCHOOL | change}})
        assert problems_of(pack, ListPack()), change


def test_sentences_of_an_item_come_before_those_of_all() -> None:
    offered = load().phrases_at("fire_exits_clear", None)

    assert offered[0].id == "exit_goods"
    assert [phrase.items for phrase in offered[-2:]] == [(), ()]
    assert "exit_goods" not in {phrase.id for phrase in load().phrases_at("biz_registration", None)}


def test_an_outlet_is_a_row_of_the_office_of_one_channel_and_unit() -> None:
    outlet: Row = {
        "id": "station_gl",
        "vi": "Đài truyền thanh xã GL",
        "en": "Station of GL",
        "channel_id": "commune_loudspeaker",
        "unit_id": "c11629_v2",
        "valid_from": "2026-05-01",
    }
    pack = ListPack().with_rows({"places.media_outlets": {"station_gl": outlet}})

    assert problems_of(pack, ListPack()) == ()
    read = lists_with(pack).media_outlets["station_gl"]
    assert (read.channel_id, read.unit_id) == ("commune_loudspeaker", "c11629_v2")
    assert [read.valid_on(day) for day in (date(2026, 4, 30), date(2026, 5, 1))] == [False, True]
    for change in ({"channel_id": "pigeon"}, {"unit_id": "nowhere"}):
        wrong = ListPack().with_rows({"places.media_outlets": {"station_gl": outlet | change}})
        assert problems_of(wrong, ListPack()), change
    moved = ListPack().with_rows({"places.media_outlets": {"station_gl": outlet | {"channel_id": "zalo_oa"}}})
    assert problems_of(moved, pack), "another channel would give its posts another meaning"
