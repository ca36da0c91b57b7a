"""The bench of the open visit."""

from __future__ import annotations

import pytest
from tests.mobile.features.inspection.bench import Bench
from tests.mobile.inspection_world import (
    settle,
)
from tests.mobile.support import FrozenClock

from field178_mobile.store import Store


@pytest.fixture
def bench(store: Store, clock: FrozenClock) -> Bench:
    settle(store)
    return Bench(store, clock)
