"""The list of follow-ups has every row once over all pages, filtered, with repeats marked; both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.server.office.follow_ups.test_operations import (
    ASKED,
    NOW,
    Desk,
    closure,
    desk,
    visit_of,
)
from tests.shared import builders
from tests.world import TENANT

from field178_server.database.unit_of_work import snapshot
from field178_server.office.follow_ups import queries
from field178_server.office.follow_ups.queries import FollowUpFilter, FollowUpTab, follow_up_page
from field178_server.records.access import AccessFilter
from field178_shared.records.repeat_violations import Repetition
from field178_shared.time.clock import local_date

__all__ = ["desk"]

UNIT = "unit:c11629_v1"
EVERY = FollowUpFilter(TENANT, AccessFilter(None), local_date(NOW))


def visits(desk: Desk, filter_: FollowUpFilter) -> list[str]:
    visit_ids, after = [], None
    with snapshot(desk.world.engine) as session:
        while True:
            page = follow_up_page(session, filter_, after)
            visit_ids += [row.visit_id for row in page.rows]
            after = page.next
            if after is None:
                return visit_ids


@pytest.mark.parametrize("tab", [FollowUpTab.OVERDUE, FollowUpTab.CLOSED])
def test_pages_hold_every_row_once_in_their_order(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tab: FollowUpTab
) -> None:
    monkeypatch.setattr(queries, "PAGE_SIZE", 2)
    made = [
        visit_of(desk.tablet, findings=None, follow_ups={"exit": {**ASKED["exit"], "due_on": day}})
        for day in ("2026-11-22", "2026-11-23", "2026-11-24", "2026-11-22")
    ]
    due = [made[0], made[3], made[1], *sorted((desk.visit, made[2]))]
    if tab is FollowUpTab.CLOSED:
        for number, visit in enumerate(due):
            desk.enter(closure(closed_on=f"2026-11-{24 - number // 2}"), visit)
    listed = visits(desk, replace(EVERY, tab=tab))
    assert sorted(listed) == sorted(due)
    assert len(listed) == len(set(listed))
    assert listed[0] in ({made[0], made[3]} if tab is FollowUpTab.OVERDUE else set(due[:2]))


def test_filters_keep_matching_rows_and_a_repeat_is_marked(desk: Desk) -> None:
    place = builders.record_id("establishment")
    register = desk.world.tablet(UNIT, "ref")
    data = builders.establishment(unit_id="c11629_v1")
    change = register.change(place, data, create=True, type="establishment", scope=UNIT)
    assert [receipt["status"] for receipt in register.push(change)] == ["applied"]
    earlier = {"started_at": "2026-06-02T02:00:00Z", "ended_at": "2026-06-02T03:00:00Z"}
    first = visit_of(desk.tablet, follow_ups=None, **earlier)
    soon = replace(EVERY, tab=FollowUpTab.SOON, kind="decision")
    with snapshot(desk.world.engine) as session:
        page = follow_up_page(session, replace(soon, establishment_type_id="karaoke"), None)
        none = follow_up_page(session, replace(soon, establishment_type_id="hotel"), None)
    assert ([row.visit_id for row in page.rows], page.repeated) == (
        [desk.visit],
        {desk.visit: Repetition.REPEATED},
    )
    assert (none.rows, set(none.counts.values())) == ((), {0})
    assert visits(desk, replace(EVERY, kind="decision", unit_id="c11629_v1")) == [first]
    assert visits(desk, replace(EVERY, unit_id="c11632_v1")) == []
