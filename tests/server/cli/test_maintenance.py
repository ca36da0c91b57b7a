"""`tidy`: what `serve` does beside the requests, for a server under gunicorn."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from tests.server.cli.command import Command
from tests.server.cli.test_records import Field, tablet
from tests.server.pictures import bytes_of, jpeg, sha256

from field178_server.attachments import upload_rows
from field178_server.attachments.storage.locations import file_store_of
from field178_server.attachments.upload_rows import UploadRequest
from field178_server.database.models import Blob, StoreCheck, Upload

__all__ = ["tablet"]

PICTURE = jpeg()
HASH = sha256(PICTURE)
LONG = timedelta(days=31)


def stored(field178: Command, tablet: Field) -> None:
    """A file whose upload was done, and one whose upload was begun, both long ago and named by nothing."""
    at = field178.operator()
    store, now = file_store_of(at.settings), at.clock.now() - LONG
    for upload_id, data in (("done", PICTURE), ("late", jpeg(8, 8))):
        wanted = UploadRequest(sha256(data), len(data), "image/jpeg", "r", "")
        store.begin(upload_id)
        row = at.write(
            lambda session, one=upload_id, w=wanted: upload_rows.begin(
                session, (at.tenant_id, one), tablet.tablet.device, w, "open", now
            )
        )
        if upload_id == "done":
            (at.settings.data_dir / "uploads" / at.tenant_id / "done").write_bytes(data)
            store.publish("done", HASH)
            at.write(lambda session, row=row: upload_rows.complete(session, row, now))
    at.write(lambda session: session.execute(update(Blob).values(unnamed_since=now)))
    at.close()


def test_it_does_once_a_day_what_serve_does(field178: Command, tablet: Field) -> None:
    stored(field178, tablet)
    trial = {"files_removed": 1, "bytes_removed": len(PICTURE), "strays_removed": 0, "files_unnamed": 0}
    assert field178.json("tidy", "--dry-run") == trial
    done = {"purges_left": 0, "uploads_given_up": 1, "checked": True}
    assert field178.json("tidy") == done | trial
    at = field178.operator()
    assert bytes_of(file_store_of(at.settings), HASH) is None
    assert at.read(lambda session: [row.state for row in session.query(Upload)]) == ["gone"]
    assert at.read(lambda session: [row.fault_count for row in session.query(StoreCheck)]) == [0]
    at.close()
    again = field178.json("tidy")
    assert (again["checked"], again["files_removed"], again["uploads_given_up"]) == (False, 0, 0)
