"""The code lists in force in a server process: the lists of the release with the list pack of the store."""

from __future__ import annotations

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from field178_server.database.models import Record
from field178_server.database.unit_of_work import snapshot
from field178_server.records.stored_record import data_of
from field178_shared.codelists import put_in_force
from field178_shared.list_packs import ListPack, lists_with
from field178_shared.list_packs.records import PACK_ID, pack_of
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.time.clock import duration_clock

# How often to look for a list pack that another process has published.
_LOOK_EVERY_S = 2.0


class ListsInForce:
    """Updater of the code lists of this process from the list pack of the store."""

    def __init__(self, engine: Engine, tenant_id: str) -> None:
        self._engine = engine
        self._tenant_id = tenant_id
        self._next_look = 0.0
        self._rev = 0

    def refresh(self) -> bool:
        """Update the lists from the store, at most every few seconds; return whether they changed."""
        now = duration_clock()
        if now < self._next_look:
            return False
        self._next_look = now + _LOOK_EVERY_S
        return self.follow()

    def follow(self) -> bool:
        """Update the lists from the store; return whether they changed."""
        with snapshot(self._engine) as session:
            rev = session.scalar(
                select(Record.rev).where(Record.tenant_id == self._tenant_id, Record.record_id == PACK_ID)
            )
            if (rev or 0) == self._rev:
                return False
            pack = stored_pack(session, self._tenant_id)
        put_in_force(lists_with(pack))
        self._rev = rev or 0
        return True


def stored_pack(session: Session, tenant_id: str) -> ListPack:
    """Return the list pack in force; with number 0 if the office has published none."""
    rows = session.execute(
        select(Record.type, Record.body).where(
            Record.tenant_id == tenant_id,
            Record.type.in_((RecordType.LIST_PACK, RecordType.LIST_ROWS)),
            Record.deleted.is_(False),
        )
    ).all()
    data_by_type: dict[str, list[Data]] = {RecordType.LIST_PACK: [], RecordType.LIST_ROWS: []}
    for type_, body in rows:
        data_by_type[type_].append(data_of(body))
    return pack_of(next(iter(data_by_type[RecordType.LIST_PACK]), None), data_by_type[RecordType.LIST_ROWS])
