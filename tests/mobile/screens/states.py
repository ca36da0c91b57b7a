"""Every screen and sheet of the tablet as a named state: a function that brings the real application there.

A state begins at the PIN of a tablet of its kind ("full" unless it says another). Nothing in it may depend
on the hour, on chance, or on where the folder lies: its picture is compared with one that is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.mobile.inspection_world import (
    CAFE,
    GUESTHOUSE,
    KARAOKE,
    LEADER,
    TEAM_SCOPE,
    UNIT,
    filed_visit,
    uid,
)
from tests.mobile.screens.posing import ANSWERED, PLACES, WITH_PHOTOS, Pose
from tests.mobile.screens.scene import find, find_all, frames, tap, type_text, until
from tests.mobile.support import base_row, server_commits
from tests.shared import places

from field178_mobile.kit.language import language as _
from field178_shared.ids import review_id
from field178_shared.list_packs import ListPack, lists_with

HOTEL, MASSAGE, NEVER = (uid(name) for name, _kind in PLACES[:3])
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


@dataclass(frozen=True, slots=True)
class State:
    """One named state: how to get there, on which kind of tablet.

    One that only looks shares an open tablet with the others; one that writes, or is locked, has its own.
    """

    name: str
    go: Callable[[Pose], None]
    kind: str = "full"
    is_open: bool = True
    is_shared: bool = True


STATES: list[State] = []
Go = Callable[[Pose], None]


def state(kind: str = "full", *, is_open: bool = True, is_shared: bool = True) -> Callable[[Go], Go]:
    """Enter a function as a state of its name."""

    def enter(go: Go) -> Go:
        STATES.append(State(go.__name__, go, kind, is_open, is_shared and is_open))
        return go

    return enter


# --- before the notebook is open -----------------------------------------------------------------------


@state(is_open=False)
def unlock(pose: Pose) -> None:
    for digit in "28":
        find("UnlockScreen").press(digit)


@state(is_open=False)
def unlock_wrong(pose: Pose) -> None:
    pose.type_pin("999999")


@state(is_open=False)
def unlock_waits(pose: Pose) -> None:
    for _time in range(5):
        pose.type_pin("999999")


@state(is_open=False)
def unlock_officers(pose: Pose) -> None:
    find("UnlockScreen").dispatch("on_switch")


@state(is_open=False)
def forgotten(pose: Pose) -> None:
    find("UnlockScreen").dispatch("on_forgot")


@state(is_open=False)
def interrupted_work(pose: Pose) -> None:
    # What a process that died leaves: a store whose closing is not written down.
    (pose.platform.data_folder() / "store" / "records" / "closed").unlink()
    pose.unlock()


@state("new", is_open=False)
def enrol_code(pose: Pose) -> None:
    find("EnrolScreen").presenter.submit_code("vanphong", "abc")


@state("new", is_open=False)
def enrol_sign_in(pose: Pose) -> None:
    find("EnrolScreen").presenter.resume("gl01")


@state(is_shared=False)
def sign_in_again(pose: Pose) -> None:
    pose.door.session_view.services.sign_in()


@state("new", is_open=False)
def enrol_pin(pose: Pose) -> None:
    _enrol(pose, "pin")


@state("new", is_open=False)
def enrol_pin_again(pose: Pose) -> None:
    _enrol(pose, "pin_again")


def _enrol(pose: Pose, step: str) -> None:
    from field178_mobile.features.access.enrol import EnrolmentStep

    find("EnrolScreen").presenter.start(EnrolmentStep(step))


# --- the list ------------------------------------------------------------------------------------------


@state()
def list_of_establishments(pose: Pose) -> None:
    pose.screen("inspection")


@state()
def list_finds_nothing(pose: Pose) -> None:
    type_text(pose.screen("inspection").ids.search, "khong co dau")


@state("empty")
def list_empty(pose: Pose) -> None:
    pose.screen("inspection")


@state()
def drafts(pose: Pose) -> None:
    pose.screen("inspection").choose_chip("drafts")


@state(is_shared=False)
def entry_new(pose: Pose) -> None:
    pose.screen("inspection")
    pose.workspace.begin_establishment("Hoa Ban")
    pose.workspace.editing.form.check()


@state(is_shared=False)
def entry_alike(pose: Pose) -> None:
    """Begin an entry that says what another one says."""
    pose.screen("inspection")
    known = pose.store.view(CAFE).data
    pose.workspace.begin_establishment(known["name"])
    form = pose.workspace.editing.form
    form.choose_kind(known["establishment_type_id"])
    form.choose_unit(known["unit_id"])


@state(is_shared=False)
def entry_mended(pose: Pose) -> None:
    pose.screen("inspection")
    pose.workspace.open_establishment(HOTEL)


@state()
def filters(pose: Pose) -> None:
    pose.screen("inspection").open_filters()


@state("empty")
def shift_without_team(pose: Pose) -> None:
    pose.screen("inspection").open_shift()


@state()
def shift(pose: Pose) -> None:
    pose.screen("inspection").open_shift()


@state(is_shared=False)
def shift_of_a_large_roster(pose: Pose) -> None:
    people = [
        base_row(uid(f"more {each}"), 1, "person", "ref", display_name=f"Phạm Thị Hà {each}", agency=agency)
        for each, agency in enumerate(["commune_police", "fire_police"] * 6)
    ]
    server_commits(pose.store, *people)
    shift(pose)
    frames(2)
    find("ShiftBody").ids.search.ids.entry.text = "hà 1"


@state()
def date_sheet(pose: Pose) -> None:
    shift(pose)
    frames(3)
    tap(find("DateField"))
    find("DateBody").ids.day.ids.entry.focus = False  # a cursor blinks


# --- the record ----------------------------------------------------------------------------------------


@state()
def info(pose: Pose) -> None:
    pose.workspace.open(HOTEL)
    pose.workspace.record.choose_tab("info")


@state()
def info_never_visited(pose: Pose) -> None:
    pose.workspace.open(NEVER)
    pose.workspace.record.choose_tab("info")


@state()
def info_of_a_draft(pose: Pose) -> None:
    pose.workspace.open(KARAOKE)
    pose.workspace.record.choose_tab("info")


@state()
def discard_question(pose: Pose) -> None:
    info_of_a_draft(pose)
    frames(2)
    find("InfoPane").ask_discard()


@state()
def arrival(pose: Pose) -> None:
    pose.workspace.open(HOTEL)


@state()
def sections(pose: Pose) -> None:
    pose.open_visit(KARAOKE)


@state(is_shared=False)
def follow_up_answered(pose: Pose) -> None:
    pose.workspace.open(MASSAGE)
    pose.workspace.record.begin("inspected")
    frames(2)
    key, visit = find("ToFixAnswerRow").key, pose.visit
    visit.answer_follow_up(key, "fixed")
    visit.note_follow_up(key, "Đã thông lối thoát, kiểm tra tại chỗ")


@state()
def section_with_violations(pose: Pose) -> None:
    pose.open_visit(KARAOKE).open_section("fire_safety")


@state(is_shared=False)
def section_with_a_repeated_violation(pose: Pose) -> None:
    found = {"f": {"violation_id": "fire_exit_obstructed", "checklist_item_id": "fire_exits_clear"}}
    earlier = filed_visit(KARAOKE, started_at="2026-03-01T14:00:00Z", findings=found, follow_ups={})
    server_commits(pose.store, base_row(uid("earlier"), 1, "inspection", TEAM_SCOPE, **earlier))
    pose.open_visit(KARAOKE).jump("answers.fire_exits_clear")


@state()
def section_with_long_violations(pose: Pose) -> None:
    pose.open_visit(GUESTHOUSE).open_section("lodging_register")


@state()
def section_of_counts(pose: Pose) -> None:
    pose.open_visit(KARAOKE).open_section("worker_counts")


@state(is_shared=False)
def count_proposed(pose: Pose) -> None:
    pose.open_visit(KARAOKE).count("workers_female", 4)
    pose.visit.open_section("worker_counts")


@state()
def number_pad(pose: Pose) -> None:
    section_of_counts(pose)
    frames(3)
    find_all("CountItem")[-1].open_pad()


@state()
def conclusion(pose: Pose) -> None:
    pose.open_visit(ANSWERED).choose_tab("conclusion")


@state()
def conclusion_with_problems(pose: Pose) -> None:
    pose.open_visit(KARAOKE).check()


@state()
def conclusion_of_a_changed_register(pose: Pose) -> None:
    visit = pose.open_visit(GUESTHOUSE)
    visit.answer("antt_certificate", "no")
    visit.choose_tab("conclusion")
    frames(2)
    pane = find("ConclusionPane")
    pane.ids.scroll.scroll_to_widget(pane.ids.updates_card)


@state()
def minutes_before_completing(pose: Pose) -> None:
    conclusion(pose)
    frames(2)
    pose.screen("inspection").pane.open_minutes()


@state()
def approved_visit(pose: Pose) -> None:
    pose.screen("inspection").open(record_id=uid("visit 1"))


@state(is_shared=False)
def visit_of_tonight(pose: Pose) -> None:
    visit = pose.open_visit(ANSWERED)
    visit.complete()
    frames(2)
    workspace = pose.screen("inspection").workspace
    place = workspace.record.establishment_id
    workspace.go_to_next()
    workspace.open(place)
    frames(2)


@state()
def returned_visit(pose: Pose) -> None:
    pose.screen("inspection").open(record_id=uid("visit 0"))


@state()
def commented_item(pose: Pose) -> None:
    pose.screen("inspection").open(record_id=uid("visit 0"), focus_path="answers.workers_contract.v")


@state()
def comments_sheet(pose: Pose) -> None:
    commented_item(pose)
    frames(3)
    pose.screen("inspection").pane.open_comments("answers.workers_contract")


@state(is_shared=False)
def comments_answered(pose: Pose) -> None:
    commented_item(pose)
    visit = pose.screen("inspection").workspace.record.visit
    comments = visit.open_comments("answers.workers_contract", lambda _state: None)
    comments.write("c", "Đã đếm lại cùng quản lý: bốn người có hợp đồng, số ghi là đúng.")
    comments.send("c")
    visit.store_changed()
    frames(3)
    pose.screen("inspection").pane.open_comments("answers.workers_contract")


@state(is_shared=False)
def filed(pose: Pose) -> None:
    pose.open_visit(ANSWERED).complete()
    frames(2)
    pose.door.session_view._status.refresh()


@state(is_shared=False)
def minutes_made(pose: Pose) -> None:
    pose.open_visit(ANSWERED).complete()
    frames(3)
    pose.screen("inspection").pane.open_minutes()
    tap(find("Btn", text=_("Make the minutes")))
    until(lambda: any(button.text == _("Open") for button in find_all("Btn")), limit_s=60)


@state(is_shared=False)
def minutes_pages(pose: Pose) -> None:
    minutes_made(pose)
    frames(2)
    tap(find("Btn", text=_("Look at it")))
    until(lambda: find_all("PagePicture"), limit_s=60)


# --- photos --------------------------------------------------------------------------------------------


@state(is_shared=False)
def photos_at_their_item(pose: Pose) -> None:
    pose.open_visit(WITH_PHOTOS).answer("fire_exits_clear", "no")
    pose.visit.jump("answers.fire_exits_clear")
    until(lambda: any(tile.ids.picture.bitmap for tile in find_all("ThumbTile")))


@state()
def photos_empty(pose: Pose) -> None:
    pose.open_visit(CAFE).choose_tab("photos")


@state()
def photos(pose: Pose) -> None:
    pose.open_visit(WITH_PHOTOS).choose_tab("photos")
    frames(3)
    until(lambda: any(card.bitmap for card in find_all("PhotoCard")))


@state()
def photo_picker(pose: Pose) -> None:
    photos_empty(pose)
    frames(3)
    tap(find("Btn", text=_("Add a photo")))
    until(_thumbnails_are_made)
    frames(2)


def _thumbnails_are_made() -> bool:
    pictures = [card for card in find_all("FileCard") if not card.is_folder]
    return bool(pictures) and all(card.bitmap is not None for card in pictures)


@state()
def photo_picker_empty(pose: Pose) -> None:
    photo_picker(pose)
    find("PhotoPicker").choose(str(pose.pictures / "Tháng 11"))


@state()
def photo_editor(pose: Pose) -> None:
    photo_picker(pose)
    find("PhotoPicker").choose(str(pose.pictures / "phong-hat.jpg"))
    until(lambda: find("PhotoPage").attaching.ids.picture.bitmap)


@state()
def photo_drop_question(pose: Pose) -> None:
    photo_editor(pose)
    find("PhotoPage").on_back()


@state()
def photo_kept(pose: Pose) -> None:
    photos(pose)
    tap(find("PhotoCard"))
    until(lambda: find("PhotoPage").attaching.ids.picture.bitmap)


@state(is_shared=False)
def photo_taken_out(pose: Pose) -> None:
    photos(pose)
    pose.visit.gallery.remove(find("PhotoCard").key)


# --- where a visit began -------------------------------------------------------------------------------


@state()
def place(pose: Pose) -> None:
    pose.open_visit(CAFE)
    tap(find("CheckInLine"))


@state()
def place_pin(pose: Pose) -> None:
    place(pose)
    tap(find("CheckInOption", key="map_pin"))


# --- map -----------------------------------------------------------------------------------------------


@state()
def map_of_pins(pose: Pose) -> None:
    pose.screen("map")


@state()
def map_card(pose: Pose) -> None:
    pose.screen("map").presenter.choose(KARAOKE)


@state("empty")
def map_empty(pose: Pose) -> None:
    pose.screen("map")


# --- outreach ------------------------------------------------------------------------------------------


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
    said = {
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
        base_row(review_id(SESSION), 1, "review", scope, **said),
    )
    frames(3)


# --- plan ----------------------------------------------------------------------------------------------


@state("empty")
def plan_empty(pose: Pose) -> None:
    pose.screen("plan")


@state(is_shared=False)
def plan(pose: Pose) -> None:
    _plan(pose)


@state(is_shared=False)
def plan_late(pose: Pose) -> None:
    _plan(pose, "missed", "nearest")


def _plan(pose: Pose, *chips: str) -> None:
    from tests.mobile.features.plan.test_plan import item

    screen = pose.screen("plan")
    november, october = ("2026-11-01", "2026-11-30"), ("2026-10-01", "2026-10-31")
    asked = {"visit_id": uid("last visit"), "follow_up_id": "fire_exits_clear"}
    recheck = {"inspection_kind": "recheck", "trigger": "follow_up_due", "asked_by": asked}
    server_commits(
        pose.store,
        item(uid("p1"), KARAOKE, "2026-11-20", "2026-12-04", **recheck),
        item(uid("p2"), GUESTHOUSE, *november, establishment_type_id="guesthouse"),
        item(uid("p3"), HOTEL, *november, establishment_type_id="hotel", reason="Xem lại cửa thoát nạn."),
        item(uid("p4"), MASSAGE, "2026-11-24", "2026-11-24", inspection_kind="unannounced"),
        item(uid("p5"), CAFE, *october, establishment_type_id="cafe"),
        item(uid("p6"), NEVER, *october, establishment_type_id="restaurant"),
        item(uid("p7"), KARAOKE, "2026-12-10", "2026-12-31"),
    )
    frames(2)
    for chip in chips:
        screen.presenter.choose_chip(chip)


# --- inbox ---------------------------------------------------------------------------------------------


@state("empty")
def inbox_empty(pose: Pose) -> None:
    pose.screen("inbox")


@state()
def inbox(pose: Pose) -> None:
    _inbox(pose)


@state()
def inbox_returned(pose: Pose) -> None:
    _inbox(pose, "r1")


@state()
def inbox_refused(pose: Pose) -> None:
    _inbox(pose, "r2")


@state()
def inbox_conflict(pose: Pose) -> None:
    _inbox(pose, "e1")


def _inbox(pose: Pose, opened: str = "") -> None:
    from tests.mobile.screens.test_inbox import CONFLICT, REFUSED, RETURNED, Shelf

    from field178_mobile.features.inbox.inbox import InboxActions, InboxPresenter

    screen = pose.screen("inbox")
    acts = InboxActions(lambda *_at: None, lambda *_settled: None)
    words = pose.door.session_view.services.words()
    shelf = Shelf(RETURNED, REFUSED, CONFLICT)
    screen.presenter = InboxPresenter(shelf, pose.clock, words, acts, screen.show)
    screen.presenter.refresh()
    if opened:
        row = next(row for row in screen.ids.rows.data if row["key"].find(opened) >= 0)
        screen.presenter.open(row["key"])


# --- sync ----------------------------------------------------------------------------------------------


@state("empty")
def sync_never(pose: Pose) -> None:
    pose.screen("sync")


@state()
def sync_in_agreement(pose: Pose) -> None:
    from tests.mobile.screens.test_sync import FACTS, QUIET

    from field178_mobile.replication.events import Phase, SyncMessage, SyncState

    _sync(pose, QUIET, replace(FACTS, unsent=()), SyncState(Phase.IDLE, SyncMessage.IN_SYNC, True))


@state()
def sync_offline(pose: Pose) -> None:
    from tests.mobile.screens.test_sync import FACTS, NO_NETWORK, PHOTOS, STATUS

    _sync(pose, STATUS, replace(FACTS, photos=PHOTOS), NO_NETWORK)


@state()
def sync_asks(pose: Pose) -> None:
    from tests.mobile.screens.test_sync import FACTS, PHOTOS, SENDING, STATUS

    from field178_mobile.store.replication.mass_deletion_guard import WithheldDeletions
    from field178_shared.wire.hash_chain import RootAlarm

    facts = replace(
        FACTS, withheld=WithheldDeletions(64, is_kept=False), tombstones=64, lost=12, photos=PHOTOS
    )
    _sync(pose, STATUS, replace(facts, root_alarm=RootAlarm.LOWER), SENDING)


@state()
def sync_asks_for_a_sign_in(pose: Pose) -> None:
    from tests.mobile.screens.test_sync import FACTS, STATUS

    from field178_mobile.replication.events import Phase, SyncMessage, SyncState

    facts = replace(FACTS, needs_sign_in=True, scopes=())
    _sync(pose, STATUS, facts, SyncState(Phase.IDLE, SyncMessage.SIGN_IN))


@state()
def sync_sign_out_question(pose: Pose) -> None:
    sync_in_agreement(pose)
    pose.screen("sync").ask_sign_out()


def _sync(pose: Pose, status: Any, facts: Any, said: Any) -> None:
    from tests.mobile.screens.test_sync import Shelf

    from field178_mobile.features.sync_status.sync import SyncPresenter

    screen = pose.screen("sync")
    pose.runner.shown = said
    words = pose.door.session_view.services.words()
    screen.presenter = SyncPresenter(
        lambda: (status, facts), pose.runner, pose.clock, words, screen.show, Shelf()
    )
    screen.presenter.refresh()


# --- what lies over every screen -----------------------------------------------------------------------


@state()
def settings(pose: Pose) -> None:
    pose.door._open_settings()


@state()
def officers(pose: Pose) -> None:
    pose.door._show_officers()


@state()
def officers_remove_question(pose: Pose) -> None:
    pose.door._show_officers()
    frames(3)
    tap(find("Btn", text=_("Take off this tablet")))


@state()
def pin_change(pose: Pose) -> None:
    from field178_mobile.shell.account_sheets import change_pin

    change_pin(pose.door._shared.tablet, pose.door.session_view.officer.id, pose.door._background)


@state()
def officer_notice(pose: Pose) -> None:
    from field178_mobile.shell.account_sheets import tell_officer

    tell_officer(pose.door.session_view)


@state()
def save_folder(pose: Pose) -> None:
    from field178_mobile.features.minutes.screens.save_folder import SaveFolderPage

    page = SaveFolderPage((pose.pictures,), pose.pictures, lambda _folder: None)
    page.open()
    frames(2)
    page.sub = "/Ảnh"
    page.body.free_space = "Còn trống 12,4 GB"


@state()
def hand_over(pose: Pose) -> None:
    pose.door._hand_over()


@state()
def idle_notice(pose: Pose) -> None:
    pose.screen("inspection")
    pose.door._notice.show(10)


@state(is_shared=False)
def demo_banner(pose: Pose) -> None:
    pose.door.session_view._status._has_demo_clock = True
    pose.door.session_view._status.refresh()


@state()
def toast(pose: Pose) -> None:
    from kivy.core.window import Window

    from field178_mobile.kit import kit

    pose.screen("inspection")
    Window.add_widget(kit.Toast(text="Đã lưu trên máy lúc 22:41", icon="check-circle", tone="ok"))


# --- the kit -------------------------------------------------------------------------------------------


@state("new", is_open=False)
def gallery(pose: Pose) -> None:
    _gallery(pose, 1)


@state("new", is_open=False)
def gallery_foot(pose: Pose) -> None:
    _gallery(pose, 0)


@state("new", is_open=False)
def gallery_states(pose: Pose) -> None:
    _gallery(pose, 1)
    find("Gallery").more()


def _gallery(pose: Pose, scroll_y: float) -> None:
    from field178_mobile.shell.gallery import Gallery

    shown = Gallery(has_detail=True)
    pose.door._show(shown)
    frames(3)
    shown.ids.scroll.scroll_y = scroll_y
