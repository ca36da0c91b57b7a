"""Repair by buckets: a tablet whose rows differ gets exactly the buckets that differ (protocol §5, §7)."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.world import OTHER_UNIT, UNIT, Json, Tablet, World

from field178_server.models import Tenant
from field178_server.services.compaction import compact
from field178_server.unit_of_work import run_write
from field178_shared.canonical import bucket, digest_of, short_hash


def buckets(tablet: Tablet, scope: str) -> Json:
    hashes = defaultdict[str, list[str]](list)
    for record in tablet.base.values():
        if record["scope"] == scope and not record["deleted"]:
            hashes[bucket(record["id"])].append(record["h"])
    return {name: digest_of(found).wire() for name, found in hashes.items()}


def repair(tablet: Tablet, max_records: int = 500) -> int:
    """Repair a scope as the protocol says; returns how many records came."""
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


def test_rows_that_are_gone_are_dropped_after_a_compaction(world: World) -> None:
    author, late = world.tablet(UNIT, OTHER_UNIT), world.tablet()
    kept, gone, moved = author.created(), author.created(), author.created()
    late.pull()
    author.push(author.delete(gone, short_hash(author.base[gone]["data"])))
    world.move(moved, OTHER_UNIT)
    run_write(world.engine, lambda session: compact(session, "main", UNIT))
    assert [f["frame"] for f in late.ask() if f.get("scope") == UNIT] == ["resync"]
    repair(late)
    assert set(late.base) == {kept}
    assert late.sync()[-1]["verified"] == ["ref", UNIT]


def test_a_long_repair_goes_on_bucket_by_bucket(world: World) -> None:
    author, empty = world.tablet(), world.tablet()
    author.push(*[author.create() for _ in range(300)])
    assert repair(empty, max_records=4) == 300
    assert empty.base == author.base


def test_a_scope_in_repair_is_repaired_under_any_epoch(world: World) -> None:
    author, late = world.tablet(), world.tablet()
    author.created()
    late.pull()
    world.change_rows(Tenant, epoch="e2")
    assert repair(late) == 0
    assert late.epoch == "e2"
