"""Results of a read-only snapshot, kept in the process until any record of the store is written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Pool, select
from sqlalchemy.orm import Session

from field178_server.database.models import Scope
from field178_server.database.unit_of_work import is_snapshot

Value = TypeVar("Value")


class KeptResults(Generic[Value]):
    """Results by key, at most `most` of each store; MUST follow from the key and the tenant's records alone.

    Every write of a record, a review and a merge as well, raises the sequence of its scope. The sequences are
    read in the snapshot that the result is made of: what is kept can be of no other state.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._of_stores: WeakKeyDictionary[Pool, dict[Hashable, tuple[object, Value]]] = WeakKeyDictionary()

    def get(self, session: Session, tenant_id: str, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return what is kept for a key, or make it; in a write transaction it is always made."""
        if not is_snapshot(session):
            return make()
        bind = session.get_bind()
        assert isinstance(bind, Engine)
        with self._lock:
            kept = self._of_stores.setdefault(bind.pool, {})
            found = kept.get((tenant_id, key))
        state = _state_of(session, tenant_id)
        if found is not None and found[0] == state:
            return found[1]
        value = make()
        with self._lock:
            if len(kept) >= self._most and (tenant_id, key) not in kept:
                del kept[next(iter(kept))]
            kept[tenant_id, key] = (state, value)
        return value


def _state_of(session: Session, tenant_id: str) -> object:
    """Return what is the same only while no record was written: the sequence and digest of every scope."""
    query = select(Scope.scope, Scope.seq, Scope.live_sum).where(Scope.tenant_id == tenant_id)
    return tuple(session.execute(query.order_by(Scope.scope)).all())
