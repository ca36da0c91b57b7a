"""Notices as §12.4 promises them to every client, checked on a real server process."""

from __future__ import annotations

import hashlib
import json

from tests.e2e.foreign_client import ForeignClient, Json, canonical
from tests.e2e.foreign_office import Enrol, enrol, server
from tests.e2e.server_process import ServerProcess

__all__ = ["enrol", "server"]


def state_of(client: ForeignClient, hello: Json) -> str:
    receipts = sorted([life, held, hello["backed_up"][life]] for life, held in hello["receipts"].items())
    scopes = sorted([scope, seq, client.digest(scope)] for scope, seq in client.cursors.items())
    notices = sorted(notice["id"] for notice in hello["notices"])
    value = [hello["epoch"], hello["verdicts"], receipts, notices, scopes]
    return hashlib.sha256(canonical(value)).hexdigest()[:32]


def test_notice_reaches_every_tablet_and_is_removed(server: ServerProcess, enrol: Enrol) -> None:
    client = enrol()
    before = state_of(client, client.sync()[0])
    words = ("--vi", "Xã chuyển địa bàn.", "--en", "Communes move.")
    made = json.loads(server.command("notice", "announce", "--kind", "reform", *words, "--json"))["notice"]
    hello = client.sync(state=before)[0]
    text = {"vi": "Xã chuyển địa bàn.", "en": "Communes move."}
    assert hello["notices"] == [{"id": made, "kind": "reform", "text": text}]
    assert client.sync(state=state_of(client, hello))[0].get("agreed")
    assert [row["notice"] for row in json.loads(server.command("notice", "list", "--json"))] == [made]
    server.command("notice", "withdraw", made)
    assert client.sync(state=state_of(client, hello))[0]["notices"] == []
