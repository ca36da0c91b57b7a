"""Events of the plan: a planned visit is done or not by the visits that count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from field178_shared.indicators.events import CountedRecord, Event
from field178_shared.record_type import RecordType
from field178_shared.records.inspection import NOT_INSPECTED
from field178_shared.records.plan import UNANNOUNCED, PlanItem, PlanState, PlanVisit, progress_of
from field178_shared.records.reading import Data, day_of_act, text_of

# A count of a commune and a month MUST NOT disclose a future unannounced visit.
_COUNTED_UNANNOUNCED = (PlanState.DONE, PlanState.MISSED)
_COUNTED = (*_COUNTED_UNANNOUNCED, PlanState.DUE, PlanState.LATER)


def events_of_plan(
    records: Sequence[CountedRecord], register: Mapping[str, Data], today: date
) -> Iterator[Event]:
    """Yield an event for each planned visit that is not cancelled, on the last day of its window.

    An unannounced visit is counted once it is done or its window has ended (decision 0085). `register`:
    establishment data by id.
    """
    items = {
        record.record_id: PlanItem.from_data(record.record_id, record.data)
        for record in records
        if record.type == RecordType.PLAN_ITEM
    }
    visits = (_visit(record, register) for record in records if record.type == RecordType.INSPECTION)
    for item_id, progress in progress_of(items.values(), visits, today).items():
        item = items[item_id]
        if progress.state in (_COUNTED_UNANNOUNCED if item.kind == UNANNOUNCED else _COUNTED):
            unit_id = item.unit_id or text_of(register.get(item.establishment_id, {}), "unit_id")
            row = {"is_done": progress.state is PlanState.DONE}
            yield Event(item_id, RecordType.PLAN_ITEM, item.window_to, unit_id, row)


def _visit(record: CountedRecord, register: Mapping[str, Data]) -> PlanVisit:
    data = record.data
    establishment_id = text_of(data, "establishment_id")
    place = register.get(establishment_id, {})
    return PlanVisit(
        id=record.record_id,
        day=day_of_act(data),
        team_id=text_of(data, "team_id"),
        establishment_id=establishment_id,
        establishment_type_id=text_of(place, "establishment_type_id"),
        unit_id=text_of(place, "unit_id") or text_of(data, "unit_id"),
        kind=text_of(data, "inspection_kind"),
        plan_item_id=text_of(data, "plan_item_id"),
        is_inspected=text_of(data, "overall_result") != NOT_INSPECTED,
    )
