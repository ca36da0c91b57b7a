"""Edits of a store by SQL: of a value or of a row, as somebody with the database can make them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, and_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from tests.server.office_scene import settings_of

from field178_server.audit import verify
from field178_server.audit.access_state import PARTS
from field178_server.database.engine import create_engine_for
from field178_server.database.models import Base
from field178_server.maintenance.integrity import faults_of_rows
from field178_server.security.keyring import load_keys
from field178_shared.time.clock import SystemClock

# Tables whose edits the check does not name, and why.
UNCHECKED_TABLES = {
    "attempt": "failed attempts since minutes; an edit gives a guesser more tries or fewer",
    "blob": "files; each is read and checked by its hash, and the record names it",
    "backup_run": "the log of backups; each backup is checked by its own manifest",
    "change": "the history of revisions; the record itself and the receipt of each change are checked",
    "console_session": "signed-in browsers; the cookie is signed for its officer, a row alone opens nothing",
    "duplicate_dismissal": "an answer to a suggestion; the trail has its entry",
    "hand_over": "work handed over; the records name their officer",
    "indicator_basis": "counted anew from the records",
    "indicator_cursor": "counted anew from the records",
    "indicator_link": "counted anew from the records",
    "indicator_period": "counted anew from the records",
    "indicator_subject": "counted anew from the records",
    "indicator_total": "counted anew from the records",
    "job": "jobs of the last days",
    "mail": "mails that wait",
    "notice": "texts that are shown for a month; the trail has their entries",
    "notice_delivery": "what tablets were shown",
    "notice_reading": "what officers read",
    "number_lease": "blocks of numbers; two minutes with one number are shown on the console",
    "passkey_challenge": "challenges of minutes",
    "projection_run": "the position of a run",
    "purge": "requests to erase; the trail has their entries",
    "quarantine": "changes that were not applied; their receipts are checked",
    "record_view": "what the present reader opened",
    "register_import": "files being read",
    "register_import_choice": "files being read",
    "register_import_record": "files being read",
    "salvage": "copies that the office decides on",
    "signed_report": "what was signed off last; the record has the digest of its figures",
    "saved_view": "filters of lists",
    "store_check": "the result of the last check",
    "upload": "files under way",
    "webhook_attempt": "the log of deliveries",
    "webhook_event": "the order of events, made anew from the feed",
    "webhook_feed": "the order of events, made anew from the feed",
    "webhook_record": "the order of events, made anew from the feed",
    "webhook_refused": "the log of deliveries",
}
# Rows projected from records: `field178 project --check` compares all of them, `field178 check` too.
PROJECTED_TABLES = {
    "attachment",
    "conflict_row",
    "duplicate_candidate",
    "duplicate_key",
    "establishment_row",
    "filed_count",
    "filed_facet",
    "filed_record",
    "follow_up_answer",
    "follow_up_row",
    "merged_record",
    "plan_item_row",
    "sanction_row",
}
# Columns whose edits the check does not name, and why.
UNCHECKED_COLUMNS = {
    "device": (
        "verdicts backed_up last_seen_at app_version clock_offset_ms cursors told_at unsent_count"
        " unsent_file_count free_mb mismatch_count mismatch_records root_alarm root_alarm_at key_store"
        " key_number tls_pins: as the tablet told at its last contact, and told again at the next"
    ),
    "device_order": "delivered_at sig: the tablet checks the signature; the tablet's receipt says more",
    "feed_token": "last_read_at requests: set by each reading",
    "frozen_report": "frozen_at: the content has the time, and is checked by its hash",
    "report_template": "name taken_at ended_at: the content is checked by its hash",
    "feed": "kind left_rev: a row of another kind is missed by its record",
    "officer": "language totp_step: set by each sign-in, or of no weight",
    "passkey": "sign_count last_used_at: set by each use",
    "receipt": (
        "device_id scope seq rev h at details v first_v: where and when a change was stored; what the"
        " tablet was answered is checked, and the next exchange repairs the order"
    ),
    "receipt_copy": "v: the next exchange repairs the order",
    "retention_run": "extent files result job_id reduced_at erased_at proved_at: what the job did",
    "record": "subject_id seq: derived from the body, or compared with the feed",
    "scope": "kind seq floor: the next exchange repairs the order",
    "webhook": (
        "secret earlier_secret earlier_until state delivered_no attempt_count next_try_at failing_since"
        " claim claimed_until: the state of its deliveries; a secret that is not sealed does not open"
    ),
}


# A value in place of NULL, by the type of the column.
EMPTY_VALUES = {
    "Text": "x",
    "PackedText": "x",
    "Integer": 1,
    "BigInteger": 1,
    "Boolean": True,
    "UtcDateTime": datetime(2026, 1, 2, tzinfo=UTC),
    "CalendarDate": date(2026, 1, 2),
    "LargeBinary": b"x",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit: of a column (None: the row is deleted) of the row with this primary key."""

    table: str
    column: str | None
    key: tuple[Any, ...]


