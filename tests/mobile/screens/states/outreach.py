"""States of outreach sessions."""

from __future__ import annotations

from dataclasses import replace

from tests.mobile.inspection_world import (
    KARAOKE,
    LEADER,
    UNIT,
    uid,
)
from tests.mobile.screens.posing import Pose
from tests.mobile.screens.scene import find, find_all, frames, tap, until
from tests.mobile.screens.states.registry import state
from tests.mobile.support import base_row, server_commits
from tests.shared import places

from field178_mobile.kit.language import language as _
from field178_shared.ids import review_id
from field178_shared.list_packs import ListPack, lists_with

SESSION = uid("session")
SESSION_DATA = {
    "captured_at": "2026-11-20T02:00:00Z",
    "filed_at": "2026-11-20T02:10:00Z",
    "tz_offset": "+07:00",
    "outreach_form_id": "conference",
    "session_date": "2026-11-20",
    "unit_id": UNIT,
    "venue": "Nhà văn hóa thôn Câu Thượng",
    "host_agency_id": "commune_people_committee",
    "audiences": {"general_public": {"attendance_count": 64, "first_time_count": 48}},
    "topic_ids": ["prostitution_law"],
}


@state("empty")
def outreach_empty(pose: Pose) -> None:
    pose.screen("outreach")


@state(is_shared=False)
def outreach(pose: Pose) -> None:
    _session(pose, "approved")
    pose.screen("outreach").sessions_pane.begin()
    frames(2)
    pose.screen("outreach").close()


@state(is_shared=False)
def outreach_new(pose: Pose) -> None:
    pose.screen("outreach").sessions_pane.begin()


@state(is_shared=False)
def outreach_places(pose: Pose) -> None:
    screen = pose.screen("outreach")
    screen.sessions_pane.begin()
    screen.session.choose_form("onsite_establishment")
    screen.session.count("workers_at_risk", "attendance_count", 6)
    screen.session.add_establishment(KARAOKE)
    screen.session.check()


@state(is_shared=False)
def outreach_place_sheet(pose: Pose) -> None:
    screen = pose.screen("outreach")
    screen.sessions_pane.begin()
    screen.session.choose_form("onsite_establishment")
    frames(3)
    button = find("Btn", text=_("Add an establishment"))
    screen.ids.form.scroll_to_widget(button)
    tap(button)


@state(is_shared=False)
def outreach_at_a_school(pose: Pose) -> None:
    _at_a_school(pose)
    form = pose.screen("outreach").ids.form
    frames(3)
    form.scroll_to_widget(form.ids.people)


@state(is_shared=False)
def outreach_schools(pose: Pose) -> None:
    _at_a_school(pose)
    frames(3)
    tap(pose.screen("outreach").ids.form.ids.place)


@state(is_shared=False)
def outreach_without_schools(pose: Pose) -> None:
    screen = pose.screen("outreach")
    screen.sessions_pane.begin()
    screen.session.choose_form("school_flag_assembly")


@state(is_shared=False)
def time_sheet(pose: Pose) -> None:
    _at_a_school(pose)
    frames(3)
    tap(pose.screen("outreach").ids.form.ids.start)
    find("TimeBody").ids.hour.ids.entry.focus = False  # a cursor blinks


def _at_a_school(pose: Pose) -> None:
    pane = pose.screen("outreach").sessions_pane
    words = replace(pane._services.words, lists=lists_with(ListPack().with_rows(places.PLACES)))
    pane._services = replace(pane._services, words=words)
    pane.begin()
    pane.session.choose_form("school_flag_assembly")
    pane.session.choose_place("school_id.thpt_gl_1")
    pane.session.write("start_time", "07:15")


@state(is_shared=False)
def outreach_returned(pose: Pose) -> None:
    _session(pose, "returned", "topic_ids", "audiences.general_public.attendance_count")
    pose.screen("outreach").sessions_pane.open(SESSION)


@state(is_shared=False)
def session_paper_made(pose: Pose) -> None:
    outreach_approved(pose)
    frames(3)
    tap(find("Btn", text=_("Record of the session")))
    tap(find("Btn", text=_("Make the record")))
    until(lambda: any(button.text == _("Open") for button in find_all("Btn")), limit_s=60)


@state(is_shared=False)
def outreach_approved(pose: Pose) -> None:
    _session(pose, "approved")
    pose.screen("outreach").sessions_pane.open(SESSION)


def _session(pose: Pose, verdict: str, *paths: str) -> None:
    comment = {"text": "Đếm lại giúp", "user": LEADER, "at": "2026-11-21T02:00:00Z"}
    review = {
        "record": SESSION,
        "record_rev": 1,
        "state": verdict,
        "reason": "Bổ sung",
        "comments": {str(number): {**comment, "path": path} for number, path in enumerate(paths)},
    }
    scope = f"unit:{UNIT}"
    server_commits(
        pose.store,
        base_row(SESSION, 1, "outreach_session", scope, **SESSION_DATA),
        base_row(review_id(SESSION), 1, "review", scope, **review),
    )
    frames(3)
