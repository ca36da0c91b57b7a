"""A tablet that dies and comes back: each life has the doorway on the stage over a real vault and store."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from kivy.core.window import Window
from tests.mobile.inspection_world import (
    LAST_VISIT,
    OFFICERS,
    TEAM_SCOPE,
    choose_shift,
    lease,
    settle,
)
from tests.mobile.photos import jpeg
from tests.mobile.screens.fakes import CHEAP, PIN, StillRunner, enrolment
from tests.mobile.screens.scene import Stage, find, find_all, frames, until
from tests.mobile.screens.shadow_log import ShadowLog
from tests.mobile.support import FrozenClock, SystemKeyStore, base_row, server_commits

from field178_mobile.features.access.officer_notice import OfficerNotice
from field178_mobile.kit.preferences import Preferences
from field178_mobile.kit.theme import theme
from field178_mobile.kit.threads import KivyThread
from field178_mobile.kit.widgets.overlay import BACK_KEY
from field178_mobile.platform.api import Fix
from field178_mobile.platform.fake import FakePlatform
from field178_mobile.shell.navigator import Navigator
from field178_mobile.shell.shared_services import SharedServices
from field178_mobile.tablet import Tablet, TabletSession
from field178_mobile.vault import TabletOfficer
from field178_shared.ids import IdSource, review_id

LONG_AGO_S = 3600
HERE = (208_210_000, 1_065_510_000, 12)


class Lives:
    """One tablet over its lives. `door` is the living one; `shadow` remembers what any of them promised."""

    def __init__(self, stage: Stage, folder: Path, seed: int) -> None:
        self.shadow = ShadowLog()
        self.clock = FrozenClock()
        self.deaths = 0
        self._stage = stage
        self._folder = folder / "life-0"
        self._ids = IdSource(self.clock, random.Random(seed))
        self._photo = folder / "phong-hat.jpg"
        self._photo.write_bytes(jpeg())
        self._set_up()
        self._live()

    @property
    def opened(self) -> TabletSession | None:
        """The open notebook, None while the tablet is locked."""
        return self.door.session_view.opened if self.door.session_view is not None else None

    def unlock(self) -> None:
        """Open the locked tablet by its PIN, once every delay after wrong ones is over."""
        self.clock.tick(seconds=LONG_AGO_S)
        if find_all("EnrolScreen"):  # a tap went on with a code of the office
            Window.dispatch("on_keyboard", BACK_KEY, 0, "", [])
            frames(2)
        screen = find("UnlockScreen")
        until(lambda: screen.presenter is not None)
        screen.presenter.tick()
        # A tap may have asked for help with a forgotten PIN: then a PIN opens the way to a new one only.
        screen.presenter.choose(OFFICERS[0])
        while screen.digits:
            screen.press("back")
        until(lambda: screen.can_type)
        for digit in PIN:
            screen.press(digit)
        until(lambda: self.opened is not None)
        frames(3)

    def go_out(self, establishment_id: str) -> None:
        """Choose the shift of the night and begin a visit."""
        assert self.door.session_view is not None
        workspace = self.door.session_view.shell._screen("inspection").workspace
        choose_shift(workspace.shift)
        workspace.open(establishment_id)
        workspace.record.begin("inspected")
        frames(3)

    def kill(self) -> None:
        """End the process as the system does: what was written stays, nothing is tidied up."""
        self.deaths += 1
        after = self._folder.with_name(f"life-{self.deaths}")
        opened = self.opened
        if opened is None:
            shutil.copytree(self._folder, after)
        else:
            # On the database's own thread, so that no transaction is half copied.
            opened.store.read(lambda _room: shutil.copytree(self._folder, after))
        before, self._folder = self._folder, after
        self.end()
        shutil.rmtree(before)
        self._live()

    def end(self) -> None:
        """Close the living tablet and take it off the stage."""
        self.door.shut()
        self._stage.clear()

    def _tablet(self) -> Tablet:
        tablet = Tablet(self._folder, self.clock, "tablet", CHEAP, lambda *_given: StillRunner())
        tablet.ids = self._ids
        tablet.key_store, tablet.stopwatch = SystemKeyStore, self.clock.stopwatch
        follow = tablet.open

        def open_and_follow(key: bytes) -> TabletSession:
            opened = follow(key)
            self.shadow.follow(opened.store)
            self.shadow.compare(opened.store)
            return opened

        tablet.open = open_and_follow  # type: ignore[method-assign]
        return tablet

    def _set_up(self) -> None:
        tablet = self._tablet()
        vault = tablet.vault
        key = vault.create(_officer(0), PIN, enrolment(), vault.pending_device_key())
        vault.add_officer(_officer(1), PIN, key)
        opened = tablet.open(key)
        for number in (0, 1):
            OfficerNotice(opened.store.settings, self.clock, OFFICERS[number]).read()
        settle(opened.store)
        lease(opened.store, 1, 40)
        server_commits(opened.store, base_row(review_id(LAST_VISIT), 1, "review", TEAM_SCOPE, **_returned()))
        opened.close()

    def _live(self) -> None:
        lat, lon, metres = HERE
        platform = FakePlatform(self._folder, Fix(lat, lon, metres, self.clock.now()), self._photo)
        preferences = Preferences(self._folder)
        self.door = Navigator(SharedServices(self._tablet(), platform, KivyThread()), preferences)
        self.preferences = preferences
        preferences.subscribe(self.door.apply_preferences)
        self._stage.root.add_widget(self.door)
        theme.fit(Window.width)
        self.door.meet()
        frames(3)


def _officer(number: int) -> TabletOfficer:
    return TabletOfficer(OFFICERS[number], f"Cán bộ GL-0{number + 1}", "commune_police", "leader")


def _returned() -> dict[str, object]:
    comment = {
        "path": "answers.workers_contract.v",
        "text": "Đếm lại.",
        "user": OFFICERS[4],
        "at": "2025-11-21T01:00:00Z",
    }
    return {
        "record": LAST_VISIT,
        "record_rev": 1,
        "state": "returned",
        "reason": "Bổ sung",
        "comments": {"c": comment},
    }
