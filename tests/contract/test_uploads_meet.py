"""Uploads that meet each other, the clock and those who clear away: what was told stays true."""

from __future__ import annotations

import fcntl
import io
import os
import threading
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from tests.contract.interleavings import Order, Stage, Work, Writer, stepping
from tests.server.pictures import bytes_of, jpeg, sha256
from tests.world import ESTABLISHMENT, OFFICER, UNIT, Json, Tablet, World

from field178_server.attachments.garbage_collection import collect
from field178_server.attachments.storage.chunk import Piece
from field178_server.attachments.storage.file_store import FileStore
from field178_server.attachments.upload_rows import Limits, UploadRequest
from field178_server.attachments.uploads import Uploading
from field178_server.database.models import Blob, Upload
from field178_server.devices.context import DeviceContext
from field178_server.runtime import Runtime
from field178_server.settings import Settings
from field178_shared.errors import AppError, ErrorCode

PICTURE = jpeg(64, 48)
SIZE = len(PICTURE)
PLENTY = 1 << 30


def device_of(tablet: Tablet) -> DeviceContext:
    return DeviceContext(tablet.device, frozenset((UNIT,)), frozenset((OFFICER,)), revoked=False)


def context(world: World, folder: Path, *, device: int = PLENTY, tenant: int = PLENTY) -> Uploading:
    store = FileStore(folder, world.tenant_id)
    limits = Limits(1 << 20, device, tenant)
    return Uploading(world.engine, world.tenant_id, store, limits, (world.clock, world.ids))


def upload_request(world: World, data: bytes = PICTURE) -> UploadRequest:
    return UploadRequest(sha256(data), len(data), "image/jpeg", world.ids.random(), "")


def whole(data: bytes = PICTURE) -> Piece:
    return Piece(0, len(data), io.BytesIO(data))


class SlowSource(io.BytesIO):
    """The upload runs out while its last bytes come, and another tablet's upload clears away what is late."""

    def __init__(self, world: World, files: Uploading) -> None:
        super().__init__(PICTURE)
        self._world, self._files = world, files

    def read(self, size: int | None = -1, /) -> bytes:
        block = super().read(size)
        if not block:
            self._world.change_rows(Upload, expires_at=self._world.clock.now())
            self._files.begin(
                device_of(self._world.tablet()), upload_request(self._world, jpeg(8, 8)), skip_known=False
            )
        return block


def test_an_upload_that_runs_out_in_its_last_piece_is_stored(world: World, tmp_path: Path) -> None:
    files, device = context(world, tmp_path), device_of(world.tablet())
    upload_id = files.begin(device, upload_request(world), skip_known=False).upload_id
    assert files.append(device, upload_id, Piece(0, SIZE, SlowSource(world, files))).is_whole
    assert files.position(device, upload_id).is_whole
    assert bytes_of(FileStore(tmp_path, world.tenant_id), sha256(PICTURE)) == PICTURE


def test_bytes_of_an_expired_upload_are_not_acknowledged(world: World, tmp_path: Path) -> None:
    files, device = context(world, tmp_path), device_of(world.tablet())
    upload_id = files.begin(device, upload_request(world), skip_known=False).upload_id
    source = io.BytesIO(PICTURE)
    read = source.read

    def purged_meanwhile(size: int | None = -1) -> bytes:
        world.change_rows(Upload, state="gone")
        return read(size)

    source.read = purged_meanwhile  # type: ignore[method-assign]
    with pytest.raises(AppError) as refused:
        files.append(device, upload_id, Piece(0, SIZE, source))
    assert refused.value.code is ErrorCode.UPLOAD_GONE
    assert bytes_of(FileStore(tmp_path, world.tenant_id), sha256(PICTURE)) is None


