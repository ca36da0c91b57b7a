"""Seeded walks: an office that is set back, with and without a new epoch, and tablets that must notice."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.contract.simulator.clocks import TrueClock
from tests.contract.simulator.content import UNITS, fresh
from tests.contract.simulator.office import DEVICES, TENANT, USERS, Office, Shelf
from tests.contract.simulator.tablet import Tablet
from tests.mobile.screens.fakes import enrolment

from field178_mobile.replication import engine as tablet_engine
from field178_mobile.replication.engine import SyncEngine
from field178_mobile.replication.events import AnswerEnded, AnswerLine, Event
from field178_mobile.replication.recovery import judged
from field178_mobile.store.replication.server_state import StoredRoot, stored_root
from field178_server.audit import verify
from field178_server.audit.history_check import HistoryCheck, ServerHistory, history_of
from field178_server.database.models import Device, Root
from field178_server.database.unit_of_work import snapshot
from field178_server.replication import exchange
from field178_server.security.keyring import to_base64url

STEPS = 30
SHORT_WALKS, MOST_WALKS = 12, 40
SCOPE = f"unit:{UNITS[0]}"
KEY = Ed25519PrivateKey.from_private_bytes(b"\x17" * 32)
PUBLIC = to_base64url(KEY.public_key().public_bytes_raw())
WEIGHTS = {
    "file": 6,
    "sync": 6,
    "extend": 5,
    "back_up": 2,
    "set_back": 2,
    "set_back_with_epoch": 1,
    "restart": 1,
}


Planted = AbstractContextManager[object]


class Caught(AssertionError):
    """A tablet or the office said something else than the truth."""


class Walk:
    """One office and two tablets; the truth is read from the office's own table of roots."""

    def __init__(self, shelf: Shelf, seed: int) -> None:
        self.rng = random.Random(f"roots {seed}")
        self.clock = TrueClock()
        self.office = Office(shelf, shelf.prepared, self.clock, random.Random(f"office {seed}"))
        # Of the walk before: its tablets would remember roots of another office.
        shutil.rmtree(shelf.folder / "tablets", ignore_errors=True)
        self.tablets = [self._tablet(shelf.folder / "tablets" / str(number), number) for number in (0, 1)]
        self.filed = 0
        self.alarms = 0

    def run(self) -> None:
        names, weights = list(WEIGHTS), list(WEIGHTS.values())
        for _ in range(STEPS):
            self.clock.pass_seconds(60)
            getattr(self, f"_{self.rng.choices(names, weights)[0]}")(self.rng.choice(self.tablets))
        with snapshot(self.office.engine) as session:
            require(not list(verify.faults_of_roots(session, TENANT, PUBLIC)), "the chain is broken")

    def close(self) -> None:
        for tablet in self.tablets:
            tablet.shut()

    def _tablet(self, folder: Path, number: int) -> Tablet:
        made = Tablet(f"t{number}", DEVICES[number], folder, self.clock, random.Random(number))
        self._know_the_key(made)
        return made

    def _know_the_key(self, tablet: Tablet) -> None:
        tablet.engine._identity = replace(
            tablet.engine._identity, enrolment=replace(enrolment(), receipt_key=PUBLIC)
        )

    def _extend(self, _: Tablet) -> None:
        verify.extend(self.office.engine, TENANT, KEY, self.clock)

    def _back_up(self, _: Tablet) -> None:
        self.office.back_up(verified=False)

    def _set_back(self, _: Tablet) -> None:
        if self.office.has_backup:
            self.office.restore()

    def _set_back_with_epoch(self, tablet: Tablet) -> None:
        self._set_back(tablet)
        self.office.new_epoch()

    def _restart(self, tablet: Tablet) -> None:
        tablet.reboot()
        self._know_the_key(tablet)

    def _file(self, tablet: Tablet) -> None:
        self.filed += 1
        draft = tablet.begin(tablet.new_id(), "establishment", SCOPE)
        tablet.store.file(replace(draft, data=fresh("establishment", self.filed, SCOPE)), USERS[0])

    def _sync(self, tablet: Tablet) -> None:
        # Compared with what was seen before this exchange: what it finds it finds at once.
        seen = tablet.sync_store.read(stored_root)
        is_ours = self._is_ours(seen)
        # Without a difference the newest root is sent only to tablets that name an older one.
        is_told = tablet.store.status().unsent_changes > 0 or (seen is not None and seen.index > 0)
        require(tablet.sync(self._carry), "no rest")
        kept = tablet.sync_store.read(stored_root)
        alarm = kept.alarm if kept is not None else None
        require((alarm is not None) is not is_ours, f"seen {seen}, alarm {alarm}")
        self.alarms += alarm is not None
        with snapshot(self.office.engine) as session:
            stored_alarm = session.get_one(Device, (TENANT, tablet.device)).root_alarm
            newest = history_of(session, TENANT).newest
        require(
            stored_alarm == alarm or (tablet.sent == 1 and is_ours),
            f"the office says {stored_alarm}, the tablet {alarm}",
        )
        require(tablet.store.status().in_sync, "the alarm held something up")
        if is_ours and is_told and newest is not None:
            require(kept is not None and kept.index == newest.index, f"{seen}, newest {newest}: kept {kept}")

    def _is_ours(self, seen: StoredRoot | None) -> bool:
        with snapshot(self.office.engine) as session:
            if seen is None or not seen.index or seen.epoch != history_of(session, TENANT).epoch:
                return True
            row = session.get(Root, (TENANT, seen.index))
            return row is not None and (row.epoch, row.hash) == (seen.epoch, seen.hash)

    def _carry(self, tablet: Tablet, body: bytes) -> list[Event]:
        return [*map(AnswerLine, self.office.answer(body)), AnswerEnded()]


