"""The whole tablet on fixed data and a fixed clock, ready to be brought into a state and looked at."""

from __future__ import annotations

import atexit
import os
import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

from kivy.core.window import Window
from kivy.uix.scrollview import ScrollView
from tests.mobile.inspection_world import (
    AGENCIES,
    CAFE,
    GUESTHOUSE,
    KARAOKE,
    LAST_VISIT,
    OFFICERS,
    TEAM_SCOPE,
    UNIT,
    AtOnce,
    Unseen,
    choose_shift,
    filed_visit,
    lease,
    services,
    settle,
    uid,
)
from tests.mobile.photos import jpeg, room_picture
from tests.mobile.screens.fakes import CHEAP, PIN, StillRunner, enrolment
from tests.mobile.screens.scene import Stage, find, frames, until
from tests.mobile.support import FrozenClock, SystemKeyStore, base_row, server_commits

from field178_mobile.components.photos.photo_attaching import PhotoDetails
from field178_mobile.features.access.officer_notice import OfficerNotice
from field178_mobile.features.workspace.workspace import Workspace
from field178_mobile.kit.language import language
from field178_mobile.kit.preferences import Preferences
from field178_mobile.kit.threads import KivyThread
from field178_mobile.kit.widgets.overlay import Overlay, close_all
from field178_mobile.kit.widgets.toast import Toast
from field178_mobile.platform.api import Fix
from field178_mobile.platform.fake import FakePlatform
from field178_mobile.shell.navigator import Navigator
from field178_mobile.shell.shared_services import SharedServices
from field178_mobile.tablet import Tablet
from field178_mobile.vault import TabletOfficer
from field178_mobile.vault.device_secret import FileKeyStore
from field178_shared.ids import IdSource

HERE = (208_210_000, 1_065_510_000, 12)
SEED = 178
TAKEN_AT = 1_764_000_000
NAMES = ("Nguyễn Văn Hùng", "Phạm Thị Hà", "Trần Thị Mai", "Lê Quang Minh", "Vũ Đức Long")
PLACES = (
    ("Khách sạn Sông Văn Úc Thương mại và Dịch vụ Tổng hợp", "hotel"),
    ("Massage Hồng Nhung", "massage"),
    ("Nhà hàng Biển Đông", "restaurant"),
    ("Vũ trường Ánh Sao", "discotheque"),
    ("Karaoke Mộc Diệp", "karaoke"),
    ("Nhà nghỉ Quỳnh Như", "guesthouse"),
)
WITH_PHOTOS = uid(PLACES[3][0])
ANSWERED = uid(PLACES[4][0])


