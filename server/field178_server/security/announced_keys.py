"""File of the keys that tablets pin: the announcements of newer keys, and the names of the key files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from field178_server.security.private_files import read_private
from field178_shared.crypto.key_chain import KeyAnnouncement, KeyKind, announcements_of

RECEIPT_FILE = "receipt.key"
SEALING_FILE = "sealing.key"
ANNOUNCEMENTS_FILE = "announcements.json"


@dataclass(frozen=True, slots=True)
class AnnouncedKeys:
    """Content of the file of announcements; `former_receipts`: public halves, newest first."""

    announcements: tuple[KeyAnnouncement, ...] = ()
    former_receipts: tuple[str, ...] = ()

    @property
    def receipt_file(self) -> str:
        """Name of the file of the receipt key in force."""
        return _file_name(RECEIPT_FILE, self._count(KeyKind.RECEIPT))

    @property
    def sealing_files(self) -> list[str]:
        """Names of the files of all sealing keys, newest first."""
        return [_file_name(SEALING_FILE, number) for number in range(self._count(KeyKind.SEALING), -1, -1)]

    def _count(self, kind: KeyKind) -> int:
        return sum(announcement.kind is kind for announcement in self.announcements)


def read_announced(folder: Path) -> AnnouncedKeys:
    """Return the announced keys, none before the first rotation. Raises ValueError for a damaged file."""
    path = folder / ANNOUNCEMENTS_FILE
    if not path.exists():
        return AnnouncedKeys()
    content = json.loads(read_private(path))
    return AnnouncedKeys(announcements_of(content["keys"]), tuple(content["former_receipts"]))


def _file_name(first: str, rotations: int) -> str:
    stem, _, suffix = first.partition(".")
    return first if rotations == 0 else f"{stem}-{rotations + 1}.{suffix}"
