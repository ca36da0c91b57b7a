"""The tablet's own photos against a real server process: cut, killed, refused, backed up."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image
from tests.e2e.real_tablet import RealTablet, enrolled
from tests.e2e.server_process import ServerProcess, running_server

from field178_mobile.components.photos.photo_attaching import PhotoDetails
from field178_mobile.components.photos.picture import CONTENT_TYPE, encode, open_bare, prepare
from field178_mobile.ports import NetworkKind
from field178_mobile.presentation.masking import Mosaic, paint
from field178_mobile.replication.events import Failure, FailureKind, SyncMessage, UploadMessage, WakeReason
from field178_mobile.replication.port import TransportFailure
from field178_mobile.replication.uploads.chunk_size import LARGEST_CHUNK_BYTES
from field178_mobile.replication.uploads.engine import UploadEngine
from field178_mobile.replication.uploads.events import Locate, Request, SendChunk, UploadAnswer
from field178_mobile.replication.uploads.runner import UploadRunner
from field178_mobile.replication.uploads.transport import HttpUploadLine
from field178_mobile.store.photos.photo_store import ServerFileCount
from field178_mobile.store.photos.rows import PhotoState, all_photos
from field178_mobile.store.photos.upload_queue import UploadQueue


def noisy_picture(seed: int, size: tuple[int, int] = (1600, 1200)) -> bytes:
    """A photo that does not compress well, as the camera gives it: with metadata."""
    noise = Image.frombytes("L", size, random.Random(seed).randbytes(size[0] * size[1])).convert("RGB")
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F] = "camera"
    noise.save(out, "JPEG", quality=90, exif=exif)
    return out.getvalue()


@dataclass
class Photos:
    """The photos of a tablet, sent turn by turn on a clock that jumps over the waits."""

    tablet: RealTablet
    sent: list[Request] = field(default_factory=list)
    lose_answer_of: int = 0
    now: float = 0.0

    def __post_init__(self) -> None:
        self.line = HttpUploadLine(self.tablet.transport)
        engine = UploadEngine(UploadQueue(self.tablet.store), random.Random(178))
        self.runner = UploadRunner(engine, self, lambda: NetworkKind.UNKNOWN, lambda: self.now)

    def perform(self, request: Request) -> UploadAnswer:
        self.sent.append(request)
        answer = self.line.perform(request)
        chunks = sum(isinstance(request, SendChunk) for request in self.sent)
        if isinstance(request, SendChunk) and chunks == self.lose_answer_of:
            raise TransportFailure(Failure(FailureKind.NO_NETWORK))
        return answer

    def turn(self) -> None:
        self.now += self.runner.wait_s() or 0
        self.runner.work()

    def run(self) -> None:
        for _ in range(200):
            wait_s = self.runner.wait_s()
            if wait_s is None or wait_s >= 3600:
                return
            self.turn()
        raise AssertionError(self.runner.state)

    @property
    def sent_bytes(self) -> int:
        return sum(len(request.data) for request in self.sent if isinstance(request, SendChunk))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with running_server(tmp_path_factory.mktemp("server")) as server:
        server.command(
            "user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin="con-trau-gam-co-an-1\n"
        )
        yield server


@pytest.fixture
def tablet(server: ServerProcess, tmp_path: Path) -> Iterator[RealTablet]:
    made = enrolled(server, "an", tmp_path / "tablet")
    made.sync()
    yield made
    made.close()


def file_photos(tablet: RealTablet, *photos: bytes) -> str:
    record_id = tablet.ids.time_ordered()
    named = {f"p{n}": tablet.store.photos.add(record_id, data, CONTENT_TYPE) for n, data in enumerate(photos)}
    tablet.file(record_id, name="Nhà nghỉ Hoa Phượng", attachments=named)
    assert tablet.sync() is SyncMessage.IN_SYNC
    return record_id


def test_photos_survive_a_killed_server_and_go_when_a_backup_holds_them(
    server: ServerProcess, tablet: RealTablet
) -> None:
    pictures = [prepare(noisy_picture(seed)) for seed in (1, 2)]
    record_id = file_photos(tablet, *pictures)
    assert tablet.store.status().unsent_photos == 2
    assert not tablet.store.status().in_sync
    photos = Photos(tablet)
    photos.turn()
    photos.turn()
    server.kill()
    photos.turn()
    assert photos.runner.state.message is UploadMessage.NO_NETWORK
    server.start(server.port)
    photos.runner.wake(WakeReason.NETWORK)
    photos.run()
    assert tablet.store.status().in_sync
    assert tablet.store.photos.count_of(record_id) == ServerFileCount(2, 2)
    assert photos.sent_bytes - sum(map(len, pictures)) <= LARGEST_CHUNK_BYTES
    assert len(tablet.store.photos.files.names()) == 2
    assert json.loads(server.command("backup", "--json"))["proved"] is True
    photos.runner.wake(WakeReason.USER)
    photos.run()
    assert tablet.store.photos.files.names() == []
    assert tablet.store.status().in_sync


def test_hidden_part_of_a_photo_never_reaches_the_office(server: ServerProcess, tablet: RealTablet) -> None:
    image = open_bare(noisy_picture(6, (800, 600)))
    mosaic = Mosaic(image)
    hidden = mosaic.patches(mosaic.cells_under([(400, 300)], 90))
    record_id = tablet.ids.time_ordered()
    named = tablet.store.photos.add(record_id, encode(paint(image, hidden)), CONTENT_TYPE)
    about = PhotoDetails("photo_premises", None, "fire_exits_clear").wire()
    tablet.file(record_id, name="Nhà nghỉ Hoa Phượng", attachments={"p": {**named, **about}})
    assert tablet.sync() is SyncMessage.IN_SYNC
    Photos(tablet).run()
    assert tablet.store.photos.count_of(record_id) == ServerFileCount(1, 1)
    line, path = tablet.transport, f"/api/v1/blobs/{named['sha256']}"
    seen = Image.open(io.BytesIO(line.request("GET", path, None, line.bearer()).content))
    for patch in hidden:
        box = (patch.left + 8, patch.top + 8, patch.left + patch.width - 8, patch.top + patch.height - 8)
        assert all(high - low <= 6 for low, high in seen.crop(box).getextrema())


def test_a_lost_answer_and_a_killed_tablet_cost_one_question(
    server: ServerProcess, tablet: RealTablet
) -> None:
    picture = prepare(noisy_picture(3))
    file_photos(tablet, picture)
    first = Photos(tablet, lose_answer_of=2)
    while sum(isinstance(request, SendChunk) for request in first.sent) < first.lose_answer_of:
        first.turn()
    again = Photos(tablet)
    again.run()
    assert isinstance(again.sent[0], Locate)
    assert first.sent_bytes + again.sent_bytes == len(picture)
    assert [photo.state for photo in tablet.store.read(all_photos)] == [PhotoState.SENT]


def test_bytes_the_office_has_are_not_sent_twice(server: ServerProcess, tablet: RealTablet) -> None:
    picture = prepare(noisy_picture(4, (400, 300)))
    file_photos(tablet, picture)
    Photos(tablet).run()
    file_photos(tablet, picture)
    again = Photos(tablet)
    again.run()
    assert again.sent_bytes == 0
    assert tablet.store.status().in_sync


def test_a_file_the_office_refuses_waits_for_a_person(server: ServerProcess, tablet: RealTablet) -> None:
    file_photos(tablet, noisy_picture(5, (400, 300)))
    Photos(tablet).run()
    (photo,) = tablet.store.photos.unsent()
    assert (photo.state, photo.last_error) == (PhotoState.REFUSED, "file_refused:metadata")


def test_an_expired_session_and_a_revoked_device(server: ServerProcess, tablet: RealTablet) -> None:
    file_photos(tablet, prepare(noisy_picture(6)))
    photos = Photos(tablet)
    photos.turn()
    server.command("expire-sessions")
    photos.turn()
    photos.turn()
    kinds = [type(request).__name__ for request in photos.sent]
    assert kinds == ["Create", "SendChunk", "RenewSession", "SendChunk"]
    server.command("revoke", tablet.enrolment.device)
    photos.run()
    assert photos.runner.state.message is UploadMessage.REFUSED
    assert [photo.state for photo in tablet.store.read(all_photos)] == [PhotoState.UNSENT]
