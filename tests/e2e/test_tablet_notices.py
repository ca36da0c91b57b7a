"""A notice on the real tablet: in its inbox after one sync, and known to the office as delivered."""

from __future__ import annotations

import json
import sqlite3

from tests.e2e.server_process import ServerProcess
from tests.e2e.test_tablet_sync import NewTablet, RealTablet, server, tablet

from field178_mobile.replication.events import SyncMessage
from field178_mobile.store.model import InboxKind

__all__ = ["server", "tablet"]

WORDS = ("--vi", "Họp giao ban lúc 8 giờ.", "--en", "Meeting at 8.")


def texts(tablet: RealTablet) -> list[str]:
    return [dict(item.text)["vi"] for item in tablet.store.inbox() if item.kind is InboxKind.NOTICE]


def having(server: ServerProcess, notice_id: str) -> list[str]:
    (path,) = server.folder.glob("**/field178.sqlite")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as store:
        rows = store.execute("SELECT device_id FROM notice_delivery WHERE notice_id = ?", [notice_id])
        return [device_id for (device_id,) in rows]


def test_a_notice_that_a_tablet_shows_counts_as_delivered_there(
    server: ServerProcess, tablet: NewTablet
) -> None:
    receiver, other = tablet(), tablet()
    other.sync()
    notice_id = json.loads(server.command("notice", "announce", *WORDS, "--json"))["notice"]
    assert receiver.sync() is SyncMessage.IN_SYNC
    assert WORDS[1] in texts(receiver)
    assert receiver.sync() is SyncMessage.IN_SYNC
    assert having(server, notice_id) == [receiver.enrolment.device]
    server.command("notice", "withdraw", notice_id)
    assert receiver.sync() is SyncMessage.IN_SYNC
    assert WORDS[1] not in texts(receiver)
