"""Schools and zones of the demo: rows that its office publishes, and where some of its sessions were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from field178_server.audit.operation_context import OperationContext
from field178_server.database.unit_of_work import run_write
from field178_server.office.lists.operations import publish_rows
from field178_shared.codelists.places import AUDIENCE_OF_KIND, ZONE_AUDIENCE
from field178_shared.list_packs import Row

SCHOOLS, ZONES = "places.schools", "places.zones"
_COUNTED_FROM = "2024-01-01"
_VOCATIONAL = "gdnn"


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """One row, its table, and how a session there names it and counts its people."""

    table: str
    row: Row
    field: str
    form: str
    audience: str


def places_of(dataset: Mapping[str, object]) -> Iterator[DemoPlace]:
    """Yield the schools and zones of the data set."""
    for given in _rows(dataset, "schools"):
        kind = "vocational" if str(given["id"]).startswith(_VOCATIONAL) else "upper_secondary"
        row = _row(given, "students") | {"kind": kind}
        yield DemoPlace(SCHOOLS, row, "school_id", "school_flag_assembly", AUDIENCE_OF_KIND[kind])
    for given in _rows(dataset, "industrial_zones"):
        row = _row(given, "workers_total")
        yield DemoPlace(ZONES, row, "zone_id", "industrial_zone_session", ZONE_AUDIENCE)


def publish_places(
    engine: Engine, context: OperationContext, key: Ed25519PrivateKey, dataset: Mapping[str, object]
) -> int:
    """Publish the first pack of the demo's office; return how many rows it has."""
    rows: dict[str, dict[str, Row]] = {SCHOOLS: {}, ZONES: {}}
    for place in places_of(dataset):
        rows[place.table][str(place.row["id"])] = place.row
    return run_write(engine, lambda session: publish_rows(session, context, key, rows, seen=0)).changed


def _row(given: Mapping[str, object], counted: str) -> Row:
    name, count = given["name"], {"from": _COUNTED_FROM, "count": given[counted]}
    return {"id": given["id"], "vi": name, "en": name, "unit_id": given["unit"], "counts": [count]}


def _rows(dataset: Mapping[str, object], name: str) -> Iterator[Mapping[str, object]]:
    found = dataset[name]
    assert isinstance(found, list)
    yield from (row for row in found if isinstance(row, Mapping))
