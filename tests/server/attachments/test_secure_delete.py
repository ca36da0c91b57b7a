"""Secure delete: after an erasure no file of store or photos contains the record."""

from __future__ import annotations

import json
import resource
from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from tests.packed_frames import content_of
from tests.server.office.erasure.test_operations import SECRET, add_privacy_officers, purged, refusal
from tests.server.pictures import bytes_of, jpeg, sha256
from tests.world import ESTABLISHMENT, OFFICER, OTHER_UNIT, TENANT, Tablet, World

from field178_server.attachments.previews import make_preview, preview_name
from field178_server.attachments.secure_delete import finish_erasures
from field178_server.attachments.storage.chunk import Piece
from field178_server.attachments.storage.file_store import FileStore
from field178_server.attachments.upload_rows import Limits, UploadRequest
from field178_server.attachments.uploads import Uploading
from field178_server.database.engine import create_engine_for, forget_deleted
from field178_server.database.models import Blob, Erasure, Upload
from field178_server.database.unit_of_work import snapshot
from field178_server.devices.context import DeviceContext
from field178_shared.errors import ErrorCode

PICTURE = jpeg(64, 48)
LIMITS = Limits(1 << 20, 1 << 30, 1 << 30)


@pytest.fixture
def world(engine: Engine) -> World:
    made = World(engine)
    add_privacy_officers(made)
    return made


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path, TENANT)


def erased(world: World, store: FileStore) -> int:
    return finish_erasures(world.engine, TENANT, store, world.clock)


def named(content: bytes) -> dict[str, object]:
    entry = {"sha256": sha256(content), "size": len(content), "content_type": "image/jpeg"}
    return {**ESTABLISHMENT, "attachments": {"a1": entry}}


def uploading(world: World, store: FileStore) -> Uploading:
    return Uploading(world.engine, TENANT, store, LIMITS, (world.clock, world.ids))


def device_of(tablet: Tablet) -> DeviceContext:
    return DeviceContext(tablet.device, frozenset(), frozenset((OFFICER,)), revoked=False)


def wanted(record_id: str) -> UploadRequest:
    return UploadRequest(sha256(PICTURE), len(PICTURE), "image/jpeg", record_id, "")


def sent(world: World, store: FileStore, tablet: Tablet, record_id: str, *, length: int | None = None) -> str:
    begun = uploading(world, store).begin(device_of(tablet), wanted(record_id), skip_known=False)
    part = PICTURE[:length]
    uploading(world, store).append(device_of(tablet), begun.upload_id, Piece(0, len(part), BytesIO(part)))
    return begun.upload_id


def test_no_file_of_a_sqlite_store_holds_the_text(sqlite_engine: Engine, tmp_path: Path) -> None:
    world = World(sqlite_engine)
    add_privacy_officers(world)
    tablet = world.tablet()
    record_id, seen = tablet.created({**ESTABLISHMENT, "notes": SECRET * 200}), SECRET * 200
    for number in range(20):
        change = tablet.change(record_id, {"notes": f"{SECRET} {number}"}, was={"notes": seen})
        assert tablet.push(change)[0]["status"] == "applied"
        seen = f"{SECRET} {number}"
    needle = SECRET.encode()
    assert needle in content_of(tmp_path.glob("store.sqlite*"))
    purged(world, record_id)
    assert erased(world, FileStore(tmp_path, TENANT)) == 0
    assert needle not in content_of(tmp_path.glob("store.sqlite*"))


def test_a_reader_of_an_older_state_puts_the_end_of_it_off(sqlite_engine: Engine, tmp_path: Path) -> None:
    world, store = World(sqlite_engine), FileStore(tmp_path, TENANT)
    add_privacy_officers(world)
    record_id = world.tablet().created()
    hasty = create_engine_for(str(sqlite_engine.url))
    with snapshot(sqlite_engine) as reader:
        reader.get(Erasure, (TENANT, record_id))
        purged(world, record_id)
        with hasty.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 1")
        assert finish_erasures(hasty, TENANT, store, world.clock) == 1
    hasty.dispose()
    assert erased(world, store) == 0
    assert [row.erased_at is None for row in world.rows(Erasure)] == [False]


