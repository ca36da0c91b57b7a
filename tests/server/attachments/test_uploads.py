"""Uploads never lose acknowledged bytes: cuts at every failpoint, right and wrong pieces in any mix."""

from __future__ import annotations

import errno
import hashlib
import io
import uuid
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from tests.server.pictures import bytes_of, jpeg, sha256
from tests.world import OFFICER, TENANT, World

from field178_server.attachments import uploads
from field178_server.attachments.storage import blob_store, chunk
from field178_server.attachments.storage.chunk import Checksum, Piece
from field178_server.attachments.storage.file_store import FileStore, length_of
from field178_server.attachments.upload_rows import Limits, UploadRequest
from field178_server.attachments.uploads import Uploading
from field178_server.database.models import Blob
from field178_server.devices.context import DeviceContext
from field178_shared.errors import AppError, ErrorCode

PICTURE = jpeg(64, 48)
POINTS = ("upload.appended", "upload.checked", "blob.renamed", "blob.named", "blob.stored")
LIMITS = Limits(1 << 20, 1 << 30, 1 << 30)


class PowerCut(BaseException):
    """The process ends here."""


class Cut(Exception):
    """The sender's connection broke."""


@dataclass
class BreakingSource:
    """Gives its bytes and then breaks, as a connection does."""

    data: io.BytesIO

    def read(self, size: int, /) -> bytes:
        if block := self.data.read(min(size, 50)):
            return block
        raise Cut


def context(world: World, folder: Path) -> tuple[Uploading, DeviceContext]:
    device = DeviceContext(world.tablet().device, frozenset(), frozenset((OFFICER,)), revoked=False)
    store = FileStore(folder, world.tenant_id)
    return Uploading(world.engine, world.tenant_id, store, LIMITS, (world.clock, world.ids)), device


def upload_request(data: bytes = PICTURE) -> UploadRequest:
    return UploadRequest(sha256(data), len(data), "image/jpeg", str(uuid.UUID(int=7)), "")


def piece(offset: int, data: bytes, checksum: Checksum | None = None) -> Piece:
    return Piece(offset, len(data), io.BytesIO(data), checksum)


