"""What docs/sync-protocol.md promises every client, checked on a real server process."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import uuid

import pytest
import requests
from tests.e2e.foreign_client import (
    ForeignClient,
    Json,
    canonical,
    enrolment_code,
    receipts_digest,
    unpadded,
)
from tests.e2e.foreign_office import ESTABLISHMENT, UNIT, Enrol, created, enrol, new_id, server, verdict
from tests.e2e.server_process import ServerProcess

__all__ = ["enrol", "server"]


def test_the_first_exchange_grants_scopes_and_proves_each_with_a_digest(enrol: Enrol) -> None:
    client = enrol()
    # It reads from the start: of a scope with more than 50 records an earlier checkpoint comes by again.
    client.cursors, client.base = {}, {}
    frames = client.sync()
    hello = frames[0]
    assert hello["protocol"][0] <= 1 <= hello["protocol"][1]
    assert set(hello) >= {
        "epoch",
        "now",
        "scopes",
        "receipts",
        "backed_up",
        "verdicts",
        "missing",
        "notices",
        "types",
    }
    assert {"ref", UNIT, "unit:c11632_v1"} < set(hello["scopes"])
    assert any(scope.startswith("team:") for scope in hello["scopes"])
    served = [frame["scope"] for frame in frames if frame["frame"] == "ck" and "digest" in frame]
    assert served == ["ref", *sorted(scope for scope in hello["scopes"] if scope != "ref")]


def test_an_unchanged_tablet_gets_the_short_answer(enrol: Enrol) -> None:
    client = enrol()
    hello = client.sync()[0]
    receipts = [
        [
            client.incarnation,
            hello["receipts"][client.incarnation],
            hello["backed_up"].get(client.incarnation, 0),
        ]
    ]
    scopes = sorted([scope, seq, client.digest(scope)] for scope, seq in client.cursors.items())
    notices = sorted(notice["id"] for notice in hello["notices"])
    value = [hello["epoch"], hello["verdicts"], receipts, notices, scopes]
    state = hashlib.sha256(canonical(value)).hexdigest()[:32]
    frames = client.sync(state=state)
    assert frames[0] == {
        "frame": "hello",
        "protocol": hello["protocol"],
        "epoch": hello["epoch"],
        "now": frames[0]["now"],
        "agreed": True,
    }
    assert [frame["frame"] for frame in frames] == ["hello", "end"]


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
    assert first["h"] == client.base[record_id]["h"]
    assert first["seq"] <= client.cursors[UNIT]
    again = verdict(client, change)
    assert again == first
    assert client.base[record_id]["rev"] == 1
    assert client.sync()[0]["receipts"][client.incarnation] == receipts_digest([change["change_id"]])


def test_another_content_under_a_known_id_is_quarantined_and_the_good_receipt_stays(enrol: Enrol) -> None:
    client = enrol()
    change = client.change(new_id(), "establishment", UNIT, ESTABLISHMENT, create=True)
    good = verdict(client, change)
    bad = verdict(client, {**change, "set": {**ESTABLISHMENT, "name": "khác"}})
    assert (bad["status"], bad["reason"]) == ("quarantined", "id_reuse")
    assert verdict(client, change) == good
    assert client.sync()[0]["receipts"][client.incarnation] == receipts_digest([change["change_id"]])


def test_two_tablets_merge_field_by_field_and_a_clash_keeps_both_values(enrol: Enrol) -> None:
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


def test_null_means_absent_and_unknown_fields_survive(enrol: Enrol) -> None:
    client = enrol()
    record_id = created(client, village="Thôn 1", from_a_later_version={"a": [1, None]})
    edit = client.change(record_id, "establishment", UNIT, {"village": None}, was={"village": "Thôn 1"})
    assert verdict(client, edit)["status"] == "applied"
    assert "village" not in client.base[record_id]["data"]
    assert client.base[record_id]["data"]["from_a_later_version"] == {"a": [1, None]}
    nothing = client.change(record_id, "establishment", UNIT, {"village": None})
    assert verdict(client, nothing)["status"] == "unchanged"


def test_a_long_value_that_was_seen_may_go_as_its_hash(enrol: Enrol) -> None:
    client = enrol()
    long = "Ngõ nhỏ cạnh trường, " * 5
    record_id = created(client, address_line=long)
    seen = hashlib.sha256(canonical(long)).hexdigest()[:16]
    edit = client.change(
        record_id, "establishment", UNIT, {"address_line": "x"}, was={"address_line": {"$h": seen}}
    )
    assert verdict(client, edit)["status"] == "applied"


QUARANTINED: dict[str, tuple[str, Json]] = {
    "schema": ("schema", {"set": {**ESTABLISHMENT, "name": 7}}),
    "missing field": ("schema", {"set": {"name": "x", "unit_id": "c11629_v1"}}),
    "unknown list entry": ("schema", {"set": {**ESTABLISHMENT, "establishment_type_id": "casino"}}),
    "over-long text": ("schema", {"set": {**ESTABLISHMENT, "later": "x" * 4001}}),
    "unknown type": ("unknown_type", {"type": "spaceship"}),
    "unknown schema": ("unknown_schema", {"schema": 99}),
    "unknown op": ("unknown_op", {"op": "explode"}),
    "bad key": ("bad_path", {"set": {**ESTABLISHMENT, "_hidden": 1}}),
    "overlap": ("bad_path", {"set": {**ESTABLISHMENT, "certificates": {}, "certificates.antt": {}}}),
    "scope not granted": (
        "scope_not_granted",
        {"scope": "unit:c11677_v1", "set": {**ESTABLISHMENT, "unit_id": "c11677_v1"}},
    ),
    "office scope": ("scope_not_granted", {"scope": "office"}),
    "unit is not the scope": ("scope_mismatch", {"set": {**ESTABLISHMENT, "unit_id": "c11632_v1"}}),
    "office-only type": ("office_only", {"type": "review"}),
    "unknown user": ("user_unknown", {"user": "0197c3a8-0000-7000-8000-00000000dead"}),
    "orphan": ("orphan", {"create": False}),
    "too large": ("too_large", {"set": {**ESTABLISHMENT, **{f"k{i}": "x" * 3900 for i in range(18)}}}),
}


@pytest.mark.parametrize(("reason", "members"), QUARANTINED.values(), ids=QUARANTINED.keys())
def test_what_cannot_be_applied_is_quarantined_acknowledged_and_delays_nothing(
    enrol: Enrol, reason: str, members: Json
) -> None:
    client = enrol()
    bad = client.change(new_id(), "establishment", UNIT, ESTABLISHMENT, create=True) | members
    good = client.change(new_id(), "establishment", UNIT, ESTABLISHMENT, create=True)
    client.sync([bad, good])
    result = client.receipts[bad["change_id"]]
    assert (result["status"], result["reason"], result["rev"], result["seq"], result["h"]) == (
        "quarantined",
        reason,
        0,
        None,
        None,
    )
    assert client.receipts[good["change_id"]]["status"] == "applied"
    assert bad["record_id"] not in client.base
    assert client.sync()[0]["receipts"][client.incarnation] == receipts_digest(
        [bad["change_id"], good["change_id"]]
    )


def test_an_orphan_is_applied_when_its_record_appears_and_its_author_learns_of_it(enrol: Enrol) -> None:
    first, second = enrol(), enrol()
    record_id = new_id()
    orphan = second.change(record_id, "establishment", UNIT, {"village": "Thôn 9"})
    before = verdict(second, orphan)
    assert before["reason"] == "orphan"
    first.sync([first.change(record_id, "establishment", UNIT, ESTABLISHMENT, create=True)])
    second.pull_all()
    after = second.receipts[orphan["change_id"]]
    assert after["status"] == "applied"
    assert after["v"] > before["v"]
    assert second.base[record_id]["data"]["village"] == "Thôn 9"


def test_a_mended_change_settles_the_one_it_replaces_and_its_author_learns_of_it(enrol: Enrol) -> None:
    client = enrol()
    record_id = new_id()
    bad = client.change(record_id, "establishment", UNIT, {**ESTABLISHMENT, "rooms_total": -1}, create=True)
    before = verdict(client, bad)
    assert before["status"] == "quarantined"
    mend = client.change(
        record_id, "establishment", UNIT, ESTABLISHMENT, create=True, replaces=[bad["change_id"]]
    )
    client.sync([mend])
    receipt, done = client.receipts[bad["change_id"]], client.receipts[mend["change_id"]]
    assert (done["status"], done["rev"]) == ("applied", 1)
    assert (receipt["status"], receipt["reason"], receipt["rev"], receipt["h"]) == (
        "unchanged",
        "replaced",
        1,
        done["h"],
    )
    assert receipt["v"] > before["v"]
    assert client.sync()[0]["receipts"][client.incarnation] == receipts_digest(
        [bad["change_id"], mend["change_id"]]
    )


def test_a_record_of_another_area_is_as_unknown(enrol: Enrol, server: ServerProcess) -> None:
    client = enrol()
    record_id = created(client)
    server.command("team", "add", "Đội khác", "--unit", "c11677_v1")
    server.command(
        "user",
        "add",
        f"la-{record_id[:8]}",
        "--role",
        "team_lead",
        "--team",
        "Đội khác",
        stdin="con-trau-la-rieng-12\n",
    )
    stranger, login = ForeignClient(server.url), f"la-{record_id[:8]}"
    code = enrolment_code(server.command("enrol-code", "--user", login))
    stranger.enrol(code, login=login, password="con-trau-la-rieng-12")
    stranger.pull_all()
    assert record_id not in stranger.base
    scope = "unit:c11677_v1"
    put = verdict(stranger, stranger.change(record_id, "establishment", scope, {"village": "x"}))
    assert (put["reason"], put["scope"], put["rev"]) == ("orphan", scope, 0)
    data = {**ESTABLISHMENT, "unit_id": "c11677_v1"}
    create = verdict(stranger, stranger.change(record_id, "establishment", scope, data, create=True))
    assert (create["reason"], create["scope"], create["rev"], create["seq"]) == (
        "record_exists",
        scope,
        0,
        None,
    )


def test_deleting_needs_to_have_seen_the_content(enrol: Enrol) -> None:
    first, second = enrol(), enrol()
    record_id = created(first, village="Thôn 1")
    second.pull_all()
    seen = {"_h": hashlib.sha256(canonical(second.base[record_id]["data"])).hexdigest()[:16]}
    first.sync(
        [first.change(record_id, "establishment", UNIT, {"village": "Thôn 2"}, was={"village": "Thôn 1"})]
    )
    blind = second.change(record_id, "establishment", UNIT, {}, op="delete", was=seen)
    assert verdict(second, blind)["status"] == "conflict"
    assert not second.base[record_id]["deleted"]
    conflict = second.base[str(uuid.uuid5(uuid.UUID(record_id), f"_deleted|{second.device}"))]
    assert conflict["data"]["entries"][blind["change_id"]]["reason"] in {"changed", "deleted"}
    seen = {"_h": hashlib.sha256(canonical(second.base[record_id]["data"])).hexdigest()[:16]}
    done = verdict(second, second.change(record_id, "establishment", UNIT, {}, op="delete", was=seen))
    assert done["status"] == "applied"
    first.pull_all()
    assert first.base[record_id]["deleted"]
    assert first.base[record_id]["data"]["village"] == "Thôn 2"


def test_a_conflict_is_settled_by_who_saw_it_and_stays_open_for_what_came_after(enrol: Enrol) -> None:
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


def test_edit_of_a_deleted_record_restores_it_and_is_reported(enrol: Enrol) -> None:
    first, second = enrol(), enrol()
    record_id = created(first, village="Thôn 1")
    second.pull_all()
    seen = {"_h": hashlib.sha256(canonical(first.base[record_id]["data"])).hexdigest()[:16]}
    first.sync([first.change(record_id, "establishment", UNIT, {}, op="delete", was=seen)])
    edit = second.change(
        record_id, "establishment", UNIT, {"village": "Thôn 2"}, was={"village": "Thôn 1"}, base_rev=1
    )
    result = verdict(second, edit)
    assert (result["status"], result["reason"]) == ("conflict", "deleted")
    assert second.base[record_id]["data"]["village"] == "Thôn 2"
    assert not second.base[record_id]["deleted"]


def test_the_office_returns_and_approves_and_an_approved_record_is_locked(
    enrol: Enrol, server: ServerProcess
) -> None:
    client = enrol()
    record_id = new_id()
    session: Json = {
        "outreach_form_id": "conference",
        "session_date": "2025-03-10",
        "unit_id": "c11629_v1",
        "host_agency_id": "commune_people_committee",
        "audiences": {"general_public": {"attendance_count": 40, "first_time_count": 30}},
        "topic_ids": ["prostitution_law"],
    }
    filed = client.change(record_id, "outreach_session", UNIT, session, create=True)
    assert verdict(client, filed)["status"] == "applied", client.receipts[filed["change_id"]]
    path = "audiences.general_public.first_time_count"
    server.command(
        "review", record_id, "return", "--reason", "Xem lại số", "--path", path, "--comment", "30 hay 13?"
    )
    client.pull_all()
    review = client.base[str(uuid.uuid5(uuid.UUID(record_id), "review"))]
    assert (review["type"], review["scope"], review["data"]["state"]) == ("review", UNIT, "returned")
    assert [c["path"] for c in review["data"]["comments"].values()] == [path]
    fix = client.change(record_id, "outreach_session", UNIT, {path: 13}, was={path: 30})
    assert verdict(client, fix)["status"] == "applied"
    server.command("review", record_id, "approve")
    client.pull_all()
    assert client.base[review["id"]]["data"]["state"] == "approved"
    assert client.base[review["id"]]["data"]["record_rev"] == 2
    late = client.change(record_id, "outreach_session", UNIT, {path: 14}, was={path: 13})
    result = verdict(client, late)
    assert (result["status"], result["reason"]) == ("conflict", "locked")
    assert client.base[record_id]["data"]["audiences"]["general_public"]["first_time_count"] == 13


def test_a_move_leaves_one_scope_and_enters_the_other(enrol: Enrol, server: ServerProcess) -> None:
    client = enrol()
    record_id = created(client)
    server.command("move", record_id, "unit:c11632_v1")
    frames = client.pull_all()
    assert {"frame": "leave", "id": record_id, "scope": UNIT, "rev": 1} in frames
    assert client.base[record_id]["scope"] == "unit:c11632_v1"


def test_paging_goes_on_until_nothing_is_left_and_ends_in_agreement(enrol: Enrol) -> None:
    client = enrol()
    for number in range(3):
        created(client, village=f"Thôn {number}")
    client.cursors, client.base = {}, {}
    rounds = 1
    while client.sync(max_records=1)[-1].get("more"):
        rounds += 1
        assert rounds < 200
    assert rounds > 3
    frames = client.sync()
    assert {frame["scope"] for frame in frames if "digest" in frame} == set(client.cursors)


def test_changes_the_server_no_longer_has_are_named_as_missing(enrol: Enrol) -> None:
    client = enrol()
    change = client.change(new_id(), "establishment", UNIT, ESTABLISHMENT, create=True)
    client.sync([change])
    lost = new_id()
    assert client.sync(have=[change["change_id"], lost])[0]["missing"] == [lost]


def test_a_cursor_beyond_the_scope_is_answered_by_resync(enrol: Enrol) -> None:
    client = enrol()
    frames = client.sync(cursors={**client.cursors, UNIT: 10**9})
    assert [f["frame"] for f in frames if f.get("scope") == UNIT] == ["resync"]


def test_requested_record_is_sent_again(enrol: Enrol) -> None:
    client = enrol()
    record_id = created(client)
    frames = client.sync(want=[record_id])
    assert record_id in [frame["id"] for frame in frames if frame["frame"] == "rec"]


def test_a_revoked_device_reads_nothing_and_its_pushes_are_kept(enrol: Enrol, server: ServerProcess) -> None:
    client = enrol()
    server.command("revoke", client.device)
    change = client.change(new_id(), "establishment", UNIT, ESTABLISHMENT, create=True)
    frames = client.sync([change])
    assert (frames[0]["scopes"], frames[0]["revoked"]) == ([], True)
    assert [frame["frame"] for frame in frames] == ["hello", "res", "end"]
    assert (frames[1]["status"], frames[1]["reason"], frames[1]["seq"]) == (
        "quarantined",
        "device_revoked",
        None,
    )


BAD_BODIES: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "syntax": (b"{", {}, 400, "malformed"),
    "float": (b'{"n":1.5}', {}, 400, "malformed"),
    "duplicate key": (b'{"a":1,"a":2}', {}, 400, "malformed"),
    "deep": (b"[" * 100_000, {}, 400, "malformed"),
    "big integer": (b"9" * 5000, {}, 400, "malformed"),
    "not an object": (b"[]", {}, 400, "bad_request"),
    "members missing": (b"{}", {}, 400, "bad_request"),
    "damaged gzip": (b"nonsense", {"Content-Encoding": "gzip"}, 400, "bad_encoding"),
    "unknown coding": (b"{}", {"Content-Encoding": "br"}, 415, "unsupported_encoding"),
    "wrong type": (b"{}", {"Content-Type": "text/plain"}, 415, "unsupported_media_type"),
    "bomb": (gzip.compress(bytes(64 << 20)), {"Content-Encoding": "gzip"}, 413, "too_large"),
    "too long": (b" " * ((1 << 20) + 1), {}, 413, "too_large"),
    "no session": (b"{}", {"Authorization": ""}, 401, "session_unknown"),
    "stale session": (b"{}", {"Authorization": "Bearer AAAA"}, 401, "session_unknown"),
    "protocol never released": (b"{}", {"F178-Protocol": "99"}, 426, "protocol_unsupported"),
}


@pytest.mark.parametrize(("body", "headers", "status", "code"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_bad_input_gets_a_problem_with_a_stable_code(
    enrol: Enrol, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = enrol().post("/api/v1/sync", body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["F178-Protocol"] == "1"


def test_one_poisoned_change_is_named_and_nothing_of_its_request_is_stored(enrol: Enrol) -> None:
    client = enrol()
    good = client.change(new_id(), "establishment", UNIT, ESTABLISHMENT, create=True)
    bad = client.change(new_id(), "establishment", UNIT, {"rooms_total": 1.5}, create=True)
    answer = client.post("/api/v1/sync", json.dumps(client.request(push=[good, bad])).encode())
    assert (answer.status_code, answer.json()["change_id"]) == (400, bad["change_id"])
    assert re.fullmatch(r"/push/1(/.*)?", answer.json()["pointer"])
    assert client.sync()[0]["receipts"][client.incarnation] == receipts_digest([])


def test_a_session_serves_only_its_own_device(enrol: Enrol) -> None:
    first, second = enrol(), enrol()
    answer = first.post("/api/v1/sync", {**first.request(), "device": second.device})
    assert (answer.status_code, answer.json()["code"]) == (403, "device_mismatch")


def test_an_enrolment_code_works_once_but_a_lost_answer_does_not_lock_the_tablet_out(
    server: ServerProcess,
) -> None:
    code = enrolment_code(server.command("enrol-code", "--user", "an"))
    first = ForeignClient(server.url)
    device = first.enrol(code)["device"]
    again = ForeignClient(server.url, key=first.key)
    assert again.enrol(code)["device"] == device
    thief = ForeignClient(server.url)
    with pytest.raises(AssertionError, match="enrolment_refused"):
        thief.enrol(code)


def test_an_unknown_device_gets_a_nonce_too(server: ServerProcess) -> None:
    client = ForeignClient(server.url)
    assert client.post("/api/v1/auth/challenge", {"device": new_id()}).json()["nonce"]


def test_an_officer_binds_to_the_device_with_the_password_once(enrol: Enrol) -> None:
    client = enrol()
    wrong = client.post("/api/v1/devices/officers", {"login": "an", "password": "sai-mat-khau-1"})
    assert wrong.status_code in {401, 403}
    right = client.post("/api/v1/devices/officers", {"login": "an", "password": "con-trau-gam-co-an-1"})
    assert right.status_code in {200, 201}
    assert set(right.json()["user"]) >= {"id", "name", "agency", "role"}


def test_the_types_of_the_wire_are_published_with_an_etag(server: ServerProcess) -> None:
    answer = requests.get(f"{server.url}/api/v1/schemas", timeout=10)
    types = answer.json()["types"]
    assert {"establishment", "inspection", "outreach_session", "review", "conflict"} <= set(types)
    assert set(types["inspection"]) >= {
        "scope",
        "schemas",
        "json_schema",
        "office_paths",
        "creators",
        "editors",
    }
    again = requests.get(
        f"{server.url}/api/v1/schemas", headers={"If-None-Match": answer.headers["ETag"]}, timeout=10
    )
    assert again.status_code == 304


def test_after_a_new_epoch_every_scope_is_taken_again_and_nothing_is_lost(
    server: ServerProcess, enrol: Enrol
) -> None:
    client = enrol()
    record_id = created(client)
    before, cursors = client.epoch, dict(client.cursors)
    server.command("new-epoch")
    frames = client.sync()
    assert frames[0]["epoch"] != before
    resync_scopes = {frame["scope"] for frame in frames if frame["frame"] == "resync"}
    assert resync_scopes == {scope for scope, seq in cursors.items() if seq > 0}
    client.base = {}
    client.pull_all()
    assert record_id in client.base
    assert client.epoch == frames[0]["epoch"]


def test_a_head_above_the_limit_is_413_and_names_it(server: ServerProcess) -> None:
    long_head = {"F178-Protocol": "1", "X-Long": "x" * (17 << 10)}
    answer = requests.get(f"{server.url}/api/v1/schemas", headers=long_head, timeout=10)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (413, "too_large")
    assert (problem["limit"], problem["unit"]) == (16 << 10, "header_bytes")


def test_a_nonce_opens_a_session_again_within_its_hour(enrol: Enrol) -> None:
    client = enrol()
    nonce = client.post("/api/v1/auth/challenge", {"device": client.device}).json()["nonce"]
    signature = unpadded(client.key.sign(f"field178-session-v1|{nonce}|{client.device}".encode()))
    opening = {"device": client.device, "nonce": nonce, "signature": signature}
    answers = [client.post("/api/v1/auth/session", opening) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_nulls_inside_a_list_are_stored_as_they_came(enrol: Enrol) -> None:
    client, record = enrol(), new_id()
    listed = [{"x": None, "y": 1}]
    data = {**ESTABLISHMENT, "kept": listed}
    client.sync(push=[client.change(record, "establishment", UNIT, data, create=True)])
    client.pull_all()
    assert client.base[record]["data"]["kept"] == listed


def test_an_answer_to_a_revoked_device_has_receipts_and_no_checkpoint(
    server: ServerProcess, enrol: Enrol
) -> None:
    client = enrol()
    server.command("revoke", client.device)
    change = client.change(new_id(), "establishment", UNIT, ESTABLISHMENT, create=True)
    request = {"device": client.device, "incarnation": client.incarnation, "push": [change]}
    answer = client.post("/api/v1/sync", request)
    frames = [json.loads(line) for line in answer.text.splitlines()]
    assert [frame["frame"] for frame in frames] == ["hello", "res", "end"]
    assert (frames[1]["reason"], frames[0]["verdicts"]) == ("device_revoked", client.verdicts + 1)
