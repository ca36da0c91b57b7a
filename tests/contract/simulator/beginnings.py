"""Stores of worlds that already contain records, made once by the sound product and copied for each seed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from tests.contract.simulator import actions
from tests.contract.simulator.office import Shelf
from tests.contract.simulator.tablet_oracle import MOST_ROWS
from tests.contract.simulator.world import Beginning, Options, World

from field178_mobile.store.replication import mass_deletion_guard

BEGINNINGS = 8
_IN_MEMORY = Path("/dev/shm")


class Beginnings:
    """A folder with the first states of all worlds."""

    def __init__(self, folder: Path) -> None:
        self.shelf = Shelf(folder)
        self._made = [_settled(self.shelf, number) for number in range(BEGINNINGS)]

    def world(self, seed: int, options: Options) -> World:
        """Create the stores of a seed; all tablets have the first records."""
        return World(self.shelf, seed, options, self._made[seed % BEGINNINGS])


@contextmanager
def beginnings() -> Iterator[Beginnings]:
    """Make beginnings whose files are in memory where the system has such a place."""
    folder = Path(tempfile.mkdtemp(prefix="field178-world-", dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None))
    # The worlds are small: what is much in a district is two records here.
    with patch.object(mass_deletion_guard, "MOST_ROWS", MOST_ROWS):
        made = Beginnings(folder)
        try:
            yield made
        finally:
            made.shelf.close()
            shutil.rmtree(folder)


def _settled(shelf: Shelf, number: int) -> Beginning:
    # Seeds below zero: no world that continues from here draws the same ids again.
    world = World(shelf, number - BEGINNINGS, Options())
    for seat in world.seats:
        world.sync(seat)
    for place in (0, 1, 0, 2, 0, 2):
        actions.create(world, world.seats[place])
    for _ in range(2):
        for seat in world.seats:
            world.sync(seat)
    world.close()
    folder = shelf.folder / f"beginning-{number}"
    world.folder.rename(folder)
    shelf.copy_to(folder / "store.sqlite")
    return Beginning(folder, world.clock.instant, tuple(world.records), tuple(world.wire.sent))
