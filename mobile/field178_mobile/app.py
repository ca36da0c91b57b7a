"""Starts the tablet application: reads the environment, prepares Kivy, puts the parts together."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

from field178_mobile.components.documents.document_files import papers_of
from field178_mobile.shell import gc_scheduler
from field178_shared.extras import end_without
from field178_shared.fsync import make_folder
from field178_shared.time.clock import clock_from_environment

if TYPE_CHECKING:
    from field178_mobile.platform.api import Platform
    from field178_mobile.shell.application import Field178App
    from field178_mobile.tablet import MakeRunner
    from field178_mobile.vault import GuessCost

WINDOW = (1280, 800)
# Kivy warns of these on every new desktop, one with a traceback; nothing is missing that the tablet uses.
HARMLESS = (
    "Config: Older configuration version detected",
    "Config: Upgrading configuration in progress",
    "Input: MTDev is not supported",
    "Cutbuffer: Unable to find any valuable Cutbuffer provider",
)


def main() -> None:
    """Run the tablet until its window closes; with --version print the version."""
    if "--version" in sys.argv[1:]:
        from field178_mobile.tablet import APP

        sys.stdout.write(f"field178 {APP}\n")
        return
    os.umask(0o077)  # files written by Kivy must be readable by their owner only
    try:
        application = build_app(os.environ)
    except ModuleNotFoundError as error:
        end_without("mobile", "field178-tablet", error)
    application.run()


def build_app(
    environment: MutableMapping[str, str],
    platform: Platform | None = None,
    make_runner: MakeRunner | None = None,
    cost: GuessCost | None = None,
) -> Field178App:
    """Return the application, not started. MUST be called before the first import of Kivy."""
    gc_scheduler.begin()
    device = platform or platform_of(environment)
    folder = device.data_folder()
    # Left by a killed process: gone before anything is on the screen.
    papers_of(device).clear()
    prepare_kivy(environment, folder)
    # Imported late: these import Kivy, which reads its settings from the environment once.
    from field178_mobile.kit.preferences import Preferences
    from field178_mobile.kit.threads import KivyThread
    from field178_mobile.shell.application import Field178App
    from field178_mobile.shell.shared_services import SharedServices
    from field178_mobile.tablet import Tablet

    clock = clock_from_environment(environment)
    tablet = Tablet(folder, clock, device.device_label(), cost, make_runner)
    tablet.network = device.network_kind
    tablet.key_store = device.key_store
    # A kill in the middle of an ordered deletion: it goes on before anything is on the screen.
    tablet.wiped.finish()
    shared_services = SharedServices(tablet, device, KivyThread(), "FIELD178_CLOCK_START" in environment)
    return Field178App(shared_services, Preferences(folder))


def platform_of(environment: Mapping[str, str]) -> Platform:
    """Return the device this process runs on. On Android its start sets ANDROID_ARGUMENT."""
    if "ANDROID_ARGUMENT" in environment:
        from field178_mobile.platform.android.device import AndroidPlatform

        return AndroidPlatform()
    from field178_mobile.platform.desktop import DesktopPlatform

    return DesktopPlatform(environment)


def prepare_kivy(environment: MutableMapping[str, str], folder: Path) -> None:
    """Set the environment variables of Kivy: its folder and its logging."""
    environment.setdefault("KIVY_NO_ARGS", "1")
    environment.setdefault("KIVY_LOG_MODE", "PYTHON")
    environment.setdefault("KIVY_HOME", str(folder / "kivy"))
    if "ANDROID_ARGUMENT" not in environment:
        # The window has a clipboard; Kivy would call xclip and xsel first, and show a traceback for each.
        environment.setdefault("KIVY_CLIPBOARD", "sdl2")
    logging.getLogger("kivy").addFilter(_is_news)
    if environment.get("FIELD178_OFFSCREEN"):
        environment.setdefault("SDL_VIDEODRIVER", "offscreen")
    # The parent is the folder of the store: creating it here makes it durable.
    make_folder(Path(environment["KIVY_HOME"]))
    _configure(window_size(environment))


def _is_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(HARMLESS)


def window_size(environment: Mapping[str, str]) -> tuple[int, int]:
    """Return FIELD178_WINDOW ("800x1280") or the landscape tablet."""
    width, _, height = environment.get("FIELD178_WINDOW", "").partition("x")
    return (int(width), int(height)) if width.isdigit() and height.isdigit() else WINDOW


def _configure(size: tuple[int, int]) -> None:
    from kivy.config import Config

    Config.set("graphics", "width", str(size[0]))
    Config.set("graphics", "height", str(size[1]))
    Config.set("graphics", "multisamples", "0")  # the Smooth* instructions do the anti-aliasing
    Config.set("input", "mouse", "mouse,disable_multitouch")
    Config.set("kivy", "exit_on_escape", "0")


if __name__ == "__main__":
    main()
