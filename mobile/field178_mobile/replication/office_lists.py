"""Lists changed by the office: loaded from the store as a whole or not at all (docs/record-types.md T6.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from field178_mobile.store import Store
from field178_shared.codelists import CodeListError, put_in_force
from field178_shared.list_packs import lists_with
from field178_shared.list_packs.records import PACK_ID, is_genuine, pack_of
from field178_shared.record_type import RecordType

if TYPE_CHECKING:
    from field178_mobile.store.model import StoreChange
    from field178_mobile.vault import Enrolment


class OfficeLists:
    """Keeps the lists in force of this tablet those that the office signed last."""

    def __init__(self, store: Store, enrolment: Callable[[], Enrolment]) -> None:
        self._store = store
        self._enrolment = enrolment
        self._number = 0
        self._is_waiting = False

    def follow(self, change: StoreChange) -> None:
        """Check the pack again after a change that may contain a new pack or its missing rows."""
        if PACK_ID in change.records or change.everything or (self._is_waiting and change.records):
            self.take()

    def take(self) -> None:
        """Activate the pack in the store; an incomplete or unsigned pack changes nothing."""
        head = self._store.view(PACK_ID)
        if head is None:
            return
        pack = pack_of(head.data, [part.data for part in self._store.views(RecordType.LIST_ROWS)])
        if pack.number == self._number:
            return
        # Rows of the pack may follow in a later answer.
        enrolment = self._enrolment()
        self._is_waiting = not is_genuine(pack, head.data, enrolment.tenant, enrolment.receipt_keys)
        if self._is_waiting:
            return
        try:
            lists = lists_with(pack)
        except (CodeListError, KeyError, ValueError):
            # The pack contains a row of a newer release: keep the present lists.
            return
        put_in_force(lists)
        self._number = pack.number