class Pose:
    """One tablet on the stage. It begins at the PIN; `unlock` opens it.

    kind: "full" (an area, visits of tonight), "empty" (enrolled, nothing received) or "new" (not enrolled).
    speaks: the language of its screens.
    """

    def __init__(self, stage: Stage, folder: Path, kind: str = "full", speaks: str = "vi") -> None:
        self.stage = stage
        self.clock = FrozenClock()
        self.runner = StillRunner()
        self.pictures = folder / "Ảnh"
        (self.pictures / "Tháng 11").mkdir(parents=True)
        (self.pictures / "phong-hat.jpg").write_bytes(room_picture((1200, 900)))
        (self.pictures / "loi-thoat-nan.jpg").write_bytes(jpeg("teal"))
        for path in self.pictures.iterdir():
            # Newest first; of the same second, each file system lists them in an order of its own.
            taken_at = TAKEN_AT + (path.name == "phong-hat.jpg")
            os.utime(path, (taken_at, taken_at))
        home = _furnished(folder / "tablet", kind)
        self.platform = FakePlatform(home, Fix(*HERE, self.clock.now()))
        self.platform.folders = (self.pictures,)
        self.platform.camera = False
        # Shown in the sheet of the minutes: the test's own folder has another name each time.
        self.platform.save_folder = lambda: Path("/Tài liệu")  # type: ignore[method-assign]
        tablet = _tablet(home, self.clock, self.runner)
        preferences = Preferences(home)
        preferences.change(language=speaks)
        language.switch(speaks)
        self.door = Navigator(SharedServices(tablet, self.platform, KivyThread()), preferences)
        self.door.activity.watching.cancel()  # counts real seconds
        stage.root.add_widget(self.door)
        self.door.meet()
        frames(2)

    @property
    def store(self) -> Any:
        """The open store."""
        return self.door.session_view.opened.store

    @property
    def workspace(self) -> Any:
        """The presenters of the main work."""
        return self.screen("inspection").workspace

    @property
    def visit(self) -> Any:
        """The open visit."""
        return self.workspace.record.visit

    @property
    def tops(self) -> list[Any]:
        """The widgets to check: the toasts, else the topmost sheet or dialog, else the tablet.

        A toast throws its shadow on what lies under it: that is checked in the states without the toast.
        """
        words = [child for child in Window.children if isinstance(child, Toast)]
        overlays = [child for child in Window.children if isinstance(child, Overlay)]
        return words or [overlays[0] if overlays else self.door]

    def screen(self, name: str) -> Any:
        """Go to a screen of the rail and return it."""
        shell = self.door.session_view.shell
        if shell.current != name:
            shell.navigate(name)
            frames(1)
        return shell._screen(name)

    def unlock(self) -> None:
        """Open the tablet as its first officer, without the pad."""
        tablet = self.door._shared.tablet
        key = tablet.vault.unlock(OFFICERS[0], PIN)
        officer = next(officer for officer in tablet.vault.officers() if officer.id == OFFICERS[0])
        self.door.opened(officer, tablet.open(key))
        frames(8)

    def lose_key_store(self) -> None:
        """Move the device secret into a file; the words that are proposed are always the same."""
        tablet = self.door._shared.tablet
        tablet.key_store = lambda folder: FileKeyStore(folder / "device.key")
        tablet._vault = None
        tablet.vault._random_bytes = random.Random(SEED).randbytes

    def type_pin(self, pin: str) -> None:
        """Give a PIN on the pad, and wait for the answer."""
        screen = find("UnlockScreen")
        until(lambda: screen.can_type)
        text = screen.text
        for digit in pin:
            screen.press(digit)
        until(lambda: self.door.session_view is not None or (screen.digits == 0 and screen.text != text))

    def open_visit(self, establishment_id: str) -> Any:
        """Open tonight's draft at an establishment."""
        self.workspace.open(establishment_id)
        frames(2)
        return self.visit

    def home(self) -> None:
        """Close sheets, forms and records, so that every state begins alike."""
        close_all()
        if self.door.parent is None:
            self.stage.root.add_widget(self.door)
        self.door.activity.touch()
        shell = self.door.session_view.shell
        built = shell._built
        inspection = built["inspection"]
        inspection.workspace.leave_establishment()
        inspection.workspace.leave_census()
        inspection.workspace.record.close()
        inspection.ids.search.clear()
        if "outreach" in built:
            built["outreach"].close()
        if "inbox" in built:
            built["inbox"].presenter.close()
        if "map" in built:
            built["map"].presenter.choose("")
        for name in {"inspection", "outreach", "inbox", "sync"} & set(built):
            for widget in built[name].walk():
                if isinstance(widget, ScrollView):
                    widget.scroll_y = 1
        self.screen("inspection")

    def end(self) -> None:
        """Close the tablet and take everything off the stage."""
        self.door.shut()
        self.stage.clear()


_FURNISHED: dict[str, Path] = {}


def _furnished(home: Path, kind: str) -> Path:
    """Return a copy of a tablet's folder of this kind: furnished once, because a vault takes its time."""
    if kind not in _FURNISHED:
        made = Path(tempfile.mkdtemp(prefix=f"field178-{kind}-"))
        atexit.register(shutil.rmtree, made, ignore_errors=True)
        if kind != "new":
            _set_up(made, kind == "full")
        _FURNISHED[kind] = made
    shutil.copytree(_FURNISHED[kind], home)
    return home


def _tablet(folder: Path, clock: FrozenClock, runner: StillRunner) -> Tablet:
    tablet = Tablet(folder, clock, "tablet", CHEAP, lambda *_given: runner)
    tablet.ids = IdSource(clock, random.Random(SEED))
    tablet.key_store, tablet.stopwatch = SystemKeyStore, clock.stopwatch
    return tablet


def _set_up(folder: Path, is_full: bool) -> None:
    tablet = _tablet(folder, FrozenClock(), StillRunner())
    vault = tablet.vault
    officers = [
        TabletOfficer(
            OFFICERS[number], NAMES[number], AGENCIES[number], "leader" if number == 0 else "member"
        )
        for number in range(3)
    ]
    key = vault.create(officers[0], PIN, enrolment(), vault.pending_device_key())
    for officer in officers[1:]:
        vault.add_officer(officer, PIN, key)
    opened = tablet.open(key)
    for officer in officers:
        OfficerNotice(opened.store.settings, tablet.clock, officer.id).read()
    if is_full:
        settle(opened.store)
        _fill(opened.store)
        lease(opened.store, 7, 56)
        _work(Workspace(services(opened.store, tablet.clock, tablet.ids), AtOnce()))
    opened.close()


