"""Any sequence of breaks ends with every photo up once, at most one chunk sent again for each break."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mobile.replication.model_uploads import (
    Fault,
    ModelUploads,
    Sender,
    answer_lost,
    captive_portal,
    cut_in_the_middle,
    damaged_on_the_way,
    file_with_photos,
    honest,
    never_arrives,
    says,
)
from tests.mobile.replication.tablet import record
from tests.mobile.support import KEY, Crash, FrozenClock, seeded_ids

from field178_mobile.replication.events import WakeReason
from field178_mobile.replication.uploads.chunk_size import LARGEST_CHUNK_BYTES
from field178_mobile.replication.uploads.events import SendChunk
from field178_mobile.store import Store
from field178_mobile.store.photos.rows import PhotoState, all_photos
from field178_shared.errors import ErrorCode

PHOTOS = [bytes([n]) * size for n, size in enumerate((700_001, 300_000, 1))]
BREAKS: dict[str, Fault] = {
    "honest": honest,
    "never_arrives": never_arrives,
    "answer_lost": answer_lost,
    "cut_in_the_middle": cut_in_the_middle,
    "captive_portal": captive_portal,
    "damaged_on_the_way": damaged_on_the_way,
    "offset_mismatch": says(409, ErrorCode.OFFSET_MISMATCH),
    "locked": says(423, ErrorCode.LOCKED),
    "session_expired": says(401, ErrorCode.SESSION_EXPIRED),
    "busy": says(503, ErrorCode.BUSY, 30),
    "internal": says(500, ErrorCode.INTERNAL),
    "revoked_for_a_while": says(403, ErrorCode.DEVICE_REVOKED),
}


class KillSometime:
    """Ends the process at one of the next crash points of the store, when armed."""

    def __init__(self) -> None:
        self.left = 0

    def __call__(self, name: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise Crash(name)


class Life:
    """One tablet that is killed and cut; `kills` counts what killed it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.kill = folder, FrozenClock(), KillSometime()
        self.server, self.kills = ModelUploads(), 0
        self.store = self._open()
        self.hashes = file_with_photos(self.store, record(1), *PHOTOS)
        self.sender = Sender(self.store, self.server)

    def turn(self) -> None:
        try:
            self.sender.turn()
        except Crash:
            self.kills += 1
            self.store.close()
            self.store = self.sender.store = self._open()
            self.sender.restart()

    def finish(self) -> None:
        self.kill.left = 0
        self.sender.faults.clear()
        self.sender.runner.wake(WakeReason.USER)
        self.sender.run()

    def _open(self) -> Store:
        store = Store(self.folder, self.clock, seeded_ids(self.clock), failpoint=self.kill)
        store.unlock(KEY)
        return store


steps = st.tuples(st.sampled_from(sorted(BREAKS)), st.integers(0, 30))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(steps, max_size=25))
def test_any_breaks_end_with_every_photo_up_once(history: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        life = Life(Path(name))
        for fault, kill_in in history:
            life.sender.faults = [BREAKS[fault]]
            # Some steps are killed at one of the next boundaries of a transaction.
            life.kill.left = kill_in if kill_in <= 4 else 0
            life.turn()
        life.finish()
        assert life.server.blobs == dict(zip(life.hashes, PHOTOS, strict=True))
        assert {photo.state for photo in life.store.read(all_photos)} == {PhotoState.SENT}
        # What the server kept it kept once: offsets never fell.
        assert life.server.received_bytes == sum(map(len, PHOTOS))
        sent = sum(len(request.data) for request in life.sender.requests if isinstance(request, SendChunk))
        breaks = life.kills + life.sender.broken_chunks
        assert sent - sum(map(len, PHOTOS)) <= breaks * LARGEST_CHUNK_BYTES
        life.store.close()
