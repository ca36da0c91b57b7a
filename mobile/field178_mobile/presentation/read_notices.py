"""Which notices of the office an officer has opened on this tablet."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from field178_mobile.ports import TabletSettings
from field178_mobile.store.model import InboxItem, InboxKind

DEMO_NOTICE = "demo"


class ReadNotices:
    """Notices that one officer has opened; each officer has a separate list."""

    def __init__(self, settings: TabletSettings, officer_id: str) -> None:
        self._settings = settings
        self._key = f"notices_read:{officer_id}"

    def ids(self) -> frozenset[str]:
        """Return their ids."""
        notice_ids = self._settings.get(self._key)
        return frozenset(map(str, notice_ids)) if isinstance(notice_ids, list) else frozenset()

    def add(self, notice_id: str, shown: Collection[str]) -> None:
        """Store that a notice was opened; notices no longer shown by the office are removed."""
        read_ids = self.ids()
        if notice_id not in read_ids:
            self._settings.put(self._key, sorted({*read_ids, notice_id} & {*shown}))


def unread(items: Iterable[InboxItem], read: Collection[str]) -> list[InboxItem]:
    """Return the unopened notices, without the demo notice, which the banner shows."""
    return [
        item
        for item in items
        if item.kind is InboxKind.NOTICE and item.type != DEMO_NOTICE and item.notice_id not in read
    ]
