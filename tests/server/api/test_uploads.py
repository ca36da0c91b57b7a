"""Uploads of files with tus 1.0.0: responses and refusals (docs/sync-protocol.md §9)."""

from __future__ import annotations

import base64
import hashlib
import threading
import uuid
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from tests.server.office_scene import Office, Tablet, problem_of
from tests.server.pictures import bytes_of, jpeg, pdf, sha256, with_segment
from tests.server.tus_sender import HASH, PICTURE, UPLOADS, Sender, metadata

from field178_server.attachments.storage.file_store import FileStore
from field178_server.database.models import Blob, Upload
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.tablets import operations as tablets


@pytest.fixture
def sender(tablet: Tablet) -> Sender:
    return Sender(tablet.ready())


def rows(office: Office, model: Any) -> list[Any]:
    with snapshot(office.engine) as session:
        return list(session.scalars(select(model)))


def store_of(office: Office) -> FileStore:
    return FileStore(office.settings.data_dir, office.settings.tenant)


def files_below(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_options_return_version_and_extensions_without_a_session(office: Office) -> None:
    answer = office.client.options(UPLOADS)
    headers = {name: answer.headers[name] for name in ("Tus-Resumable", "Tus-Version", "Tus-Extension")}
    assert answer.status_code == 204
    assert headers == {
        "Tus-Resumable": "1.0.0",
        "Tus-Version": "1.0.0",
        "Tus-Extension": "creation,checksum,expiration",
    }
    assert answer.headers["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert answer.headers["Tus-Max-Size"] == str(64 << 20)


def test_a_file_comes_in_by_pieces_and_is_stored_under_its_hash(office: Office, sender: Sender) -> None:
    created = sender.create()
    at = created.headers["Location"]
    assert (created.status_code, created.headers["Tus-Resumable"]) == (201, "1.0.0")
    assert created.headers["Upload-Expires"] == "Thu, 24 Dec 2026 08:00:00 GMT"
    assert "Upload-Offset" not in created.headers
    half = len(PICTURE) // 2
    first = sender.patch(at, 0, PICTURE[:half])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(half))
    assert sender.offset(at) == half
    second = sender.patch(at, half, PICTURE[half:])
    assert (second.status_code, second.headers["Upload-Offset"]) == (204, str(len(PICTURE)))
    assert bytes_of(store_of(office), HASH) == PICTURE
    assert [(row.sha256, row.size, row.content_type) for row in rows(office, Blob)] == [
        (HASH, len(PICTURE), "image/jpeg")
    ]
    assert files_below(office.settings.data_dir / "uploads") == []
    assert sender.offset(at) == len(PICTURE)


def test_a_document_comes_in(office: Office, sender: Sender) -> None:
    document = pdf()
    sender.sent(document, "application/pdf")
    assert bytes_of(store_of(office), sha256(document)) == document


def test_offset_request_returns_announced_length_and_metadata(sender: Sender) -> None:
    upload_metadata = metadata(
        record_id=sender.record, filename="a.jpg", content_type="image/jpeg", sha256=HASH
    )
    created = sender.ask("POST", UPLOADS, Upload_Length=str(len(PICTURE)), Upload_Metadata=upload_metadata)
    answer = sender.ask("HEAD", created.headers["Location"])
    assert answer.headers["Upload-Length"] == str(len(PICTURE))
    # The file name is neither required nor stored: it may contain a person's name.
    kept = metadata(record_id=sender.record, content_type="image/jpeg", sha256=HASH)
    assert answer.headers["Upload-Metadata"] == kept
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Tus-Resumable"] == "1.0.0"


NOBODY = str(uuid.UUID(int=7))
LACKING = (
    {"Upload_Length": ""},
    {"Upload_Length": "-1"},
    {"Upload_Length": "0"},
    {"Upload_Length": "٣"},
    {"Upload_Length": "1e3"},
    {"Upload_Metadata": ""},
    {"Upload_Metadata": metadata(sha256=HASH, content_type="image/jpeg")},
    {"Upload_Metadata": metadata(sha256=HASH, record_id=NOBODY)},
    {"Upload_Metadata": metadata(content_type="image/jpeg", record_id=NOBODY)},
    {"Upload_Metadata": metadata(sha256=HASH.upper(), content_type="image/jpeg", record_id=NOBODY)},
    {"Upload_Metadata": metadata(sha256=HASH, content_type="image/jpeg", record_id="../../etc")},
    {"Upload_Metadata": metadata(sha256="../" * 20, content_type="image/jpeg", record_id=NOBODY)},
    {"Upload_Metadata": "sha256 %%%"},
    {"Upload_Metadata": ",".join([metadata(sha256=HASH)] * 2)},
    {"Upload_Defer_Length": "1"},
)


def test_a_creation_that_lacks_something_is_refused(office: Office, sender: Sender) -> None:
    for headers in LACKING:
        assert problem_of(sender.create(**headers)) == (400, "bad_request"), headers
    assert rows(office, Upload) == []


def test_a_kind_of_file_that_is_never_kept_is_refused_before_it_is_sent(sender: Sender) -> None:
    answer = sender.create(content_type="image/svg+xml")
    assert problem_of(answer) == (422, "file_refused")
    assert answer.get_json()["problem"] == "content_type"


def test_other_tus_version_is_refused_with_the_supported_version(sender: Sender) -> None:
    at = sender.begun()
    for version in ("", "0.2.2", "2.0.0"):
        for answer in (
            sender.create(Tus_Resumable=version),
            sender.patch(at, 0, b"a", Tus_Resumable=version),
        ):
            assert problem_of(answer) == (412, "tus_version")
            assert answer.headers["Tus-Version"] == "1.0.0"


def test_another_offset_is_refused_and_nothing_moves(sender: Sender) -> None:
    at = sender.begun()
    for offset in (1, len(PICTURE), 10**14):
        answer = sender.patch(at, offset, PICTURE)
        assert problem_of(answer) == (409, "offset_mismatch")
        assert answer.get_json()["offset"] == 0
    assert sender.offset(at) == 0


def test_a_piece_without_a_place_is_refused(sender: Sender) -> None:
    at = sender.begun()
    for offset in ("", "x", "-1"):
        assert problem_of(sender.patch(at, 0, b"a", Upload_Offset=offset)) == (400, "bad_request")


def test_a_piece_of_another_kind_is_refused(sender: Sender) -> None:
    at = sender.begun()
    assert problem_of(sender.patch(at, 0, b"a", Content_Type="image/jpeg")) == (415, "unsupported_media_type")
    assert problem_of(sender.patch(at, 0, b"a", Content_Encoding="gzip")) == (415, "unsupported_encoding")


def test_more_than_was_announced_is_refused(sender: Sender) -> None:
    at = sender.begun()
    assert problem_of(sender.patch(at, 0, PICTURE + b"x")) == (413, "too_large")
    assert sender.offset(at) == 0


def test_a_piece_over_eight_mebibytes_is_refused(sender: Sender) -> None:
    at = sender.begun()
    assert problem_of(sender.patch(at, 0, bytes((8 << 20) + 1))) == (413, "too_large")


def test_piece_with_a_wrong_checksum_leaves_the_offset(sender: Sender) -> None:
    for algorithm in ("sha1", "sha256"):
        at = sender.begun()
        right = base64.b64encode(hashlib.new(algorithm, PICTURE[:100]).digest()).decode()
        wrong = sender.patch(at, 0, PICTURE[1:101], Upload_Checksum=f"{algorithm} {right}")
        assert problem_of(wrong) == (460, "checksum_mismatch")
        assert sender.offset(at) == 0
        taken = sender.patch(at, 0, PICTURE[:100], Upload_Checksum=f"{algorithm} {right}")
        assert (taken.status_code, sender.offset(at)) == (204, 100)


def test_a_checksum_that_cannot_be_checked_is_refused(sender: Sender) -> None:
    at = sender.begun()
    for checksum in ("md5 AAAA", "sha1", "sha1 AAAA", "sha256 %", "sha1 " + "A" * 43 + "="):
        assert problem_of(sender.patch(at, 0, PICTURE, Upload_Checksum=checksum)) == (400, "bad_request")


def test_whole_file_with_another_hash_is_refused_and_deleted(office: Office, sender: Sender) -> None:
    at = sender.begun()
    assert problem_of(sender.patch(at, 0, jpeg(321, 240)[: len(PICTURE)].ljust(len(PICTURE)))) == (
        460,
        "checksum_mismatch",
    )
    assert sender.ask("HEAD", at).status_code == 410
    assert problem_of(sender.patch(at, 0, PICTURE)) == (410, "upload_gone")
    assert files_below(office.settings.data_dir / "uploads") == []
    assert rows(office, Blob) == []


def test_invalid_file_is_refused_with_its_problem_and_deleted(office: Office, sender: Sender) -> None:
    unclean = with_segment(PICTURE, 0xE1, b"Exif\0\0")
    at = sender.begun(unclean)
    answer = sender.patch(at, 0, unclean)
    assert problem_of(answer) == (422, "file_refused")
    assert answer.get_json()["problem"] == "metadata"
    assert sender.ask("HEAD", at).status_code == 410
    assert rows(office, Blob) == []


def test_a_picture_that_is_called_a_document_is_refused(sender: Sender) -> None:
    at = sender.begun(PICTURE, "application/pdf")
    assert problem_of(sender.patch(at, 0, PICTURE)) == (422, "file_refused")


def test_second_writer_of_an_upload_has_to_wait(office: Office, sender: Sender) -> None:
    at = sender.begun()
    with store_of(office).locked(at.rsplit("/", 1)[1]):
        answer = sender.patch(at, 0, PICTURE)
        assert problem_of(answer) == (423, "locked")
        assert "Tệp đang được nhận" in answer.get_json()["title"]
        assert answer.headers["Retry-After"] == "1"
    assert sender.patch(at, 0, PICTURE).status_code == 204


def test_a_file_sent_twice_at_once_is_stored_once(office: Office, sender: Sender) -> None:
    places = [sender.begun() for _ in range(3)]
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda at=at: answers.append(sender.patch(at, 0, PICTURE).status_code))
        for at in places
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [204, 204, 204]
    assert len(rows(office, Blob)) == 1


