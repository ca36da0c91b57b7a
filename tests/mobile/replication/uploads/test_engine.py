"""Photos come up once, whatever breaks; data first, one at a time."""

from __future__ import annotations

import pytest
from tests.mobile.replication.model_uploads import (
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
    upload_gone,
)
from tests.mobile.replication.tablet import record
from tests.mobile.support import Crash, CrashAt, FrozenClock, base_row, draft_of, server_commits

from field178_mobile.ports import NetworkKind
from field178_mobile.replication.events import UploadMessage, WakeReason
from field178_mobile.replication.uploads.chunk_size import LARGEST_CHUNK_BYTES, SMALLEST_CHUNK_BYTES
from field178_mobile.replication.uploads.events import AskStored, Create, Locate, RenewSession, SendChunk
from field178_mobile.store import Store
from field178_mobile.store.photos.rows import PhotoState, all_photos
from field178_mobile.store.photos.undeliverable import note_server
from field178_mobile.store.photos.upload_queue import WIFI_ONLY
from field178_mobile.store.replication.sync_store import SyncStore
from field178_shared.errors import ErrorCode

CHUNK = LARGEST_CHUNK_BYTES
PHOTO = bytes(range(256)) * 4000  # 1,024,000 bytes: four chunks
OTHER = PHOTO[::-1]


@pytest.fixture
def server() -> ModelUploads:
    return ModelUploads()


@pytest.fixture
def sender(store: Store, server: ModelUploads) -> Sender:
    return Sender(store, server)


def states(store: Store) -> list[PhotoState]:
    return [photo.state for photo in store.read(all_photos)]


def chunks(sender: Sender) -> list[int]:
    return [len(request.data) for request in sender.requests if isinstance(request, SendChunk)]


def test_a_photo_goes_up_in_chunks_without_a_question(store, sender, server):
    (sha256,) = file_with_photos(store, record(1), PHOTO)
    sender.run()
    assert sender.kinds() == ["Create", *["SendChunk"] * 4, "AskStored"]
    assert server.blobs == {sha256: PHOTO}
    assert server.received_bytes == len(PHOTO)
    assert states(store) == [PhotoState.SENT]


def test_photos_go_one_after_the_other_in_the_order_of_taking(store, sender):
    first, second = file_with_photos(store, record(1), PHOTO, OTHER)
    sender.run()
    created = [request.sha256 for request in sender.requests if isinstance(request, Create)]
    assert created == [first, second]
    assert [type(request) for request in sender.requests[:6]].count(Create) == 2
    assert sender.kinds()[1:5] == ["SendChunk"] * 4


def test_a_record_the_server_does_not_have_keeps_its_photos_back(store, clock, sender):
    named = store.photos.add(record(1), PHOTO, "image/jpeg")
    store.file(draft_of(store, record(1), clock.now(), attachments={"p": named}), "u")
    sender.run()
    assert sender.requests == []
    assert store.status().unsent_photos == 1


def test_data_goes_between_two_chunks(store, sender):
    file_with_photos(store, record(1), PHOTO)
    sender.turn()
    sender.turn()
    assert len(sender.requests) == 2
    assert sender.runner.wait_s() == 0


@pytest.mark.parametrize("fault", [never_arrives, answer_lost, cut_in_the_middle])
def test_after_a_break_the_offset_is_asked_for_once_and_one_chunk_is_resent_at_most(
    store, sender, server, fault
):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [honest, honest, fault]
    sender.run()
    assert sender.kinds().count("Locate") == 1
    assert server.received_bytes == len(PHOTO)
    assert sum(chunks(sender)) - len(PHOTO) <= 256 << 10
    assert states(store) == [PhotoState.SENT]


def test_a_kill_between_the_answer_and_the_row_costs_no_byte(tmp_path, clock: FrozenClock, server):
    crash = CrashAt("upload.commit", times=2)
    killed = _opened(tmp_path, clock, crash)
    (sha256,) = file_with_photos(killed, record(1), PHOTO)
    sender = Sender(killed, server)
    with pytest.raises(Crash):
        sender.run()
    killed.close()
    store = _opened(tmp_path, clock)
    sender.store = store
    sender.restart()
    sender.requests.clear()
    sender.run()
    assert sender.kinds()[0] == "Locate"
    assert server.received_bytes == len(PHOTO)
    assert server.blobs == {sha256: PHOTO}
    store.close()


def test_a_lost_answer_to_the_creation_leaves_no_byte_twice(store, sender, server):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [answer_lost]
    sender.run()
    assert server.created == 2
    assert server.received_bytes == len(PHOTO)


