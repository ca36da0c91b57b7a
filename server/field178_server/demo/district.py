"""Filling of an empty store with the demo district: records, places, entries of communes and agencies."""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from field178_server.database.models import Record
from field178_server.demo.communes import enter_communes
from field178_server.demo.places import publish_places
from field178_server.demo.returns import enter_returns
from field178_server.demo.seed import Dataset, DemoStore, Seeded, seed


def fill(
    store: DemoStore,
    key: Ed25519PrivateKey,
    dataset: Dataset,
    password_hash: str,
    waiting: int = 0,
    *,
    has_newest: bool = False,
) -> Seeded:
    """Fill the store; the records are approved except the last `waiting` ones.

    `key` signs the list pack of the places. `has_newest`: includes records filed after the end of the year.
    All accounts have the same password.
    """
    seeded = seed(store, dataset, password_hash, waiting, has_newest=has_newest)
    publish_places(store.engine, store.context, key, dataset)
    enter_communes(store.engine, store.context, dataset, seeded.reviewer)
    enter_returns(store.engine, store.context, dataset, seeded.reviewer)
    return seeded


def records_by_type(session: Session, tenant_id: str) -> Mapping[str, int]:
    """Return the number of records in the store by type."""
    query = (
        select(Record.type, func.count())
        .where(Record.tenant_id == tenant_id)
        .group_by(Record.type)
        .order_by(Record.type)
    )
    return {record_type: count for record_type, count in session.execute(query)}
