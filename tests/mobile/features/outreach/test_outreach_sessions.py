"""The list of sessions: drafts first, then the newest, as far as it was scrolled."""

from __future__ import annotations

from datetime import date, timedelta

from tests.mobile.inspection_world import LEADER, UNIT, uid, words
from tests.mobile.support import FrozenClock, base_row, server_commits

from field178_mobile.features.outreach.outreach_sessions import PAGE, SessionsPresenter, SessionsState
from field178_mobile.store import Draft, Store
from field178_shared.record_type import RecordType

DRAFT = uid("draft session")


def test_a_long_list_begins_with_drafts_and_the_newest_and_grows_by_pages(
    store: Store, clock: FrozenClock
) -> None:
    first = date(2025, 1, 1)
    days = {uid(f"session {n}"): (first + timedelta(days=n)).isoformat() for n in range(PAGE + 30)}
    rows = [
        base_row(key, 1, RecordType.OUTREACH_SESSION, f"unit:{UNIT}", session_date=day)
        for key, day in days.items()
    ]
    server_commits(store, *rows)
    store.drafts.save(
        Draft("d1", RecordType.OUTREACH_SESSION, DRAFT, f"unit:{UNIT}", {}, None, 0, LEADER, clock.now())
    )
    states: list[SessionsState] = []
    sessions = SessionsPresenter(store, clock, words(), states.append)
    sessions.show()
    newest = sorted(days, key=days.__getitem__, reverse=True)
    assert [row.record_id for row in states[-1].rows] == [DRAFT, *newest[: PAGE - 1]]
    assert [row.state for row in states[-1].rows[:2]] == ["draft", "received"]
    assert states[-1].has_more
    sessions.show_more()
    assert [row.record_id for row in states[-1].rows] == [DRAFT, *newest]
    assert not states[-1].has_more


def test_session_is_titled_by_topic_and_place_and_found_by_either(store: Store, clock: FrozenClock) -> None:
    talk = {
        "session_date": "2026-11-20",
        "outreach_form_id": "conference",
        "unit_id": UNIT,
        "venue": "Nhà văn hóa thôn Câu Thượng",
        "topic_ids": ["prostitution_law", "drug_law"],
        "audiences": {"women": {"attendance_count": 64}},
    }
    bare = {"session_date": "2026-11-19", "outreach_form_id": "conference", "unit_id": UNIT}
    server_commits(
        store,
        base_row(uid("talk"), 1, RecordType.OUTREACH_SESSION, f"unit:{UNIT}", **talk),
        base_row(uid("bare"), 1, RecordType.OUTREACH_SESSION, f"unit:{UNIT}", **bare),
    )
    store.drafts.save(
        Draft("d1", RecordType.OUTREACH_SESSION, DRAFT, f"unit:{UNIT}", {}, None, 0, LEADER, clock.now())
    )
    states: list[SessionsState] = []
    sessions = SessionsPresenter(store, clock, words(), states.append)
    sessions.show()
    lists = words().lists
    topic, form = lists.topics["prostitution_law"].label("vi"), lists.forms["conference"].label("vi")
    titles = {row.record_id: row.title for row in states[-1].rows}
    assert titles[uid("talk")] == f"{topic} · Nhà văn hóa thôn Câu Thượng"
    assert titles[uid("bare")] == f"{form} · Xã An Lão"
    assert [(chip.id, chip.label) for chip in states[-1].chips] == [
        ("all", "Tất cả · 3"),
        ("drafts", "Nháp · 1"),
    ]
    sessions.search("cau thuong")
    assert [row.record_id for row in states[-1].rows] == [uid("talk")]
    assert states[-1].chips[0].label == "Tất cả · 1"
    sessions.search("không có đâu")
    assert (states[-1].rows, states[-1].nothing_found) == ((), True)
    sessions.search("")
    sessions.choose_chip("drafts")
    assert [row.record_id for row in states[-1].rows] == [DRAFT]
    sessions.choose_chip("drafts")
    assert len(states[-1].rows) == 3