def require(holds: object, what: str) -> None:
    if not holds:
        raise Caught(what)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    made = Shelf(tmp_path_factory.mktemp("roots"))
    yield made
    made.close()


def first_caught(
    shelf: Shelf, planted: Callable[[], Planted], walks: int = MOST_WALKS
) -> tuple[int | None, int]:
    """Return the number of the first walk that fails, and the number of alarms of the sound walks."""
    alarms = 0
    for seed in range(walks):
        walk = Walk(shelf, seed)
        try:
            with planted():
                walk.run()
        except Caught:
            return seed, alarms
        finally:
            walk.close()
        alarms += walk.alarms
    return None, alarms


def blind_office() -> Planted:
    """The newest root is shown whatever the tablet saw: growth after a set-back looks like its extension."""

    def check_history(
        session: object, tenant_id: str, history: ServerHistory, request: object
    ) -> HistoryCheck:
        return HistoryCheck(history.newest)

    return patch.object(exchange, "check_history", check_history)


def agrees_too_soon() -> Planted:
    """The agreement in one line does not look at the root."""
    original = exchange.check_history

    def check_history(*arguments: object) -> HistoryCheck:
        return replace(original(*arguments), settled=True)  # type: ignore[arg-type]

    return patch.object(exchange, "check_history", check_history)


def believes_whatever_it_hears() -> Planted:
    """The tablet takes over every root it is shown."""

    def take(kept: StoredRoot | None, hello: object, key: str) -> StoredRoot:
        return replace(judged(None, hello, key), alarm=None)  # type: ignore[arg-type]

    return patch.object(tablet_engine, "judged", take)


def epochs_ignored() -> Planted:
    """A root of the epoch before is still compared."""

    def compare(kept: StoredRoot | None, hello: object, key: str) -> StoredRoot:
        epoch = hello.greeting.epoch  # type: ignore[attr-defined]
        return judged(replace(kept, epoch=epoch) if kept is not None else None, hello, key)  # type: ignore[arg-type]

    return patch.object(tablet_engine, "judged", compare)


def a_higher_root_ends_the_alarm() -> Planted:
    """Time heals: the next root makes the tablet forget what it saw."""

    def forget(kept: StoredRoot | None, hello: object, key: str) -> StoredRoot:
        calm = replace(kept, alarm=None) if kept is not None else kept
        judged_root = judged(calm, hello, key)  # type: ignore[arg-type]
        root = hello.root  # type: ignore[attr-defined]
        return (
            StoredRoot(judged_root.epoch, root.index, root.hash)
            if judged_root.alarm and root.index > 1
            else judged_root
        )

    return patch.object(tablet_engine, "judged", forget)


def not_remembered() -> Planted:
    """Plant a bug: the root of the server is not stored."""
    return patch.object(SyncEngine, "_check_history", lambda engine, hello: None)


@pytest.mark.parametrize("walks", [SHORT_WALKS, pytest.param(MOST_WALKS, marks=pytest.mark.long)])
def test_a_sound_product_alarms_exactly_when_it_must(shelf: Shelf, walks: int) -> None:
    failed, alarms = first_caught(shelf, nullcontext, walks)
    assert failed is None
    assert alarms > walks / 4


@pytest.mark.parametrize(
    "planted",
    [
        blind_office,
        agrees_too_soon,
        believes_whatever_it_hears,
        epochs_ignored,
        a_higher_root_ends_the_alarm,
        not_remembered,
    ],
)
def test_a_planted_bug_is_caught(shelf: Shelf, planted: Callable[[], Planted]) -> None:
    failed, _ = first_caught(shelf, planted)
    assert failed is not None
