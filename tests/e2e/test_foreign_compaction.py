"""A compacted scope of several pages, read from a real server process by a client of the document alone."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from tests.e2e.foreign_client import ForeignClient, canonical
from tests.e2e.foreign_office import UNIT, Enrol, created, enrol, server, verdict
from tests.e2e.server_process import ServerProcess

__all__ = ["enrol", "server"]


def gone(client: ForeignClient) -> None:
    """File a record and delete it."""
    record_id = created(client)
    seen = hashlib.sha256(canonical(client.base[record_id]["data"])).hexdigest()[:16]
    change = client.change(record_id, "establishment", UNIT, {}, op="delete", was={"_h": seen})
    assert verdict(client, change)["status"] == "applied"


def begun_anew(client: ForeignClient) -> ForeignClient:
    """Return a client of this device that holds nothing yet."""
    client.base, client.cursors, client.floors = {}, {}, {}
    return client


def restarted(client: ForeignClient) -> ForeignClient:
    """Return the client with the state stored at its last `ck`."""
    kept = replace(client, receipts={}, token="", cursors=dict(client.cursors), floors=dict(client.floors))
    kept.sign_in()
    return kept


def test_a_new_tablet_reads_a_compacted_scope_in_pages_and_dies_between_them(
    server: ServerProcess, enrol: Enrol
) -> None:
    author = enrol()
    kept = {created(author) for _ in range(5)}
    gone(author)
    server.command("compact", UNIT)
    new, frames, pages = begun_anew(enrol()), [{"more": True}], 0
    while frames[-1]["more"]:
        new, pages = restarted(new), pages + 1
        frames = new.sync(max_records=2)
        assert not [frame for frame in frames if frame["frame"] == "resync"]
    assert pages > 2
    assert kept <= set(new.base)
    assert new.floors[UNIT] == 0


def test_a_client_that_forgets_the_floor_is_sent_to_compare_and_loses_nothing(
    server: ServerProcess, enrol: Enrol
) -> None:
    author = enrol()
    kept = created(author), created(author), created(author)
    gone(author)
    server.command("compact", UNIT)
    new = begun_anew(enrol())
    while new.cursors.get(UNIT, 0) == 0:
        new.sync(max_records=2)
    new.floors = {}
    frames = new.sync(max_records=2)
    assert [frame["scope"] for frame in frames if frame["frame"] == "resync"] == [UNIT]
    new.pull_all()
    assert set(kept) <= set(new.base)
