"""Tus client of one tablet, one request at a time, against a server in this process."""

from __future__ import annotations

import base64
import uuid
from dataclasses import dataclass, field

from tests.server.office_scene import Tablet
from tests.server.pictures import jpeg, sha256
from werkzeug.test import TestResponse

UPLOADS = "/api/v1/uploads"
PICTURE = jpeg(320, 240)
HASH = sha256(PICTURE)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def metadata(**values: str) -> str:
    return ",".join(f"{name} {encoded(value)}" for name, value in values.items())


@dataclass
class Sender:
    """The client and the record whose files it sends."""

    tablet: Tablet
    record: str = field(default_factory=lambda: str(uuid.uuid4()))

    def ask(self, method: str, path: str, data: bytes | None = None, **headers: str) -> TestResponse:
        head = {"Authorization": f"Bearer {self.tablet.token}", "Tus-Resumable": "1.0.0"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in (head | given).items() if value}
        return self.tablet.office.client.open(path, method=method, data=data, headers=sent, buffered=True)

    def create(self, data: bytes = PICTURE, content_type: str = "image/jpeg", **headers: str) -> TestResponse:
        upload_metadata = metadata(sha256=sha256(data), content_type=content_type, record_id=self.record)
        return self.ask(
            "POST",
            UPLOADS,
            **{"Upload_Length": str(len(data)), "Upload_Metadata": upload_metadata, **headers},
        )

    def begun(self, data: bytes = PICTURE, content_type: str = "image/jpeg") -> str:
        answer = self.create(data, content_type)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return str(answer.headers["Location"])

    def patch(self, at: str, offset: int, data: bytes, **headers: str) -> TestResponse:
        kind = {"Content_Type": "application/offset+octet-stream"}
        return self.ask("PATCH", at, data, **{"Upload_Offset": str(offset), **kind, **headers})

    def offset(self, at: str) -> int:
        answer = self.ask("HEAD", at)
        assert answer.status_code == 200, answer.headers
        return int(answer.headers["Upload-Offset"])

    def sent(self, data: bytes = PICTURE, content_type: str = "image/jpeg") -> str:
        at = self.begun(data, content_type)
        assert self.patch(at, 0, data).status_code == 204
        return at
