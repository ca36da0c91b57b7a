"""The pair of worlds of a module: a copy of the prepared office."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.contract.two_worlds.prepared import prepare
from tests.contract.two_worlds.worlds import World, opened_world
from tests.made_once import made_once


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    prepared = made_once(tmp_path_factory, "two_worlds", prepare)
    with opened_world(prepared, tmp_path_factory.mktemp("worlds")) as opened:
        yield opened
