"""Checks of erasures: after a purge no file contains the text, and nothing restores it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tests.contract.simulator.violation import require

from field178_mobile.store.database.driver import sqlite
from field178_mobile.store.outbox.changes import changes_of
from field178_mobile.store.replica.server_records import get_server_record
from field178_server.database.packed_text import unpack

if TYPE_CHECKING:
    from tests.contract.simulator.server_state import ServerState
    from tests.contract.simulator.tablet import Tablet

# Where people write a text of their own, by type.
SECRETS: Mapping[str, str] = {
    "establishment": "note",
    "outreach_session": "summary",
    "inspection": "representative_opinion",
}
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"


class PurgeOracle:
    """Checks of the purges of one world: search all files for the removed texts as plain bytes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made = 0
        self._secrets: dict[str, str] = {}
        self._ever: set[str] = set()
        # The record of each change that was ever answered, also in a history that a restore has undone: what
        # a tablet was told it may let go with its record, and then it does not come again.
        self._answered: dict[str, str] = {}

    def new_secret(self) -> str:
        """Return a text that stands nowhere else in this world."""
        self._made += 1
        return f"Điều không được lưu GL-178-{self._made:03d}"

    def remember(self, record_id: str, secret: str) -> None:
        """Note that this record was purged, and a text that it held."""
        self._secrets[record_id] = secret
        self._ever.add(record_id)

    def start_over(self, state: ServerState) -> None:
        """Take the store as it is: of an older backup it may hold again what was removed since."""
        rows = state.records
        self._secrets = {
            record_id: text
            for record_id, text in self._secrets.items()
            if record_id in rows and rows[record_id].is_erased
        }

    def changes_of_purged(self) -> set[str]:
        """Return the changes that tablets may let go: a server answered for them, their record went."""
        return {change_id for change_id, record_id in self._answered.items() if record_id in self._ever}

    def evaluate(self, after: ServerState) -> None:
        """Judge the store after a step: what was purged stays so, and no row of any table holds its text."""
        self._answered |= {row.id: row.record for row in after.receipts.values()}
        for record_id in self._secrets:
            require(after.records[record_id].is_erased, "I17", f"{record_id} came back")
        if self._secrets:
            for table, text in self._rows():
                for record_id, secret in self._secrets.items():
                    require(secret not in text, "I17", f"{table} holds what was in {record_id}: {text[:300]}")

    def judge_rest(self, tablets: Sequence[Tablet]) -> None:
        """Judge the tablets once everybody has heard, and once more after a restart."""
        if not self._secrets:
            return
        for tablet in tablets:
            self._judge_tablet(tablet)
            tablet.reboot()
            self._judge_tablet(tablet)

    def _judge_tablet(self, tablet: Tablet) -> None:
        for record_id, secret in self._secrets.items():
            base = tablet.store.read(lambda context, key=record_id: get_server_record(context, key))
            if base is None:
                continue  # not in its areas: it was told to let the record go, not why
            require(base.is_erased, "I17", f"{tablet.name} still has {record_id}")
            resting = tablet.rows(f"SELECT id FROM removed WHERE id = '{record_id}'")
            drafts = [draft for draft in tablet.store.drafts.all() if draft.record_id == record_id]
            own = tablet.store.read(lambda context, key=record_id: changes_of(context, key))
            holding = [change.id for change in own if secret in repr((change.set, change.was))]
            kept = (resting, drafts, holding)
            require(kept == ([], [], []), "I17", f"{tablet.name} holds {kept} of {record_id}")

    def _rows(self) -> Iterator[tuple[str, str]]:
        with closing(sqlite.connect(self._path)) as connection:
            for (table,) in connection.execute(_TABLES).fetchall():
                for row in connection.execute(f'SELECT * FROM "{table}"'):
                    yield table, repr([_shown(value) for value in row])


def _shown(value: object) -> object:
    """Return a stored value; the text of a packed one."""
    return (unpack(value) or value) if isinstance(value, bytes) else value
