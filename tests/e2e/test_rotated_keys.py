"""Rotation of the server secret with a real server and an enrolled tablet in the field."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.real_tablet import enrolled
from tests.e2e.server_process import running_server

from field178_mobile.replication.events import SyncMessage


def test_a_tablet_goes_on_after_a_rotation_without_another_enrolment(tmp_path: Path) -> None:
    with running_server(tmp_path / "server") as server:
        options = ("an", "--role", "team_lead", "--team", "Đội 178")
        server.command("user", "add", *options, stdin="con-trau-gam-co-an-1\n")
        tablet = enrolled(server, "an", tmp_path / "tablet")
        try:
            tablet.file(tablet.ids.time_ordered(), name="Trước")
            assert tablet.sync() is SyncMessage.IN_SYNC
            server.command("rotate-keys")
            tablet.file(tablet.ids.time_ordered(), name="Trước khi khởi động lại")
            assert tablet.sync() is SyncMessage.IN_SYNC
            port = server.port
            server.stop()
            server.start(port)
            tablet.file(tablet.ids.time_ordered(), name="Sau khi khởi động lại")
            assert tablet.sync() is SyncMessage.IN_SYNC
            assert {status for status, _, _ in tablet.receipts().values()} == {"applied"}
            server.command("tidy")
            assert [path.name for path in (server.folder / "keys/main").glob("server-*")] == ["server-2.key"]
            assert server.command("check") == "Mọi thứ đều ổn.\n"
        finally:
            tablet.close()
