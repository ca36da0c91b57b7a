"""Proofs on a product whose inspection has the field `rooms_seen`; see test_adding_a_field.py."""

from __future__ import annotations

from tests.mobile.inspection_world import KARAOKE
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import find, find_all, frames
from tests.mobile.screens.test_inspection import Table, table

__all__ = ["table"]


def test_conclusion_shows_it_stores_it_and_passes_the_lint(
    table: Table, window_size: tuple[int, int]
) -> None:
    screen = table.lay(window_size, scale=1.3)
    table.go_out()
    visit = table.begin(KARAOKE)
    visit.choose_tab("conclusion")
    frames(3)
    row = find("ConclusionPane").ids.fields.widget_of("rooms_seen")
    assert row.control.label == "Số phòng đã xem"
    visit.write("rooms_seen", 12)
    frames(2)
    assert row.control.value == 12
    (draft,) = table.store.drafts.all()
    assert draft.data["rooms_seen"] == 12
    assert lint(screen) == []
    # A check of a visit without answers: a line for each section stands above the fields.
    visit.check()
    frames(2)
    assert len(find_all("ProblemLine")) > 10
    assert lint(screen) == []
