"""A rescue file is taken in whole, once, on either store; photos go the way of uploads."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from tests.server.office import unpadded
from tests.server.pictures import jpeg, sha256
from tests.world import ESTABLISHMENT, Json, World

from field178_server.files.file_store import FileStore
from field178_server.models import Audit, Blob, Device, Record, Upload
from field178_server.rescue import Imported, open_rescue, rehearse, take_in
from field178_server.rescue_tally import PhotoFate
from field178_server.services.desk import Desk
from field178_server.services.upload_rows import Limits
from field178_server.uploading import Uploading
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.rescue import CarriedFile, Origin
from field178_shared.rescue_writing import Cargo, write_rescue

OFFICE, KEY = X25519PrivateKey.generate(), Ed25519PrivateKey.generate()
PICTURES = {sha256(data): data for data in (jpeg(seed=1), jpeg(seed=2), b"no picture")}


class Case:
    """One tablet of a world, its file, and where photos go."""

    def __init__(self, world: World, folder: Path, largest: int = 1 << 20) -> None:
        self.world, self.tablet, self.folder = world, world.tablet(), folder
        world.change_rows(Device, public_key=unpadded(KEY.public_key().public_bytes_raw()))
        limits = Limits(largest, 1 << 30, 1 << 30)
        store, ports = FileStore(folder, world.tenant_id), (world.clock, world.ids)
        self.uploading = Uploading(world.engine, world.tenant_id, store, limits, ports)

    def file(self, *changes: Json) -> io.BytesIO:
        files = [
            CarriedFile(name, len(data), "image/jpeg", str(changes[0]["record_id"]))
            for name, data in PICTURES.items()
        ]
        cargo = Cargo(changes, files, lambda name, at, length: PICTURES[name][at : at + length])
        origin = Origin(
            self.world.tenant_id, self.tablet.device, self.tablet.incarnation, "2025-03-11T02:00:00Z"
        )
        written = io.BytesIO()
        sealing_key = OFFICE.public_key().public_bytes_raw()
        write_rescue(written, origin, cargo, sealing_key, KEY.private_bytes_raw())
        return written

    def take(self, file: io.BytesIO) -> Imported:
        world = self.world
        desk = Desk(world.tenant_id, world.clock, world.ids, load())
        return take_in(world.exchange, desk, self.uploading, open_rescue(world.exchange, OFFICE, file))


@pytest.fixture
def case(world: World, tmp_path: Path) -> Case:
    return Case(world, tmp_path / "data")


def photos(done: Imported) -> dict[str, int]:
    return {fate.value: count for fate, count in done.tally.photos.items() if count}


def test_taken_in_twice_is_once(case: Case) -> None:
    good, bad = case.tablet.create(), case.tablet.create({**ESTABLISHMENT, "rooms_total": -8})
    file = case.file(good, bad)
    first = case.take(file)
    assert (first.tally.new, first.tally.known, first.tally.held) == (2, 0, 1)
    assert photos(first) == {"new": 2, "refused": 1}
    assert first.tally.photo_reasons == {"not_jpeg": 1}
    rows = [len(case.world.rows(model)) for model in (Record, Blob)]
    again = case.take(file)
    assert (again.tally.new, again.tally.known, again.tally.held) == (0, 2, 1)
    assert photos(again) == {"known": 2, "refused": 1}
    assert [len(case.world.rows(model)) for model in (Record, Blob)] == rows
    assert len(case.world.rows(Audit, Audit.action == "rescue.import")) == 2


def test_a_rehearsal_says_the_same_and_stores_nothing(case: Case) -> None:
    file = case.file(case.tablet.create(), case.tablet.create({**ESTABLISHMENT, "rooms_total": -8}))
    tally = rehearse(case.world.exchange, open_rescue(case.world.exchange, OFFICE, file)).tally
    assert (tally.new, tally.held, tally.photos[PhotoFate.NEW]) == (2, 1, 3)
    assert tally.reasons == {"schema": 1}
    assert [len(case.world.rows(model)) for model in (Record, Blob, Upload, Audit)] == [0, 0, 0, 0]


def test_a_break_among_the_photos_leaves_a_part_and_the_next_time_the_rest(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, append, taken = case.file(case.tablet.create()), case.uploading.append, []

    def breaking(*arguments: object) -> object:
        taken.append(arguments)
        if len(taken) == 2:
            raise AppError(ErrorCode.BUSY)
        return append(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(case.uploading, "append", breaking)
    with pytest.raises(AppError):
        case.take(file)
    assert len(case.world.rows(Record)) == len(case.world.rows(Blob)) == 1
    done = case.take(file)
    assert (done.tally.known, photos(done)) == (1, {"known": 1, "new": 1, "refused": 1})


def test_a_photo_over_the_limit_is_refused_and_costs_no_other(world: World, tmp_path: Path) -> None:
    case = Case(world, tmp_path / "data", largest=max(map(len, PICTURES.values())) - 1)
    done = case.take(case.file(case.tablet.create()))
    assert done.tally.photo_reasons["too_large"] >= 1
    assert done.tally.new == 1


def test_a_change_taken_in_is_known_when_the_tablet_pushes_it(case: Case) -> None:
    change = case.tablet.create()
    case.take(case.file(change))
    assert case.tablet.push(change)[0]["status"] == "applied"
    assert len(case.world.rows(Record)) == 1
