"""Context of the store's tables: the open connection, the sealer, the failpoints."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from field178_mobile.ports import Failpoint, Json
from field178_mobile.store.database.connection import transaction
from field178_mobile.store.database.driver import Connection
from field178_mobile.store.database.encryption import Sealer
from field178_shared.errors import AppError, ErrorCode
from field178_shared.wire.canonical import canonical


def _decode_by_stdlib(body: bytes) -> object:
    return json.loads(body.decode())


try:
    from msgspec.json import Decoder
except ImportError:  # a tablet without it: the same values, five times slower
    _decode: Callable[[bytes], object] = _decode_by_stdlib
else:
    _decode = Decoder().decode


@dataclass(frozen=True, slots=True)
class DatabaseContext:
    """An unlocked database, used on the database thread only."""

    connection: Connection
    sealer: Sealer
    failpoint: Failpoint

    @contextmanager
    def transaction(self, name: str) -> Iterator[None]:
        """Run one atomic transaction."""
        with transaction(self.connection, name, self.failpoint):
            yield

    def seal(self, table: str, row_id: str, revision: int, value: object) -> bytes:
        """Return a JSON value sealed for one row."""
        return self.sealer.seal(table, row_id, revision, canonical(value))

    def open(self, table: str, row_id: str, revision: int, sealed: bytes) -> Json:
        """Return the JSON object of one sealed row."""
        return parse_object(self.sealer.open(table, row_id, revision, sealed))


def parse_object(body: bytes) -> Json:
    """Return the JSON object of bytes that this tablet wrote."""
    # Not the strict parser: typed texts are never refused when they are read back.
    value = _decode(body)
    if not isinstance(value, dict):
        raise AppError(ErrorCode.STORE_DAMAGED)
    return value
