"""A furnished office that sends to a real receiver on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.mobile.replication.scripted_http import Answer, ScriptedServer, reply
from tests.server.office_scene import Office, copy_of

from field178_server.database.unit_of_work import run_write
from field178_server.office.webhooks import operations
from field178_server.office.webhooks.events import EventKind
from field178_server.office.webhooks.operations import WebhookSettings
from field178_server.office.webhooks.signature import secret_box


class Receiver:
    """A receiver whose next answers a test names; without one it takes the message."""

    def __init__(self) -> None:
        self.answers: list[int | Callable[..., None]] = []
        self.server = ScriptedServer(self._answer)

    @property
    def url(self) -> str:
        return f"{self.server.url}/in"

    @property
    def taken(self) -> list[tuple[dict[str, str], bytes]]:
        return [(headers, body) for _, headers, body in self.server.requests]

    def _answer(self, handler: object, body: bytes) -> None:
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, int):
            reply(handler, answer, b"")  # type: ignore[arg-type]
        else:
            answer(handler, body)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    endpoint = Receiver()
    yield endpoint
    endpoint.server.close()


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    scene = Office(copy_of(furnished, tmp_path / "data", webhook_hosts="127.0.0.1 localhost"))
    yield scene
    scene.close()


def add_webhook(office: Office, url: str, *kinds: EventKind, name: str = "Sở") -> tuple[str, str]:
    """Make a webhook and return its id and secret."""
    request = WebhookSettings(name, url, kinds or tuple(EventKind))
    box = secret_box(office.runtime.keyring)
    return run_write(
        office.engine,
        lambda s: operations.add(s, office.context, box, office.settings.private_hosts, request),
    )


__all__ = ["Answer", "Receiver", "add_webhook", "office", "receiver"]
