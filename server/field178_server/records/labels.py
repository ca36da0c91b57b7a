"""Labels of ids: names of officers, teams, tablets, establishments and records, in a query per page."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, literal, or_, select, union_all
from sqlalchemy.orm import Session

from field178_server.database.models import Device, EstablishmentProjection, FiledRecord, Officer, Record
from field178_server.records.access import AccessFilter
from field178_server.records.find_record import merge_targets_of
from field178_shared.record_type import RecordType

_NAME_OF: Mapping[str, str] = {RecordType.PERSON: "display_name", RecordType.TEAM: "name"}


@dataclass(frozen=True, slots=True)
class Names:
    """Names by id, of officers, teams, tablets and establishments; ids without a name are missing."""

    people: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    devices: Mapping[str, str] = field(default_factory=dict)
    establishments: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: Names) -> Names:
        """Return the union of the names."""
        return Names(
            {**self.people, **other.people},
            {**self.teams, **other.teams},
            {**self.devices, **other.devices},
            {**self.establishments, **other.establishments},
        )


def names_of(session: Session, tenant_id: str, ids: Collection[str]) -> Names:
    """Return the names of ids of any kind; a merged establishment has the name of its merge target."""
    sorted_ids = sorted(set(ids))
    named = _named_rows(session, tenant_id, sorted_ids)
    roster, teams, merged = _named_records(session, tenant_id, sorted_ids)
    return Names(
        people=roster | named["person"],
        teams=teams,
        devices=named["device"],
        establishments=named["establishment"] | (_merged_names(session, tenant_id, merged) if merged else {}),
    )


def establishment_names(session: Session, tenant_id: str, record_ids: Collection[str]) -> dict[str, str]:
    """Return the names of establishments; a merged one has the name of its merge target."""
    names = _names_in_register(session, tenant_id, record_ids)
    missing = set(record_ids) - names.keys()
    return names | (_merged_names(session, tenant_id, missing) if missing else {})


def _merged_names(session: Session, tenant_id: str, record_ids: Collection[str]) -> dict[str, str]:
    targets = merge_targets_of(session, tenant_id, record_ids)
    names = _names_in_register(session, tenant_id, targets.values()) if targets else {}
    return {alias: names[end] for alias, end in targets.items() if end in names}


def _names_in_register(session: Session, tenant_id: str, record_ids: Collection[str]) -> dict[str, str]:
    query = select(EstablishmentProjection.record_id, EstablishmentProjection.name).where(
        EstablishmentProjection.tenant_id == tenant_id,
        EstablishmentProjection.record_id.in_(sorted(set(record_ids))),
    )
    return {key: name for key, name in session.execute(query)}


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
    """Return the titles of live records by id; the title of a visit is the name of its establishment."""
    sorted_ids = sorted(set(record_ids))
    filed = session.execute(
        select(FiledRecord.record_id, FiledRecord.title, FiledRecord.establishment_id).where(
            FiledRecord.tenant_id == tenant_id,
            FiledRecord.record_id.in_(sorted_ids),
            access.covers(FiledRecord.scope),
        )
    ).all()
    # An officer who may read a visit may read the name of its establishment in any unit.
    visited = {establishment_id for _, _, establishment_id in filed if establishment_id}
    names = establishment_names(session, tenant_id, visited)
    titles = _own_names(session, tenant_id, sorted_ids, access)
    for record_id, title, establishment_id in filed:
        if name := names.get(establishment_id or "") or title:
            titles[record_id] = name
    return titles


def _named_rows(session: Session, tenant_id: str, ids: list[str]) -> dict[str, dict[str, str]]:
    """Return the names of officers, tablets and establishments by kind and id, in one statement."""
    parts = (
        select(literal(kind).label("kind"), key.label("key"), name.label("name")).where(
            tenant == tenant_id, key.in_(ids)
        )
        for kind, tenant, key, name in (
            ("person", Officer.tenant_id, Officer.officer_id, Officer.name),
            ("device", Device.tenant_id, Device.device_id, Device.label),
            (
                "establishment",
                EstablishmentProjection.tenant_id,
                EstablishmentProjection.record_id,
                EstablishmentProjection.name,
            ),
        )
    )
    names: dict[str, dict[str, str]] = {"person": {}, "device": {}, "establishment": {}}
    for kind, key, name in session.execute(union_all(*parts)):
        names[kind][key] = name
    return names


def _named_records(
    session: Session, tenant_id: str, ids: list[str]
) -> tuple[dict[str, str], dict[str, str], set[str]]:
    """Return the names of people and teams of the roster, and the ids of merged establishments."""
    is_named = and_(Record.type.in_(sorted(_NAME_OF)), Record.deleted.is_(False))
    is_merged = and_(Record.type == RecordType.ESTABLISHMENT, Record.deleted)
    query = select(Record.record_id, Record.type, Record.body).where(
        Record.tenant_id == tenant_id, Record.record_id.in_(ids), or_(is_named, is_merged)
    )
    names: dict[str, dict[str, str]] = {type_: {} for type_ in _NAME_OF}
    merged = set[str]()
    for record_id, type_, body in session.execute(query):
        if type_ not in _NAME_OF:
            merged.add(record_id)
        elif (name := json.loads(body).get(_NAME_OF[type_])) is not None:
            names[type_][record_id] = str(name)
    return names["person"], names["team"], merged


def _own_names(
    session: Session, tenant_id: str, record_ids: list[str], access: AccessFilter
) -> dict[str, str]:
    query = select(EstablishmentProjection.record_id, EstablishmentProjection.name).where(
        EstablishmentProjection.tenant_id == tenant_id,
        EstablishmentProjection.record_id.in_(record_ids),
        access.covers(EstablishmentProjection.scope),
    )
    return {record_id: name for record_id, name in session.execute(query)}
