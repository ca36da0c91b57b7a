"""Packed scopes: one pack for all, never one that shows what was taken away, and a pull goes on behind it."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import update
from tests.server.office import MovedClock
from tests.world import OTHER_UNIT, TENANT, UNIT, Json, Tablet, World

from field178_server.files.pack_folder import PACKS
from field178_server.models import Device, Record, Tenant
from field178_server.packing import ADDRESS, Packing
from field178_server.services import compaction
from field178_server.unit_of_work import run_write
from field178_shared.canonical import digest_of, short_hash


@pytest.fixture
def packing(world: World, tmp_path: Path) -> Packing:
    packing = Packing(world.engine, TENANT, MovedClock(), tmp_path, 3)
    world.exchange = replace(world.exchange, packing=packing)
    return packing


@pytest.fixture
def records(world: World, packing: Packing) -> list[str]:
    author = world.tablet()
    return [author.created() for _ in range(4)]


def offered(tablet: Tablet, **members: Any) -> Json | None:
    found = [one for one in tablet.ask(snapshots=True, **members) if one["frame"] == "snapshot"]
    assert len(found) <= 1
    return found[0] if found else None


def shown(packing: Packing, frame: Json) -> bytes | None:
    pack = packing.find(UNIT, frame["url"].rsplit("/", 1)[1])
    return None if pack is None else pack.path.read_bytes()


def packed_files(packing: Packing) -> list[Path]:
    return [path for path in (packing.data_dir / PACKS).rglob("*") if path.is_file() and path.name != "lock"]


def delete_seen(author: Tablet, record_id: str) -> None:
    seen = short_hash(author.base[record_id]["data"])
    assert author.push(author.delete(record_id, seen))[0]["status"] == "applied"


def rename(author: Tablet, record_id: str) -> None:
    was = {"name": author.base[record_id]["data"]["name"]}
    renamed = author.change(record_id, {"name": "Nhà nghỉ Tre"}, was=was)
    assert author.push(renamed)[0]["status"] == "applied"


def test_a_large_scope_without_a_cursor_is_offered_packed(
    world: World, packing: Packing, records: list[str]
) -> None:
    frames = world.tablet().ask(snapshots=True)
    frame = next(one for one in frames if one["frame"] == "snapshot")
    content = shown(packing, frame)
    assert content is not None
    assert frame["url"].startswith(f"{ADDRESS}/{UNIT}/")
    assert (frame["bytes"], frame["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    rows = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    assert [(row["frame"], row["id"]) for row in rows] == [("rec", one) for one in records]
    assert not [one for one in frames if one["frame"] in ("rec", "ck") and one["scope"] == UNIT]
    assert frames[-1]["more"]


def test_behind_the_pack_an_ordinary_pull_leads_to_the_digest(
    world: World, packing: Packing, records: list[str]
) -> None:
    fresh, author = world.tablet(), world.tablet()
    frame = offered(fresh)
    assert frame is not None
    author.pull()
    author.created()
    delete_seen(author, records[0])
    rename(author, records[1])
    content = shown(packing, frame)
    assert content is not None
    fresh.base = {row["id"]: row for row in map(json.loads, gzip.decompress(content).splitlines())}
    fresh.cursors[UNIT] = frame["seq"]
    last = fresh.pull()[-2]
    assert (
        last["digest"]
        == digest_of(
            row["h"] for row in fresh.base.values() if row["scope"] == UNIT and not row["deleted"]
        ).wire()
    )


def test_nobody_is_offered_a_pack_who_did_not_ask_or_has_begun(
    world: World, packing: Packing, records: list[str]
) -> None:
    tablet = world.tablet()
    assert "snapshot" not in {one["frame"] for one in tablet.ask()}
    assert offered(tablet, cursors={UNIT: 1}) is None
    assert offered(tablet, repair={UNIT: {}}) is None
    assert offered(world.tablet(OTHER_UNIT)) is None
    assert packed_files(packing) == []


def test_a_small_scope_comes_row_by_row(world: World, packing: Packing) -> None:
    author = world.tablet()
    author.created()
    author.created()
    assert offered(world.tablet()) is None
    author.created()
    assert offered(world.tablet()) is not None


def test_with_zero_nothing_is_packed(world: World, packing: Packing, records: list[str]) -> None:
    world.exchange = replace(world.exchange, packing=replace(packing, least_records=0))
    assert offered(world.tablet()) is None


def test_a_revoked_tablet_is_offered_nothing(world: World, packing: Packing, records: list[str]) -> None:
    tablet = world.tablet()
    world.change_rows(Device, revoked_at=world.clock.now())
    assert offered(tablet) is None


def test_one_pack_serves_every_tablet_that_comes_soon(
    world: World, packing: Packing, records: list[str]
) -> None:
    first = offered(world.tablet())
    world.tablet().created()
    assert offered(world.tablet()) == first
    assert len(packed_files(packing)) == 1


def test_many_at_once_make_one_pack(world: World, packing: Packing, records: list[str]) -> None:
    tablets = [world.tablet() for _ in range(4)]
    found: list[Json | None] = []
    threads = [Thread(target=lambda one=one: found.append(offered(one))) for one in tablets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(frame == found[0] for frame in found)
    assert len(packed_files(packing)) == 1


def test_a_pack_far_behind_is_followed_by_another_and_stays_for_who_has_begun(
    world: World, packing: Packing, records: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("field178_server.packing._ROWS_BEHIND", 1)
    first = offered(world.tablet())
    author = world.tablet()
    for _ in range(2):
        author.created()
    second = offered(world.tablet())
    assert first is not None
    assert second is not None
    assert second["seq"] == first["seq"] + 2
    assert shown(packing, first) is not None
    for _ in range(8):
        author.created()
        author.created()
        assert offered(world.tablet()) is not None
    assert shown(packing, first) is None
    assert len(packed_files(packing)) == 4


def test_a_day_after_the_last_offer_a_pack_is_gone(
    world: World, packing: Packing, records: list[str]
) -> None:
    clock = packing.clock
    assert isinstance(clock, MovedClock)
    first = offered(world.tablet())
    clock.move(hours=23)
    assert offered(world.tablet()) == first
    assert first is not None
    clock.move(hours=24)
    assert shown(packing, first) is not None
    clock.move(hours=1)
    assert shown(packing, first) is None
    assert packed_files(packing) == []


def test_a_record_that_moved_out_is_shown_to_nobody_any_more(
    world: World, packing: Packing, records: list[str]
) -> None:
    first = offered(world.tablet())
    world.move(records[2], OTHER_UNIT)
    assert first is not None
    assert shown(packing, first) is None
    assert packed_files(packing) == []
    second = offered(world.tablet())
    assert second is not None
    content = shown(packing, second)
    assert content is not None
    assert records[2].encode() not in gzip.decompress(content)


def test_a_purged_record_is_shown_to_nobody_any_more(
    world: World, packing: Packing, records: list[str]
) -> None:
    first = offered(world.tablet())
    author = world.tablet()
    author.pull()
    rename(author, records[2])
    body = '{"purged":"2026-11-24T08:00:00Z"}'
    purge = update(Record).where(Record.record_id == records[2]).values(body=body)
    run_write(world.engine, lambda session: session.execute(purge))
    packing.sweep()
    assert first is not None
    assert packed_files(packing) == []
    assert shown(packing, first) is None


def test_a_pack_below_the_floor_is_useless(world: World, packing: Packing, records: list[str]) -> None:
    first = offered(world.tablet())
    author = world.tablet()
    author.pull()
    delete_seen(author, records[0])
    run_write(world.engine, lambda session: compaction.compact(session, TENANT, UNIT))
    assert first is not None
    assert shown(packing, first) is None


def test_another_history_knows_none_of_the_packs_before(
    world: World, packing: Packing, records: list[str]
) -> None:
    first = offered(world.tablet())
    world.change_rows(Tenant, epoch="e2")
    assert first is not None
    assert shown(packing, first) is None
    packing.sweep()
    assert packed_files(packing) == []


def test_what_a_dead_packer_left_goes_with_the_next_pack(
    world: World, packing: Packing, records: list[str]
) -> None:
    folder = packing.data_dir / PACKS / TENANT / "e1" / UNIT.replace(":", "~")
    folder.mkdir(parents=True)
    (folder / "left.part").write_bytes(b"half")
    assert offered(world.tablet()) is not None
    assert [path.suffix for path in packed_files(packing)] == [""]
