"""A server of §9 in memory, and a line to it that breaks where a test wants it to."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.mobile.support import base_row, server_commits

from field178_mobile.ports import NetworkKind
from field178_mobile.replication.events import Failure, FailureKind, WakeReason
from field178_mobile.replication.port import TransportFailure
from field178_mobile.replication.uploads.engine import UploadEngine
from field178_mobile.replication.uploads.events import (
    AskStored,
    Create,
    Locate,
    RenewSession,
    Request,
    SendChunk,
    UploadAnswer,
)
from field178_mobile.replication.uploads.runner import UploadRunner
from field178_mobile.store import Store
from field178_mobile.store.photos.upload_queue import UploadQueue
from field178_mobile.store.replica.server_records import get_server_record
from field178_shared.errors import ErrorCode


@dataclass
class Upload:
    """One file on its way; gone from the list when the server let go of it."""

    sha256: str
    size: int
    data: bytearray = field(default_factory=bytearray)


class ModelUploads:
    """What the server does with whole requests. Counts every byte it was sent."""

    def __init__(self) -> None:
        self.uploads: dict[str, Upload] = {}
        self.blobs: dict[str, bytes] = {}
        self.backed_up: set[str] = set()
        self.received_bytes = 0
        self.created = 0

    def answer(self, request: Request) -> UploadAnswer:
        if isinstance(request, RenewSession):
            return UploadAnswer(200)
        if isinstance(request, AskStored):
            return UploadAnswer(
                200 if request.sha256 in self.blobs else 404, is_backed_up=request.sha256 in self.backed_up
            )
        if isinstance(request, Create):
            return self._create(request)
        upload = self.uploads.get(request.location)
        if upload is None:
            return UploadAnswer(410, None if isinstance(request, Locate) else ErrorCode.UPLOAD_GONE)
        if isinstance(request, Locate):
            return UploadAnswer(200, offset=len(upload.data))
        return self._take(upload, request)

    def take_part(self, request: SendChunk, length: int) -> None:
        """Keep what arrived of a chunk before the line broke."""
        upload = self.uploads.get(request.location)
        if upload is not None and request.offset == len(upload.data):
            self._keep(upload, request.data[:length])

    def _create(self, request: Create) -> UploadAnswer:
        self.created += 1
        location = f"/api/v1/uploads/{self.created}"
        self.uploads[location] = Upload(request.sha256, request.size_bytes)
        if request.sha256 not in self.blobs:
            return UploadAnswer(201, location=location)
        self.uploads[location].data += self.blobs[request.sha256]
        return UploadAnswer(201, location=location, offset=request.size_bytes)

    def _take(self, upload: Upload, request: SendChunk) -> UploadAnswer:
        if request.offset != len(upload.data):
            return UploadAnswer(409, ErrorCode.OFFSET_MISMATCH)
        self._keep(upload, request.data)
        return UploadAnswer(204, offset=len(upload.data))

    def _keep(self, upload: Upload, data: bytes) -> None:
        self.received_bytes += len(data)
        upload.data += data
        assert len(upload.data) <= upload.size
        if len(upload.data) == upload.size:
            assert hashlib.sha256(upload.data).hexdigest() == upload.sha256
            self.blobs[upload.sha256] = bytes(upload.data)


Fault = Callable[[ModelUploads, Request], UploadAnswer]


def honest(server: ModelUploads, request: Request) -> UploadAnswer:
    return server.answer(request)


def never_arrives(server: ModelUploads, request: Request) -> UploadAnswer:
    raise TransportFailure(Failure(FailureKind.NO_NETWORK))


def answer_lost(server: ModelUploads, request: Request) -> UploadAnswer:
    server.answer(request)
    raise TransportFailure(Failure(FailureKind.NO_NETWORK))


def cut_in_the_middle(server: ModelUploads, request: Request) -> UploadAnswer:
    if isinstance(request, SendChunk):
        server.take_part(request, len(request.data) // 3)
    raise TransportFailure(Failure(FailureKind.NO_NETWORK))


def captive_portal(server: ModelUploads, request: Request) -> UploadAnswer:
    raise TransportFailure(Failure(FailureKind.NOT_OUR_SERVER))


def damaged_on_the_way(server: ModelUploads, request: Request) -> UploadAnswer:
    if isinstance(request, SendChunk):
        return UploadAnswer(460, ErrorCode.CHECKSUM_MISMATCH)
    return server.answer(request)


def upload_gone(server: ModelUploads, request: Request) -> UploadAnswer:
    server.uploads.clear()
    return server.answer(request)


def says(
    status: int,
    code: ErrorCode | None = None,
    retry_after_s: float | None = None,
    problem: str | None = None,
) -> Fault:
    return lambda _server, _request: UploadAnswer(status, code, retry_after_s=retry_after_s, problem=problem)


class Sender:
    """The photos of one tablet and the sync thread's part for them, on a clock that jumps where it is told.

    `wait` waits as long as the runner asked; `restart` is a kill and a new start.
    """

    def __init__(self, store: Store, server: ModelUploads) -> None:
        self.store = store
        self.server = server
        self.requests: list[Request] = []
        self.broken_chunks = 0
        self.faults: list[Fault] = []
        self.network = NetworkKind.UNKNOWN
        self.now = 0.0
        self.app = "1"
        self.restart()

    def restart(self) -> None:

        engine = UploadEngine(UploadQueue(self.store, self.app), random.Random(178))
        self.runner = UploadRunner(engine, self, lambda: self.network, lambda: self.now)
        self.runner.wake(WakeReason.START)

    def perform(self, request: Request) -> UploadAnswer:
        self.requests.append(request)
        fault = self.faults.pop(0) if self.faults else honest
        self.broken_chunks += fault is not honest and isinstance(request, SendChunk)
        return fault(self.server, request)

    def turn(self) -> bool:
        """Wait until the runner is due and let it work once; return False when no time is due."""
        wait_s = self.runner.wait_s()
        if wait_s is None:
            return False
        self.now += wait_s
        self.runner.work()
        return True

    def run(self, turns: int = 1000) -> None:
        """Repeat turns until the runner has no time due or waits an hour."""
        for _ in range(turns):
            wait_s = self.runner.wait_s()
            if wait_s is None or wait_s >= 3600:
                return
            self.turn()
        raise AssertionError("it never rests")

    def kinds(self) -> list[str]:
        return [type(request).__name__ for request in self.requests]


def file_with_photos(store: Store, record_id: str, *photos: bytes) -> list[str]:
    """Keep photos of a record that the server has and that names them; return their hashes."""
    named = {f"p{n}": store.photos.add(record_id, data, "image/jpeg") for n, data in enumerate(photos)}
    row = store.read(lambda context: get_server_record(context, record_id))
    old = {} if row is None else dict(row.data.get("attachments") or {})  # type: ignore[call-overload]
    named = {**old, **{f"{key}-{len(old)}": value for key, value in named.items()}}
    server_commits(store, base_row(record_id, attachments=named))
    return [str(entry["sha256"]) for entry in named.values()][len(old) :]
