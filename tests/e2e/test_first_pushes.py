"""A hundred tablets push as soon as a server on PostgreSQL has started: it lives and stores them all."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.orm import Session
from tests import postgres
from tests.bench.office import OFFICER, add_team, another
from tests.e2e.foreign_client import ForeignClient, Json
from tests.e2e.server_process import ServerProcess, running_server
from tests.shared import builders
from tests.stores import postgres_cluster

from field178_server.database.engine import create_engine_for
from field178_server.database.models import Device, DeviceOfficer, DeviceScope, Record

__all__ = ["postgres_cluster"]

UNIT = "c11629_v2"
TABLETS = 100

pytestmark = pytest.mark.postgres


@pytest.fixture
def store(postgres_cluster: postgres.Cluster) -> Iterator[Engine]:
    engine = create_engine_for(postgres_cluster.new_database())
    yield engine
    engine.dispose()


@pytest.fixture
def server(store: Engine, tmp_path: Path) -> Iterator[ServerProcess]:
    url = store.url.render_as_string(hide_password=False)
    with running_server(tmp_path, FIELD178_DATABASE_URL=url, FIELD178_THREADS="40") as running:
        add_team(running, OFFICER, [UNIT])
        yield running


@pytest.mark.timeout(600)
@pytest.mark.parametrize("starts", [1, pytest.param(10, marks=pytest.mark.long)])
def test_a_hundred_first_pushes_at_once_are_all_stored(
    server: ServerProcess, store: Engine, starts: int
) -> None:
    tablets = _tablets(another(server), store)
    for start in range(1, starts + 1):
        server.stop()
        server.start()
        with ThreadPoolExecutor(TABLETS) as pool:
            statuses = list(pool.map(lambda tablet: _push(tablet, server.url), tablets))
        assert statuses == ["applied"] * TABLETS
        with store.connect() as connection:
            stored = select(func.count()).select_from(Record).where(Record.type == "establishment")
            assert connection.scalar(stored) == start * TABLETS


def _push(tablet: ForeignClient, url: str) -> str:
    """Push one new establishment until the server has a place for it; return the status of its receipt."""
    tablet.url = url
    data = builders.establishment(unit_id=UNIT)
    change = tablet.change(str(uuid.uuid4()), "establishment", f"unit:{UNIT}", data, create=True)
    body = tablet.request(push=[change])
    while (answer := tablet.post("/api/v1/sync", body)).status_code == 503:
        time.sleep(0.5)
    assert answer.status_code == 200, answer.text
    frames = [json.loads(line) for line in answer.text.splitlines()]
    [status] = [frame["status"] for frame in frames if frame.get("change_id") == change["change_id"]]
    return str(status)


def _tablets(first: ForeignClient, store: Engine) -> list[ForeignClient]:
    """Return the enrolled tablet and copies of it, each a device with a session of its own."""
    # On busy cores the last of a hundred answers takes longer than a client usually waits.
    first.timeout_s = 180
    tablets = [first]
    with Session(store) as session:
        rows: list[Any] = [
            row
            for model in (Device, DeviceOfficer, DeviceScope)
            for row in session.scalars(select(model).where(model.device_id == first.device))
        ]
        for _ in range(TABLETS - 1):
            tablet = copy(first)
            tablet.device, tablet.incarnation = str(uuid.uuid4()), str(uuid.uuid4())
            identity: Json = {"device_id": tablet.device}
            for row in rows:
                session.add(_copy(row, identity))
                session.flush()
            tablets.append(tablet)
        session.commit()
    for tablet in tablets:
        tablet.sign_in()
    return tablets


def _copy(row: Any, identity: Json) -> Any:
    values = {attribute.key: getattr(row, attribute.key) for attribute in inspect(row).mapper.column_attrs}
    return type(row)(**{name: identity.get(name, value) for name, value in values.items()})