def _work(workspace: Workspace) -> None:
    """Do what tonight's states look at: a visit half done, one with photos, one with everything answered."""
    workspace.show_on(Unseen())
    choose_shift(workspace.shift)
    visit = _begin(workspace, KARAOKE)
    visit.open_section("fire_safety")
    visit.pass_section()
    visit.answer("fire_exits_clear", "no")
    visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    visit.write_note("fire_exits_clear", "Lối thoát phía sau để thùng bia")
    visit.answer("fire_file", "partial")
    visit.count("workers_total", 5)
    visit.count("workers_female", 6)
    visit.count("workers_under18", 1)
    visit.write("recommendation", "Liên hệ anh Nguyễn Văn Mẫu 0912345678")
    _begin(workspace, GUESTHOUSE).answer("lodging_stay_notified", "no")
    gallery = _begin(workspace, WITH_PHOTOS).gallery._attaching
    for colour, kind, item in (
        ("navy", "photo_premises", "fire_exits_clear"),
        ("maroon", "photo_premises", ""),
        ("white", "scan_minutes_first_page", ""),
    ):
        gallery.attach(gallery.keep(jpeg(colour)), PhotoDetails(kind, FrozenClock().now(), item))
    _begin(workspace, CAFE)
    _answer(workspace)
    workspace.record.close()


def _begin(workspace: Workspace, establishment_id: str) -> Any:
    workspace.open(establishment_id)
    workspace.record.begin("inspected")
    return workspace.record.visit


def _answer(workspace: Workspace) -> None:
    """Answer all of a visit, so that it only waits to be completed."""
    visit = _begin(workspace, ANSWERED)
    visit.choose_role("owner")
    for section in [card.id for card in workspace.state.sections]:
        visit.open_section(section)
        visit.pass_section()
        visit.repeat_counts()
    visit.answer("fire_exits_clear", "no")
    visit.toggle_violation("fire_exits_clear", "fire_exit_obstructed")
    visit.count("workers_present", 5)
    visit.count("workers_under18", 0)
    visit.answer("ou_done", "no")
    visit.choose_tab("conclusion")
    visit.choose_result("minor_shortcomings")
    visit.fix_within("7")


def _fill(store: Any) -> None:
    """Put a street of establishments, and visits in every state of a record, beside the small area."""
    unit = f"unit:{UNIT}"
    rows = []
    for number, (name, kind) in enumerate(PLACES):
        place = uid(name)
        where = {"lat": 208_200_000 + number * 40_000, "lon": 1_065_470_000 + number * 30_000}
        data = {
            "name": name,
            "establishment_type_id": kind,
            "unit_id": UNIT,
            "address_line": f"Số {11 + number} đường Nguyễn Văn Trỗi",
            "operating_status_id": "operating",
            **where,
        }
        rows.append(base_row(place, 1, "establishment", unit, **data))
    for number in (0, 1, 4):
        visit = uid(f"visit {number}")
        place = uid(PLACES[number][0])
        rows.append(base_row(visit, 1, "inspection", TEAM_SCOPE, **filed_visit(place)))
        state = ("returned", "approved", "", "", "approved")[number]
        rows.append(_review(visit, state, number == 0))
    rows.append(_review(LAST_VISIT, "approved", False))
    server_commits(store, *rows)


def _review(record: str, state: str, has_comment: bool) -> Any:
    from field178_shared.ids import review_id

    comment = {
        "path": "answers.workers_contract.v",
        "text": "Đếm lại số người có hợp đồng lao động.",
        "user": OFFICERS[4],
        "at": "2026-11-24T01:00:00Z",
    }
    review = {
        "record": record,
        "record_rev": 1,
        "state": state,
        "reason": "Đề nghị bổ sung số liệu" if state == "returned" else "",
        "comments": {"c": comment} if has_comment else {},
        "decided_by": OFFICERS[4],
        "decided_at": "2026-11-24T01:00:00Z",
    }
    return base_row(review_id(record), 1, "review", TEAM_SCOPE, **review)