@pytest.mark.parametrize("point", POINTS)
def test_power_cut_at_any_point_loses_no_acknowledged_byte(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    files, device = context(world, tmp_path)
    upload_id = files.begin(device, upload_request(), skip_known=False).upload_id
    half = len(PICTURE) // 2
    assert files.append(device, upload_id, piece(0, PICTURE[:half])).offset == half

    def cut(name: str) -> None:
        if name == point:
            raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(uploads, "failpoint", cut)
        patched.setattr(blob_store, "failpoint", cut)
        with pytest.raises(PowerCut):
            files.append(device, upload_id, piece(half, PICTURE[half:]))
    assert files.position(device, upload_id).is_whole
    assert bytes_of(FileStore(tmp_path, TENANT), sha256(PICTURE)) == PICTURE
    assert [row.sha256 for row in world.rows(Blob)] == [sha256(PICTURE)]
    assert list((tmp_path / "uploads" / TENANT).iterdir()) == []


def test_bytes_received_before_a_cut_are_stored(world: World, tmp_path: Path) -> None:
    files, device = context(world, tmp_path)
    upload_id = files.begin(device, upload_request(), skip_known=False).upload_id
    broken = Piece(0, len(PICTURE), BreakingSource(io.BytesIO(PICTURE[:120])))
    with pytest.raises(Cut):
        files.append(device, upload_id, broken)
    assert files.position(device, upload_id).offset == 120


def test_bytes_of_a_cut_piece_with_a_checksum_are_not_stored(world: World, tmp_path: Path) -> None:
    files, device = context(world, tmp_path)
    upload_id = files.begin(device, upload_request(), skip_known=False).upload_id
    checksum = Checksum("sha1", hashlib.sha1(PICTURE).digest())
    for broken in (
        Piece(0, len(PICTURE), BreakingSource(io.BytesIO(PICTURE[:120])), checksum),
        Piece(0, None, BreakingSource(io.BytesIO(PICTURE[:120]))),
    ):
        with pytest.raises(Cut):
            files.append(device, upload_id, broken)
    assert files.position(device, upload_id).offset == 0


def test_a_piece_of_untold_length_is_taken_whole_or_not_at_all(world: World, tmp_path: Path) -> None:
    files, device = context(world, tmp_path)
    upload_id = files.begin(device, upload_request(), skip_known=False).upload_id
    with pytest.raises(AppError) as refused:
        files.append(device, upload_id, Piece(0, None, io.BytesIO(PICTURE + b"x")))
    assert refused.value.code is ErrorCode.TOO_LARGE
    assert files.append(device, upload_id, Piece(0, None, io.BytesIO(PICTURE))).is_whole


def test_full_disk_keeps_the_offset_and_is_reported(world: World, tmp_path: Path) -> None:
    files, device = context(world, tmp_path)
    upload_id = files.begin(device, upload_request(), skip_known=False).upload_id
    (tmp_path / "uploads" / TENANT / upload_id).unlink()
    (tmp_path / "uploads" / TENANT / upload_id).symlink_to("/dev/full")
    with pytest.raises(AppError) as refused:
        files.append(device, upload_id, piece(0, PICTURE))
    assert refused.value.code is ErrorCode.STORAGE_FULL
    assert files.position(device, upload_id).offset == 0


def test_file_is_on_disk_before_its_upload_is_acknowledged(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a part nothing is promised: it is asked for after every break."""
    files, device = context(world, tmp_path)
    upload_id = files.begin(device, upload_request(), skip_known=False).upload_id
    synced: list[int] = []
    monkeypatch.setattr(chunk, "sync_content", lambda file: synced.append(length_of(file)))
    files.append(device, upload_id, piece(0, PICTURE[:100]))
    assert synced == []
    assert files.append(device, upload_id, piece(100, PICTURE[100:])).is_whole
    assert synced == [len(PICTURE)]


def test_a_power_cut_that_takes_pieces_back_costs_those_pieces(world: World, tmp_path: Path) -> None:
    files, device = context(world, tmp_path)
    upload_id = files.begin(device, upload_request(), skip_known=False).upload_id
    files.append(device, upload_id, piece(0, PICTURE[:300]))
    part = tmp_path / "uploads" / TENANT / upload_id
    part.write_bytes(PICTURE[:120])
    with pytest.raises(AppError) as refused:
        files.append(device, upload_id, piece(300, PICTURE[300:]))
    assert (refused.value.code, refused.value.details["offset"]) == (ErrorCode.OFFSET_MISMATCH, 120)
    # Of some file systems the length outlasts a power cut and the bytes are nothing.
    part.write_bytes(PICTURE[:120] + bytes(180))
    with pytest.raises(AppError) as refused:
        files.append(device, upload_id, piece(300, PICTURE[300:]))
    assert refused.value.code is ErrorCode.CHECKSUM_MISMATCH
    again = files.begin(device, upload_request(), skip_known=False).upload_id
    part.unlink(missing_ok=True)
    assert files.append(device, again, piece(0, PICTURE)).is_whole


def test_a_disk_that_is_full_when_the_whole_file_is_synced_keeps_it(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, device = context(world, tmp_path)
    upload_id = files.begin(device, upload_request(), skip_known=False).upload_id

    def full(_file: FileIO) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patched:
        patched.setattr(chunk, "sync_content", full)
        with pytest.raises(AppError) as refused:
            files.append(device, upload_id, piece(0, PICTURE))
    assert refused.value.code is ErrorCode.STORAGE_FULL
    assert files.position(device, upload_id).is_whole


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["right", "cut", "wrong_place", "wrong_checksum", "too_long"]), st.integers(1, 400)
    ),
    max_size=12,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_an_offset_never_falls_and_the_bytes_are_the_file(
    sqlite_engine: Engine, tmp_path: Path, actions: list[tuple[str, int]]
) -> None:
    files, device = context(World(sqlite_engine, tenant_id=str(uuid.uuid4())), tmp_path)
    upload_id = files.begin(device, upload_request(), skip_known=False).upload_id
    offset = 0
    for action, length in actions:
        attempt(files, device, upload_id, offset, (action, PICTURE[offset : offset + length]))
        now = files.position(device, upload_id).offset
        assert now >= offset
        assert now == offset or action in ("right", "cut")
        offset = now
    rest = PICTURE[offset:]
    assert files.append(device, upload_id, piece(offset, rest)).is_whole
    stored = next((tmp_path / "blobs").rglob(sha256(PICTURE)))
    assert stored.read_bytes() == PICTURE


def attempt(
    files: Uploading, device: DeviceContext, upload_id: str, at: int, what: tuple[str, bytes]
) -> None:
    action, data = what
    sent = {
        "right": piece(at, data),
        "cut": Piece(at, len(data), BreakingSource(io.BytesIO(data[: len(data) // 2]))),
        "wrong_place": piece(at + 1, data),
        "wrong_checksum": piece(at, data, Checksum("sha256", b"x" * 32)),
        "too_long": piece(at, data + bytes(len(PICTURE))),
    }[action]
    try:
        files.append(device, upload_id, sent)
    except (AppError, Cut):
        assert action != "right"