def test_bytes_the_server_has_are_not_sent(store, sender, server):
    file_with_photos(store, record(1), PHOTO)
    sender.run()
    file_with_photos(store, record(2), PHOTO)
    sender.runner.wake(WakeReason.SAVE)
    sender.run()
    assert server.received_bytes == len(PHOTO)
    assert states(store) == [PhotoState.SENT, PhotoState.SENT]


def test_a_damaged_chunk_is_sent_again(store, sender, server):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [honest, damaged_on_the_way]
    sender.run()
    assert sender.kinds()[:4] == ["Create", "SendChunk", "Locate", "SendChunk"]
    assert server.received_bytes == len(PHOTO)


def test_an_upload_that_is_gone_begins_again(store, sender, server):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [honest, honest, upload_gone]
    sender.run()
    assert server.created == 2
    assert states(store) == [PhotoState.SENT]


def test_an_offset_that_does_not_match_is_asked_for(store, sender, server):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [honest, says(409, ErrorCode.OFFSET_MISMATCH)]
    sender.run()
    assert sender.kinds()[:4] == ["Create", "SendChunk", "Locate", "SendChunk"]
    assert states(store) == [PhotoState.SENT]


def test_another_writer_is_waited_for(store, sender):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [honest, says(423, ErrorCode.LOCKED)]
    sender.turn()
    sender.turn()
    assert (sender.runner.wait_s() or 0) > 0
    sender.run()
    assert states(store) == [PhotoState.SENT]