def test_an_upload_of_another_tablet_is_unknown(office: Office, sender: Sender) -> None:
    at = sender.begun()
    other = Sender(Tablet(office).ready())
    assert other.ask("HEAD", at).status_code == 404
    assert problem_of(other.patch(at, 0, PICTURE)) == (404, "not_found")
    assert other.ask("HEAD", f"{UPLOADS}/{uuid.uuid4()}").status_code == 404
    assert other.ask("HEAD", f"{UPLOADS}/..%2f..%2fkeys").status_code == 404


def test_without_a_session_nothing_is_taken(sender: Sender) -> None:
    at = sender.begun()
    assert problem_of(sender.create(Authorization="")) == (401, "session_unknown")
    assert problem_of(sender.patch(at, 0, PICTURE, Authorization="Bearer x")) == (401, "session_unknown")


def test_a_revoked_tablet_is_refused(office: Office, sender: Sender) -> None:
    at = sender.begun()
    run_write(office.engine, lambda session: tablets.revoke(session, office.context, sender.tablet.device))
    assert problem_of(sender.create()) == (403, "device_revoked")
    assert problem_of(sender.patch(at, 0, PICTURE)) == (403, "device_revoked")
    assert sender.ask("HEAD", at).status_code == 403


def test_upload_that_is_not_finished_in_thirty_days_is_deleted(office: Office, sender: Sender) -> None:
    at = sender.begun()
    sender.patch(at, 0, PICTURE[:10])
    office.clock.move(days=30)
    sender.tablet.open_session()
    assert sender.ask("HEAD", at).status_code == 410
    assert problem_of(sender.patch(at, 10, PICTURE[10:])) == (410, "upload_gone")


