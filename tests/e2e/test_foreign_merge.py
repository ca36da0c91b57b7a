"""`merge_into` as §5.6 promises it to every client, checked on a real server process."""

from __future__ import annotations

import uuid

from tests.e2e.foreign_client import ForeignClient, Json
from tests.e2e.foreign_office import UNIT, Enrol, created, enrol, server, verdict
from tests.e2e.server_process import ServerProcess

__all__ = ["enrol", "server"]


def merge(client: ForeignClient, record_id: str, into: str) -> Json:
    return client.change(record_id, "establishment", UNIT, {}, op="merge_into", into=into)


def test_a_late_value_of_a_merged_record_waits_at_the_last_survivor(enrol: Enrol) -> None:
    one, two = enrol(), enrol()
    first, second, third = (created(one, village="Thôn 1") for _ in range(3))
    two.pull_all()
    receipt = verdict(one, merge(one, first, second))
    assert (receipt["status"], receipt["rev"]) == ("applied", 2)
    assert (one.base[first]["deleted"], one.base[first]["data"]["merged_into"]) == (True, second)
    assert verdict(one, merge(one, second, third))["status"] == "applied"
    late = two.change(first, "establishment", UNIT, {"village": "Thôn 2"}, was={"village": "Thôn 1"})
    result = verdict(two, late)
    assert [result[name] for name in ("status", "reason", "rev")] == ["conflict", "merged", 2]
    kept = two.base[str(uuid.uuid5(uuid.UUID(third), f"village|{two.device}"))]["data"]
    assert (kept["record"], kept["path"], kept["state"]) == (third, "village", "open")
    entry = kept["entries"][late["change_id"]]
    assert [entry[name] for name in ("was", "mine", "current", "reason")] == [
        "Thôn 1",
        "Thôn 2",
        "Thôn 1",
        "merged",
    ]
    assert two.base[third]["rev"] == 1


def test_records_are_merged_neither_in_a_circle_nor_into_nothing(enrol: Enrol) -> None:
    client = enrol()
    first, second = created(client), created(client)
    assert verdict(client, merge(client, first, second))["status"] == "applied"
    circle = verdict(client, merge(client, second, first))
    assert (circle["status"], circle["details"]) == ("quarantined", {"into": ["merge_circle"]})
    nowhere = verdict(client, merge(client, second, str(uuid.uuid4())))
    assert [nowhere[name] for name in ("status", "reason", "rev")] == ["quarantined", "into_unknown", 0]
    assert not client.base[second]["deleted"]


def test_only_the_office_takes_a_merge_back(server: ServerProcess, enrol: Enrol) -> None:
    client = enrol()
    first, second = created(client), created(client)
    verdict(client, merge(client, first, second))
    by_hand = client.change(first, "establishment", UNIT, {"merged_into": None}, was={"merged_into": second})
    verdict(client, by_hand)
    assert client.base[first]["deleted"]
    server.command("unmerge", first)
    client.pull_all()
    assert not client.base[first]["deleted"]
    assert "merged_into" not in client.base[first]["data"]
