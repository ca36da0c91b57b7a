"""Cache of results computed from records: held in the process, renewed after records were written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Pool
from sqlalchemy.orm import Session

from field178_server.database.sessions import is_snapshot
from field178_server.records.record_changes import RecordChanges, StoreState, changes_between, state_of

Value = TypeVar("Value")


class ResultCache(Generic[Value]):
    """Cache of at most `most` results per store; a result MUST depend only on key and records of the tenant.

    Every write of a record, review or merge raises the sequence of its scope. The sequences are read in the
    snapshot from which the result is computed, so that a cached result belongs to exactly one state.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._of_stores: WeakKeyDictionary[Pool, dict[Hashable, tuple[StoreState, Value]]] = (
            WeakKeyDictionary()
        )

    def get(
        self,
        session: Session,
        tenant_id: str,
        key: Hashable,
        make: Callable[[], Value],
        renew: Callable[[Value, RecordChanges], Value] | None = None,
    ) -> Value:
        """Return the cached value of a key if it is current, else compute it; always in write transactions.

        `renew` computes the current value from the cached one and the changes since; it MUST NOT modify the
        cached value, which other threads may be reading. A value None is returned but not cached.
        """
        if not is_snapshot(session):
            return make()
        bind = session.get_bind()
        assert isinstance(bind, Engine)
        with self._lock:
            cached = self._of_stores.setdefault(bind.pool, {})
            stored = cached.get((tenant_id, key))
        state = _state_of_snapshot(session, tenant_id)
        if stored is not None and stored[0] == state:
            return stored[1]
        changes = changes_between(session, tenant_id, stored[0], state) if stored and renew else None
        value = renew(stored[1], changes) if stored and renew and changes is not None else make()
        if value is None:
            return value
        with self._lock:
            if len(cached) >= self._most and (tenant_id, key) not in cached:
                del cached[next(iter(cached))]
            cached[tenant_id, key] = (state, value)
        return value


def _state_of_snapshot(session: Session, tenant_id: str) -> StoreState:
    """Return the state of the store in a snapshot; it is read once per session."""
    key = ("store_state", tenant_id)
    if key not in session.info:
        session.info[key] = state_of(session, tenant_id)
    state = session.info[key]
    assert isinstance(state, StoreState)
    return state
