"""Purge of a record as §5.9 and §9 promise it, checked on a real server process and its files."""

from __future__ import annotations

from tests.e2e.foreign_client import content_hash
from tests.e2e.foreign_office import UNIT, Enrol, created, enrol, server, verdict
from tests.e2e.server_process import ServerProcess
from tests.packed_frames import content_of

__all__ = ["enrol", "server"]

SECRET = "GL-BI-MAT-0178"


def purge(server: ServerProcess, record_id: str) -> None:
    for login in ("dung", "giang"):
        if login not in server.command("user", "list"):
            server.command("user", "add", login, "--role", "privacy_officer", stdin="con-trau-rieng-tu-12\n")
    server.command("purge", "request", record_id, "--by", "dung", "--reason", "establishment_request")
    server.command("purge", "confirm", record_id, "--by", "giang")


def stored(server: ServerProcess) -> bytes:
    return content_of(server.folder.rglob("field178.sqlite*"))


def test_a_purged_record_reaches_every_tablet_and_leaves_no_text_behind(
    server: ServerProcess, enrol: Enrol
) -> None:
    author, other = enrol(), enrol()
    record_id = created(author, notes=SECRET)
    other.pull_all()
    edit = other.change(record_id, "establishment", UNIT, {"notes": f"{SECRET} 2"}, was={"notes": SECRET})
    assert verdict(other, edit)["status"] == "applied"
    assert SECRET.encode() in stored(server)
    purge(server, record_id)
    assert SECRET.encode() not in stored(server)
    for client in (author, other, enrol()):
        client.pull_all()
        row = client.base[record_id]
        assert (row["rev"], set(row["data"])) == (3, {"purged"})
        assert row["h"] == content_hash(row)
    assert verdict(other, edit)["status"] == "applied"
