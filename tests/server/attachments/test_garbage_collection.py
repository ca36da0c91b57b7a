"""Garbage collection deletes unreferenced files after their time and keeps all others."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine
from tests.office_keys import give_office_key
from tests.server.pictures import bytes_of, jpeg, sha256
from tests.world import ESTABLISHMENT, OFFICER, TENANT, UNIT, Json, Tablet, World

from field178_server.attachments import garbage_collection
from field178_server.attachments.garbage_collection import Collected, collect
from field178_server.attachments.previews import make_preview, preview_name
from field178_server.attachments.storage.chunk import Piece
from field178_server.attachments.storage.file_store import file_store_of
from field178_server.attachments.upload_rows import UploadRequest
from field178_server.attachments.uploads import uploading_of
from field178_server.audit.operation_context import OperationContext
from field178_server.backup import create as backup
from field178_server.database.models import Audit, Blob, Upload
from field178_server.devices.context import DeviceContext
from field178_server.runtime import Runtime
from field178_server.settings import Settings
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import canonical, record_hash

PICTURE = jpeg(64, 48)
HASH, SIZE = sha256(PICTURE), len(PICTURE)
ENTRY = {"sha256": HASH, "size": SIZE, "content_type": "image/jpeg"}
NOTHING = Collected(0, 0, 0, 0)


def runtime_of(world: World, folder: Path, **more: Any) -> Runtime:
    settings = Settings(data_dir=folder, tenant=world.tenant_id, **more)
    give_office_key(settings.key_dir)
    keys: Any = None
    return Runtime(settings, world.engine, world.clock, world.ids, keys, keys)


@pytest.fixture
def runtime(world: World, tmp_path: Path) -> Runtime:
    return runtime_of(world, tmp_path)


def device_of(tablet: Tablet) -> DeviceContext:
    return DeviceContext(tablet.device, frozenset((UNIT,)), frozenset((OFFICER,)), revoked=False)


def begun(runtime: Runtime, tablet: Tablet) -> str:
    request = UploadRequest(HASH, SIZE, "image/jpeg", tablet.world.ids.random(), "")
    return uploading_of(runtime).begin(device_of(tablet), request, skip_known=False).upload_id


def sent(runtime: Runtime, tablet: Tablet) -> str:
    upload_id = begun(runtime, tablet)
    uploading_of(runtime).append(device_of(tablet), upload_id, Piece(0, SIZE, io.BytesIO(PICTURE)))
    return upload_id


def is_stored(world: World, runtime: Runtime) -> bool:
    has_row = bool(world.rows(Blob, Blob.sha256 == HASH))
    assert (bytes_of(file_store_of(runtime.settings), HASH) == PICTURE) is has_row
    return has_row


def pass_days(world: World, days: float) -> None:
    world.clock._now += timedelta(days=days)


def named() -> Json:
    return {**ESTABLISHMENT, "attachments": {"a1": ENTRY}}


def test_unreferenced_file_is_marked_and_deleted_after_thirty_days(
    world: World, runtime: Runtime, tmp_path: Path
) -> None:
    tablet = world.tablet()
    upload_id = sent(runtime, tablet)
    name = preview_name(TENANT, HASH)
    preview = tmp_path / name
    assert make_preview(partial(file_store_of(runtime.settings).open, HASH), tmp_path, name)
    pass_days(world, 100)
    assert collect(runtime) == Collected(0, 0, 0, 1)
    pass_days(world, 29)
    assert collect(runtime) == Collected(0, 0, 0, 1)
    assert is_stored(world, runtime)
    pass_days(world, 1)
    assert collect(runtime, is_trial=True) == Collected(1, SIZE, 0, 0)
    assert is_stored(world, runtime)
    assert collect(runtime) == Collected(1, SIZE, 0, 0)
    assert not is_stored(world, runtime)
    assert not preview.exists()
    assert collect(runtime) == NOTHING
    (noted,) = world.rows(Audit, Audit.action == "files_collected")
    assert (noted.actor_kind, noted.details) == ("system", f'{{"bytes": {SIZE}, "count": 1}}')
    with pytest.raises(AppError) as unknown:
        uploading_of(runtime).position(device_of(tablet), upload_id)
    assert unknown.value.code is ErrorCode.NOT_FOUND
    sent(runtime, tablet)
    assert is_stored(world, runtime)


def seen(tablet: Tablet, record_id: str) -> str:
    return sha256(canonical(tablet.base[record_id]["data"]))[:16]


def in_a_record(_: Runtime, tablet: Tablet) -> None:
    tablet.created(named())


def in_a_held_change(_: Runtime, tablet: Tablet) -> None:
    change = tablet.change(tablet.world.ids.time_ordered(), {"attachments.a1": ENTRY})
    assert tablet.push(change)[0]["status"] == "quarantined"


def in_salvage(_: Runtime, tablet: Tablet) -> None:
    record_id = tablet.world.ids.time_ordered()
    head = {"id": record_id, "type": "establishment", "scope": UNIT, "rev": 3, "deleted": False}
    h = record_hash(record_id, "establishment", 3, False, named())
    tablet.sync(salvage=[{**head, "data": named(), "h": h}])


def in_a_conflict(_: Runtime, tablet: Tablet) -> None:
    record_id = tablet.created({**ESTABLISHMENT, "attachments": {"a1": {**ENTRY, "sha256": "0" * 64}}})
    change = tablet.change(record_id, {"attachments.a1": ENTRY}, was={"attachments.a1": None})
    assert tablet.push(change)[0]["status"] == "conflict"


def in_a_merged_record(_: Runtime, tablet: Tablet) -> None:
    record_id, other = tablet.created(named()), tablet.created()
    tablet.world.merge(record_id, other)


def in_an_upload(runtime: Runtime, tablet: Tablet) -> None:
    begun(runtime, tablet)


@pytest.mark.parametrize(
    "name",
    [in_a_record, in_a_held_change, in_salvage, in_a_conflict, in_a_merged_record, in_an_upload],
    ids=lambda name: name.__name__,
)
def test_referenced_file_stays_though_its_reference_came_late(
    world: World, runtime: Runtime, name: Any
) -> None:
    tablet = world.tablet()
    sent(runtime, tablet)
    assert collect(runtime) == Collected(0, 0, 0, 1)
    pass_days(world, 40)
    name(runtime, tablet)
    # The mark is taken away by who names it, not by the next look; an upload brings the bytes anew.
    assert name is in_an_upload or [row.unnamed_since for row in world.rows(Blob, Blob.sha256 == HASH)] == [
        None
    ]
    assert collect(runtime) == NOTHING
    pass_days(world, 400)
    assert collect(runtime) == NOTHING
    assert is_stored(world, runtime)


def test_a_file_of_a_deleted_record_goes_and_its_days_begin_then(world: World, runtime: Runtime) -> None:
    tablet = world.tablet()
    sent(runtime, tablet)
    record_id = tablet.created(named())
    tablet.pull()
    assert collect(runtime) == NOTHING
    pass_days(world, 400)
    gone = tablet.delete(record_id, seen(tablet, record_id))
    assert tablet.push(gone)[0]["status"] == "applied"
    assert collect(runtime) == Collected(0, 0, 0, 1)
    pass_days(world, 29)
    assert collect(runtime) == Collected(0, 0, 0, 1)
    pass_days(world, 1)
    assert collect(runtime) == Collected(1, SIZE, 0, 0)
    assert not is_stored(world, runtime)


def test_settings_can_turn_garbage_collection_off(world: World, tmp_path: Path) -> None:
    runtime = runtime_of(world, tmp_path, unnamed_files_days=0)
    sent(runtime, world.tablet())
    for _ in range(2):
        assert collect(runtime) == NOTHING
        pass_days(world, 400)
    assert is_stored(world, runtime)


def test_bytes_that_a_power_cut_left_without_a_row_go_when_they_are_old(
    world: World, runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(runtime, world.tablet())
    collect(runtime)
    pass_days(world, 30)

    def cut(_: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(garbage_collection, "failpoint", cut)
        with pytest.raises(KeyboardInterrupt):
            collect(runtime)
    path = tmp_path / "blobs" / TENANT / HASH[:2] / HASH
    assert (world.rows(Blob), path.exists()) == ([], True)
    now = world.clock.now().timestamp()
    os.utime(path, (now, now - 29 * 86_400))
    assert collect(runtime) == NOTHING
    os.utime(path, (now, now - 31 * 86_400))
    assert collect(runtime, is_trial=True) == Collected(0, 0, 1, 0)
    assert path.exists()
    assert collect(runtime) == Collected(0, 0, 1, 0)
    assert not path.exists()


def test_nothing_is_removed_while_a_backup_copies(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the backup's rows name is still there when it comes to the bytes."""
    world = World(sqlite_engine)
    url = world.engine.url.render_as_string(hide_password=False)
    runtime = runtime_of(world, tmp_path / "data", database_url=url)
    sent(runtime, world.tablet())
    collect(runtime)
    pass_days(world, 30)
    copy_out = backup.copy_out

    def collected_meanwhile(connection: Connection, url: str, target: Path) -> None:
        copy_out(connection, url, target)
        with monkeypatch.context() as patched:
            # Another process would wait here until the backup has its bytes; this process raises instead.
            patched.setattr("fcntl.LOCK_EX", 2 | 4)
            with pytest.raises(BlockingIOError):
                collect(runtime)

    monkeypatch.setattr(backup, "copy_out", collected_meanwhile)
    context = OperationContext(world.tenant_id, world.clock, world.ids, load())
    taken = backup.create(runtime.settings, world.engine, context, tmp_path / "b")
    assert taken.proof.faults == []
    monkeypatch.undo()
    assert collect(runtime) == Collected(1, SIZE, 0, 0)
    later = backup.create(runtime.settings, world.engine, context, tmp_path / "b")
    assert later.proof.faults == []
    assert world.rows(Upload) == []
