"""Every kv rule stands once: Kivy applies all rules of a name, so two classes of one name clash."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from tests.mobile.inspection_world import (
    KARAOKE,
    choose_shift,
    services,
    settle,
)
from tests.mobile.screens.scene import Stage, find, frames, texts
from tests.mobile.support import FrozenClock, seeded_ids

from field178_mobile.store import Store

UI = Path(__file__).resolve().parents[3] / "mobile" / "field178_mobile"
RULE = re.compile(r"^<([A-Za-z]\w*)(?:@\w+(?:\+\w+)*)?>:", re.MULTILINE)


class AtOnce:
    def post(self, work):
        work()


def test_no_two_kv_rules_share_a_name():
    names = Counter(name for path in UI.rglob("*.kv") for name in RULE.findall(path.read_text("utf-8")))
    assert len(names) > 40
    assert [name for name, count in names.items() if count > 1] == []


def test_visit_with_gaps_is_checked_after_the_outreach_screen_was_built(
    stage: Stage, store: Store, clock: FrozenClock
):
    from field178_mobile.features.outreach.screens.outreach import OutreachScreen
    from field178_mobile.features.workspace.screens.establishments import EstablishmentsScreen
    from field178_mobile.features.workspace.workspace import Workspace

    settle(store)
    OutreachScreen()
    workspace = Workspace(services(store, clock, seeded_ids(clock)), AtOnce())
    stage.mount(EstablishmentsScreen(workspace))
    workspace.open(KARAOKE)
    choose_shift(workspace.shift)
    workspace.record.begin("inspected")
    workspace.record.visit.check()
    frames(3)
    assert find("ProblemLine", where="Phòng cháy, chữa cháy")
    assert "Cần bổ sung trước khi hoàn thành" in texts()