def test_photos_and_their_previews_go_from_the_disk(world: World, store: FileStore, tmp_path: Path) -> None:
    tablet = world.tablet()
    record_id = tablet.created(named(PICTURE))
    sent(world, store, tablet, record_id)
    name = preview_name(TENANT, sha256(PICTURE))
    preview = tmp_path / name
    assert make_preview(partial(store.open, sha256(PICTURE)), tmp_path, name)
    purged(world, record_id)
    assert erased(world, store) == 0
    assert not preview.exists()
    assert bytes_of(store, sha256(PICTURE)) is None
    assert world.rows(Blob) == world.rows(Upload) == []


def test_a_photo_that_another_record_names_stays(world: World, store: FileStore) -> None:
    tablet = world.tablet()
    record_id, other = tablet.created(named(PICTURE)), tablet.created(named(PICTURE))
    sent(world, store, tablet, record_id)
    purged(world, record_id)
    erased(world, store)
    assert bytes_of(store, sha256(PICTURE)) == PICTURE
    assert len(world.rows(Blob)) == 1
    purged(world, other)
    erased(world, store)
    assert bytes_of(store, sha256(PICTURE)) is None


def test_a_photo_on_its_way_is_dropped_and_refused_from_then_on(world: World, store: FileStore) -> None:
    tablet = world.tablet()
    record_id = tablet.created(named(PICTURE))
    upload_id = sent(world, store, tablet, record_id, length=100)
    purged(world, record_id)
    erased(world, store)
    with store.locked(upload_id) as file:
        assert file is None
    gone = refusal(lambda: uploading(world, store).position(device_of(tablet), upload_id))
    assert gone is ErrorCode.UPLOAD_GONE
    assert refusal(lambda: sent(world, store, tablet, record_id)) is ErrorCode.FILE_REFUSED
    assert world.rows(Blob) == []


def test_upload_by_a_tablet_without_the_record_does_not_reveal_its_erasure(
    world: World, store: FileStore
) -> None:
    home, stranger = world.tablet(), world.tablet(OTHER_UNIT, "ref")
    record_id = home.created(named(PICTURE))
    purged(world, record_id)
    erased(world, store)
    uploads = [
        uploading(world, store).position(device_of(stranger), sent(world, store, stranger, target)).is_whole
        for target in (record_id, world.ids.time_ordered())
    ]
    assert uploads == [True, True]
    assert refusal(lambda: sent(world, store, home, record_id)) is ErrorCode.FILE_REFUSED


def test_bytes_that_another_tablet_sends_for_an_erased_record_are_deleted(
    world: World, store: FileStore
) -> None:
    home, stranger = world.tablet(), world.tablet(OTHER_UNIT, "ref")
    record_id = home.created(named(PICTURE))
    purged(world, record_id)
    erased(world, store)
    sent(world, store, stranger, record_id)
    assert bytes_of(store, sha256(PICTURE)) is None
    assert world.rows(Blob) == []


def test_interrupted_secure_delete_is_finished_later(world: World, store: FileStore) -> None:
    record_id = world.tablet().created(named(PICTURE))
    purged(world, record_id)
    (row,) = world.rows(Erasure)
    assert json.loads(row.files)["blobs"] == [sha256(PICTURE)]
    assert (erased(world, store), erased(world, store)) == (0, 0)


def test_store_that_cannot_be_written_raises_an_error_of_the_database(sqlite_engine: Engine) -> None:
    """The thread that erases takes it for a store that is to be tried again."""
    assert forget_deleted(sqlite_engine)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(SQLAlchemyError):
            forget_deleted(sqlite_engine)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert forget_deleted(sqlite_engine)
