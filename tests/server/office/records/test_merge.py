"""Record merge and unmerge by the office: conflicts, chains, circles, refusals (protocol §2)."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from tests.server.office.erasure.test_operations import add_privacy_officers, purged
from tests.world import ESTABLISHMENT, OTHER_UNIT, SESSION, TEAM, UNIT, Json, Tablet, World

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Audit, EstablishmentProjection
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.records import operations as records
from field178_server.records.history import history_of
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import conflict_id
from field178_shared.wire.canonical import short_hash


def unmerge(world: World, record_id: str) -> int:
    context = OperationContext(world.tenant_id, world.clock, world.ids, load())
    return run_write(world.engine, lambda session: records.unmerge(session, context, record_id))


def entry_of(tablet: Tablet, survivor: str, path: str, change: Json) -> Json:
    data = tablet.base[conflict_id(survivor, path, tablet.device)]["data"]
    assert (data["record"], data["state"]) == (survivor, "open")
    entry: Json = data["entries"][change["change_id"]]
    return entry


def test_a_merged_record_is_deleted_and_names_its_merge_target(world: World) -> None:
    tablet, other = world.tablet(), world.tablet()
    record_id, survivor = tablet.created(), tablet.created()
    other.pull()
    assert world.merge(record_id, survivor) == 2
    for reader in (tablet, other):
        reader.pull()
    row = tablet.base[record_id]
    assert (row["deleted"], row["rev"]) == (True, 2)
    assert row["data"] == {**ESTABLISHMENT, "merged_into": survivor}
    assert tablet.base[survivor]["rev"] == 1
    assert [record_id for record_id, held in other.base.items() if not held["deleted"]] == [survivor]
    assert [row.record_id for row in world.rows(EstablishmentProjection)] == [survivor]


def test_a_merge_is_written_down(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = tablet.created(), tablet.created()
    world.merge(record_id, survivor)
    line = world.rows(Audit, Audit.action == "record_merged")[-1]
    assert (line.actor_kind, line.object_id, line.scope) == ("operator", record_id, UNIT)
    assert json.loads(line.details) == {"into": survivor}


def test_open_conflicts_go_to_the_merge_target_with_the_merge(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = tablet.created({**ESTABLISHMENT, "village": "Thôn 1"}), tablet.created()
    clash = tablet.change(record_id, {"village": "Thôn 3"}, was={"village": "Thôn 0"})
    tablet.push(clash)
    world.merge(record_id, survivor)
    tablet.pull()
    moved = entry_of(tablet, survivor, "village", clash)
    assert (moved["mine"], moved["reason"], "current" in moved) == ("Thôn 3", "merged", False)
    closed = tablet.base[conflict_id(record_id, "village", tablet.device)]
    assert (closed["deleted"], closed["data"]["state"]) == (True, "resolved")


def test_merging_into_an_alias_means_the_record_behind_it(world: World) -> None:
    tablet = world.tablet()
    alias, survivor, third = (tablet.created() for _ in range(3))
    world.merge(alias, survivor)
    world.merge(third, alias)
    late = tablet.change(third, {"village": "Thôn 2"})
    assert tablet.push(late)[0]["reason"] == "merged"
    assert entry_of(tablet, survivor, "village", late)["mine"] == "Thôn 2"


@pytest.mark.parametrize("length", [0, 1, 2])
def test_records_are_never_merged_in_a_circle(world: World, length: int) -> None:
    tablet = world.tablet()
    first, *others = (tablet.created() for _ in range(length + 1))
    chain = [first, *others]
    for record_id, following in zip(chain[1:], chain, strict=False):
        world.merge(record_id, following)
    refused(world, first, chain[-1], ErrorCode.MERGE_CIRCLE)


def unknown(world: World, tablet: Tablet) -> str:
    return world.ids.random()


def deleted(world: World, tablet: Tablet) -> str:
    record_id = tablet.created()
    tablet.push(tablet.delete(record_id, short_hash(tablet.base[record_id]["data"])))
    return record_id


def merged(world: World, tablet: Tablet) -> str:
    record_id = tablet.created()
    world.merge(record_id, tablet.created())
    return record_id


def emptied(world: World, tablet: Tablet) -> str:
    add_privacy_officers(world)
    record_id = tablet.created()
    purged(world, record_id)
    return record_id


def of_another_type(world: World, tablet: Tablet) -> str:
    return tablet.created(SESSION, type="outreach_session")


def conflict(world: World, tablet: Tablet) -> str:
    record_id = tablet.created()
    tablet.push(tablet.change(record_id, {"name": "Khác"}, was={"name": "Chưa từng có"}))
    return conflict_id(record_id, "name", tablet.device)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (unknown, ErrorCode.NOT_FOUND),
        (deleted, ErrorCode.DELETED),
        (emptied, ErrorCode.PURGED),
        (of_another_type, ErrorCode.WRONG_TYPE),
    ],
)
def test_merge_with_an_unsuitable_target_is_refused(
    world: World, make: Callable[[World, Tablet], str], code: ErrorCode
) -> None:
    tablet = world.tablet()
    record_id, other = tablet.created(), make(world, tablet)
    refused(world, record_id, other, code)
    refused(world, other, record_id, code)


def test_a_merged_record_is_not_merged_again(world: World) -> None:
    tablet = world.tablet()
    refused(world, merged(world, tablet), tablet.created(), ErrorCode.DELETED)


def test_records_about_records_are_not_merged(world: World) -> None:
    tablet = world.tablet()
    refused(world, conflict(world, tablet), conflict(world, tablet), ErrorCode.WRONG_TYPE)


def refused(world: World, record_id: str, into: str, code: ErrorCode) -> None:
    before = world.stored(record_id)
    with pytest.raises(AppError) as refusal:
        world.merge(record_id, into)
    assert refusal.value.code is code
    assert world.stored(record_id) == before


def test_a_merge_is_taken_back(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = tablet.created(), tablet.created()
    world.merge(record_id, survivor)
    assert unmerge(world, record_id) == 3
    tablet.pull()
    assert (tablet.base[record_id]["deleted"], tablet.base[record_id]["data"]) == (False, ESTABLISHMENT)


def test_history_contains_the_merge(world: World) -> None:
    tablet = world.tablet()
    record_id, survivor = tablet.created(), tablet.created()
    world.merge(record_id, survivor)
    stored = world.stored(record_id)
    assert stored is not None
    with snapshot(world.engine) as session:
        history = history_of(session, world.tenant_id, record_id, "establishment", stored.data)
    assert history.is_complete
    assert [difference.path for difference in history.revisions[-1].differences] == ["merged_into"]
    assert history.revisions[-1].differences[0].after == survivor


def test_records_of_other_scopes_and_types_are_merged_too(world: World) -> None:
    tablet = world.tablet(UNIT, OTHER_UNIT, TEAM)
    here = tablet.created(SESSION, type="outreach_session")
    there = tablet.created({**SESSION, "unit_id": "c11632_v1"}, type="outreach_session", scope=OTHER_UNIT)
    world.merge(here, there)
    tablet.pull()
    assert (tablet.base[here]["deleted"], tablet.base[here]["scope"]) == (True, UNIT)
