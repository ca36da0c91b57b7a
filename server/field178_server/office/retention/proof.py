"""Proof that what a run removed is gone: no file without a row, no removed value in the database's files.

Values are searched in every page and in every packed frame, free pages and log included. A removed text that
another record still has (a sentence that many write) is no fault: those are read from the live rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from field178_server.attachments.storage.file_store import FileStore
from field178_server.database.engine import sqlite_files
from field178_server.database.models import Blob, ChangeHistory, Quarantine, Record
from field178_server.database.packed_text import LONGEST_FRAME, frames_in
from field178_server.database.unit_of_work import snapshot
from field178_shared.merge import Data
from field178_shared.records.reading import count_of
from field178_shared.wire.canonical import canonical

# Texts that are searched for, the longest first: short ones are in ordinary words.
MOST_VALUES = 2000
_SHORTEST = 12
_READ = 8 << 20
# A frame may begin in one part and end in the next.
_OVERLAP = LONGEST_FRAME


@dataclass(frozen=True, slots=True)
class RemovalProof:
    """Outcome of the search; `engine_searched` 0: PostgreSQL, whose files its own VACUUM rewrites."""

    engine_searched: int = 0
    values: int = 0
    values_left: int = 0
    values_elsewhere: int = 0
    files_left: int = 0
    bytes_read: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether no removed value and no file was left."""
        return not (self.values_left or self.files_left)

    def wire(self) -> Data:
        """Return the outcome as a JSON object."""
        return asdict(self)

    @classmethod
    def read(cls, data: object) -> RemovalProof | None:
        """Return the outcome of a JSON object, None without one."""
        if not isinstance(data, dict):
            return None
        return cls(*(count_of(data, name) or 0 for name in cls.__slots__))


def prove(
    engine: Engine, tenant_id: str, store: FileStore, texts: Iterable[str], hashes: Iterable[str]
) -> RemovalProof:
    """Search what is stored for removed texts and files, and return what was found."""
    listed = {blob.name.rpartition("/")[2] for blob in store.list_blobs()}
    with snapshot(engine) as session:
        rows = set(session.scalars(select(Blob.sha256).where(Blob.tenant_id == tenant_id)))
    files_left = len({sha256 for sha256 in hashes if sha256 in listed and sha256 not in rows})
    if engine.dialect.name != "sqlite":
        return RemovalProof(files_left=files_left)
    values = sorted({text for text in texts if len(text) >= _SHORTEST}, key=len, reverse=True)[:MOST_VALUES]
    # As they are within the canonical text of a record.
    removed_texts = {canonical(value)[1:-1] for value in values}
    present, size = _search(sqlite_files(engine), removed_texts)
    with snapshot(engine) as session:
        elsewhere = _live(session, tenant_id, present) if present else set()
    left = present - elsewhere
    return RemovalProof(1, len(removed_texts), len(left), len(elsewhere), files_left, size)


def _search(paths: Iterable[Path], values: set[bytes]) -> tuple[set[bytes], int]:
    present, size = set[bytes](), 0
    for path in paths:
        for part in _parts(path):
            size += len(part)
            for content in (part, *frames_in(part)):
                present |= {value for value in values - present if value in content}
    return present, size


def _parts(path: Path) -> Iterator[bytes]:
    if not path.exists():
        return
    with path.open("rb") as file:
        carried = b""
        while block := file.read(_READ):
            yield carried + block
            carried = block[-_OVERLAP:]


def _live(session: Session, tenant_id: str, values: set[bytes]) -> set[bytes]:
    """Return which values are in rows that are still kept."""
    texts = {value.decode(): value for value in values}
    kept = set[bytes]()
    for column, owner in (
        (Record.body, Record.tenant_id),
        (ChangeHistory.payload, ChangeHistory.tenant_id),
        (Quarantine.payload, Quarantine.tenant_id),
    ):
        query = select(column).where(owner == tenant_id).execution_options(yield_per=500)
        for stored in session.scalars(query):
            if stored:
                kept |= {value for text, value in texts.items() if value not in kept and text in stored}
    return kept
