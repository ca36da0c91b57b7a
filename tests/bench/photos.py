"""S6: photos of a megabyte, sent as a tablet sends them, in turns with the floor; one connection is cut.

python -m tests.bench.photos [PHOTOS]: on each engine.
"""

from __future__ import annotations

import base64
import random
import sys
import time
import uuid
from http.client import HTTPConnection, HTTPResponse

from tests.bench.engines import BenchEngine, engines
from tests.bench.figures import figure, percentile
from tests.bench.floor.process import Floor, running_floor
from tests.bench.office import cpu_seconds, office, pid_of
from tests.bench.processes import cpu_seconds as cpu_of
from tests.bench.processes import forget_peak_memory, peak_memory_mb
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess
from tests.server.pictures import jpeg, sha256

from field178_mobile.replication.uploads.chunk_size import ChunkSize

PHOTOS = 50
PHOTO_BYTES = 1_000_000
# The worst moment of a cut: just before the last byte of a chunk.
LOST_BYTES = 1
CUT_S = 0.5
PIECE = "application/offset+octet-stream"


class Sender:
    """A tus client on one connection, as a tablet keeps it."""

    def __init__(self, client: ForeignClient) -> None:
        self._head = {"Authorization": f"Bearer {client.token}", "Tus-Resumable": "1.0.0"}
        self._host = client.url.split("//")[1]
        self._connection = HTTPConnection(self._host, timeout=30)
        self.sent = 0
        self._size = ChunkSize()

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> HTTPResponse:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, body=body, headers={**self._head, **given})
        self.sent += len(body or b"")
        answer = self._connection.getresponse()
        answer.read()
        return answer

    def begin(self, photo: bytes) -> str:
        metadata = {"sha256": sha256(photo), "content_type": "image/jpeg", "record_id": str(uuid.uuid4())}
        pairs = [f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in metadata.items()]
        headers = {"Upload_Length": str(len(photo)), "Upload_Metadata": ",".join(pairs)}
        answer = self.ask("POST", "/api/v1/uploads", **headers)
        assert answer.status == 201
        return str(answer.headers["Location"])

    def send(self, at: str, photo: bytes, offset: int = 0) -> None:
        while offset < PHOTO_BYTES:
            piece = photo[offset : offset + self._size.size_bytes]
            answer = self.ask("PATCH", at, piece, Upload_Offset=str(offset), Content_Type=PIECE)
            assert answer.status == 204, answer.status
            self._size = self._size.doubled()
            offset = int(answer.headers["Upload-Offset"])

    def send_cut(self, at: str, photo: bytes) -> int:
        """Send a photo over a connection that ends before the first chunk does, then over another.

        Return how many bytes were sent twice.
        """
        before = self.sent
        connection = HTTPConnection(self._host, timeout=30)
        connection.putrequest("PATCH", at)
        size = min(self._size.size_bytes, PHOTO_BYTES)
        more = {"Upload-Offset": "0", "Content-Type": PIECE, "Content-Length": str(size)}
        for name, value in {**self._head, **more}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(photo[: size - LOST_BYTES])
        self.sent += size - LOST_BYTES
        # The bytes reach the server before the connection ends.
        time.sleep(CUT_S)
        connection.close()
        time.sleep(CUT_S)
        offset = int(self.ask("HEAD", at).headers["Upload-Offset"])
        self.send(at, photo, offset)
        return self.sent - before - PHOTO_BYTES


def main(count: int = PHOTOS) -> None:
    """Print time, server CPU and memory, and what a cut costs, on each engine."""
    for engine in engines():
        with (
            office(**engine.environment()) as (server, client),
            running_floor(engine.new_database()) as floor,
        ):
            _measure(server, client, floor, engine, count)


def _measure(
    server: ServerProcess, client: ForeignClient, floor: Floor, engine: BenchEngine, count: int
) -> None:
    photos, sender = [_photo(seed) for seed in range(count)], Sender(client)
    # A sign-in holds 64 MiB for a moment: it belongs to the enrolment, not to the photos.
    forget_peak_memory(pid_of(server))
    cpu, floor_cpu = cpu_seconds(server), cpu_of(floor.pid)
    seconds, floor_s = [], []
    for photo in photos:
        floor_s.append(floor.keep_photo(photo))
        started = time.perf_counter()
        sender.send(sender.begin(photo), photo)
        seconds.append(time.perf_counter() - started)
    cpu, floor_cpu = cpu_seconds(server) - cpu, cpu_of(floor.pid) - floor_cpu
    cut = _photo(count)
    twice = sender.send_cut(sender.begin(cut), cut)
    p50, floor_p50 = percentile(seconds, 0.5), percentile(floor_s, 0.5)
    name = f"photo of 1 MB, {engine.name}"
    figure("S6", f"{name}: time p50", p50 * 1000, "ms", floor=floor_p50 * 1000)
    figure("S6", f"{name}: time p50 against the floor", p50 / floor_p50, "times", 1.3)
    figure("S6", f"{name}: server CPU", cpu / count * 1000, "ms", 12, floor=floor_cpu / count * 1000)
    figure("S6", f"{name}: sent twice after a cut", twice / 1024, "KiB", 256)
    figure("S6", f"{name}: server memory", peak_memory_mb(pid_of(server)), "MB", 90)


def _photo(seed: int) -> bytes:
    """A clean picture of exactly a megabyte: its picture data is noise, which no encoder makes smaller."""
    picture = jpeg(seed=seed)
    noise = random.Random(seed).randbytes(PHOTO_BYTES).replace(b"\xff", b"\xfe")
    return picture[:-2] + noise[: PHOTO_BYTES - len(picture)] + picture[-2:]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
