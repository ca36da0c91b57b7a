"""The Android device as the application sees it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from field178_mobile.platform.android.java import (
    Java,
    activity,
    attempt,
    java_class,
    on_java_thread,
    service,
)
from field178_mobile.platform.android.lending import Lending
from field178_mobile.platform.android.location import ask_fix
from field178_mobile.platform.android.long_text import SECURE, LongTextWindow
from field178_mobile.platform.android.papers import AndroidDocuments
from field178_mobile.platform.android.pictures import Pictures
from field178_mobile.platform.android.results import ActivityResults
from field178_mobile.platform.api import Fix, Heard, LongText, Picked
from field178_mobile.platform.desktop import LABEL_LENGTH
from field178_mobile.ports import NetworkKind

if TYPE_CHECKING:
    from field178_mobile.platform.android.keystore import AndroidKeyStore

OPEN_WORK = "vn.field178.OpenWork"
_BATTERY_PERCENT = 4  # BatteryManager.BATTERY_PROPERTY_CAPACITY


class AndroidPlatform:
    """A tablet or phone with Android 8 or newer. MUST be made on the thread that started the application."""

    def __init__(self) -> None:
        self._files = Path(str(activity().getFilesDir().getAbsolutePath()))
        self._open_work = java_class(OPEN_WORK)
        lending = Lending(self._files)
        lending.sweep()
        self._pictures = Pictures(ActivityResults(), lending)
        self._papers = AndroidDocuments(lending)

    def data_folder(self) -> Path:
        """Return a folder that no other application and no backup reads."""
        return self._files / "field178"

    def offline_export_folder(self) -> Path:
        """Return the application's folder on the shared storage, which a cable reaches; else one within."""
        folder = activity().getExternalFilesDir("rescue")
        return Path(str(folder.getAbsolutePath())) if folder else self._files / "rescue"

    def device_label(self) -> str:
        """Return maker and model."""
        build = java_class("android.os.Build")
        return f"{build.MANUFACTURER} {build.MODEL}"[:LABEL_LENGTH]

    def prefers_less_motion(self) -> bool:
        """Return whether movements are switched off in the system."""
        settings = java_class("android.provider.Settings$Global")
        return float(settings.getFloat(_resolver(), "animator_duration_scale", 1.0)) == 0.0

    def protect_screen(self) -> None:
        """Set FLAG_SECURE: no screenshot, no picture in the list of recent applications."""
        on_java_thread(lambda: activity().getWindow().addFlags(SECURE))

    def has_receiver(self) -> bool:
        """Return whether the device measures positions in any way."""
        return _has_feature("android.hardware.location")

    def ask_fix(self, answer: Callable[[Fix | None], None]) -> None:
        """Measure the position once, for at most twenty seconds."""
        ask_fix(answer)

    def network_kind(self) -> NetworkKind:
        """Return whether the active network is metered; UNKNOWN without a network."""
        manager = service("connectivity", "android.net.ConnectivityManager")
        if manager.getActiveNetwork() is None:
            return NetworkKind.UNKNOWN
        return NetworkKind.METERED if manager.isActiveNetworkMetered() else NetworkKind.UNMETERED

    def has_camera(self) -> bool:
        """Return whether the device has a camera, on whichever side."""
        return _has_feature("android.hardware.camera.any")

    def take_photo(self, answer: Callable[[Path | None], None]) -> None:
        """Open the system's camera."""
        self._pictures.take(answer)

    def photo_folders(self) -> tuple[Path, ...]:
        """Return no folders: the system's picker needs no permission."""
        return ()

    def choose_photo(self, answer: Callable[[Path | None], None]) -> None:
        """Open the system's picker."""
        self._pictures.choose(answer)

    def open_file(self, path: Path) -> None:
        """Open a PDF in a viewer application."""
        self._papers.open(path)

    def print_file(self, path: Path) -> None:
        """Open the system's printing for a PDF."""
        self._papers.print(path)

    def save_folder(self) -> Path | None:
        """Return None: officers save and send files through the system's share sheet."""
        return None

    def save_places(self) -> tuple[Path, ...]:
        """Return no folders: the system has its own dialog."""
        return ()

    def take_papers_back(self) -> None:
        """Delete the paper that was lent last."""
        self._papers.take_back()

    def share_file(self, path: Path) -> None:
        """Open the system's share sheet for a PDF."""
        self._papers.share(path)

    def key_store(self, folder: Path) -> AndroidKeyStore | None:
        """Return the Android Keystore; None if it does not work or a file was chosen before."""
        # Imported late: it needs the vault, and the first screen is drawn before that is imported.
        from field178_mobile.platform.android.keystore import AndroidKeyStore

        alias = "field178-" + hashlib.sha256(str(folder).encode()).hexdigest()[:16]
        store = AndroidKeyStore(folder, alias)
        if store.is_chosen:
            return store
        return store if not (folder / "device.key").exists() and store.make_ready() else None

    def keep_open(self, why: str | None) -> None:
        """Run the service with its notice, or end it. Refused by Android while nothing is on the screen."""
        if why is None:
            attempt("stop_service", lambda: self._open_work.stop(activity()))
        else:
            attempt("start_service", lambda: self._open_work.start(activity(), why))

    def edit_long_text(self, request: LongText, heard: Heard, answer: Picked) -> Callable[[], None]:
        """Open the system's own window for a long text."""
        return LongTextWindow(request, heard, answer).close

    def battery_percent(self) -> int | None:
        """Return the battery level in percent, None if unknown."""
        manager = service("batterymanager", "android.os.BatteryManager")
        percent = int(manager.getIntProperty(_BATTERY_PERCENT))
        return percent if 0 <= percent <= 100 else None

    def free_bytes(self) -> int:
        """Return the free bytes of the file system with the data."""
        return shutil.disk_usage(self._files).free


def _has_feature(name: str) -> bool:
    return bool(activity().getPackageManager().hasSystemFeature(name))


def _resolver() -> Java:
    return activity().getContentResolver()