def test_too_large_a_chunk_is_halved(store, sender, server):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [honest, says(413, ErrorCode.TOO_LARGE)]
    sender.run()
    assert chunks(sender)[:3] == [CHUNK, CHUNK // 2, CHUNK]
    assert server.received_bytes == len(PHOTO)


def test_a_line_that_breaks_carries_smaller_chunks_and_larger_ones_again(store, sender):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [honest] + [never_arrives] * 2 + [honest, never_arrives]
    sender.run()
    sizes = chunks(sender)
    assert sizes[0] == CHUNK
    assert SMALLEST_CHUNK_BYTES <= min(sizes) < CHUNK


@pytest.mark.parametrize("step", [0, 1, 2], ids=["create", "chunk", "locate"])
def test_a_refused_photo_waits_for_a_person_and_holds_nobody_up(store, sender, server, step):
    _first, second = file_with_photos(store, record(1), PHOTO, OTHER)
    refusal = says(422, ErrorCode.FILE_REFUSED)
    sender.faults = [[refusal], [honest, refusal], [honest, never_arrives, refusal]][step]
    sender.run()
    assert states(store) == [PhotoState.REFUSED, PhotoState.SENT]
    assert [photo.last_error for photo in store.photos.unsent()] == [ErrorCode.FILE_REFUSED.value]
    assert set(server.blobs) == {second}


def test_a_refusal_is_not_asked_about_again_until_program_or_server_change(store, sender, server):
    first, second = file_with_photos(store, record(1), PHOTO, OTHER)
    sender.faults = [says(422, ErrorCode.FILE_REFUSED, problem="metadata")]
    sender.run()
    created = server.created
    sender.restart()
    sender.run()
    assert (server.created, states(store)) == (created, [PhotoState.REFUSED, PhotoState.SENT])
    sender.faults = [says(422, ErrorCode.FILE_REFUSED)]
    sender.app = "2"
    sender.restart()
    sender.run()
    assert states(store) == [PhotoState.REFUSED, PhotoState.SENT]
    SyncStore(store).write(note_server, "3")
    sender.restart()
    sender.run()
    assert set(server.blobs) == {first, second}


def test_a_refused_photo_goes_again_when_the_officer_says_so(store, sender, server):
    (sha256,) = file_with_photos(store, record(1), PHOTO)
    sender.faults = [says(422, ErrorCode.FILE_REFUSED, problem="metadata")]
    sender.run()
    (photo,) = store.photos.unsent()
    assert photo.last_error == "file_refused:metadata"
    store.photos.send_again(photo.key)
    sender.runner.wake(WakeReason.USER)
    sender.run()
    assert set(server.blobs) == {sha256}


def test_a_dismissed_photo_stands_in_nobodys_way_and_stays(store, sender):
    (sha256,) = file_with_photos(store, record(1), PHOTO)
    sender.faults = [says(422, ErrorCode.FILE_REFUSED)]
    sender.run()
    assert store.status().unsent_photos == 1
    store.photos.dismiss((sha256, record(1)))
    assert (store.status().unsent_photos, store.status().undeliverable_photos) == (0, 1)
    assert store.photos.read(sha256) == PHOTO
    store.photos.send_again((sha256, record(1)))
    assert (store.status().unsent_photos, store.status().undeliverable_photos) == (1, 0)


def test_a_photo_that_may_still_arrive_cannot_be_dismissed(store):
    (sha256,) = file_with_photos(store, record(1), PHOTO)
    store.photos.dismiss((sha256, record(1)))
    assert store.status().unsent_photos == 1


def test_a_device_without_room_at_the_office_asks_again_later(store, sender, server):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [says(413, ErrorCode.TOO_LARGE)]
    sender.run()
    assert [photo.last_error for photo in store.photos.unsent()] == [ErrorCode.TOO_LARGE.value]
    assert sender.runner.state.message is UploadMessage.PUT_OFF
    sender.turn()
    sender.run()
    assert states(store) == [PhotoState.SENT]


def test_a_photo_thrown_away_whole_each_time_is_not_sent_for_ever(store, sender, server):
    photo = PHOTO * 3  # of several chunks
    _spoiled, second = file_with_photos(store, record(1), photo, OTHER)

    def throws_away(model, request):
        is_last = isinstance(request, SendChunk) and request.offset + len(request.data) == len(photo)
        if is_last and request.data == photo[request.offset :]:
            del model.uploads[request.location]
            return says(460, ErrorCode.CHECKSUM_MISMATCH)(model, request)
        return honest(model, request)

    sender.faults = [throws_away] * 100
    sender.run()
    assert [request.sha256 for request in sender.requests if isinstance(request, Create)].count(_spoiled) == 3
    assert set(server.blobs) == {second}


def test_a_photo_that_cannot_be_sent_lets_the_next_one_pass(store, sender, server):
    _first, second = file_with_photos(store, record(1), PHOTO, OTHER)
    sender.faults = [says(500, ErrorCode.INTERNAL)] * 3
    while second not in server.blobs:
        assert sender.turn()
    assert [photo.attempts for photo in store.photos.unsent()] == [3]
    sender.run()
    assert states(store) == [PhotoState.UNSENT, PhotoState.SENT]
    assert sender.runner.state.message is UploadMessage.PUT_OFF
    sender.turn()
    sender.run()
    assert states(store) == [PhotoState.SENT, PhotoState.SENT]


def test_a_photo_that_breaks_the_line_each_time_lets_the_next_one_pass(store, sender, server):
    poisoned, second = file_with_photos(store, record(1), PHOTO, OTHER)

    def breaks(model, request):
        if isinstance(request, SendChunk) and request.location == "/api/v1/uploads/1":
            return never_arrives(model, request)
        return honest(model, request)

    sender.faults = [breaks] * 60
    for _ in range(40):
        sender.turn()
    assert set(server.blobs) == {second}
    sender.faults.clear()
    sender.run()
    assert set(server.blobs) == {poisoned, second}


def test_a_revoked_device_stops_and_says_so(store, sender):
    file_with_photos(store, record(1), PHOTO, OTHER)
    sender.faults = [says(403, ErrorCode.DEVICE_REVOKED)]
    sender.run()
    assert len(sender.requests) == 1
    assert sender.runner.state.message is UploadMessage.REFUSED
    assert states(store) == [PhotoState.UNSENT] * 2


def test_a_server_that_takes_no_files_is_asked_three_times_an_hour(store, sender):
    for number in range(5):
        file_with_photos(store, record(number), PHOTO + bytes([number]))
    sender.faults = [says(404, ErrorCode.NOT_FOUND)] * 5
    sender.run()
    assert len(sender.requests) == 3
    assert sender.runner.state.message is UploadMessage.NOT_SERVED
    sender.turn()
    sender.run()
    sender.turn()
    sender.run()
    assert states(store) == [PhotoState.SENT] * 5


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (503, ErrorCode.BUSY, UploadMessage.SERVER_BUSY),
        (507, ErrorCode.STORAGE_FULL, UploadMessage.SERVER_FULL),
    ],
)
def test_retry_after_is_obeyed(store, sender, status, code, message):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [says(status, code, 120)]
    sender.turn()
    assert (sender.runner.wait_s() or 0) >= 120
    assert sender.runner.state.message is message
    sender.runner.wake(WakeReason.SAVE)
    assert (sender.runner.wait_s() or 0) >= 120
    sender.runner.wake(WakeReason.USER)
    assert sender.runner.wait_s() == 0