def test_expired_upload_loses_its_bytes_and_later_its_row(office: Office, sender: Sender) -> None:
    at = sender.begun()
    kept = sender.sent()
    office.clock.move(days=30)
    sender.tablet.open_session()
    sender.begun()
    assert len(files_below(office.settings.data_dir / "uploads")) == 1
    office.clock.move(days=31)
    sender.tablet.open_session()
    sender.begun()
    assert sender.ask("HEAD", at).status_code == 404
    assert sender.offset(kept) == len(PICTURE)


def test_a_file_that_is_lost_is_gone_and_not_begun_again(office: Office, sender: Sender) -> None:
    at = sender.begun()
    sender.patch(at, 0, PICTURE[:10])
    store_of(office).drop(at.rsplit("/", 1)[1])
    assert sender.ask("HEAD", at).status_code == 410


def test_finished_upload_accepts_no_further_piece(sender: Sender) -> None:
    at = sender.sent()
    assert sender.patch(at, len(PICTURE), b"").status_code == 204
    assert problem_of(sender.patch(at, len(PICTURE), b"x")) == (413, "too_large")
    assert problem_of(sender.patch(at, 0, PICTURE)) == (409, "offset_mismatch")


def test_networks_that_let_only_post_through_are_served(sender: Sender) -> None:
    at = sender.begun()
    kind = {"Content_Type": "application/offset+octet-stream", "Upload_Offset": "0"}
    sent = sender.ask("POST", at, PICTURE[:9], X_HTTP_Method_Override="PATCH", **kind)
    head = sender.ask("POST", at, X_HTTP_Method_Override="HEAD")
    assert (sent.status_code, head.headers["Upload-Offset"]) == (204, "9")
    assert problem_of(sender.ask("POST", at)) == (405, "method_not_allowed")
    assert problem_of(sender.ask("DELETE", at)) == (405, "method_not_allowed")


def test_one_file_is_limited(office: Office, sender: Sender) -> None:
    answer = sender.create(Upload_Length=str((64 << 20) + 1))
    assert problem_of(answer) == (413, "too_large")
    assert answer.get_json()["limit"] == 64 << 20
    assert files_below(office.settings.data_dir / "uploads") == []


@pytest.mark.parametrize(
    ("name", "unit"), [("upload_device_mb", "bytes_of_device"), ("upload_tenant_mb", "bytes_of_tenant")]
)
def test_all_of_a_tablet_and_all_of_the_tenant_are_limited(sender: Sender, name: str, unit: str) -> None:
    sender.sent()
    object.__setattr__(sender.tablet.office.settings, name, 0)
    answer = sender.create()
    assert problem_of(answer) == (413, "too_large")
    assert answer.get_json()["unit"] == unit
