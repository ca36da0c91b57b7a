"""Which files of a record have come, on every engine."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

from tests.server.pictures import jpeg, sha256
from tests.stores import Statements
from tests.world import OFFICER, OTHER_UNIT, SESSION, TENANT, UNIT, Json, Tablet, World

from field178_server.attachments.queries import RecordFileCount, file_counts, files_of, overdue_records
from field178_server.attachments.storage.chunk import Piece
from field178_server.attachments.storage.file_store import FileStore
from field178_server.attachments.upload_rows import Limits, UploadRequest
from field178_server.attachments.uploads import Uploading
from field178_server.database.models import Attachment
from field178_server.database.unit_of_work import snapshot
from field178_server.devices.context import DeviceContext
from field178_server.records.access import AccessFilter
from field178_shared.wire.canonical import short_hash

FIRST, SECOND = jpeg(seed=1), jpeg(seed=2)
EVERYWHERE = AccessFilter(None)


def naming(*files: bytes) -> Json:
    return {
        "attachments": {
            f"a{number}": {"sha256": sha256(data), "size": len(data), "content_type": "image/jpeg"}
            for number, data in enumerate(files)
        }
    }


def filed(tablet: Tablet, *files: bytes) -> str:
    return tablet.created({**SESSION, **naming(*files)}, type="outreach_session")


def send(tablet: Tablet, folder: Path, record_id: str, data: bytes) -> None:
    world = tablet.world
    device = DeviceContext(tablet.device, frozenset(), frozenset((OFFICER,)), revoked=False)
    limits = Limits(1 << 20, 1 << 30, 1 << 30)
    files = Uploading(world.engine, TENANT, FileStore(folder, TENANT), limits, (world.clock, world.ids))
    request = UploadRequest(sha256(data), len(data), "image/jpeg", record_id, "")
    upload_id = files.begin(device, request, skip_known=False).upload_id
    files.append(device, upload_id, Piece(0, len(data), io.BytesIO(data)))


def test_received_files_are_distinguished_from_missing_files(world: World, tmp_path: Path) -> None:
    tablet = world.tablet()
    record_id, without = filed(tablet, FIRST, SECOND), filed(tablet)
    send(tablet, tmp_path, record_id, FIRST)
    with snapshot(world.engine) as session:
        has_come = {file.key: file.has_come for file in files_of(session, TENANT, record_id)}
        counts = file_counts(session, TENANT, [record_id, without])
    assert has_come == {"a0": True, "a1": False}
    assert counts == {record_id: RecordFileCount(2, 1)}


def test_bytes_that_came_for_another_record_of_another_tablet_do_not_count(
    world: World, tmp_path: Path
) -> None:
    owner, other = world.tablet(), world.tablet()
    send(owner, tmp_path, filed(owner, FIRST), FIRST)
    record_id = filed(other, FIRST)
    with snapshot(world.engine) as session:
        assert file_counts(session, TENANT, [record_id]) == {record_id: RecordFileCount(1, 0)}


def test_files_missing_for_a_week_are_overdue_within_the_access(world: World, tmp_path: Path) -> None:
    tablet = world.tablet()
    complete, oldest, younger = filed(tablet, FIRST), filed(tablet, SECOND), filed(tablet, SECOND)
    send(tablet, tmp_path, complete, FIRST)
    now = world.clock.now()
    with snapshot(world.engine) as session:
        assert overdue_records(session, TENANT, EVERYWHERE, now).records == 0
        late = now + timedelta(days=7)
        overdue = overdue_records(session, TENANT, EVERYWHERE, late)
        assert (overdue.records, overdue.oldest) == (2, oldest)
        assert overdue_records(session, TENANT, AccessFilter(frozenset({UNIT})), late).records == 2
        assert overdue_records(session, TENANT, AccessFilter(frozenset({OTHER_UNIT})), late).oldest is None
        assert [file.is_overdue(late) for file in files_of(session, TENANT, younger)] == [True]


def test_a_deleted_record_names_nothing_and_a_moved_one_keeps_its_files(world: World) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT)
    kept, gone = filed(tablet, FIRST), filed(tablet, SECOND)
    seen = short_hash(tablet.base[gone]["data"])
    tablet.push(tablet.delete(gone, seen, type="outreach_session"))
    world.move(kept, OTHER_UNIT)
    with snapshot(world.engine) as session:
        assert files_of(session, TENANT, gone) == ()
        assert [file.key for file in files_of(session, TENANT, kept)] == ["a0"]


def test_change_without_attachments_runs_no_statement_on_files(world: World, statements: Statements) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT)
    record_id = filed(tablet, FIRST)
    rest = tablet.change(record_id, {"venue": "Nhà văn hóa thôn 3"}, base_rev=1, type="outreach_session")
    with statements(world.engine) as executed:
        tablet.push(rest)
    assert not [statement for statement in executed if "attachment" in statement or "blob" in statement]
    more = naming(SECOND)["attachments"]["a0"]
    tablet.push(tablet.change(record_id, {"attachments.a1": more}, base_rev=2, type="outreach_session"))
    assert named_in(world, record_id) == {(UNIT, sha256(FIRST)), (UNIT, sha256(SECOND))}
    world.move(record_id, OTHER_UNIT)
    assert named_in(world, record_id) == {(OTHER_UNIT, sha256(FIRST)), (OTHER_UNIT, sha256(SECOND))}


def named_in(world: World, record_id: str) -> set[tuple[str, str]]:
    return {(row.scope, row.sha256) for row in world.rows(Attachment, Attachment.record_id == record_id)}
