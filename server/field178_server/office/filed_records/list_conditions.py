"""SQL conditions of a list of filed records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, not_, select
from sqlalchemy.orm import Session

from field178_server.database.models import EstablishmentProjection, FiledFacet, FiledRecord
from field178_server.office.filed_records.list_filter import FiledRecordList
from field178_server.office.filed_records.text_search import TextMatches, any_merged, search_text
from field178_server.records.counted_visits import IS_VISITED, counted
from field178_server.records.find_record import merged_into_any_of
from field178_server.records.review_states import ShownReviewState
from field178_shared.records.review import ReviewState


def listed(session: Session, listing: FiledRecordList, columns: Sequence[Any]) -> Select[Any]:
    """Return a query of columns of a list's rows, with the establishment joined."""
    return (
        select(*columns)
        .select_from(FiledRecord)
        .outerjoin(EstablishmentProjection, IS_VISITED)
        .where(*conditions_of(session, listing, search_text(session, listing)))
    )


def conditions_of(
    session: Session, listing: FiledRecordList, matches: TextMatches
) -> list[ColumnElement[bool]]:
    """Return all conditions of a list: access, filter and the matches of its text search."""
    narrow, filed = listing.filter, FiledRecord
    conditions = [
        filed.tenant_id == listing.tenant_id,
        listing.access.covers(filed.scope),
        # With known ids, keep SQLite from reading all records of the type for their order.
        (func.coalesce(filed.type, "") if matches.are_ids else filed.type) == narrow.type,
        *matches.conditions,
    ]
    if narrow.since:
        conditions.append(filed.occurred_on >= narrow.since)
    if narrow.until:
        conditions.append(filed.occurred_on <= narrow.until)
    if narrow.is_counted:
        conditions += counted()
    unit = filed.register_unit_id if narrow.is_counted else filed.unit_id
    equal = {
        unit: narrow.unit_id,
        filed.register_type_id: narrow.establishment_type_id,
        filed.team_id: narrow.team_id,
        filed.user_id: narrow.user_id,
        filed.kind: narrow.kind,
        filed.outcome: narrow.outcome,
    }
    conditions += [column == value for column, value in equal.items() if value]
    facets = {"violation": narrow.violation, "measure": narrow.measure}
    conditions += [_has(listing.tenant_id, kind, value) for kind, value in facets.items() if value]
    if narrow.state == ShownReviewState.CORRECTED:
        conditions += [filed.review_state == ReviewState.RETURNED, filed.rev > filed.review_rev]
    elif narrow.state == ReviewState.RETURNED:
        conditions += [filed.review_state == ReviewState.RETURNED, filed.rev <= filed.review_rev]
    elif narrow.state:
        conditions.append(filed.review_state == narrow.state)
    if narrow.has_point is not None:
        conditions.append(_placed(session, listing))
    return conditions


def _placed(session: Session, listing: FiledRecordList) -> ColumnElement[bool]:
    places = select(EstablishmentProjection.record_id).where(
        EstablishmentProjection.tenant_id == listing.tenant_id, EstablishmentProjection.lat.is_not(None)
    )
    named = merged_into_any_of(listing.tenant_id, places) if any_merged(session) else places
    is_placed = func.coalesce(FiledRecord.establishment_id, "").in_(named)
    return is_placed if listing.filter.has_point else not_(is_placed)


def _has(tenant_id: str, kind: str, value: str) -> ColumnElement[bool]:
    return FiledRecord.record_id.in_(
        select(FiledFacet.record_id).where(*facet_conditions(tenant_id, kind, value))
    )


def facet_conditions(tenant_id: str, kind: str, value: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the facets with a kind and a value."""
    return FiledFacet.tenant_id == tenant_id, FiledFacet.kind == kind, FiledFacet.value == value
