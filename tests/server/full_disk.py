"""Pushes to a SQLite store whose disk is full at a chosen byte of its log."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from tests.contract.soundness import assert_sound
from tests.full_disk import no_room_beyond
from tests.world import Tablet, World

from field178_server.database.engine import PAGE_SIZE
from field178_server.database.models import ChangeHistory, Record, StoredReceipt

# A page of the store with what the write-ahead log puts before it.
FRAME_BYTES = PAGE_SIZE + 24
_MOST_FRAMES = 60


def refuse_at_each_write(world: World) -> int:
    """Push with disk space for one log frame more each time; return the count of refused pushes."""
    tablet = world.tablet()
    record_id = tablet.created()
    for frame in range(_MOST_FRAMES):
        if not _is_refused(world, tablet, record_id, frame * FRAME_BYTES + 40 * (frame % 3)):
            return frame
    raise AssertionError("a push never found enough room")


def begin_log_anew(engine: Engine) -> None:
    """Copy the log back and cut it to nothing: the next write is its first byte."""
    driver = engine.raw_connection()
    driver.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    driver.close()


def _is_refused(world: World, tablet: Tablet, record_id: str, limit: int) -> bool:
    """Push changes without disk space, then with it; return whether the first push was refused."""
    changes = [tablet.create(), tablet.change(record_id, {f"later_{tablet.n}": 1})]
    before = _counts(world)
    begin_log_anew(world.engine)
    is_refused = False
    try:
        with no_room_beyond(limit):
            tablet.push(*changes)
    except OperationalError:
        is_refused = True
        assert _counts(world) == before, "a refused push left something"
        assert_sound(world)
    assert {receipt["status"] for receipt in tablet.push(*changes)} == {"applied"}
    assert _counts(world) == [number + grown for number, grown in zip(before, (1, 2, 2), strict=True)]
    assert_sound(world)
    return is_refused


def _counts(world: World) -> list[int]:
    return [len(world.rows(model)) for model in (Record, StoredReceipt, ChangeHistory)]
