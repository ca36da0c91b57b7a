"""The states of an open tablet in English where it has least room: in two panes, with large letters."""

from __future__ import annotations

import pytest
from tests.mobile.screens.lint import lint_shape
from tests.mobile.screens.scene import settle
from tests.mobile.screens.states import STATES, State
from tests.mobile.screens.tablets import Tablets

from field178_mobile.kit.theme import FONT_SCALES

SPEAKS, SCALE = "en", FONT_SCALES[-1]
SHARED = [state for state in STATES if state.is_shared]


@pytest.mark.parametrize("state", SHARED, ids=[state.name for state in SHARED])
def test_state_fits_in_english(tablets: Tablets, state: State):
    with tablets.brought_into(state) as pose:
        settle(3)
        assert [fault for top in pose.tops for fault in lint_shape(top)] == []
