"""What the map says of each establishment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.mobile.inspection_world import CAFE, GUESTHOUSE, KARAOKE, UNIT, establishment, settle, uid, words
from tests.mobile.support import base_row, server_commits

from field178_mobile.features.register.map import DONE, NOT_THIS_YEAR, TO_FIX, MapPresenter
from field178_mobile.platform.api import Fix


@pytest.fixture
def states():
    return []


@pytest.fixture
def presenter(store, clock, states):
    settle(store)
    made = MapPresenter(store, clock, words(), states.append)
    made.refresh()
    return made


def test_pin_shows_open_work_of_its_place(presenter, states):
    kinds = {pin.id: pin.kind for pin in states[-1].pins}
    assert kinds[KARAOKE] == TO_FIX
    assert kinds[GUESTHOUSE] == kinds[CAFE] == NOT_THIS_YEAR
    assert DONE not in kinds.values()


def test_legend_counts_every_kind_and_hides_toggled_kinds(presenter, states):
    rows = {row.kind: row for row in states[-1].legend}
    assert rows[NOT_THIS_YEAR].text == "Chưa kiểm tra năm nay"
    assert sum(row.count for row in rows.values()) == len(states[-1].pins)
    presenter.toggle(NOT_THIS_YEAR)
    assert {pin.kind for pin in states[-1].pins} == {TO_FIX}
    assert not next(row for row in states[-1].legend if row.kind == NOT_THIS_YEAR).is_shown
    presenter.toggle(NOT_THIS_YEAR)
    assert len(states[-1].pins) == sum(row.count for row in rows.values())


def test_establishments_without_a_point_are_counted(presenter, states, store):
    data = establishment("Quán không tọa độ", "cafe", 0, 0)
    del data["lat"], data["lon"]
    server_commits(store, base_row(uid("nowhere"), 1, "establishment", f"unit:{UNIT}", **data))
    presenter.refresh()
    assert states[-1].unplaced == 1


def test_a_tapped_pin_opens_its_card_until_it_is_closed(presenter, states):
    presenter.choose(KARAOKE)
    card = states[-1].card
    assert (card.title, card.word) == ("Karaoke Hồng Phúc", "Cần khắc phục")
    assert card.visited
    presenter.choose("")
    assert states[-1].card is None


def test_communes_and_the_own_place_are_marked(presenter, states):
    assert [commune.name for commune in states[-1].communes] == [words().unit(UNIT)]
    presenter.stand_at(None)
    assert states[-1].here is None
    presenter.stand_at(Fix(208_182_100, 1_065_467_100, 8, datetime(2026, 11, 24, tzinfo=UTC)))
    assert states[-1].here is not None
