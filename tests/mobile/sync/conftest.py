"""A tablet and a model server, joined by a line that can be told to fail."""

from __future__ import annotations

import pytest
from tests.mobile.support import FrozenClock
from tests.mobile.sync.tablet import Tablet

from field178_mobile.store import Store


@pytest.fixture
def tablet(store: Store, clock: FrozenClock) -> Tablet:
    return Tablet(store, clock)
