"""Database engines of a bench: SQLite, then a PostgreSQL cluster that writes as durably as a real one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tests import postgres


@dataclass(frozen=True)
class BenchEngine:
    """An engine by its name, and where it makes new databases."""

    name: str
    cluster: postgres.Cluster | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether the store is a file in the data folder."""
        return self.cluster is None

    def new_database(self) -> str:
        """Return the URL of an empty database; "" for a SQLite file of its own."""
        return "" if self.cluster is None else self.cluster.new_database()

    def environment(self) -> dict[str, str]:
        """Return the settings of a server with an empty store on this engine."""
        url = self.new_database()
        return {"FIELD178_DATABASE_URL": url} if url else {}


def engines() -> Iterator[BenchEngine]:
    """Yield SQLite, then PostgreSQL where its programs are installed."""
    yield BenchEngine("SQLite")
    if (reason := postgres.why_not()) is not None:
        print(f"no PostgreSQL: {reason}", file=sys.stderr)
        return
    with postgres.running_cluster(postgres.DURABLE) as cluster:
        yield BenchEngine("PostgreSQL", cluster)