@pytest.mark.parametrize("limit", ["device", "tenant"])
def test_two_uploads_at_once_stay_below_a_limit(
    world: World, tmp_path: Path, limit: str, interleavings: Sequence[Order]
) -> None:
    """The limit leaves room for one upload and a half: the second is refused, in every order."""
    reader = world.tablet()
    for number, order in enumerate(interleavings):
        first = world.tablet()
        tablets = (first, first if limit == "device" else world.tablet())
        taken = number * SIZE if limit == "tenant" else 0
        files = context(world, tmp_path, **{limit: taken + SIZE + SIZE // 2})
        works = [beginning(world, files, tablet) for tablet in tablets]
        writers = [Writer(name, work) for name, work in enumerate(works)]
        with stepping(world.engine) as spy:
            Stage(world, writers, reader, spy).play(order)
        answers = sorted(str(writer.receipts[0]["code"]) for writer in writers)
        assert answers == ["begun", "too_large"], order


def test_a_record_that_comes_while_its_file_is_collected(
    world: World, tmp_path: Path, interleavings: Sequence[Order]
) -> None:
    """Who commits first is obeyed: a file that was named stays, one that is gone is asked for anew."""
    settings, keys = Settings(data_dir=tmp_path, tenant=world.tenant_id), None
    runtime = Runtime(settings, world.engine, world.clock, world.ids, keys, keys)  # type: ignore[arg-type]
    reader, tablet, files = world.tablet(), world.tablet(), context(world, tmp_path)
    outcomes = set()
    for number, order in enumerate(interleavings):
        data = jpeg(64, 48, seed=number + 1)
        upload_id = files.begin(device_of(tablet), upload_request(world, data), skip_known=False).upload_id
        files.append(device_of(tablet), upload_id, whole(data))
        collect(runtime)
        world.clock._now += timedelta(days=30)
        entry = {"sha256": sha256(data), "size": len(data), "content_type": "image/jpeg"}
        push = partial(tablet.push, tablet.create({**ESTABLISHMENT, "attachments": {"a1": entry}}))
        writers = [Writer(0, push), Writer(1, collecting(runtime))]
        with stepping(world.engine) as spy:
            stage = Stage(world, writers, reader, spy)
            stage.play(order)
        assert writers[0].receipts[0]["status"] == "applied"
        removed = int(writers[1].receipts[0]["files"])
        is_there = bytes_of(FileStore(tmp_path, world.tenant_id), sha256(data)) == data
        assert [row.sha256 for row in world.rows(Blob, Blob.sha256 == sha256(data))] == (
            [] if removed else [sha256(data)]
        )
        assert is_there == (not removed), order
        if stage.committed[0] == 0:
            assert is_there, order
        outcomes.add(removed)
        world.change_rows(Blob, unnamed_since=None)
    assert outcomes == {0, 1}


def collecting(runtime: Runtime) -> Work:
    def work() -> list[Json]:
        return [{"files": collect(runtime).files}]

    return work


def test_bytes_that_come_again_while_they_are_collected_are_stored(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last chunk arrives between the deletion of the row and that of the bytes, and waits."""
    settings, keys = Settings(data_dir=tmp_path, tenant=world.tenant_id), None
    runtime = Runtime(settings, world.engine, world.clock, world.ids, keys, keys)  # type: ignore[arg-type]
    files, device = context(world, tmp_path), device_of(world.tablet())
    first = files.begin(device, upload_request(world), skip_known=False).upload_id
    files.append(device, first, whole())
    collect(runtime)
    world.clock._now += timedelta(days=30)
    again: list[str] = []

    def send() -> None:
        upload_id = files.begin(device, upload_request(world), skip_known=False).upload_id
        again.append(upload_id)
        assert files.append(device, upload_id, whole()).is_whole

    thread = threading.Thread(target=send)

    def come_again(_: str) -> None:
        assert world.rows(Blob) == []
        thread.start()
        turn = os.open(tmp_path / "uploads" / world.tenant_id, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(turn, fcntl.LOCK_SH | fcntl.LOCK_NB)
        os.close(turn)

    monkeypatch.setattr("field178_server.attachments.garbage_collection.failpoint", come_again)
    assert collect(runtime).files == 1
    thread.join()
    assert files.position(device, again[0]).is_whole
    assert bytes_of(FileStore(tmp_path, world.tenant_id), sha256(PICTURE)) == PICTURE
    assert len(world.rows(Blob)) == 1


def beginning(world: World, files: Uploading, tablet: Tablet) -> Work:
    def work() -> list[Json]:
        try:
            files.begin(device_of(tablet), upload_request(world), skip_known=False)
        except AppError as error:
            return [{"code": error.code}]
        return [{"code": "begun"}]

    return work
