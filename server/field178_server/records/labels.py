"""Labels of ids: officers, teams, tablets, establishments and records, queried once a page."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.database.models import Device, EstablishmentProjection, FiledRecord, Officer, Record
from field178_server.records.access import AccessFilter
from field178_server.records.find_record import merge_targets_of


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id; an id that is not there is simply not known yet."""

    people: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    devices: Mapping[str, str] = field(default_factory=dict)
    establishments: Mapping[str, str] = field(default_factory=dict)


def names_of(session: Session, tenant_id: str, ids: Collection[str]) -> Names:
    """Return the names of whatever the ids stand for."""
    wanted = sorted(set(ids))
    officers = select(Officer.officer_id, Officer.name).where(
        Officer.tenant_id == tenant_id, Officer.officer_id.in_(wanted)
    )
    devices = select(Device.device_id, Device.label).where(
        Device.tenant_id == tenant_id, Device.device_id.in_(wanted)
    )
    roster = _named_records(session, tenant_id, "person", "display_name", wanted)
    return Names(
        people=roster | {key: name for key, name in session.execute(officers)},
        teams=_named_records(session, tenant_id, "team", "name", wanted),
        devices={key: label for key, label in session.execute(devices)},
        establishments=establishment_names(session, tenant_id, wanted),
    )


def establishment_names(session: Session, tenant_id: str, wanted: Collection[str]) -> dict[str, str]:
    """Return the names of establishments; a merged one has the name of its merge target."""
    aliases = merge_targets_of(session, tenant_id, wanted)
    establishments = select(EstablishmentProjection.record_id, EstablishmentProjection.name).where(
        EstablishmentProjection.tenant_id == tenant_id,
        EstablishmentProjection.record_id.in_([*wanted, *aliases.values()]),
    )
    names = {key: name for key, name in session.execute(establishments)}
    return names | {alias: names[end] for alias, end in aliases.items() if end in names}


def ids_in(value: object) -> set[str]:
    """Return every text in a value that may be an id."""
    if isinstance(value, str):
        return {value} if len(value) == 36 else set()
    if isinstance(value, dict):
        return set().union(*(ids_in(item) for item in value.values()), *(ids_in(key) for key in value))
    if isinstance(value, list | tuple):
        return set().union(*(ids_in(item) for item in value))
    return set()


def titles_of(
    session: Session, tenant_id: str, access: AccessFilter, record_ids: Collection[str]
) -> dict[str, str]:
    """Return the titles of live records by id; a visit is called as its establishment is."""
    wanted = sorted(set(record_ids))
    filed = session.execute(
        select(FiledRecord.record_id, FiledRecord.title, FiledRecord.establishment_id).where(
            FiledRecord.tenant_id == tenant_id,
            FiledRecord.record_id.in_(wanted),
            access.covers(FiledRecord.scope),
        )
    ).all()
    # An officer who may read a visit may read its establishment's name, whatever the unit.
    visited = {establishment_id for _, _, establishment_id in filed if establishment_id}
    names = establishment_names(session, tenant_id, visited)
    titles = _own_names(session, tenant_id, wanted, access)
    for record_id, title, establishment_id in filed:
        if found := names.get(establishment_id or "") or title:
            titles[record_id] = found
    return titles


def _named_records(
    session: Session, tenant_id: str, record_type: str, key: str, wanted: list[str]
) -> dict[str, str]:
    query = select(Record.record_id, Record.body).where(
        Record.tenant_id == tenant_id,
        Record.type == record_type,
        Record.record_id.in_(wanted),
        Record.deleted.is_(False),
    )
    bodies = {record_id: json.loads(body) for record_id, body in session.execute(query)}
    return {record_id: str(body[key]) for record_id, body in bodies.items() if key in body}


def _own_names(
    session: Session, tenant_id: str, record_ids: list[str], access: AccessFilter
) -> dict[str, str]:
    query = select(EstablishmentProjection.record_id, EstablishmentProjection.name).where(
        EstablishmentProjection.tenant_id == tenant_id,
        EstablishmentProjection.record_id.in_(record_ids),
        access.covers(EstablishmentProjection.scope),
    )
    return {record_id: name for record_id, name in session.execute(query)}
