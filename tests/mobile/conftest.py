"""What the tablet's core tests share: a frozen clock, seeded ids, a store in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.mobile.replication.tablet import Tablet
from tests.mobile.support import KEY, FrozenClock, seeded_ids

from field178_mobile.store import Store


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def store(tmp_path: Path, clock: FrozenClock) -> Iterator[Store]:
    opened = Store(tmp_path / "store", clock, seeded_ids(clock))
    opened.unlock(KEY)
    yield opened
    opened.close()


@pytest.fixture
def tablet(store: Store, clock: FrozenClock) -> Tablet:
    return Tablet(store, clock)
