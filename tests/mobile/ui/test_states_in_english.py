"""The states of an open tablet in English where it has least room: in two panes, with large letters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.mobile.ui.lint import lint_shape
from tests.mobile.ui.stage import LANDSCAPE, Stage, settle
from tests.mobile.ui.states import STATES, State
from tests.mobile.ui.tablets import Tablets

LARGEST = 1.3
SHARED = [state for state in STATES if state.is_shared]


@pytest.fixture(scope="module")
def tablets(_stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tablets]:
    made = Tablets(_stage, tmp_path_factory, "en")
    yield made
    made.end()


@pytest.mark.parametrize("wanted", SHARED, ids=[wanted.name for wanted in SHARED])
def test_state_fits_in_english(tablets: Tablets, wanted: State):
    with tablets.brought_into(wanted) as pose:
        pose.stage.dress(LANDSCAPE, scale=LARGEST, is_drawn=False)
        settle(3)
        assert [said for top in pose.tops for said in lint_shape(top)] == []
