"""Schools, industrial zones and media outlets of the demo: list rows published by its office."""

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

SCHOOLS, ZONES, OUTLETS = "places.schools", "places.zones", "places.media_outlets"
DISTRICT = "d313_v1"
_COUNTED_FROM = "2024-01-01"
_VOCATIONAL = "gdnn"
_STATION = "commune_loudspeaker"


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """A list row of a place with its sessions; `field`, `form`, `audience`: values of a session there.

    `sessions`: (attendances, of these for the first time).
    """

    table: str
    row: Row
    field: str
    form: str
    audience: str
    sessions: tuple[tuple[int, int], ...]


def places_of(dataset: Mapping[str, object]) -> Iterator[DemoPlace]:
    """Yield the schools and zones of the data set."""
    for given in _rows(dataset, "schools"):
        kind = "vocational" if str(given["id"]).startswith(_VOCATIONAL) else "upper_secondary"
        row = _row(given, "students") | {"kind": kind}
        audience = AUDIENCE_OF_KIND[kind]
        yield DemoPlace(SCHOOLS, row, "school_id", "school_flag_assembly", audience, _sessions(given))
    for given in _rows(dataset, "industrial_zones"):
        row = _row(given, "workers_total")
        yield DemoPlace(ZONES, row, "zone_id", "industrial_zone_session", ZONE_AUDIENCE, _sessions(given))


def station_of(unit: str) -> str:
    """Return the outlet id of a commune's loudspeaker station."""
    return f"station_{unit}"


def outlets_of(dataset: Mapping[str, object]) -> dict[str, Row]:
    """Return the rows of the communes' stations and of the district's outlets, by id."""
    communes = dataset["per_commune"]
    assert isinstance(communes, Mapping)
    rows = {
        station_of(unit): _outlet(
            station_of(unit), f"Đài truyền thanh {_lowered(commune['name'])} (GL)", _STATION, unit
        )
        for unit, commune in communes.items()
    }
    titles = {"district_portal": "Trang thông tin huyện (GL)", "district_radio": "Đài huyện (GL)"}
    return rows | {channel: _outlet(channel, title, channel, DISTRICT) for channel, title in titles.items()}


def publish_places(
    engine: Engine, context: OperationContext, key: Ed25519PrivateKey, dataset: Mapping[str, object]
) -> int:
    """Publish the first list pack of the demo's office; return the number of its rows."""
    rows: dict[str, dict[str, Row]] = {SCHOOLS: {}, ZONES: {}, OUTLETS: outlets_of(dataset)}
    for place in places_of(dataset):
        rows[place.table][str(place.row["id"])] = place.row
    return run_write(engine, lambda session: publish_rows(session, context, key, rows, seen=0)).changed


def _outlet(outlet_id: str, name: str, channel: str, unit: str) -> Row:
    return {
        "id": outlet_id,
        "vi": name,
        "en": name,
        "channel_id": channel,
        "unit_id": unit,
        "valid_from": _COUNTED_FROM,
    }


def _lowered(name: str) -> str:
    return name[:1].lower() + name[1:]


def _row(given: Mapping[str, object], counted: str) -> Row:
    name, count = given["name"], {"from": _COUNTED_FROM, "count": given[counted]}
    return {"id": given["id"], "vi": name, "en": name, "unit_id": given["unit"], "counts": [count]}


def _sessions(given: Mapping[str, object]) -> tuple[tuple[int, int], ...]:
    sessions = given["sessions"]
    assert isinstance(sessions, list)
    return tuple((int(attended), int(first_time)) for attended, first_time in sessions)


def _rows(dataset: Mapping[str, object], name: str) -> Iterator[Mapping[str, object]]:
    rows = dataset[name]
    assert isinstance(rows, list)
    yield from (row for row in rows if isinstance(row, Mapping))
