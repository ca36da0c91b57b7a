"""A server with a full disk acknowledges only stored changes, and recovers with disk space."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("the limit is set as on Linux", allow_module_level=True)

from sqlalchemy import Engine
from tests.e2e.race import an_office, stored_receipts
from tests.e2e.real_tablet import enrolled
from tests.full_disk import no_room_beyond
from tests.server.full_disk import FRAME_BYTES, begin_log_anew, refuse_at_each_write
from tests.world import World

from field178_mobile.replication.events import SyncMessage
from field178_server.database.engine import create_engine_for


def test_a_push_that_finds_no_room_at_any_of_its_writes_is_not_stored(sqlite_engine: Engine) -> None:
    assert refuse_at_each_write(World(sqlite_engine)) > 5


def test_a_tablet_waits_for_a_full_server_and_then_all_is_there(tmp_path: Path) -> None:
    with an_office(tmp_path) as server, closing(enrolled(server, "an", tmp_path / "t")) as tablet:
        tablet.sync()
        assert server.process is not None
        store = create_engine_for(f"sqlite:///{server.folder / 'field178.sqlite'}")
        for number, limit in enumerate((0, 3 * FRAME_BYTES)):
            filed = tablet.file(tablet.ids.time_ordered(), name=f"Nhà nghỉ {number}")
            begin_log_anew(store)
            with no_room_beyond(limit, server.process.pid):
                assert tablet.sync() is SyncMessage.SERVER_FULL
            assert filed not in stored_receipts(server)
            assert tablet.checkpoint().open_changes == 1
            assert tablet.sync() is SyncMessage.IN_SYNC
            assert tablet.receipts() == stored_receipts(server)
        store.dispose()
