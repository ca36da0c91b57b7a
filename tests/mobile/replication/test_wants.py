"""Requests for single records: a record that no complete answer brings is not requested for ever."""

from __future__ import annotations

import json

from tests.mobile.replication.tablet import Tablet, record
from tests.mobile.support import UNIT, FrozenClock

from field178_mobile.store import Store
from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import get_text, put_text


def ask_for(context: DatabaseContext, *record_ids: str) -> None:
    with context.transaction("test"):
        put_text(context, "wants", json.dumps(record_ids))


def test_a_record_that_is_in_no_scope_any_more_is_asked_for_once(store: Store, clock: FrozenClock) -> None:
    tablet = Tablet(store, clock)
    tablet.server.office_put(record(1), UNIT, name="một")
    tablet.sync()
    # Its own result differed, and the office moved it before it could be read.
    store.read(lambda context: ask_for(context, record(1), record(2)))
    before = len(tablet.server.requests)
    tablet.sync()
    wants = [request["want"] for request in tablet.server.requests[before:] if request.get("want")]
    assert wants == [[record(1), record(2)]]
    assert json.loads(store.read(lambda context: get_text(context, "wants")) or "[]") == []
    assert tablet.agrees()
    assert store.status().in_sync
