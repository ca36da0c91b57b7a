"""What docs/sync-protocol.md promises every client, checked on a real server process."""

from __future__ import annotations

import json
import uuid

import requests
from tests.e2e.foreign_client import ForeignClient, Json, content_hash
from tests.e2e.foreign_office import ESTABLISHMENT, UNIT, Enrol, created, enrol, new_id, server, verdict
from tests.e2e.server_process import ServerProcess

__all__ = ["enrol", "server"]


def test_the_first_exchange_grants_scopes_and_proves_each_with_a_digest(enrol: Enrol) -> None:
    client = enrol()
    # It reads from the start: of a scope with more than 50 records an earlier checkpoint comes by again.
    client.cursors, client.base, client.receipts = {}, {}, {}
    frames = client.sync()
    hello = frames[0]
    assert hello["protocol"][0] <= 1 <= hello["protocol"][1]
    assert set(hello) >= {
        "epoch",
        "now",
        "scopes",
        "backed_up",
        "notices",
    }
    assert {"ref", UNIT, "unit:c11632_v1"} < set(hello["scopes"])
    assert any(scope.startswith("team:") for scope in hello["scopes"])
    served = [frame["scope"] for frame in frames if frame["frame"] == "ck" and "digest" in frame]
    own = f"device:{client.device}"
    assert served == [own, "ref", *sorted(set(hello["scopes"]) - {own, "ref"})]


def test_a_create_is_applied_once_however_often_it_is_sent(enrol: Enrol) -> None:
    client = enrol()
    record_id = new_id()
    change = client.change(record_id, "establishment", UNIT, ESTABLISHMENT, create=True)
    first = verdict(client, change)
    assert (first["status"], first["rev"], first["scope"], first["incarnation"]) == (
        "applied",
        1,
        UNIT,
        client.incarnation,
    )
    assert client.base[record_id]["data"] == ESTABLISHMENT
    assert first["seq"] <= client.cursors[UNIT]
    again = verdict(client, change)
    assert again == first
    assert client.base[record_id]["rev"] == 1
    assert list(client.receipts) == [change["change_id"]]
    assert client.cursors[f"device:{client.device}"] == 1


def test_two_tablets_merge_field_by_field_and_a_conflict_keeps_both_values(enrol: Enrol) -> None:
    first, second = enrol(), enrol()
    record_id = created(first, village="Thôn 1", opening_hours="08:00-23:00")
    second.pull_all()
    edit = first.change(record_id, "establishment", UNIT, {"village": "Thôn 2"}, was={"village": "Thôn 1"})
    assert verdict(first, edit)["status"] == "applied"
    late = second.change(
        record_id,
        "establishment",
        UNIT,
        {"village": "Thôn 3", "opening_hours": "08:00-24:00"},
        was={"village": "Thôn 1", "opening_hours": "08:00-23:00"},
    )
    result = verdict(second, late)
    assert result["status"] == "conflict"
    assert second.base[record_id]["data"]["village"] == "Thôn 2"
    assert second.base[record_id]["data"]["opening_hours"] == "08:00-24:00"
    assert result["rev"] == second.base[record_id]["rev"]
    conflict = str(uuid.uuid5(uuid.UUID(record_id), f"village|{second.device}"))
    data = second.base[conflict]["data"]
    assert (data["record"], data["record_type"], data["path"], data["device"], data["state"]) == (
        record_id,
        "establishment",
        "village",
        second.device,
        "open",
    )
    entry = data["entries"][late["change_id"]]
    assert (entry["was"], entry["mine"], entry["current"], entry["reason"]) == (
        "Thôn 1",
        "Thôn 3",
        "Thôn 2",
        "changed",
    )
    first.pull_all()
    assert first.base[conflict] == {**second.base[conflict], "frame": "rec"}


def test_conflict_is_resolved_by_a_client_that_saw_it_and_stays_open_for_later_values(enrol: Enrol) -> None:
    first, second = enrol(), enrol()
    record_id = created(first, village="Thôn 1")
    second.pull_all()
    for value in ("Thôn 2", "Thôn 3"):
        edit = second.change(record_id, "establishment", UNIT, {"village": value}, was={"village": "khác"})
        assert verdict(second, edit)["status"] == "conflict"
    conflict = str(uuid.uuid5(uuid.UUID(record_id), f"village|{second.device}"))
    assert second.base[conflict]["rev"] == 2

    def resolve(client: ForeignClient, conflicts: Json, set_: Json, was: Json) -> Json:
        more: Json = {"op": "resolve", "conflicts": conflicts, "was": was}
        return client.change(record_id, "establishment", UNIT, set_, **more)

    early = verdict(first, resolve(first, {conflict: 1}, {}, {}))
    assert (early["status"], early["details"]) == ("applied", {"open": [conflict]})
    strange = verdict(first, resolve(first, {new_id(): 1}, {}, {}))
    assert (strange["status"], strange["reason"]) == ("quarantined", "conflict_unknown")
    mine = resolve(second, {conflict: 2}, {"village": "Thôn 3"}, {"village": "Thôn 1"})
    done = verdict(second, mine)
    assert (done["status"], done["details"]) == ("applied", {})
    assert verdict(second, mine) == done
    assert second.base[record_id]["data"]["village"] == "Thôn 3"
    assert (second.base[conflict]["deleted"], second.base[conflict]["data"]["state"]) == (True, "resolved")
    first.pull_all()
    assert first.base[record_id] == second.base[record_id]


def test_a_head_above_the_limit_is_413_and_names_it(server: ServerProcess) -> None:
    long_head = {"F178-Protocol": "1", "X-Long": "x" * (17 << 10)}
    answer = requests.get(f"{server.url}/api/v1/schemas", headers=long_head, timeout=10)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (413, "too_large")
    assert (problem["limit"], problem["unit"]) == (16 << 10, "header_bytes")


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


def test_office_decides_on_divergent_records(server: ServerProcess, enrol: Enrol) -> None:
    client, other = enrol(), enrol()
    requested, unwanted = held(), held()
    frames = client.sync(salvage=[requested, unwanted])
    salvaged = [frame for frame in frames if frame["frame"] == "salvaged"]
    assert salvaged == [{"frame": "salvaged", "ids": [requested["id"], unwanted["id"]]}]
    listed = {row["record"]: row for row in json.loads(server.command("salvage", "list", "--json"))}
    assert listed[requested["id"]]["sound"] is True
    server.command("salvage", "take", requested["id"])
    server.command("salvage", "set-aside", unwanted["id"], "--reason", "Trùng hồ sơ")
    assert json.loads(server.command("salvage", "list", "--json")) == []
    other.pull_all()
    assert (other.base[requested["id"]]["rev"], other.base[requested["id"]]["data"]) == (6, ESTABLISHMENT)
    assert unwanted["id"] not in other.base
