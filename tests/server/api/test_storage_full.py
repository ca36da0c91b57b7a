"""A server without disk space refuses files before changes, with one code, and recovers with disk space."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import event, text
from structlog.testing import capture_logs
from tests.full_disk import no_room_beyond
from tests.server.api.test_sync import change
from tests.server.office_scene import Office, Tablet, problem_of
from tests.server.tus_sender import PICTURE, Sender

from field178_server.attachments.storage import chunk

GIBIBYTE = 1 << 30
FULL = (503, "storage_full")
NO_FILES = (507, "storage_full")
Disk = Callable[[int], None]


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Set the free disk space to a number of mebibytes."""
    usage = type(shutil.disk_usage("/"))

    def leave(free_mb: int) -> None:
        monkeypatch.setattr("shutil.disk_usage", lambda _: usage(8 * GIBIBYTE, 0, free_mb << 20))

    return leave


@pytest.fixture
def full_store(office: Office) -> Callable[[bool], None]:
    """Makes the engine of the office find no room for a new page, or find it again."""
    switch = _full_sqlite if office.engine.dialect.name == "sqlite" else _full_postgres
    return lambda is_full: switch(office, is_full)


def _full_sqlite(office: Office, is_full: bool) -> None:
    # Never less than the pages that are there.
    limit = 1 if is_full else 1 << 30

    def set_limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit}")

    event.listen(office.engine, "checkout", set_limit)


def _full_postgres(office: Office, is_full: bool) -> None:
    with office.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER IF EXISTS full_disk ON receipt"))
        connection.execute(
            text(
                "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
            )
        )
        if is_full:
            connection.execute(
                text("CREATE TRIGGER full_disk BEFORE INSERT ON receipt EXECUTE FUNCTION full_disk()")
            )


def large_push(tablet: Tablet) -> Any:
    return tablet.sync(push=[change(n) for n in range(1, 201)])


def test_push_to_a_full_store_is_refused_with_a_retry_time(
    office: Office, tablet: Tablet, full_store: Callable[[bool], None]
) -> None:
    tablet.ready()
    full_store(True)
    answer = large_push(tablet)
    assert problem_of(answer) == FULL
    assert answer.headers["Retry-After"] == "60"
    full_store(False)
    assert large_push(tablet).status_code == 200


def test_files_are_refused_first(office: Office, tablet: Tablet, disk: Disk) -> None:
    sender = Sender(tablet.ready())
    at = sender.begun()
    disk(1023)
    refused = sender.create()
    assert problem_of(refused) == NO_FILES
    assert refused.headers["Retry-After"] == "60"
    assert problem_of(sender.patch(at, 0, PICTURE)) == NO_FILES
    assert sender.offset(at) == 0
    assert tablet.sync(push=[change(1)]).status_code == 200
    disk(1024)
    assert sender.patch(at, 0, PICTURE).status_code == 204


def test_changes_are_refused_last_and_reading_never(tablet: Tablet, office: Office, disk: Disk) -> None:
    tablet.ready()
    disk(127)
    is_sqlite = office.engine.dialect.name == "sqlite"
    answer = tablet.sync(push=[change(1)])
    # PostgreSQL lies on a disk of its own.
    assert answer.status_code == (503 if is_sqlite else 200)
    assert tablet.sync().status_code == 200
    disk(128)
    assert tablet.sync(push=[change(1)]).status_code == 200


def test_no_disk_space_is_reserved_without_the_setting(office: Office, tablet: Tablet, disk: Disk) -> None:
    object.__setattr__(office.settings, "min_free_mb", 0)
    disk(0)
    assert Sender(tablet.ready()).create().status_code == 201
    assert tablet.sync(push=[change(1)]).status_code == 200


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set as on Linux")
def test_file_without_free_space_keeps_written_bytes(tablet: Tablet, office: Office) -> None:
    sender = Sender(tablet.ready())
    at = sender.begun()
    with capture_logs(), no_room_beyond(100):
        assert problem_of(sender.patch(at, 0, PICTURE)) == NO_FILES
    assert sender.offset(at) == 100
    assert sender.patch(at, 100, PICTURE[100:]).status_code == 204


def test_another_fault_of_the_disk_is_not_called_full(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = Sender(tablet.ready())
    at = sender.begun()

    def fail(*_: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr(chunk, "sync_content", fail)
    with suppress(PermissionError):
        assert problem_of(sender.patch(at, 0, PICTURE)) == (500, "internal")


@pytest.mark.parametrize(
    ("free_mb", "status", "reasons"),
    [
        (1024, 200, []),
        (1023, 200, ["files_refused"]),
        (127, 503, ["changes_refused", "files_refused"]),
    ],
)
def test_health_response_has_the_reasons_of_a_full_disk(
    office: Office, disk: Disk, free_mb: int, status: int, reasons: list[str]
) -> None:
    disk(free_mb)
    if office.engine.dialect.name != "sqlite":
        status, reasons = 200, [reason for reason in reasons if reason == "files_refused"]
    answer = office.client.get("/healthz")
    assert answer.status_code == status
    body = answer.get_json()
    assert (body["free_mb"], body["reasons"]) == (free_mb, reasons)
    assert body["status"] == ("ok" if status == 200 else "failing")


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set as on Linux")
def test_a_folder_that_cannot_be_written_is_no_health(office: Office) -> None:
    assert office.client.get("/healthz").status_code == 200
    with capture_logs(), no_room_beyond(0):
        answer = office.client.get("/healthz")
    assert (answer.status_code, answer.get_json()["reasons"]) == (503, ["not_writable"])
    assert office.client.get("/healthz").status_code == 200
