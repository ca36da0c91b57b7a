"""Requests during a purge, in every order of steps: nothing of the record is kept."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.contract.interleavings import Order, Stage, Work, Writer, stepping
from tests.contract.soundness import assert_sound
from tests.server.attachments.test_secure_delete import (
    PICTURE,
    device_of,
    erased,
    named,
    sent,
    uploading,
    wanted,
)
from tests.server.office.erasure.test_operations import (
    SECRET,
    act,
    add_privacy_officers,
    confirm,
    request,
    texts,
)
from tests.server.replication.test_divergent_records import held, salvaged
from tests.world import ESTABLISHMENT, TENANT, Tablet, World

from field178_server.attachments import uploads
from field178_server.attachments.storage import blob_store
from field178_server.attachments.storage.chunk import Piece
from field178_server.attachments.storage.file_store import FileStore
from field178_server.database.models import Blob, Quarantine, Upload
from field178_server.replication.policy.record_validation import declared_types
from field178_server.replication.quarantine import reprocess
from field178_server.replication.quarantine.store import DISCARDED
from field178_shared.errors import AppError

Arrival = Callable[[World, FileStore, Tablet, str], Callable[[], object]]

HALF = len(PICTURE) // 2


def salvage_of_it(world: World, _: FileStore, tablet: Tablet, record_id: str) -> Callable[[], object]:
    record = held(world, id=record_id, data={**ESTABLISHMENT, "notes": SECRET})
    return lambda: salvaged(tablet, record)


def a_late_edit(_: World, __: FileStore, tablet: Tablet, record_id: str) -> Callable[[], object]:
    return lambda: tablet.push(tablet.change(record_id, {"notes": f"{SECRET} 2"}, was={"notes": SECRET}))


def its_photo_begun(world: World, store: FileStore, tablet: Tablet, record_id: str) -> Callable[[], object]:
    return lambda: uploading(world, store).begin(device_of(tablet), wanted(record_id), skip_known=False)


def its_photos_last_piece(
    world: World, store: FileStore, tablet: Tablet, record_id: str
) -> Callable[[], object]:
    upload_id = sent(world, store, tablet, record_id, length=HALF)
    rest = Piece(HALF, len(PICTURE) - HALF, BytesIO(PICTURE[HALF:]))
    return lambda: uploading(world, store).append(device_of(tablet), upload_id, rest)


def what_waits_run_again(world: World, _: FileStore, tablet: Tablet, record_id: str) -> Callable[[], object]:
    bad = tablet.change(record_id, {"name": 7, "village": SECRET}, was={"name": ESTABLISHMENT["name"]})
    assert tablet.push(bad)[0]["reason"] == "schema"
    return lambda: act(
        world, lambda session, _: reprocess.run_again(world.batch(session), declared_types(), tablet.device)
    )


ARRIVALS: tuple[Arrival, ...] = (
    salvage_of_it,
    a_late_edit,
    its_photo_begun,
    its_photos_last_piece,
    what_waits_run_again,
)


@pytest.mark.parametrize("arrival", ARRIVALS)
def test_nothing_that_meets_a_purge_is_kept(
    world: World, tmp_path: Path, arrival: Arrival, interleavings: Sequence[Order]
) -> None:
    add_privacy_officers(world)
    tablet, reader = world.tablet(), world.tablet()
    files = tmp_path / "files"
    store = FileStore(files, TENANT)
    for order in interleavings:
        record_id = tablet.created({**named(PICTURE), "notes": SECRET})
        request(world, record_id)
        arrives = arrival(world, store, tablet, record_id)
        erasers: list[Thread] = []
        writers = [
            Writer(0, _quietly(partial(_purge, world, store, record_id, erasers))),
            Writer(1, _quietly(arrives)),
        ]
        with stepping(world.engine) as spy:
            Stage(world, writers, reader, spy).play(order)
        for eraser in erasers:
            eraser.join()
        _assert_gone(world, store, files)


@pytest.mark.parametrize(
    "point", ["upload.appended", "upload.checked", "blob.renamed", "blob.named", "blob.stored"]
)
def test_a_purge_at_any_point_of_an_upload_leaves_no_bytes(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    add_privacy_officers(world)
    files = tmp_path / "files"
    store, tablet = FileStore(files, TENANT), world.tablet()
    record_id = tablet.created({**named(PICTURE), "notes": SECRET})
    request(world, record_id)
    reached: list[str] = []
    erasers: list[Thread] = []

    def purge_there(name: str) -> None:
        if name == point:
            reached.append(name)
            _purge(world, store, record_id, erasers)

    for module in (uploads, blob_store):
        monkeypatch.setattr(module, "failpoint", purge_there)
    with contextlib.suppress(AppError):
        sent(world, store, tablet, record_id)
    erasers[0].join()
    assert reached == [point]
    _assert_gone(world, store, files)


def _quietly(work: Callable[[], Any]) -> Work:
    def run() -> list[Any]:
        # Being refused is one right answer; keeping something would be the wrong one.
        with contextlib.suppress(AppError):
            work()
        return []

    return run


def _purge(world: World, store: FileStore, record_id: str, erasers: list[Thread]) -> None:
    """Purge as the office does: files are erased beside whoever is at them just now, and may make it wait."""
    confirm(world, record_id)
    erasers.append(Thread(target=erased, args=(world, store), daemon=True))
    erasers[-1].start()


def _assert_gone(world: World, store: FileStore, folder: Path) -> None:
    erased(world, store)
    assert SECRET not in texts(world)
    assert world.rows(Blob) == []
    assert "open" not in {row.state for row in world.rows(Upload)}
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert {row.state for row in world.rows(Quarantine)} <= {DISCARDED}
    assert_sound(world)
