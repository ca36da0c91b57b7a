"""Records that the office merged, as §5.6 promises them to every client, on a real server process."""

from __future__ import annotations

import uuid

from tests.e2e.foreign_office import UNIT, Enrol, created, enrol, server, verdict
from tests.e2e.server_process import ServerProcess

__all__ = ["enrol", "server"]


def test_a_late_value_of_a_merged_record_waits_at_the_last_survivor(
    server: ServerProcess, enrol: Enrol
) -> None:
    tablet, other = enrol(), enrol()
    first, second, third = (created(tablet, village="Thôn 1") for _ in range(3))
    other.pull_all()
    server.command("merge", first, second)
    server.command("merge", second, third)
    tablet.pull_all()
    assert (tablet.base[first]["deleted"], tablet.base[first]["data"]["merged_into"]) == (True, second)
    late = other.change(first, "establishment", UNIT, {"village": "Thôn 2"}, was={"village": "Thôn 1"})
    result = verdict(other, late)
    assert [result[name] for name in ("status", "reason", "rev")] == ["conflict", "merged", 2]
    kept = other.base[str(uuid.uuid5(uuid.UUID(third), f"village|{other.device}"))]["data"]
    assert (kept["record"], kept["path"], kept["state"]) == (third, "village", "open")
    entry = kept["entries"][late["change_id"]]
    assert [entry[name] for name in ("was", "mine", "current", "reason")] == [
        "Thôn 1",
        "Thôn 2",
        "Thôn 1",
        "merged",
    ]
    assert other.base[third]["rev"] == 1


def test_a_client_cannot_merge(enrol: Enrol) -> None:
    client = enrol()
    first, second = created(client), created(client)
    result = verdict(client, client.change(first, "establishment", UNIT, {}, op="merge_into", into=second))
    assert [result[name] for name in ("status", "reason", "rev")] == ["quarantined", "unknown_op", 0]
    assert not client.base[first]["deleted"]


def test_only_the_office_undoes_a_merge(server: ServerProcess, enrol: Enrol) -> None:
    client = enrol()
    first, second = created(client), created(client)
    server.command("merge", first, second)
    client.pull_all()
    by_hand = client.change(first, "establishment", UNIT, {"merged_into": None}, was={"merged_into": second})
    verdict(client, by_hand)
    assert client.base[first]["deleted"]
    server.command("unmerge", first)
    client.pull_all()
    assert not client.base[first]["deleted"]
    assert "merged_into" not in client.base[first]["data"]
