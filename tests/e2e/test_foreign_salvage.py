"""Recovery of records (`salvage`, §12.2), checked on a real server process."""

from __future__ import annotations

import json

from tests.e2e.foreign_client import ForeignClient, Json, content_hash
from tests.e2e.foreign_office import ESTABLISHMENT, UNIT, Enrol, enrol, new_id, server
from tests.e2e.server_process import ServerProcess

__all__ = ["enrol", "server"]


def held() -> Json:
    record: Json = {
        "id": new_id(),
        "type": "establishment",
        "scope": UNIT,
        "rev": 5,
        "deleted": False,
        "data": ESTABLISHMENT,
    }
    return {**record, "h": content_hash(record)}


def salvaged(client: ForeignClient, *records: Json) -> list[Json]:
    frames = client.sync(salvage=list(records))
    return [frame for frame in frames if frame["frame"] == "salvaged"]


def test_the_office_decides_what_becomes_of_salvaged_records(server: ServerProcess, enrol: Enrol) -> None:
    client, other = enrol(), enrol()
    requested, unwanted = held(), held()
    answer = [{"frame": "salvaged", "ids": [requested["id"], unwanted["id"]]}]
    assert salvaged(client, requested, unwanted) == answer
    assert salvaged(client, requested, unwanted) == answer
    other.pull_all()
    assert not {requested["id"], unwanted["id"]} & set(other.base)
    listed = {row["record"]: row for row in json.loads(server.command("salvage", "list", "--json"))}
    assert listed[requested["id"]]["sound"] is True
    server.command("salvage", "take", requested["id"])
    server.command("salvage", "set-aside", unwanted["id"], "--reason", "Trùng hồ sơ")
    left = {row["record"] for row in json.loads(server.command("salvage", "list", "--json"))}
    assert not left & {requested["id"], unwanted["id"]}
    other.pull_all()
    assert (other.base[requested["id"]]["rev"], other.base[requested["id"]]["data"]) == (6, ESTABLISHMENT)
    assert unwanted["id"] not in other.base


def test_salvage_that_cannot_be_read_costs_nothing_else(enrol: Enrol) -> None:
    client, good = enrol(), held()
    (frame,) = salvaged(client, {"id": 7}, good)
    assert frame["ids"] == [good["id"]]
    answer = client.post("/api/v1/sync", client.request(salvage=[good] * 101))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
