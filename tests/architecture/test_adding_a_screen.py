"""The steps of "Add a screen to the tablet" (CONTRIBUTING.md), performed in a copy of the product."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.architecture.added_screen import CODE
from tests.architecture.product_copy import (
    append,
    changed_files,
    copy_product,
    insert,
    run_tests,
    steps_of,
    translate,
)

TABLET = Path("mobile/field178_mobile")
REGISTRY = TABLET / "shell/registry.py"
CATALOG = TABLET / "translations/vi/LC_MESSAGES/tablet.po"
SCREENS = Path("tests/mobile/screens")
STATES = SCREENS / "states/register.py"
FEATURE_TEST = Path("tests/mobile/features/register/test_totals.py")
FLOW_TEST = SCREENS / "test_totals.py"
BY_HAND = {*CODE, REGISTRY, CATALOG, STATES, FEATURE_TEST, FLOW_TEST}
BY_SCRIPT = {CATALOG.with_suffix(".mo")}
SPEC = '    ScreenSpec("totals", N_("Totals"), "chart-box-outline", "register.screens.totals"),\n'
STATE = """

@state()
def totals(pose: Pose) -> None:
    pose.screen("totals").presenter.choose("karaoke")
"""
WORDS = {"Totals": "Tổng số", "{count} establishments on this tablet": "{count} cơ sở trên máy này"}
PRESENTER_CHECK = """from pathlib import Path

from tests.mobile.inspection_world import settle, words

import field178_mobile
from field178_mobile.features.register.totals import TotalsPresenter


def test_modules_are_those_of_the_copy():
    assert Path(field178_mobile.__file__).is_relative_to(Path(__file__).parents[4])


def test_establishments_are_counted_by_type(store):
    settle(store)
    states = []
    TotalsPresenter(store, words(), states.append).choose("cafe")
    assert {row[0]: row[2] for row in states[-1].rows} == {"cafe": 1, "guesthouse": 1, "karaoke": 1}
    assert (states[-1].summary, states[-1].chosen) == ("3 cơ sở trên máy này", "cafe")
"""
FLOW_CHECK = """import pytest
from kivy.uix.button import Button
from tests.mobile.inspection_world import settle, words
from tests.mobile.screens.lint import lint
from tests.mobile.screens.scene import find, frames, tap, texts

from field178_mobile.features.register.totals import TotalsPresenter


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_row_is_marked_by_a_tap_and_the_lint_rejects_a_small_target(stage, store, window_size, mode):
    from field178_mobile.features.register.screens.totals import TotalsScreen

    settle(store)
    screen = TotalsScreen()
    screen.presenter = TotalsPresenter(store, words(), screen.show)
    stage.mount(screen, window_size, mode)
    screen.presenter.refresh()
    frames(3)
    tap(find("ListRow", key="karaoke"))
    frames(2)
    assert find("ListRow", key="karaoke").selected
    assert {"Tổng số", "3 cơ sở trên máy này"} <= set(texts())
    assert lint(screen) == []
    screen.add_widget(Button(text="x", size_hint=(None, None), size=(20, 20)))
    assert any("a finger needs" in problem for problem in lint(screen))
"""
# Tests that hold for every screen and every named state.
KEPT = (
    f"{SCREENS}/test_kv.py::test_no_two_kv_rules_share_a_name",
    f"{SCREENS}/test_shell.py::test_rail_goes_to_every_screen",
    f"{SCREENS}/test_states.py::test_state_passes_the_lint_and_looks_as_it_did[totals]",
    f"{SCREENS}/test_states_in_english.py::test_state_fits_in_english[totals]",
)

pytestmark = pytest.mark.timeout(900)


def perform(copy: Path) -> None:
    """Write the files and lines of a screen, in the order of the steps."""
    for path, content in {**CODE, FEATURE_TEST: PRESENTER_CHECK, FLOW_TEST: FLOW_CHECK}.items():
        (copy / path).write_text(content, "utf-8")
    insert(copy / REGISTRY, SPEC, before='    ScreenSpec("inbox"')
    translate(copy, CATALOG, WORDS)
    append(copy / STATES, STATE)


def test_eight_files_make_a_screen_that_passes_the_lint(tmp_path: Path) -> None:
    copy = copy_product(tmp_path)
    perform(copy)
    assert changed_files(copy) == BY_HAND | BY_SCRIPT
    # The last step: pictures of the new state are taken.
    run_tests(copy, str(FEATURE_TEST), str(FLOW_TEST), *KEPT, FIELD178_RETAKE_GOLDEN="1")
    assert (copy / SCREENS / "golden/totals-portrait-light.png").is_file()


def test_steps_name_the_files() -> None:
    steps = steps_of("Add a screen to the tablet")
    named = {name for step in steps for name in re.findall(r"`((?:mobile|tests)/[^`]+)`", step)}
    places = {"<feature>": "register", "<name>": "totals"}
    for place, value in places.items():
        named = {name.replace(place, value) for name in named}
    assert {Path(name) for name in named} == BY_HAND
    assert len(steps) == len(BY_HAND) == 8
