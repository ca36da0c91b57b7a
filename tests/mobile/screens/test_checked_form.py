"""The top of a form that can be checked: what it says, and that it moves nothing afterwards."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from tests.mobile.screens.scene import Stage, frames, tap

from field178_mobile.presentation.checks import Checked, ProblemRow

CLEAN = Checked(is_asked=True)
FOUND = Checked((ProblemRow("venue", "Địa điểm", "Cần nhập mục này."),), (), is_asked=True)


@pytest.fixture
def form(stage: Stage) -> Any:
    from field178_mobile.components.forms.screens.checked_form import CheckedForm

    class Form(CheckedForm):
        places: ClassVar = {"venue": "last"}

    made = Form()
    for number in range(20):
        made.add_widget(stage.kit.Btn(text=f"Mục {number}", size_hint_x=1))
    made.ids.last = made.column.children[0]
    made.optional = type(made.optional)(made.column)
    stage.mount(made)
    made.show_checked(Checked())
    frames(3)
    return made


@pytest.mark.parametrize("answer", [CLEAN, FOUND])
def test_only_the_first_answer_goes_to_the_top(form: Any, answer: Checked) -> None:
    form.scroll_y = 0.2
    form.show_checked(answer)
    assert form.scroll_y == 1
    frames(3)
    form.scroll_y = 0.2
    for later in (answer, FOUND, CLEAN):  # the form is looked through again at every keystroke
        form.show_checked(later)
        assert form.scroll_y < 0.9


def test_a_line_that_goes_moves_nothing_under_the_finger(form: Any) -> None:
    more = Checked((*FOUND.problems, ProblemRow("a", "A", "Cần nhập mục này.")), (), is_asked=True)
    form.show_checked(more)
    frames(3)
    form.scroll_y = 0.4
    frames(3)
    field = next(button for button in form.column.children if getattr(button, "text", "") == "Mục 14")
    before = field.to_window(field.x, field.top)[1]
    field.bind(on_release=lambda _button: form.show_checked(FOUND))
    tap(field)
    frames(3)
    assert field.to_window(field.x, field.top)[1] == pytest.approx(before, abs=1)


def test_each_line_leads_to_its_field(form: Any) -> None:
    form.show_checked(FOUND)
    frames(3)
    assert form.ids.clean_card.parent is None
    tap(form.ids.problems.children[0])
    frames(3)
    assert form.scroll_y < 0.5
