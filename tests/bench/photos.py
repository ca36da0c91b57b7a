"""S6: fifty photos of a megabyte, sent as a tablet sends them; one is cut in the middle and gone on with."""

from __future__ import annotations

import base64
import random
import time
import uuid
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from tests.bench.figures import figure
from tests.bench.office import cpu_seconds, office, pid_of
from tests.bench.processes import forget_peak_memory
from tests.e2e.foreign_client import ForeignClient
from tests.e2e.server_process import ServerProcess
from tests.server.pictures import jpeg, sha256

from field178_mobile.replication.uploads.chunk_size import ChunkSize

PHOTOS = 50
PHOTO_BYTES = 1_000_000
CUT_BYTES = 256 << 10
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
            piece, started = photo[offset : offset + self._size.size_bytes], time.perf_counter()
            answer = self.ask("PATCH", at, piece, Upload_Offset=str(offset), Content_Type=PIECE)
            assert answer.status == 204, answer.status
            self._size = self._size.after(time.perf_counter() - started)
            offset = int(answer.headers["Upload-Offset"])

    def cut(self, at: str, photo: bytes, offset: int) -> None:
        """Send half a piece of a photo and close the connection."""
        connection = HTTPConnection(self._host, timeout=30)
        connection.putrequest("PATCH", at)
        more = {"Upload-Offset": str(offset), "Content-Type": PIECE, "Content-Length": str(CUT_BYTES)}
        for name, value in {**self._head, **more}.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.send(photo[offset : offset + CUT_BYTES // 2])
        self.sent += CUT_BYTES // 2
        connection.close()


def main() -> None:
    """Print time, server CPU and memory, and what was sent for the bytes there are."""
    photos = [_photo(seed) for seed in range(PHOTOS)]
    with office() as (server, client):
        sender = Sender(client)
        # A sign-in holds 64 MiB for a moment: it belongs to the enrolment, not to the photos.
        forget_peak_memory(pid_of(server))
        cpu, started = cpu_seconds(server), time.perf_counter()
        for number, photo in enumerate(photos):
            at = sender.begin(photo)
            if number == PHOTOS // 2:
                sender.cut(at, photo, 0)
            offset = int(sender.ask("HEAD", at).headers["Upload-Offset"]) if number == PHOTOS // 2 else 0
            sender.send(at, photo, offset)
        seconds, cpu = time.perf_counter() - started, cpu_seconds(server) - cpu
        figure("S6", "50 photos of 1 MB", seconds, "s", 0.9)
        figure("S6", "server CPU", cpu, "s")
        figure("S6", "bytes sent for a byte", sender.sent / (PHOTOS * PHOTO_BYTES), "times", 1.01)
        figure("S6", "server memory at most", _peak_mb(server), "MB", 80)


def _photo(seed: int) -> bytes:
    """A clean picture of exactly a megabyte: its picture data is noise, which no encoder makes smaller."""
    picture = jpeg(seed=seed)
    noise = random.Random(seed).randbytes(PHOTO_BYTES).replace(b"\xff", b"\xfe")
    return picture[:-2] + noise[: PHOTO_BYTES - len(picture)] + picture[-2:]


def _peak_mb(server: ServerProcess) -> float:
    assert server.process is not None
    lines = Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) / 1024


if __name__ == "__main__":
    main()
