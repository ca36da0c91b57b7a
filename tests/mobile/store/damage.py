"""Database files of a tablet with bytes flipped, zeroed, overwritten or cut off, opened and synced again."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.mobile.replication.model_server import ModelServer
from tests.mobile.replication.tablet import Tablet, record
from tests.mobile.support import KEY, FrozenClock, seeded_ids

from field178_mobile.store import Draft, Store
from field178_mobile.store.integrity.open_store import DATABASE, RECORDS
from field178_mobile.store.outbox.changes import all_changes
from field178_mobile.store.replica.server_records import get_server_record
from field178_shared.wire.canonical import canonical

UNIT = "unit:c1_v1"
RECORD_COUNT = 24
_SYNCED, _FILED = range(8), range(8, 16)
_ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Truth:
    """What the tablet held before anything was damaged."""

    drafts: dict[str, Draft]
    changes: dict[str, bytes]
    setting: object


@dataclass
class Outcomes:
    """What a series of damages came to."""

    kinds: Counter[str] = field(default_factory=Counter)
    rebuilt: int = 0
    drafts_lost: int = 0


class DamagedTablet:
    """One tablet with its server, hurt again and again from the same sound files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._clock = FrozenClock()
        self._server = ModelServer("ref", UNIT)
        self._truth = self._prepare(folder / "sound")

    def hurt(self, seed: int, outcomes: Outcomes) -> None:
        """Damage the database, open it, exchange; AssertionError when anything is lost or silently wrong."""
        rng = random.Random(f"damage {seed}")
        place = self._folder / "hurt"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self._folder / "sound", place)
        outcomes.kinds[_damage(place / RECORDS / DATABASE, rng)] += 1
        backup = self._server.backup()
        store = Store(place, self._clock, seeded_ids(self._clock, seed))
        try:
            store.unlock(KEY)
            outcomes.rebuilt += store.was_rebuilt
            outcomes.drafts_lost += self._judge_own(store)
            tablet = Tablet(store, self._clock, self._server)
            self._judge_synced(tablet)
        finally:
            store.close()
            self._server.restore(backup, backup.epoch)

    def _prepare(self, place: Path) -> Truth:
        store = Store(place, self._clock, seeded_ids(self._clock))
        store.unlock(KEY)
        tablet = Tablet(store, self._clock, self._server)
        for number in range(16, RECORD_COUNT):
            self._server.office_put(record(number), UNIT, name=f"Máy chủ {number}", note="x" * 200)
        for number in _SYNCED:
            tablet.file(number, name=f"Đã gửi {number}", note="y" * 100)
        tablet.sync()
        assert store.status().in_sync
        for number in _FILED:
            self._clock.tick(seconds=1)
            tablet.file(number, name=f"Chưa gửi {number}")
        for number in (30, 31):
            view_of = Draft(
                id=f"draft-{number}",
                type="establishment",
                record_id=record(number),
                scope=UNIT,
                data={"name": f"Nháp {number}"},
                seen=None,
                base_rev=0,
                user="u",
                saved_at=self._clock.now(),
            )
            store.drafts.save(view_of)
        store.settings.put("outing", {"team": "t1"})
        truth = Truth({draft.id: draft for draft in store.drafts.all()}, _changes(store), {"team": "t1"})
        store.close()
        return truth

    def _judge_own(self, store: Store) -> int:
        """Judge what no server has; return how many drafts their one copy took with it."""
        held = _changes(store)
        assert held == self._truth.changes, f"changes {_differing(held, self._truth.changes)}"
        drafts = {draft.id: draft for draft in store.drafts.all()}
        assert drafts.items() <= self._truth.drafts.items(), "a draft is another than was saved"
        assert store.settings.get("outing") in (None, self._truth.setting)
        return len(self._truth.drafts) - len(drafts)

    def _judge_synced(self, tablet: Tablet) -> None:
        for _ in range(_ROUNDS):
            tablet.sync()
            if tablet.store.status().in_sync:
                break
        assert tablet.store.status().in_sync, "no agreement"
        assert tablet.agrees(), "green, and the records are others than the server's"
        assert self._truth.changes.keys() <= self._server.world.receipts.keys(), "a change never arrived"
        for number in range(RECORD_COUNT):
            view, base = (
                tablet.store.view(record(number)),
                tablet.sync_store.read(get_server_record, record(number)),
            )
            assert view is not None, f"record {number} is not shown"
            assert base is not None, f"record {number} is not here"
            assert (view.data, view.deleted) == (base.data, base.deleted), f"record {number}: another view"
        shown = {view.id for view in tablet.store.views("establishment", UNIT)}
        assert shown == {record(number) for number in range(RECORD_COUNT)}, "a list lacks records"


def _changes(store: Store) -> dict[str, bytes]:
    return {change.id: canonical(change.wire) for change in store.read(all_changes)}


def _differing(held: dict[str, bytes], truth: dict[str, bytes]) -> str:
    other = sorted(
        change_id for change_id in held.keys() & truth.keys() if held[change_id] != truth[change_id]
    )
    return f"lost {sorted(truth.keys() - held.keys())}, made up {sorted(held.keys() - truth.keys())}, {other}"


def _damage(path: Path, rng: random.Random) -> str:
    """Hurt a file in one way; return which."""
    body = bytearray(path.read_bytes())
    kind = rng.choice(("flip", "flip", "flips", "zero", "noise", "truncate", "swap"))
    at = rng.randrange(len(body))
    length = min(rng.choice((1, 4, 16, 64, 512, 4096)), len(body) - at)
    if kind == "flip":
        body[at] ^= 1 << rng.randrange(8)
    elif kind == "flips":
        for _ in range(20):
            body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
    elif kind == "zero":
        body[at : at + length] = bytes(length)
    elif kind == "noise":
        body[at : at + length] = rng.randbytes(length)
    elif kind == "truncate":
        del body[at:]
    else:
        pages = len(body) // 4096
        first, second = (rng.randrange(pages) * 4096 for _ in range(2))
        body[first : first + 4096], body[second : second + 4096] = (
            body[second : second + 4096],
            body[first : first + 4096],
        )
    path.write_bytes(body)
    return kind
