"""A tap makes anew what it changed, and shares the rest with the state before; counted, not timed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.bench.calls import counted
from tests.mobile.half_filled_visit import MET, UNMET, half_filled
from tests.mobile.inspection_world import words

from field178_mobile.features.inspection.inspection import InspectionPresenter
from field178_mobile.features.inspection.inspection_state import InspectionState
from field178_mobile.presentation.feedback import Feedback
from field178_mobile.store import Store

MOST_CALLS = 350


@pytest.fixture
def states() -> list[InspectionState]:
    return []


@pytest.fixture
def visit(store, clock, states) -> InspectionPresenter:
    return half_filled(store, clock, states.append)


@pytest.mark.parametrize("item_id", MET)
def test_met_costs_few_calls_in_presenter_and_store(visit, store, states, item_id):
    visit.open_section(words().lists.items[item_id].section)
    with counted(store) as calls:
        visit.answer(item_id, "yes")
    assert next(item.value for item in states[-1].page.items if item.id == item_id) == "yes"
    assert calls.python <= MOST_CALLS, calls.functions.most_common(20)


def test_tap_asks_for_no_holidays(visit, store):
    with counted(store) as calls:
        visit.answer(MET[0], "yes")
    assert not {module for module in calls.modules if "holidays" in module or "working_days" in module}


def test_tap_shares_every_other_item_and_section_with_the_state_before(visit, states):
    visit.answer(MET[0], "yes")
    before, after = states[-2:]
    assert _made_anew(before.page.items, after.page.items) == [MET[0]]
    assert _made_anew(before.sections, after.sections) == ["fire_safety"]
    assert before.arrival is after.arrival


def test_conclusion_is_made_while_its_tab_is_open(visit, states):
    assert states[-1].conclusion is None
    visit.choose_tab("conclusion")
    assert states[-1].conclusion.fix_days
    visit.choose_tab("checklist")
    assert states[-1].conclusion is None


@pytest.mark.parametrize("seed", range(5))
def test_shared_parts_are_those_that_a_visit_opened_anew_would_make(visit, store, clock, states, seed):
    chance = random.Random(seed)
    for _ in range(40):
        _do_something(visit, states[-1], chance)
        assert replace(states[-1], feedback=Feedback()) == _opened_anew(visit, store, clock)


def _made_anew(before: Sequence[object], after: Sequence[object]) -> list[str]:
    return [new.id for old, new in zip(before, after, strict=True) if old is not new]


def _do_something(visit: InspectionPresenter, state: InspectionState, chance: random.Random) -> None:
    item = chance.choice(state.page.items) if state.page else None
    doing = [
        lambda: visit.open_section(chance.choice(state.sections).id) if state.sections else visit.undo(),
        lambda: visit.choose_tab(chance.choice(["checklist", "conclusion", "photos", "info"])),
        lambda: visit.pass_section(),
        lambda: visit.repeat_counts(),
        lambda: visit.fix_within(chance.choice(["3", "fix_default"])),
        lambda: visit.arrive(chance.choice(["inspected", "inspected", "refused"])),
        lambda: visit.toggle_violation(UNMET, "fire_exit_obstructed"),
        lambda: visit.write("recommendation", chance.choice(["", "Gọi 0912345678", "Dọn lối thoát"])),
        lambda: visit.undo(),
    ]
    if item is not None and item.is_count:
        doing += [lambda: visit.count(item.id, chance.randrange(6))] * 9
    elif item is not None:
        doing += [lambda: visit.answer(item.id, chance.choice(["yes", "no", "na"]))] * 6
        doing += [lambda: visit.write_note(item.id, chance.choice(["", "đã nhắc", "chị Nguyễn Thị Mẫu"]))] * 3
    chance.choice(doing)()


def _opened_anew(visit: InspectionPresenter, store: Store, clock: object) -> InspectionState:
    """The state of a visit that has just been opened on the same draft, with the same in sight."""
    seen: list[InspectionState] = []
    opened = replace(visit._opened, draft=visit._session.draft)
    anew = InspectionPresenter(store, clock, words(), opened, seen.append)
    anew._sight, anew._day = visit.sight, visit._day
    anew.show()
    return seen[-1]
