"""Pictures from the system's own camera or from its picker: no permission, and nothing in the gallery."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from field178_mobile.platform.android.java import Java, activity, attempt, java_class, seen_as
from field178_mobile.platform.android.lending import READ, WRITE, Lending
from field178_mobile.platform.android.results import ActivityResults

Picture = Callable[[Path | None], None]


class Pictures:
    """Requests one picture at a time. The caller deletes the received file."""

    def __init__(self, results: ActivityResults, lending: Lending) -> None:
        self._results = results
        self._lending = lending

    def take(self, answer: Picture) -> None:
        """Open the camera; None without a camera or if the user cancels."""
        path = self._lending.new_picture()
        uri = self._lending.uri(path)
        intent = java_class("android.content.Intent")("android.media.action.IMAGE_CAPTURE")
        intent.putExtra("output", seen_as("android.os.Parcelable", uri))
        # Some cameras read the write permission from the clip only.
        intent.setClipData(java_class("android.content.ClipData").newRawUri("", uri))
        intent.addFlags(READ | WRITE)
        self._results.ask(intent, lambda is_done, _intent: answer(_kept(path, is_done)))

    def choose(self, answer: Picture) -> None:
        """Open the picture picker; None if the user cancels or the file cannot be read."""
        intent = java_class("android.content.Intent")("android.intent.action.GET_CONTENT")
        intent.addCategory("android.intent.category.OPENABLE")
        intent.setType("image/*")
        path = self._lending.new_picture()

        def brought(is_done: bool, chosen: Java | None) -> None:
            is_copied = is_done and chosen is not None and attempt("read", lambda: _copy(chosen, path))
            answer(_kept(path, is_copied))

        self._results.ask(intent, brought)


def _kept(path: Path, is_done: bool) -> Path | None:
    if is_done and path.exists() and path.stat().st_size:
        return path
    path.unlink(missing_ok=True)
    return None


def _copy(intent: Java, path: Path) -> None:
    opened = activity().getContentResolver().openFileDescriptor(intent.getData(), "r")
    # Detached: from here on the number is ours to close.
    with os.fdopen(int(opened.detachFd()), "rb") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
