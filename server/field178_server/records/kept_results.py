"""Results of a read-only snapshot, kept in the process and brought up to date when records were written."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Pool
from sqlalchemy.orm import Session

from field178_server.database.flask_extension import is_snapshot
from field178_server.records.record_changes import RecordChanges, StoreState, changes_between, state_of

Value = TypeVar("Value")


class KeptResults(Generic[Value]):
    """Results by key, at most `most` of each store; MUST follow from the key and the tenant's records alone.

    Every write of a record, a review and a merge as well, raises the sequence of its scope. The sequences are
    read in the snapshot that the result is made of: what is kept can be of no other state.
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
        """Return what is kept for a key, or make it; in a write transaction it is always made.

        `renew` makes the value that is right now of the kept one and of what was written since; others may
        be reading the kept one, which it MUST leave as it is. A result None is returned and not kept.
        """
        if not is_snapshot(session):
            return make()
        bind = session.get_bind()
        assert isinstance(bind, Engine)
        with self._lock:
            kept = self._of_stores.setdefault(bind.pool, {})
            found = kept.get((tenant_id, key))
        state = _state_of_snapshot(session, tenant_id)
        if found is not None and found[0] == state:
            return found[1]
        changes = changes_between(session, tenant_id, found[0], state) if found and renew else None
        value = renew(found[1], changes) if found and renew and changes is not None else make()
        if value is None:
            return value
        with self._lock:
            if len(kept) >= self._most and (tenant_id, key) not in kept:
                del kept[next(iter(kept))]
            kept[tenant_id, key] = (state, value)
        return value


def _state_of_snapshot(session: Session, tenant_id: str) -> StoreState:
    """Return the state of the store in a snapshot, which is read once: a snapshot sees no other."""
    key = ("store_state", tenant_id)
    if key not in session.info:
        session.info[key] = state_of(session, tenant_id)
    state = session.info[key]
    assert isinstance(state, StoreState)
    return state
