"""Open the store: migrations, integrity check, and recovery after a crash or damage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from field178_mobile.ports import Failpoint
from field178_mobile.store.database.connection import open_connection
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.driver import Connection, DatabaseError, is_undecodable
from field178_mobile.store.database.encryption import Sealer
from field178_mobile.store.database.key_value import get_number, get_text, put_number, put_text
from field178_mobile.store.database.migrate import migrate
from field178_mobile.store.integrity.cell_check import heal, write_lost_journal
from field178_mobile.store.integrity.clean_close import CleanClose, read_close, was_closed
from field178_mobile.store.integrity.column_check import has_our_tables, spoiled_records
from field178_mobile.store.integrity.rebuild import (
    is_sound,
    journalled,
    mark_recovered,
    move_damaged,
    recover_sealed,
    recovered_entries,
)
from field178_mobile.store.outbox.changes import has_change
from field178_mobile.store.outbox.journal import Journal, JournalEntry
from field178_mobile.store.outbox.submit import add_entries, recover_entries
from field178_mobile.store.photos.files import PhotoFiles
from field178_mobile.store.photos.rows import PHOTOS, match_photos
from field178_shared.errors import AppError, ErrorCode
from field178_shared.fsync import make_folder, sync_folder

DATABASE = "store.db"
RECORDS = "records"
JOURNAL = "journal.bin"
# The driver decodes the message about a damaged file, which quotes it.
_REFUSALS = (DatabaseError, UnicodeDecodeError)


@dataclass(frozen=True, slots=True)
class OpeningContext:
    """Inputs of opening in addition to the folder."""

    key: bytes
    now: datetime
    new_id: Callable[[], str]
    failpoint: Failpoint


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database. `rebuilt`: a damaged or lost database was replaced from the journal.

    `closed`: its close marker; None if it was checked instead. `was_closed`: the last process closed it.
    """

    context: DatabaseContext
    journal: Journal
    rebuilt: bool
    closed: CleanClose | None
    was_closed: bool


def open_database(folder: Path, opening: OpeningContext) -> Opened:
    """Open the store of a folder, in whatever state it is; a wrong key changes nothing."""
    make_folder(folder)
    sealer = Sealer(opening.key)
    journal = Journal(folder / JOURNAL)
    try:
        _check_key(journal, sealer)
        database = folder / RECORDS / DATABASE
        closed = read_close(database, sealer, opening.now)
        is_closed = closed is not None or was_closed(database, sealer)
        if closed is None:
            context, moved, spoiled = _verified_context(folder, sealer, opening)
        else:
            context, moved, spoiled = _unchanged_context(folder, sealer, opening), False, None
        connection = context.connection
        try:
            rebuilt = _bring_up(context, journal, folder, opening.new_id, spoiled)
            match_photos(context, PhotoFiles(folder / PHOTOS))
        except BaseException:
            connection.close()
            raise
    except BaseException:
        journal.close()
        raise
    return Opened(context, journal, moved or rebuilt, closed, is_closed)


def _unchanged_context(folder: Path, sealer: Sealer, opening: OpeningContext) -> DatabaseContext:
    connection = open_connection(folder / RECORDS / DATABASE)
    return DatabaseContext(connection, sealer, opening.failpoint)


def _check_key(journal: Journal, sealer: Sealer) -> None:
    # Before anything is moved: with the wrong key nothing could be brought back.
    frames = list(journal.frames())
    if frames and not journalled(journal, sealer):
        raise AppError(ErrorCode.STORE_LOCKED, problem="other_key")


def _verified_context(
    folder: Path, sealer: Sealer, opening: OpeningContext
) -> tuple[DatabaseContext, bool, list[str]]:
    connection, moved = _sound_connection(folder, opening)
    context = DatabaseContext(connection, sealer, opening.failpoint)
    spoiled = spoiled_records(context)
    if spoiled is not None:
        return context, moved, spoiled
    # SQLite does not detect a flipped bit in a plain column; only the sealed copies do.
    connection.close()
    move_damaged(folder / RECORDS, opening.now.strftime("%Y%m%d-%H%M%S"))
    connection, _ = _sound_connection(folder, opening)
    return DatabaseContext(connection, sealer, opening.failpoint), True, []


def _sound_connection(folder: Path, opening: OpeningContext) -> tuple[Connection, bool]:
    connection = _try_open(folder / RECORDS, opening.failpoint)
    if connection is not None:
        return connection, False
    move_damaged(folder / RECORDS, opening.now.strftime("%Y%m%d-%H%M%S"))
    fresh = _try_open(folder / RECORDS, opening.failpoint)
    if fresh is None:
        raise AppError(ErrorCode.STORE_DAMAGED)
    return fresh, True


def _try_open(records: Path, failpoint: Failpoint) -> Connection | None:
    records.mkdir(mode=0o700, exist_ok=True)
    # SQLite syncs the names in this folder but not the folder itself, which a power cut could remove.
    sync_folder(records.parent)
    try:
        connection = open_connection(records / DATABASE)
    except _REFUSALS as error:
        _raise_unless_damaged(error)
        return None
    try:
        if is_sound(connection):
            migrate(connection, failpoint)
            if has_our_tables(connection):
                return connection
    except _REFUSALS as error:
        connection.close()
        _raise_unless_damaged(error)
        return None
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def _raise_unless_damaged(error: Exception) -> None:
    # A lock, a full disk and the like are subclasses and no damage: the file stays where it is.
    is_other = isinstance(error, DatabaseError) and type(error) is not DatabaseError
    if is_other and not is_undecodable(error):
        raise error


def _bring_up(
    context: DatabaseContext,
    journal: Journal,
    folder: Path,
    new_id: Callable[[], str],
    spoiled: list[str] | None,
) -> bool:
    key_id = get_text(context, "key_id")
    if key_id is None:
        return _initialise(context, journal, folder, new_id())
    if key_id != context.sealer.key_id:
        raise AppError(ErrorCode.STORE_LOCKED, problem="other_key")
    same_file = get_text(context, "journal") == journal.generation
    start = get_number(context, "journal_end") if same_file else 0
    unknown = _not_in_database(context, journalled(journal, context.sealer, min(start, journal.size)))
    if same_file and 0 < len(unknown) < unknown[0].in_step:
        # Power was lost during a step of several changes: none of them was reported as saved, so all are
        # removed.
        journal.cut_back(start)
    elif unknown:
        recover_entries(context, unknown, journal)
    if spoiled is not None:
        heal(context, journal, spoiled)
    if not same_file or start > journal.size:
        write_lost_journal(context, journal)
    mark_recovered(folder)
    return False


def _initialise(context: DatabaseContext, journal: Journal, folder: Path, incarnation: str) -> bool:
    # One transaction: a crash in the middle leaves an empty database, and the next opening begins again.
    entries = {entry.change.id: entry for entry in recovered_entries(folder, DATABASE, context.sealer)}
    entries.update({entry.change.id: entry for entry in journalled(journal, context.sealer)})
    with context.transaction("initialise"):
        put_text(context, "key_id", context.sealer.key_id)
        put_text(context, "incarnation", incarnation)
        recover_sealed(context, folder, DATABASE)
        # The ids are in time order, so this is the order of filing.
        add_entries(context, [entries[change_id] for change_id in sorted(entries)])
        put_number(context, "next_n", 1)
        put_text(context, "journal", journal.generation)
        put_number(context, "journal_end", journal.size)
    mark_recovered(folder)
    return bool(entries)


def _not_in_database(context: DatabaseContext, entries: list[JournalEntry]) -> list[JournalEntry]:
    return [entry for entry in entries if not has_change(context, entry.change.id)]