def checked_columns(table: Table) -> list[str]:
    """Return the columns whose edits the check names."""
    left_out = UNCHECKED_COLUMNS.get(table.name, "").partition(":")[0].split()
    return [column.name for column in table.columns if column.name not in left_out]


def checked_tables() -> list[Table]:
    """Return the tables whose edits the check names."""
    left_out = UNCHECKED_TABLES.keys() | PROJECTED_TABLES
    return [table for table in Base.metadata.sorted_tables if table.name not in left_out]


@dataclass(frozen=True, slots=True)
class EditedStore:
    """A store on SQLite; `choices`: the checked tables that have rows, with their primary keys.

    Tables of the access state that the office did not use yet get a row, so that each is edited.
    """

    engine: Engine
    tenant_id: str
    receipt_key: str
    choices: list[tuple[Table, list[tuple[Any, ...]]]]

    @classmethod
    def of(cls, folder: Path) -> EditedStore:
        """Open the store of a folder, after its roots were extended."""
        settings = settings_of(folder)
        engine, keys = create_engine_for(settings.effective_database_url), load_keys(settings.key_dir)
        _fill_access_tables(engine, settings.tenant)
        verify.extend(engine, settings.tenant, keys.receipt, SystemClock())
        with engine.connect() as connection:
            choices = [(table, _keys(connection, table)) for table in checked_tables()]
        return cls(engine, settings.tenant, keys.receipt_key, [choice for choice in choices if choice[1]])

    def faults(self, session: Session) -> list[str]:
        """Return the faults that the check names."""
        return faults_of_rows(session, self.tenant_id, self.receipt_key)

    def random_edit(self, rng: random.Random) -> tuple[Edit, list[str] | None]:
        """Edit a random value, or now and then a whole row, and undo it; return the faults named.

        None instead of faults: a unique key of the schema refuses the edit.
        """
        table, keys = rng.choice(self.choices)
        column = None if rng.random() < 0.15 else rng.choice(checked_columns(table))
        edit = Edit(table.name, column, rng.choice(keys))
        try:
            with self._edited(edit, rng) as session:
                return edit, self.faults(session)
        except IntegrityError:
            return edit, None

    @contextmanager
    def _edited(self, edit: Edit, rng: random.Random) -> Iterator[Session]:
        """Yield a session with the edit, made without the constraints of the schema; undo it after."""
        table = Base.metadata.tables[edit.table]
        row = and_(*(column == value for column, value in zip(table.primary_key, edit.key, strict=True)))
        with self.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
                driver.execute(f"PRAGMA {pragma}")
            try:
                if edit.column is None:
                    connection.execute(table.delete().where(row))
                else:
                    column = table.columns[edit.column]
                    value = connection.execute(select(column).where(row)).scalar_one()
                    connection.execute(table.update().where(row).values({column: other(value, column, rng)}))
                with Session(connection, expire_on_commit=False) as session:
                    yield session
            finally:
                connection.rollback()
                connection.invalidate()  # its settings are not those of the engine


def _fill_access_tables(engine: Engine, tenant_id: str) -> None:
    """Insert a row into each empty table of the access state, without the constraints of the schema."""
    tables = {
        str(part.model.__table__.name): Base.metadata.tables[part.model.__table__.name] for part in PARTS
    }
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for pragma in ("foreign_keys = OFF", "ignore_check_constraints = ON"):
            driver.execute(f"PRAGMA {pragma}")
        for table in tables.values():
            if connection.execute(select(*table.primary_key).limit(1)).first() is None:
                row = {column.name: EMPTY_VALUES[type(column.type).__name__] for column in table.columns}
                connection.execute(table.insert().values(row | {"tenant_id": tenant_id}))
        connection.commit()
        connection.invalidate()  # its settings are not those of the engine


def other(value: Any, column: Any, rng: random.Random) -> Any:
    """Return a value of the column's type that is not the stored one."""
    if value is None:
        return EMPTY_VALUES[type(column.type).__name__]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + rng.randint(1, 9)
    if isinstance(value, datetime | date):
        return value + timedelta(days=rng.randint(1, 99))
    if isinstance(value, bytes):
        return value + b"x"
    at = rng.randrange(len(value) + 1)
    return f"{value[:at]}{rng.choice('abcxyz0189')}{value[at:]}"


def _keys(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(select(*table.primary_key)).all()]
