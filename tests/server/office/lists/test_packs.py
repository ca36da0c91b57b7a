"""Changed lists: published as a whole and signed, reach every tablet, are exchanged between offices."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session
from tests.world import World

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Audit
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.lists.operations import publish_rows, take_pack
from field178_server.office.lists.pack_file import read_pack_file, write_pack_file
from field178_server.records.lists_in_force import ListsInForce, stored_pack
from field178_server.security.keyring import to_base64url
from field178_shared.codelists import load
from field178_shared.codelists.loading import released_files
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import IdSource
from field178_shared.list_packs import TABLES, ListPack, Row
from field178_shared.list_packs.records import is_genuine, pack_of
from field178_shared.record_type import RecordType
from field178_shared.wire.canonical import canonical

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = to_base64url(KEY.public_key().public_bytes_raw())
TET: Row = {
    "id": "tet_2027",
    "vi": "Tết Nguyên đán",
    "en": "Lunar New Year",
    "first": "2027-02-05",
    "last": "2027-02-09",
    "source": "công bố lịch nghỉ Tết 2027",
    "confidence": "medium",
}
TET_ROWS = {"holidays.declared": {"tet_2027": TET}}


def act(world: World, work: Callable[[Session, OperationContext], Any]) -> Any:
    context = OperationContext(world.tenant_id, world.clock, IdSource(world.clock, random.Random(7)), load())
    return run_write(world.engine, lambda session: work(session, context))


def publish(world: World, rows: dict[str, dict[str, Row]] = TET_ROWS, seen: int = 0) -> Any:
    return act(world, lambda session, context: publish_rows(session, context, KEY, rows, seen))


def stored(world: World) -> ListPack:
    with snapshot(world.engine) as session:
        return stored_pack(session, world.tenant_id)


def release_row(table: str, key: str) -> Row:
    return TABLES[table].rows(released_files())[key]


def refusal(call: Callable[[], object]) -> dict[str, object]:
    with pytest.raises(AppError) as raised:
        call()
    assert raised.value.code is ErrorCode.LISTS_REFUSED
    return raised.value.details


def test_publication_is_numbered_signed_and_audited(world: World) -> None:
    done = publish(world)

    assert (done.number, done.changed) == (1, 1)
    assert stored(world).row("holidays.declared", "tet_2027") == TET
    assert "lists_published" in {entry.action for entry in world.rows(Audit)}


def test_a_tablet_gets_the_pack_whole_and_genuine_in_one_exchange(world: World) -> None:
    tablet = world.tablet()
    publish(world)

    frames = tablet.sync()

    records = {frame["type"]: frame["data"] for frame in frames if frame["frame"] == "rec"}
    pack = pack_of(records[RecordType.LIST_PACK], [records[RecordType.LIST_ROWS]])
    assert pack == stored(world)
    assert is_genuine(pack, records[RecordType.LIST_PACK], world.tenant_id, PUBLIC)
    assert not is_genuine(pack, records[RecordType.LIST_PACK], "another office", PUBLIC)
    assert not is_genuine(ListPack(2, pack.rows), records[RecordType.LIST_PACK], world.tenant_id, PUBLIC)


def test_no_tablet_writes_a_pack(world: World) -> None:
    tablet = world.tablet()
    data = {"number": 1, "content_hash": "0" * 64, "signature": "x", "published_at": "2026-11-28T02:00:00Z"}

    (receipt,) = tablet.push(tablet.create(data, type=RecordType.LIST_PACK, scope="ref"))

    assert receipt["status"] == "quarantined"


def test_a_change_on_an_older_state_is_refused(world: World) -> None:
    publish(world)

    with pytest.raises(AppError) as raised:
        publish(world, seen=0)

    assert raised.value.code is ErrorCode.REVISION_CHANGED


def test_one_bad_row_refuses_all_and_names_itself(world: World) -> None:
    unit = release_row("admin_units.units", "c11629_v1") | {"gso_code": "1"}

    details = refusal(lambda: publish(world, TET_ROWS | {"admin_units.units": {"c11629_v1": unit}}))

    assert details["problem"] == "reused_id"
    assert (details["table"], details["key"]) == ("admin_units.units", "c11629_v1")
    assert stored(world) == ListPack()


def test_the_lists_of_a_process_follow_the_store(world: World) -> None:
    follower = ListsInForce(world.engine, world.tenant_id)
    assert not follower.follow()
    publish(world)

    assert follower.follow()
    assert load().version.endswith("+1")
    assert "tet_2027" in {days.id for days in load().holidays.declared.values()}
    assert not follower.refresh()


def test_a_pack_of_another_office_is_taken_once_and_beside_the_own_rows(world: World) -> None:
    publish(world)
    topic = release_row("outreach.topics", "harms") | {"vi": "Tác hại (tỉnh)"}
    province = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
    signer = to_base64url(province.public_key().public_bytes_raw())
    data = write_pack_file(
        ListPack().with_rows({"outreach.topics": {"harms": topic}}), "tinh", province, world.clock.now()
    )
    file = read_pack_file(data, {signer})

    done = act(world, lambda session, context: take_pack(session, context, KEY, file))
    again = refusal(lambda: act(world, lambda session, context: take_pack(session, context, KEY, file)))

    assert (done.number, done.changed) == (2, 1)
    assert stored(world).row("holidays.declared", "tet_2027") == TET
    assert stored(world).row("outreach.topics", "harms") == topic
    assert again["problem"] == "older"


def _without_signature(data: bytes) -> bytes:
    content = json.loads(data)
    del content["signature"]
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    ("spoil", "trusted", "problem"),
    [
        (lambda data: data[:-40], {PUBLIC}, "not_complete"),
        (lambda data: b"[]", {PUBLIC}, "not_a_pack"),
        (lambda data: data.replace(b"field178-lists-1", b"field178-lists-9"), {PUBLIC}, "not_a_pack"),
        (_without_signature, {PUBLIC}, "not_signed"),
        (lambda data: data, set(), "unknown_signer"),
        (lambda data: data.replace(b"2027-02-09", b"2027-02-12"), {PUBLIC}, "wrong_signature"),
    ],
)
def test_damaged_or_untrusted_pack_file_is_refused(
    world: World, spoil: Callable[[bytes], bytes], trusted: set[str], problem: str
) -> None:
    data = write_pack_file(ListPack().with_rows(TET_ROWS), "main", KEY, world.clock.now())

    assert refusal(lambda: read_pack_file(spoil(data), trusted))["problem"] == problem


def test_two_thousand_rows_reach_a_tablet_in_one_exchange_of_at_most_50_kb(world: World) -> None:
    names, base = random.Random(178), release_row("admin_units.units", "c11629_v2")
    syllables = ("An", "Bình", "Cao", "Đông", "Gia", "Hải", "Khánh", "Lạc", "Minh", "Nam", "Phú", "Quang")
    rows = {}
    for code in range(20000, 22000):
        name = " ".join(names.sample(syllables, 2))
        own = {"id": f"c{code}_v2", "gso_code": str(code), "vi": f"Xã {name}", "en": f"{name} Commune"}
        rows[f"c{code}_v2"] = base | own

    publish(world, {"admin_units.units": rows})

    frames = world.tablet().sync()
    assert len(stored(world).rows["admin_units.units"]) == 2000
    assert len([frame for frame in frames if frame.get("type") == RecordType.LIST_ROWS]) > 1
    line = b"".join(canonical(frame) + b"\n" for frame in frames)
    assert len(gzip.compress(line, 6)) <= 50_000


def test_an_office_that_changed_nothing_writes_an_empty_pack(world: World) -> None:
    data = write_pack_file(stored(world), "main", KEY, world.clock.now())

    assert read_pack_file(data, {PUBLIC}).pack == ListPack()