def test_a_wifi_page_is_told_from_the_server(store, sender):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [captive_portal]
    sender.turn()
    assert sender.runner.state.message is UploadMessage.NOT_OUR_SERVER
    sender.run()
    assert states(store) == [PhotoState.SENT]


def test_an_expired_session_is_renewed_without_a_question(store, sender):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [honest, says(401, ErrorCode.SESSION_EXPIRED)]
    sender.run()
    assert sender.kinds()[:4] == ["Create", "SendChunk", "RenewSession", "SendChunk"]


def test_a_session_refused_again_and_again_does_not_spin(store, sender):
    file_with_photos(store, record(1), PHOTO)

    def refuses(model, request):
        fault = honest if isinstance(request, RenewSession) else says(401, ErrorCode.SESSION_EXPIRED)
        return fault(model, request)

    sender.faults = [refuses] * 50
    sender.run()
    assert len(sender.requests) < 10


def test_wifi_only_waits_for_wifi(store, sender):
    file_with_photos(store, record(1), PHOTO)
    store.settings.put(WIFI_ONLY, True)
    sender.network = NetworkKind.METERED
    sender.run()
    assert sender.requests == []
    assert sender.runner.state.message is UploadMessage.WAITING_WIFI
    sender.network = NetworkKind.UNMETERED
    sender.runner.wake(WakeReason.NETWORK)
    sender.run()
    assert states(store) == [PhotoState.SENT]


def test_wifi_that_ends_stops_before_the_next_chunk(store, sender):
    file_with_photos(store, record(1), PHOTO)
    store.settings.put(WIFI_ONLY, True)
    sender.turn()
    sender.turn()
    sender.network = NetworkKind.METERED
    sender.turn()
    assert sender.kinds() == ["Create", "SendChunk"]


def test_bytes_stay_until_a_verified_backup_holds_them(store, sender, server):
    first, second = file_with_photos(store, record(1), PHOTO, OTHER)
    sender.run()
    assert sender.kinds().count("AskStored") == 1
    assert store.photos.read(first) == PHOTO
    server.backed_up = {first}
    sender.turn()
    sender.run()
    assert store.photos.files.names() == [second]
    assert states(store) == [PhotoState.SENT]


def test_a_photo_the_server_lost_goes_up_again(store, sender, server):
    (sha256,) = file_with_photos(store, record(1), PHOTO)
    sender.run()
    server.blobs.clear()
    server.uploads.clear()
    sender.turn()
    sender.run()
    assert server.blobs == {sha256: PHOTO}


def test_a_server_that_never_admits_to_a_photo_does_not_get_it_for_ever(store, sender, server):
    file_with_photos(store, record(1), PHOTO)

    def denies(model, request):
        return says(404)(model, request) if isinstance(request, AskStored) else honest(model, request)

    sender.faults = [denies] * 100
    for _ in range(30):
        sender.turn()
    assert server.received_bytes <= 2 * len(PHOTO)


def test_bytes_of_a_record_that_left_this_tablet_go(store, sender, server):
    (sha256,) = file_with_photos(store, record(1), PHOTO)
    sender.run()
    server_commits(store, base_row(record(1), 2))
    server.blobs.clear()
    sender.turn()
    sender.run()
    assert sha256 not in store.photos.files.names()


def test_a_photo_that_does_not_open_is_said_and_holds_nobody_up(store, tmp_path, sender, server):
    first, second = file_with_photos(store, record(1), PHOTO, OTHER)
    path = tmp_path / "store" / "photos" / first
    spoiled = bytearray(path.read_bytes())
    spoiled[len(spoiled) // 2] ^= 1
    path.write_bytes(spoiled)
    sender.run()
    assert set(server.blobs) == {second}
    assert [photo.state for photo in store.photos.unsent()] == [PhotoState.DAMAGED]


def test_an_answer_with_an_impossible_offset_is_not_believed(store, sender):
    file_with_photos(store, record(1), PHOTO)
    sender.faults = [honest, lambda m, r: says(204)(m, r)]
    sender.run()
    assert [type(request) for request in sender.requests[:3]] == [Create, SendChunk, Locate]
    assert states(store) == [PhotoState.SENT]


def _opened(folder, clock, failpoint=None) -> Store:
    from tests.mobile.support import KEY, seeded_ids

    store = Store(folder, clock, seeded_ids(clock), failpoint=failpoint or (lambda name: None))
    store.unlock(KEY)
    return store
