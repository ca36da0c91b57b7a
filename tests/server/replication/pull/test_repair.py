"""Repair by buckets: a tablet whose rows differ gets exactly the buckets that differ (protocol §6.3, §12)."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session
from tests.server.office.erasure.test_operations import add_privacy_officers, purged
from tests.world import ESTABLISHMENT, OTHER_UNIT, UNIT, Json, Tablet, World, proven

from field178_server.database.models import StoredReceipt, Tenant
from field178_server.database.unit_of_work import run_write
from field178_server.replication.compaction import compact
from field178_shared.wire.canonical import bucket, digest_of, receipt_hash, short_hash


def buckets(tablet: Tablet, scope: str) -> Json:
    hashes = defaultdict[str, list[str]](list)
    for record in tablet.base.values():
        if record["scope"] == scope and not record["deleted"]:
            hashes[bucket(record["id"])].append(record["h"])
    return {name: digest_of(scope_hashes).wire() for name, scope_hashes in hashes.items()}


def repair(tablet: Tablet, max_records: int = 500) -> int:
    """Repair a scope by the protocol; return the count of records received."""
    came = 0
    while True:
        frames = tablet.ask(repair={UNIT: buckets(tablet, UNIT)}, max_records=max_records)
        ours = [frame for frame in frames if frame.get("scope") == UNIT]
        assert "resync" not in [frame["frame"] for frame in ours]
        (done,) = [frame for frame in ours if frame["frame"] == "repair"]
        records = [frame for frame in ours if frame["frame"] == "rec"]
        assert ours.index(done) == len(records)
        assert {record["id"] for record in records} == set(done["ids"])
        largest = max([Counter(map(bucket, done["ids"])).most_common(1)[0][1]] if records else [0])
        assert len(records) <= max(max_records, largest)
        came += len(records)
        for record in list(tablet.base.values()):
            if record["scope"] == UNIT and bucket(record["id"]) in done["buckets"]:
                del tablet.base[record["id"]]
        tablet.base.update({record["id"]: record for record in records})
        if ours[-1]["frame"] == "ck":
            assert ours[-1]["digest"] == tablet.digest(UNIT)
            tablet.cursors[UNIT], tablet.epoch = ours[-1]["seq"], frames[0]["epoch"]
            return came
        assert frames[-1]["more"]


def test_only_the_buckets_that_differ_come(world: World) -> None:
    author, damaged = world.tablet(), world.tablet()
    author.push(*[author.create() for _ in range(60)])
    damaged.pull()
    lost = next(iter(damaged.base))
    del damaged.base[lost]
    came = repair(damaged)
    assert damaged.base == author.base
    assert came == sum(bucket(record_id) == bucket(lost) for record_id in author.base)


def test_missing_rows_are_deleted_after_a_compaction(world: World) -> None:
    author, late = world.tablet(UNIT, OTHER_UNIT), world.tablet()
    kept, gone, moved = author.created(), author.created(), author.created()
    late.pull()
    author.push(author.delete(gone, short_hash(author.base[gone]["data"])))
    world.move(moved, OTHER_UNIT)
    run_write(world.engine, lambda session: compact(session, "main", UNIT))
    assert [f["frame"] for f in late.ask() if f.get("scope") == UNIT] == ["ck"]
    repair(late)
    assert set(late.base) == {kept}
    assert proven(late.sync()) == ["ref", UNIT]


def test_a_long_repair_goes_on_bucket_by_bucket(world: World) -> None:
    author, empty = world.tablet(), world.tablet()
    author.push(*[author.create() for _ in range(300)])
    assert repair(empty, max_records=4) == 300
    assert empty.base == author.base


@pytest.mark.parametrize("max_records", [500, 1])
def test_deleted_and_erased_records_are_sent_before_the_last_checkpoint(
    world: World, max_records: int
) -> None:
    add_privacy_officers(world)
    author, late = world.tablet(), world.tablet()
    gone = [author.created({**ESTABLISHMENT, "note": "Điều phải xóa"}) for _ in range(2)]
    kept = author.created()
    late.pull()
    for record_id in gone:
        author.push(author.delete(record_id, short_hash(author.base[record_id]["data"])))
    late.pull()
    assert set(late.base) == {*gone, kept}
    for record_id in gone:
        purged(world, record_id)
    # No digest contains them, and the checkpoint is past their positions.
    world.change_rows(Tenant, epoch="e2")
    frames = late.ask(repair={UNIT: buckets(late, UNIT)}, max_records=max_records)
    late.take([frame for frame in frames if frame["frame"] != "repair"])
    assert {row["id"] for row in late.base.values() if "purged" not in row["data"]} == {kept}
    ours = [frame["frame"] for frame in frames if frame.get("scope") == UNIT]
    assert ours == ["repair", "rec", "rec", "ck"]
    assert proven(late.sync()) == ["ref", UNIT]


def test_conflict_erased_with_its_record_is_sent_too(world: World) -> None:
    add_privacy_officers(world)
    author, late = world.tablet(), world.tablet()
    record_id = author.created({**ESTABLISHMENT, "note": "một"})
    late.pull()
    author.push(author.change(record_id, {"note": "hai"}, was={"note": "một"}))
    late.push(late.change(record_id, {"note": "ba"}, was={"note": "một"}))
    (conflict,) = [row for row in late.base.values() if row["type"] == "conflict"]
    late.push(late.change(record_id, {}, op="resolve", conflicts={conflict["id"]: conflict["rev"]}))
    assert late.base[conflict["id"]]["deleted"]
    purged(world, record_id)
    frames = late.ask(repair={UNIT: buckets(late, UNIT)})
    late.take([frame for frame in frames if frame["frame"] != "repair"])
    assert {row["id"] for row in late.base.values() if set(row["data"]) == {"purged"}} == set(late.base)


def test_receipts_are_repaired_by_buckets_and_a_lost_one_is_in_no_ids(world: World) -> None:
    tablet = world.tablet()
    changes = [tablet.create() for _ in range(40)]
    tablet.push(*changes)
    gone = changes[0]["change_id"]
    hashes = defaultdict[str, list[str]](list)
    for receipt in tablet.receipts.values():
        held = receipt_hash(receipt["change_id"], receipt["status"], receipt["reason"])
        hashes[bucket(receipt["change_id"])].append(held)
    sent = {name: digest_of(held).wire() for name, held in hashes.items()}

    def lose(session: Session) -> None:
        session.execute(delete(StoredReceipt).where(StoredReceipt.change_id == gone))

    run_write(world.engine, lose)
    frames = tablet.ask(repair={tablet.scope: sent}, push=[])
    [page] = [frame for frame in frames if frame["frame"] == "repair"]
    assert (page["scope"], page["buckets"]) == (tablet.scope, [bucket(gone)])
    others = {c["change_id"] for c in changes if bucket(c["change_id"]) == bucket(gone)} - {gone}
    assert set(page["ids"]) == others
    assert {frame["change_id"] for frame in frames if frame["frame"] == "res"} == others
    assert [frame["frame"] for frame in frames if frame.get("scope") == tablet.scope] == ["repair", "ck"]


def test_a_scope_in_repair_is_repaired_under_any_epoch(world: World) -> None:
    author, late = world.tablet(), world.tablet()
    author.created()
    late.pull()
    world.change_rows(Tenant, epoch="e2")
    assert repair(late) == 0
    assert late.epoch == "e2"
