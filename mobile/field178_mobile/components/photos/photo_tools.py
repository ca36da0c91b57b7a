"""Services of device and sync for photos; every answer arrives on the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from field178_mobile.presentation.background import Background, InPlace
from field178_mobile.replication.events import UploadState
from field178_shared.time.clock import Clock

Answer = Callable[[Path | None], None]


def nobody(answer: Answer) -> None:
    """Callback of a device without camera or files: never answers."""


def nowhere() -> tuple[Path, ...]:
    """Name no folder."""
    return ()


@dataclass(frozen=True, slots=True)
class PhotoTools:
    """Camera, pictures and upload progress. The caller deletes the files of `take` and `choose`."""

    background: Background
    now: Callable[[], datetime]
    has_camera: bool = False
    take: Callable[[Answer], None] = nobody
    choose: Callable[[Answer], None] = nobody
    folders: Callable[[], tuple[Path, ...]] = nowhere
    uploads: Callable[[], UploadState] = UploadState


def no_tools(clock: Clock) -> PhotoTools:
    """Return the tools of a device without camera and files; work runs synchronously."""
    return PhotoTools(InPlace(), clock.now)
