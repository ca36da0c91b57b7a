"""Note of an upgrade of the store: beside the store while there is a way back to the version before.

While an unchecked upgrade is noted no server of this version starts: going back would lose what it
acknowledged. A server of the version before refuses the migrated store.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from field178_server.security.private_files import replace_private
from field178_server.settings import UPGRADE_WORK, Settings
from field178_shared.fsync import sync_folder

_NOTE = "note.json"


class UpgradeStep(StrEnum):
    """Last completed step of an upgrade."""

    COPIED = "copied"
    CHECKED = "checked"


@dataclass(frozen=True, slots=True)
class UpgradeNote:
    """Note of an upgrade: its step, and the revision of the store before it."""

    step: UpgradeStep
    revision: str


class UpgradeUnfinishedError(Exception):
    """An upgrade of this store was interrupted: no server starts before it is finished or undone."""


def upgrade_folder(settings: Settings) -> Path:
    """Return the folder of note and copy, on the disk of the store."""
    return settings.data_dir / UPGRADE_WORK


def read_note(settings: Settings) -> UpgradeNote | None:
    """Return the note of an upgrade; None where none is under way."""
    try:
        fields = json.loads((upgrade_folder(settings) / _NOTE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return UpgradeNote(UpgradeStep(fields["step"]), fields["revision"])


def write_note(settings: Settings, note: UpgradeNote) -> None:
    """Write the note durably, in one step."""
    content = json.dumps({"step": note.step.value, "revision": note.revision}).encode()
    replace_private(upgrade_folder(settings) / _NOTE, content)


def forget_upgrade(settings: Settings) -> None:
    """Delete note and copy. The note first: a note without its copy would be a way back to nothing."""
    folder = upgrade_folder(settings)
    if not folder.is_dir():
        return
    (folder / _NOTE).unlink(missing_ok=True)
    sync_folder(folder)
    shutil.rmtree(folder)
    sync_folder(settings.data_dir)


def accept_upgrade(settings: Settings) -> None:
    """Finish a checked upgrade before a server serves the store: afterwards there is no way back.

    Raises UpgradeUnfinishedError if the upgrade was interrupted before its check.
    """
    note = read_note(settings)
    if note is not None and note.step is not UpgradeStep.CHECKED:
        raise UpgradeUnfinishedError
    forget_upgrade(settings)
