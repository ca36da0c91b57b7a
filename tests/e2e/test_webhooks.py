"""Webhooks of a real server: sent within seconds, and sent again when it dies between delivery and cursor."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from tests import postgres
from tests.e2e.race import an_office
from tests.e2e.real_tablet import enrolled
from tests.mobile.replication.scripted_http import ScriptedServer, reply
from tests.stores import POSTGRES, SQLITE, postgres_cluster

from field178_server.audit.operation_context import OperationContext
from field178_server.database.engine import create_engine_for
from field178_server.database.failpoints import CRASH_AT
from field178_server.database.unit_of_work import run_write
from field178_server.office.webhooks import operations
from field178_server.office.webhooks.events import EventKind
from field178_server.office.webhooks.operations import WebhookSettings
from field178_server.office.webhooks.signature import secret_box
from field178_server.security.keyring import load_keys
from field178_server.settings import Settings
from field178_shared.codelists import load
from field178_shared.ids import IdSource
from field178_shared.time.clock import SystemClock

__all__ = ["postgres_cluster"]


@pytest.fixture
def receiver() -> Iterator[ScriptedServer]:
    server = ScriptedServer(lambda handler, _: reply(handler, 204, b""))
    yield server
    server.close()


@pytest.mark.parametrize("store", [SQLITE, POSTGRES])
def test_server_killed_between_delivery_and_cursor_sends_again_and_goes_on(
    store: str, tmp_path: Path, receiver: ScriptedServer, request: pytest.FixtureRequest
) -> None:
    environment = {"FIELD178_WEBHOOK_HOSTS": "127.0.0.1"}
    if store == "postgres":
        cluster: postgres.Cluster = request.getfixturevalue("postgres_cluster")
        environment["FIELD178_DATABASE_URL"] = cluster.new_database()
    with an_office(tmp_path, **environment) as server:
        port = server.port
        server.stop()
        settings = Settings.from_environment({"FIELD178_DATA_DIR": str(server.folder), **environment})
        _, secret = add(settings, receiver.url)
        server.start(port, **{CRASH_AT: "webhook.taken"})
        with closing(enrolled(server, "an", tmp_path / "t")) as tablet:
            tablet.sync()
            names = [tablet.file(tablet.ids.time_ordered(), name=f"Nhà nghỉ {n}") for n in range(3)]
            tablet.sync()
        assert server.wait() == -signal.SIGKILL
        assert len(receiver.requests) == 1
        end_the_claim(settings)
        server.start(port)
        until(lambda: len(receiver.requests) >= 1 + len(names))
        server.stop()
    events = [Verifier(secret).verify(body, headers) for _, headers, body in receiver.requests]
    numbers = [event["data"]["number"] for event in events]
    assert numbers == [1, 1, 2, 3]
    assert receiver.requests[0][2] == receiver.requests[1][2]
    assert {event["type"] for event in events} == {"record.created"}
    assert "Nhà nghỉ" not in json.dumps(events, ensure_ascii=False)


def add(settings: Settings, url: str) -> tuple[str, str]:
    """Add a webhook beside the server; return its id and its secret."""
    engine, clock = create_engine_for(settings.effective_database_url), SystemClock()
    context = OperationContext(settings.tenant, clock, IdSource(clock), load())
    box, webhook = secret_box(load_keys(settings.key_dir)), WebhookSettings("Sở", url, list(EventKind))
    made = run_write(engine, lambda s: operations.add(s, context, box, settings.private_hosts, webhook))
    engine.dispose()
    return made


def end_the_claim(settings: Settings) -> None:
    """Do as if the two minutes were over in which the dead process holds the webhook."""
    engine = create_engine_for(settings.effective_database_url)

    def work(session: Any) -> None:
        row = session.query(operations.Webhook).one()
        assert row.claim is not None
        row.claimed_until = row.made_at

    run_write(engine, work)
    engine.dispose()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
