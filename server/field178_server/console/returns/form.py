"""The form of a return: its fields by type and agency, its choices, and the numbers of the last period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from werkzeug.datastructures import MultiDict

from field178_server.console.records.entry_form import EntryForm, Options
from field178_server.console.shell.page import Page
from field178_server.console.text.field_labels import value_text
from field178_server.console.text.localize import Localizer
from field178_server.office.returns.queries import Reporter, ReturnsAccess, last_before
from field178_server.records.stored_record import Stored
from field178_shared.codelists import CodeLists
from field178_shared.codelists.organizations import RETURN_NUMBERS
from field178_shared.indicators.periods import months_after
from field178_shared.merge import Data, read_path
from field178_shared.record_type import RecordType
from field178_shared.records.reading import entries_of, text_of
from field178_shared.records.returns import MONTHLY_TYPES
from field178_shared.text.i18n import N_

# Number of past months for which a return may be entered.
MONTHS_OFFERED = 24
_PATHS: Mapping[str, tuple[str, ...]] = {
    RecordType.INFORMATION_CORRECTION: ("corrected_on", "channel_id", "action_id", "item_count", "topic_ids"),
    RecordType.SUPERVISION: (
        "kind_id",
        "concluded_on",
        "units_supervised",
        "recommendations",
        "recommendations_done",
    ),
    RecordType.PILOT_MODEL: ("model_id", "started_on", "status", "ended_on", "host_agency_id", "budget_vnd"),
    RecordType.COMMENDATION: ("granted_on", "level", "form", "subject", "count"),
    RecordType.BUDGET_LINE: ("year", "source", "purpose", "allocated_vnd", "spent_vnd"),
    RecordType.DENOMINATOR: ("kind", "valid_from", "value", "source_document"),
}


def return_paths(
    record_type: str, agency_id: str, data: Data, today: date, lists: CodeLists
) -> tuple[str, ...]:
    """Return the fields of a form: numbers of the agency, services in force, and stored ones."""
    if record_type == RecordType.AGENCY_RETURN:
        agency = lists.agencies.get(agency_id)
        requested = agency.return_numbers if agency else ()
        numbers = (number for number in RETURN_NUMBERS if number in requested or number in data)
        return ("month", *numbers, "note")
    if record_type == RecordType.HARM_REDUCTION_RETURN:
        services = dict.fromkeys((*lists.support_services.on(today), *entries_of(data, "services")))
        return ("month", *(f"services.{service}.quantity" for service in services))
    return _PATHS[record_type]


def return_form(
    record_type: str,
    paths: tuple[str, ...],
    typed: MultiDict[str, str],
    access: ReturnsAccess,
    page: Page,
) -> EntryForm:
    """Return the form with its choices."""
    localizer = page.localizer
    options: Options = {}
    if record_type in MONTHLY_TYPES:
        options = {"month": _months(page.today, typed.get("month", ""), localizer)}
    elif record_type == RecordType.DENOMINATOR:
        kinds = {*access.denominators, typed.get("kind", "")} & localizer.lists.denominators.keys()
        rows = ((kind, localizer.label(localizer.lists.denominators, kind)) for kind in sorted(kinds))
        options = {"kind": list(rows)}
    required = frozenset(paths) & frozenset(RETURN_NUMBERS)
    return EntryForm(record_type, paths, options, typed, required=required)


def with_last_period(
    form: EntryForm, entries: Iterable[Stored], reporter: Reporter, localizer: Localizer
) -> EntryForm:
    """Return the form with the numbers of the last period beside those of a month."""
    try:
        month = date.fromisoformat(form.typed.get("month", ""))
    except ValueError:
        return form
    last = last_before(entries, reporter, form.record_type, month)
    if last is None:
        return form
    text = localizer.say(N_("Month {month}: {number}"))
    when = localizer.month(text_of(last.data, "month"))
    beside = {
        path: text.format(month=when, number=value_text(form.record_type, path, value, localizer))
        for path in form.paths
        if path not in ("month", "note") and (value := read_path(last.data, path)) is not None
    }
    return replace(form, beside=beside)


def _months(today: date, typed: str, localizer: Localizer) -> Sequence[tuple[str, str]]:
    """Return the present month and those before it, and a typed month outside them."""
    first = today.replace(day=1)
    months = {months_after(first, -back).isoformat() for back in range(MONTHS_OFFERED)}
    if typed:
        with suppress(ValueError):  # A typed text that is no date is no choice.
            months.add(date.fromisoformat(typed).isoformat())
    return [(month, localizer.month(month)) for month in sorted(months, reverse=True)]
