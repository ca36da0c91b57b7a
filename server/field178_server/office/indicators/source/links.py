"""Links from a record to the subjects whose counts depend on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from field178_server.database import engine as database
from field178_server.database.declarative_base import table_of
from field178_server.database.fast import bulk
from field178_server.database.fast.prepared import Prepared
from field178_server.database.models import IndicatorLink
from field178_server.office.indicators.source.records import TENANT
from field178_server.records.find_record import FILED_TYPES
from field178_shared.codelists import CodeLists
from field178_shared.indicators.areas import former_units, is_divided
from field178_shared.indicators.events import CountedRecord, establishment_of, reporter_of, risk_group_of
from field178_shared.indicators.subjects import ESTABLISHMENT, OUTLET, REPORTER, RISK_GROUP, SCHOOL, ZONE
from field178_shared.record_type import RecordType
from field178_shared.records.follow_ups import closed_by
from field178_shared.records.plan import PlanItem
from field178_shared.records.reading import Data, entries_of, text_of

# Kinds of subjects: a record with events, and a plan of planned visits.
RECORD, PLAN = "record", "plan"
# Kinds of links that are no subjects: the next step of a merge, the establishment of a planned visit, and the
# establishment of a visit in a divided commune, whose unit is that of the visit.
MERGED, PLANNED_AT, LOCATED = "merged", "planned_at", "located"
# Record type -> (subject kind, function that returns the subject id), for records with a single subject.
_OF_ONE: Mapping[str, tuple[str, Callable[[Data], str]]] = {
    RecordType.WORKER_CENSUS: (ESTABLISHMENT, lambda data: text_of(data, "establishment_id")),
    RecordType.MEDIA_POST: (OUTLET, lambda data: text_of(data, "outlet_id")),
    RecordType.COMMUNE_PLAN: (RECORD, lambda data: text_of(data, "replaces")),
    RecordType.RISK_GROUP_COUNT: (RISK_GROUP, risk_group_of),
    RecordType.AGENCY_RETURN: (REPORTER, reporter_of),
}
# Kind and id of a subject.
Subject = tuple[str, str]
Links = Mapping[str, frozenset[Subject]]
_BY_RECORD = Prepared(
    select(IndicatorLink.record_id, IndicatorLink.kind, IndicatorLink.subject_id).where(
        IndicatorLink.tenant_id == TENANT, database.among(IndicatorLink.record_id, bindparam("ids"))
    )
)
_BY_SUBJECT = Prepared(
    select(IndicatorLink.kind, IndicatorLink.subject_id, IndicatorLink.record_id).where(
        IndicatorLink.tenant_id == TENANT,
        database.among(IndicatorLink.kind, bindparam("kinds")),
        database.among(IndicatorLink.subject_id, bindparam("ids")),
    )
)
_LINK = ("tenant_id", "record_id", "kind", "subject_id")


def links_of(record: CountedRecord, lists: CodeLists) -> frozenset[Subject]:
    """Return the subjects whose counts depend on a record.

    These are the entities that may have events of the record, the visits whose corrections the record
    answers, and the plan that it replaces.
    """
    return frozenset((kind, subject_id) for kind, subject_id in _links_of(record, lists) if subject_id)


def _links_of(record: CountedRecord, lists: CodeLists) -> Iterator[Subject]:
    data = record.data
    if record.type in FILED_TYPES and is_divided(lists, text_of(data, "unit_id")):
        yield LOCATED, establishment_of(record.type, data)
    match record.type:
        case RecordType.INSPECTION:
            yield ESTABLISHMENT, text_of(data, "establishment_id")
            yield from ((RECORD, visit_id) for visit_id, _ in closed_by(data))
        case RecordType.OUTREACH_SESSION:
            yield from (
                (ESTABLISHMENT, establishment_id) for establishment_id in entries_of(data, "establishments")
            )
            yield ZONE, text_of(data, "zone_id")
            yield SCHOOL, text_of(data, "school_id")
        case RecordType.DENOMINATOR:
            # The total of a former unit is valid until the totals of its successor units are stated.
            units = former_units(lists, text_of(data, "unit_id"))
            yield from ((record.type, f"{text_of(data, 'kind')}|{unit_id}") for unit_id in units)
        case RecordType.PLAN_ITEM:
            # An open planned visit may be made at any establishment of its kind and commune.
            item = PlanItem.from_data(record.record_id, data)
            open_plan = plan_of_kind(item.establishment_type_id, item.unit_id)
            yield (PLAN, open_plan) if item.is_open else (PLANNED_AT, item.establishment_id)
        case _ if (of_one := _OF_ONE.get(record.type)) is not None:
            kind, key_of = of_one
            yield kind, key_of(data)


def plan_of_kind(type_id: str, unit_id: str) -> str:
    """Return the id of the plan of a kind of establishment in a commune."""
    return f"{type_id} {unit_id}"


def stored_links(session: Session, tenant_id: str, record_ids: Collection[str]) -> Links:
    """Return the stored links of records: those of the last count."""
    links: dict[str, set[Subject]] = {}
    values = {"tenant_id": tenant_id, "ids": sorted(record_ids)}
    for record_id, kind, subject_id in _BY_RECORD.rows(session, values):
        links.setdefault(record_id, set()).add((kind, subject_id))
    return {record_id: frozenset(subjects) for record_id, subjects in links.items()}


def linked_records(session: Session, tenant_id: str, subjects: Iterable[Subject]) -> dict[Subject, set[str]]:
    """Return the ids of records with stored links to these subjects, by subject."""
    requested = set(subjects)
    records: dict[Subject, set[str]] = {}
    if not requested:
        return records
    for kind, subject_id, record_id in _BY_SUBJECT.rows(session, subject_parameters(tenant_id, requested)):
        if (kind, subject_id) in requested:
            records.setdefault((kind, subject_id), set()).add(record_id)
    return records


def subject_parameters(tenant_id: str, subjects: Collection[Subject]) -> dict[str, object]:
    """Return the query parameters for rows of subjects: all kinds and all ids."""
    kinds, ids = sorted({kind for kind, _ in subjects}), sorted({subject_id for _, subject_id in subjects})
    return {"tenant_id": tenant_id, "kinds": kinds, "ids": ids}


def write_links(session: Session, tenant_id: str, before: Links, after: Links) -> None:
    """Replace the stored links of records: delete those of `before` only, insert those of `after` only."""
    connection, table = session.connection(), table_of(IndicatorLink)
    none: frozenset[Subject] = frozenset()
    stale = [
        (tenant_id, record_id, *subject)
        for record_id, subjects in before.items()
        for subject in sorted(subjects - after.get(record_id, none))
    ]
    added = [
        (tenant_id, record_id, *subject)
        for record_id, subjects in after.items()
        for subject in sorted(subjects - before.get(record_id, none))
    ]
    bulk.delete(connection, table, _LINK, stale)
    bulk.insert(connection, table, _LINK, added)
