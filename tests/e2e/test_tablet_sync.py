"""The tablet's own store, engine and transport against a real server process."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.e2e.real_tablet import UNIT, RealTablet, enrolled
from tests.e2e.server_process import ServerProcess, running_server
from tests.e2e.test_foreign_purge import purge

from field178_mobile.features.access.officers import take_off_closed
from field178_mobile.presentation.wording import Wording, record_title
from field178_mobile.replication.enrolment import bind_officer
from field178_mobile.replication.events import SyncMessage
from field178_mobile.store import InboxItem, StateWord
from field178_mobile.store.database.key_value import get_text
from field178_mobile.store.model import InboxKind
from field178_mobile.store.outbox.changes import changes_of
from field178_mobile.vault import TabletOfficer
from field178_shared.codelists import load
from field178_shared.text.i18n import translator
from field178_shared.wire.content_coding import gzip_bytes

WORDS = Wording(load(), "vi", translator("vi", "tablet"))
PASSWORD = "con-trau-gam-co-an-1"
NOTICE = ("--vi", "Họp giao ban lúc 8 giờ.", "--en", "Meeting at 8.")
NewTablet = Callable[[], RealTablet]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    folder: Path = tmp_path_factory.mktemp("office")
    with running_server(folder) as running:
        running.command(
            "user", "add", "an", "--role", "team_lead", "--team", "Đội 178", stdin=f"{PASSWORD}\n"
        )
        yield running


@pytest.fixture
def tablet(server: ServerProcess, tmp_path: Path) -> Iterator[NewTablet]:
    made: list[RealTablet] = []

    def make() -> RealTablet:
        made.append(enrolled(server, "an", tmp_path / f"tablet-{len(made)}"))
        return made[-1]

    yield make
    for device in made:
        # Healing must not hide an error of the plain protocol: no digest ever failed to meet.
        assert device.store.read(lambda context: get_text(context, "mismatches")) is None
        device.close()


def test_a_record_goes_to_the_office_and_to_the_other_tablet(tablet: NewTablet) -> None:
    first, second = tablet(), tablet()
    record = first.ids.time_ordered()
    first.file(record, name="Nhà nghỉ Hoa Phượng (GL-901)")
    assert first.sync() is SyncMessage.IN_SYNC
    assert first.store.shown_state(record).word is StateWord.RECEIVED
    assert second.sync() is SyncMessage.IN_SYNC
    second.file(record, rooms_total=7)
    assert second.sync() is SyncMessage.IN_SYNC
    assert first.sync() is SyncMessage.IN_SYNC
    view = first.store.view(record)
    assert view is not None
    assert view.data["rooms_total"] == 7


def test_an_unchanged_tablet_agrees_in_one_line(tablet: NewTablet) -> None:
    device = tablet()
    device.sync()
    sent: list[bytes] = []
    exchange = device.transport.exchange
    device.transport.exchange = lambda body: (sent.append(body), exchange(body))[1]  # type: ignore[method-assign]
    assert device.sync() is SyncMessage.IN_SYNC
    assert len(sent) == 1
    assert "state" in json.loads(sent[0])
    # Compressed size; the plain text may be longer once it names a root.
    assert len(gzip_bytes(sent[0])) <= 450


def test_a_new_epoch_and_lost_sessions_end_in_agreement(server: ServerProcess, tablet: NewTablet) -> None:
    device = tablet()
    record = device.ids.time_ordered()
    device.file(record, name="Nhà nghỉ (GL-903)")
    device.sync()
    server.command("expire-sessions")
    server.command("new-epoch")
    device.file(record, rooms_total=3)
    assert device.sync() is SyncMessage.IN_SYNC
    assert device.store.status().unsent_changes == 0


def test_a_refused_change_is_corrected_from_the_inbox(tablet: NewTablet) -> None:
    device = tablet()
    record = device.ids.time_ordered()
    device.file(record, name="Nhà nghỉ (GL-904)", rooms_total=-4)
    device.sync()
    [item] = [item for item in device.store.inbox() if item.record_id == record]
    assert item.kind == "quarantined"
    device.file(record, rooms_total=4)
    assert device.sync() is SyncMessage.IN_SYNC
    assert device.store.shown_state(record).attention is None


def test_erased_record_leaves_all_tablets_and_digests_agree(server: ServerProcess, tablet: NewTablet) -> None:
    first, second = tablet(), tablet()
    record = first.ids.time_ordered()
    first.file(record, name="Nhà nghỉ (GL-906)")
    first.sync()
    second.sync()
    purge(server, record)
    second.file(record, name="Nhà nghỉ sửa muộn (GL-906)")
    for each in (first, second, first):
        assert each.sync() is SyncMessage.IN_SYNC
        assert record not in {view.id for view in each.store.views("establishment") if not view.deleted}
        assert not each.store.read(lambda context: changes_of(context, record))
        assert record_title(each.store, record, WORDS) == "Đã xóa vĩnh viễn"


def test_a_lost_scope_is_emptied_and_a_revoked_tablet_reads_nothing(
    server: ServerProcess, tablet: NewTablet
) -> None:
    device = tablet()
    record = device.ids.time_ordered()
    device.file(record, name="Nhà nghỉ (GL-905)")
    device.sync()
    server.command("ungrant", device.enrolment.device, UNIT)
    device.sync()
    assert device.store.view(record) is None
    server.command("grant", device.enrolment.device, UNIT)
    assert device.sync() is SyncMessage.IN_SYNC
    assert device.store.view(record) is not None
    server.command("revoke", device.enrolment.device)
    assert device.sync() is SyncMessage.REVOKED
    assert device.store.establishments() == ()


@pytest.mark.parametrize(("is_mine", "name"), [(True, "của máy hai"), (False, "của máy một")])
def test_a_conflict_is_resolved_offline_and_both_tablets_agree(
    tablet: NewTablet, is_mine: bool, name: str
) -> None:
    first, second = tablet(), tablet()
    record_id = first.ids.time_ordered()
    first.file(record_id, name="chung")
    first.sync()
    second.sync()
    for each, new_name in ((first, "của máy một"), (second, "của máy hai")):
        each.file(record_id, name=new_name)
        each.sync()

    def disputes(each: RealTablet) -> list[InboxItem]:
        return [item for item in each.store.inbox() if item.record_id == record_id]

    (item,) = disputes(second)
    (value,) = item.refused_values
    assert value.mine == "của máy hai"
    refused = second.store.view(record_id)
    assert refused is not None
    assert (refused.data["name"], refused.marked) == ("của máy một", ("name",))
    chosen = {value.path: value.mine} if is_mine else {}
    assert second.store.resolve(record_id, item.refused_values, chosen, second.enrolment.user.id) is not None
    assert disputes(second) == []
    second.sync()
    first.sync()
    for each in (first, second):
        view = each.store.view(record_id)
        assert view is not None
        assert (view.data["name"], view.attention) == (name, None)
        assert disputes(each) == []
        assert each.store.status().in_sync


class Book:
    """The officers of a tablet whose vault is open."""

    def __init__(self, *officers: TabletOfficer) -> None:
        self.held = list(officers)

    def officers(self) -> list[TabletOfficer]:
        return list(self.held)

    def remove_officer(self, officer_id: str, _key: bytes) -> None:
        self.held = [officer for officer in self.held if officer.id != officer_id]


def test_an_account_closed_at_the_office_leaves_the_tablet_and_its_work_is_taken(
    server: ServerProcess, tablet: NewTablet
) -> None:
    server.command("user", "add", "binh", "--role", "inspector", "--team", "Đội 178", stdin=f"{PASSWORD}\n")
    device = tablet()
    binh = bind_officer(device.transport, "binh", PASSWORD)
    book = Book(device.enrolment.user, binh)
    assert device.sync() is SyncMessage.IN_SYNC
    assert take_off_closed(book, device.store.view, b"") == ()
    record = device.ids.time_ordered()
    device.file(record, user=binh.id, name="Nhà nghỉ (GL-905)")
    server.command("user", "disable", "binh")
    device.sync()
    # Delivered; the office decides whether it counts, because its account is closed.
    assert device.store.shown_state(record).attention == "user_unknown"
    assert take_off_closed(book, device.store.view, b"") == (binh,)
    assert book.officers() == [device.enrolment.user]


def test_a_notice_that_a_tablet_shows_counts_as_delivered_there(
    server: ServerProcess, tablet: NewTablet
) -> None:
    receiver, other = tablet(), tablet()
    other.sync()
    notice_id = json.loads(server.command("notice", "announce", *NOTICE, "--json"))["notice"]
    assert receiver.sync() is SyncMessage.IN_SYNC
    assert NOTICE[1] in notices_of(receiver)
    assert receiver.sync() is SyncMessage.IN_SYNC
    assert having(server, notice_id) == [receiver.enrolment.device]
    server.command("notice", "withdraw", notice_id)
    assert receiver.sync() is SyncMessage.IN_SYNC
    assert NOTICE[1] not in notices_of(receiver)


def notices_of(tablet: RealTablet) -> list[str]:
    return [dict(item.text)["vi"] for item in tablet.store.inbox() if item.kind is InboxKind.NOTICE]


def having(server: ServerProcess, notice_id: str) -> list[str]:
    (path,) = server.folder.glob("**/field178.sqlite")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        rows = store.execute("SELECT device_id FROM notice_delivery WHERE notice_id = ?", [notice_id])
        return [device_id for (device_id,) in rows]
