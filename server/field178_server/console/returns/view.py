"""Lines of returns: missing ones with their forms, states of monthly returns, and stored entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import url_for

from field178_server.console.records.entry_form import entry_label_of
from field178_server.console.records.entry_lines import OwedLine, OwnEntryLine
from field178_server.console.text.field_labels import type_name, value_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.returns.queries import MonthlyReturn, ReturnState
from field178_server.records.stored_record import Stored
from field178_shared.codelists.organizations import RETURN_NUMBERS
from field178_shared.record_type import RecordType
from field178_shared.records.reading import count_of, entries_of, text_of
from field178_shared.records.returns import MONTHLY_TYPES, day_of_return
from field178_shared.text.i18n import N_

ADD: Mapping[str, str] = {
    RecordType.AGENCY_RETURN: N_("Enter the numbers of a month"),
    RecordType.HARM_REDUCTION_RETURN: N_("Enter harm-reduction totals"),
    RecordType.INFORMATION_CORRECTION: N_("Enter corrections of wrong information"),
    RecordType.SUPERVISION: N_("Enter a supervision"),
    RecordType.PILOT_MODEL: N_("Enter a model"),
    RecordType.COMMENDATION: N_("Enter a commendation"),
    RecordType.BUDGET_LINE: N_("Enter a budget line"),
    RecordType.DENOMINATOR: N_("Enter a total"),
}
_STATES = {
    ReturnState.SENT: StateLabel(N_("Sent"), "ok", "check-circle"),
    ReturnState.DUE: StateLabel(N_("Not sent yet"), "warn", "clock"),
    ReturnState.LATE: StateLabel(N_("Late"), "bad", "alert"),
}


def new_return_href(record_type: str, unit_id: str, **chosen: str) -> str:
    """Return the address of the form of a new return."""
    return url_for("console.returns.new", record_type=record_type, unit=unit_id, **chosen)  # type: ignore[arg-type]  # words alone


def owed_returns(
    owed: Sequence[MonthlyReturn], localizer: Localizer, *, names_unit: bool
) -> tuple[OwedLine, ...]:
    """Return the returns of an agency: the month at hand, and the earlier ones that have not come."""
    say, lines = localizer.say, []
    notes = {
        ReturnState.DUE: say(N_("not sent yet; due by the end of the month")),
        ReturnState.LATE: say(N_("late: the month is over")),
    }
    for monthly in owed:
        if monthly.state is ReturnState.SENT:
            continue
        text = say(N_("{kind}, month {month}")).format(
            kind=type_name(monthly.record_type, localizer), month=localizer.month(monthly.month)
        )
        unit_id = monthly.reporter.unit_id
        if names_unit:
            text = f"{text} · {localizer.label(localizer.lists.units, unit_id)}"
        month = monthly.month.isoformat()
        lines.append(
            OwedLine(
                "",
                text,
                notes[monthly.state],
                _STATES[monthly.state].tone,
                new_return_href(monthly.record_type, unit_id, month=month),
                say(N_("Enter")),
            )
        )
    return tuple(lines)


def missing_first(owed: Sequence[MonthlyReturn]) -> list[MonthlyReturn]:
    """Return monthly returns with the late ones first and those that were sent last."""
    order = list(ReturnState)[::-1]
    return sorted(owed, key=lambda monthly: order.index(monthly.state))


def return_states(localizer: Localizer) -> dict[ReturnState, StateLabel]:
    """Return the label of each state of a monthly return."""
    return {state: label.localized(localizer) for state, label in _STATES.items()}


def return_lines(
    entries: Sequence[Stored], localizer: Localizer, *, names_agency: bool
) -> tuple[OwnEntryLine, ...]:
    """Return the lines of returns; `names_agency`: monthly returns are called by their agency."""
    return tuple(
        OwnEntryLine(entry, _when(entry, localizer), *_texts(entry, localizer, names_agency=names_agency))
        for entry in entries
    )


def _when(entry: Stored, localizer: Localizer) -> str:
    if entry.type == RecordType.BUDGET_LINE:
        return str(count_of(entry.data, "year") or "")
    day = day_of_return(entry.type, entry.data)
    return localizer.month(day) if entry.type in MONTHLY_TYPES else localizer.day(day)


def _texts(entry: Stored, localizer: Localizer, *, names_agency: bool) -> tuple[str, str]:
    """Return the text of a return and the line below it."""
    data, lists, kind = entry.data, localizer.lists, entry.type

    def value(path: str) -> str:
        return value_text(kind, path, data.get(path), localizer)

    if kind in MONTHLY_TYPES:
        month = localizer.say(N_("Month {month}")).format(month=value("month"))
        agency = localizer.label(lists.agencies, text_of(data, "agency_id"))
        return agency if names_agency else month, _month_numbers(entry, localizer)
    if kind == RecordType.SUPERVISION:
        return value("kind_id"), _outcome(entry, localizer)
    if kind == RecordType.INFORMATION_CORRECTION:
        return value("action_id"), f"{value('channel_id')}: {value('item_count')}"
    if kind == RecordType.PILOT_MODEL:
        return value("model_id"), value("status")
    if kind == RecordType.COMMENDATION:
        return f"{value('form')}, {value('level')}", f"{value('subject')}: {value('count')}"
    if kind == RecordType.BUDGET_LINE:
        spent = localizer.say(N_("{spent} of {allocated} spent"))
        return value("purpose"), spent.format(spent=value("spent_vnd"), allocated=value("allocated_vnd"))
    unit = localizer.label(lists.units, text_of(data, "unit_id"))
    return value("kind"), f"{value('value')} · {unit}"


def _month_numbers(entry: Stored, localizer: Localizer) -> str:
    """Return the numbers of a month."""
    data, kind = entry.data, entry.type
    if kind == RecordType.HARM_REDUCTION_RETURN:
        services = localizer.number(len(entries_of(data, "services")))
        return localizer.say(N_("{count} services")).format(count=services)
    return "; ".join(
        f"{entry_label_of(kind, number, localizer)}: {value_text(kind, number, data[number], localizer)}"
        for number in RETURN_NUMBERS
        if number in data
    )


def _outcome(entry: Stored, localizer: Localizer) -> str:
    """Return the numbers of supervised bodies and of recommendations, made and carried out."""
    data = entry.data
    units, made, done = (
        value_text(entry.type, path, data.get(path), localizer)
        for path in ("units_supervised", "recommendations", "recommendations_done")
    )
    if "recommendations_done" not in data:
        return f"{units}; {made}"
    text = localizer.say(N_("{units}; {made}, of which {done} carried out"))
    return text.format(units=units, made=made, done=done)
