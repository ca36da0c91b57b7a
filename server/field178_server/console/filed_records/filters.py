"""Filters of the tables of visits and of sessions: read from the address, shown as fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import request

from field178_server.console.shell.lists import FilterField, requested_day
from field178_server.console.shell.maps import point_filter, requested_point
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import control_for
from field178_server.console.text.state_labels import state_label
from field178_server.office.filed_records.list_filter import FiledRecordFilter
from field178_server.records.review_states import ShownReviewState
from field178_shared.record_type import RecordType
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

# The list does not show whether a return was answered.
_STATES = tuple(state for state in ShownReviewState if state is not ShownReviewState.ANSWERED)
_MOST = 120
# Parameter of the address → field of the filter that is compared with it.
_EQUAL = {
    "unit": "unit_id",
    "type": "establishment_type_id",
    "team": "team_id",
    "officer": "user_id",
    "kind": "kind",
    "outcome": "outcome",
    "violation": "violation",
    "measure": "measure",
}
FILTERS = ("since", "until", "state", "counted", "point", *_EQUAL)


def read_filter(record_type: str) -> FiledRecordFilter:
    """Return the filter of the present address; unknown values narrow nothing."""
    given = request.args
    return FiledRecordFilter(
        type=record_type,
        text=given.get("q", "")[:_MOST],
        since=requested_day("since"),
        until=requested_day("until"),
        **{name: given.get(parameter, "")[:_MOST] for parameter, name in _EQUAL.items()},
        state=given.get("state", "") if given.get("state") in _STATES else "",
        has_point=requested_point(),
        is_counted=record_type == RecordType.INSPECTION and given.get("counted") == "yes",
    )


def filter_fields(
    narrow: FiledRecordFilter,
    team_names: Mapping[str, str],
    officer_names: Mapping[str, str],
    localizer: Localizer,
) -> list[FilterField]:
    """Return the fields of the form, each with its present value and choices."""
    say, units = localizer.say, localizer.lists.units
    days = [
        FilterField("since", say(N_("From day")), narrow.since.isoformat() if narrow.since else ""),
        FilterField("until", say(N_("To day")), narrow.until.isoformat() if narrow.until else ""),
    ]
    unit = FilterField(
        "unit",
        field_name(RecordType.ESTABLISHMENT, "unit_id", localizer),
        narrow.unit_id,
        by_label((key, unit.label(localizer.language)) for key, unit in units.items()),
    )
    states = [(state, state_label(state, localizer).text) for state in _STATES]
    state = FilterField("state", say(N_("Review state")), narrow.state, states)
    if narrow.type == RecordType.OUTREACH_SESSION:
        return [
            *days,
            unit,
            _coded(RecordType.OUTREACH_SESSION, "kind", "outreach_form_id", narrow.kind, localizer),
            state,
        ]
    return [
        *days,
        unit,
        FilterField(
            "type",
            field_name(RecordType.ESTABLISHMENT, "establishment_type_id", localizer),
            narrow.establishment_type_id,
            by_label((key, kind.label(localizer.language)) for key, kind in localizer.lists.types.items()),
        ),
        _coded(RecordType.INSPECTION, "kind", "inspection_kind", narrow.kind, localizer),
        FilterField(
            "team",
            field_name(RecordType.INSPECTION, "team_id", localizer),
            narrow.team_id,
            by_label(team_names.items()),
        ),
        FilterField("officer", say(N_("Filed by")), narrow.user_id, by_label(officer_names.items())),
        _coded(RecordType.INSPECTION, "outcome", "overall_result", narrow.outcome, localizer),
        _coded(RecordType.INSPECTION, "violation", "findings.x.violation_id", narrow.violation, localizer),
        _coded(RecordType.INSPECTION, "measure", "measures.x.measure_id", narrow.measure, localizer),
        state,
        FilterField(
            "counted",
            field_name(RecordType.INSPECTION_PLAN, "quotas", localizer),
            "yes" if narrow.is_counted else "",
            [("yes", say(N_("Only visits that count in a quota")))],
        ),
        point_filter(narrow.has_point, localizer),
    ]


def _coded(record_type: str, name: str, path: str, value: str, localizer: Localizer) -> FilterField:
    """Return the filter of a field by the choices of its code list."""
    control = control_for(record_type, path, localizer)
    options: Sequence[tuple[str, str]] = control.options if control else ()
    return FilterField(name, field_name(record_type, path, localizer), value, options)
