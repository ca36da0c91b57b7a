"""Form of an export, arguments of its job, and lines of the list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from field178_server.console.components.export_names import export_name
from field178_server.console.components.figure_periods import PERIODS, areas_in_words
from field178_server.console.components.job_labels import JOB_STATES
from field178_server.console.records.figure_filters import area_filter, period_filters
from field178_server.console.shell.lists import FilterField
from field178_server.console.shell.page import Page
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.jobs.queue import JobRow, JobState
from field178_server.office.exports.kinds import GEOJSON, REGISTER, SESSIONS, VISITS, ExportKind
from field178_server.office.exports.operations import WITHDRAWN_BY
from field178_server.office.exports.queries import file_expires_at
from field178_server.office.indicators.requested_figures import (
    WHOLE_YEAR,
    RequestedFigures,
    read_requested_figures,
)
from field178_server.records.access import access_to_communes
from field178_shared.codelists.units import COMMUNE_KINDS
from field178_shared.indicators.reporting import YearKind
from field178_shared.record_type import RecordType
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

_FORMATS = {"xlsx": "XLSX (Excel)", "csv": "CSV", GEOJSON: "GeoJSON"}
_BY_COMMUNE = frozenset({REGISTER, VISITS, SESSIONS})
_LINT_FIGURES = N_(
    "Of {notes} invented test notes that name somebody and were not used to tune it, the check found"
    " {percent} %; of {clean} notes that name nobody it marked {marked} %. Real notes may be harder: read a"
    " file again before you send it."
)


@dataclass(frozen=True, slots=True)
class ExportLine:
    """Line of the list; `expires_at` is None for an export that has no file, or a withdrawn one."""

    job: JobRow
    title: str
    details: str
    state: StateLabel
    percent: int | None
    expires_at: datetime | None
    is_available: bool
    withdrawn_by: object
    may_download: bool
    may_stop: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class ExportForm:
    """Form of one kind of export, and the choice of kinds above it."""

    kind: ExportKind
    title: str
    choice: FilterField
    fields: Sequence[FilterField]


@dataclass(frozen=True, slots=True)
class LintLine:
    """Line of a class of personal data: test notes, those that the check marked, and their share."""

    label: str
    notes: int
    marked: int
    percent: int


@dataclass(frozen=True, slots=True)
class LintView:
    """Figures of the check of free texts in one sentence and by class."""

    sentence: str
    lines: Sequence[LintLine]


def export_form(page: Page, kinds: Sequence[ExportKind], given: Mapping[str, str]) -> ExportForm:
    """Return the form of the requested kind; an unknown kind is the first one."""
    kind = next((kind for kind in kinds if kind.key == given.get("what")), kinds[0])
    names = [(kind.key, export_name(kind.key, page.localizer)) for kind in kinds]
    chosen = "" if kind is kinds[0] else kind.key
    choice = FilterField("what", page.say(N_("What")), chosen, names[1:], names[0][1])
    return ExportForm(kind, export_name(kind.key, page.localizer), choice, _fields(page, kind, given))


def export_arguments(page: Page, form: ExportForm, given: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments of the job for a sent form."""
    arguments = {"what": form.kind.key, "format": given.get("format") or form.kind.formats[0]}
    if form.kind.has_period:
        figures = _figures(page, given)
        calendar = "" if figures.kind is YearKind.CALENDAR else str(figures.kind)
        arguments |= {"year": str(figures.year), "period": figures.period_name, "calendar": calendar}
        return arguments | {"area": figures.area_id}
    if form.kind.has_days:
        arguments |= {name: _day(given.get(name, "")) for name in ("since", "until")}
    unit_ids = {value for field in form.fields if field.name == "unit" for value, _ in field.options}
    return arguments | {"unit": given.get("unit", "") if given.get("unit") in unit_ids else ""}


def export_line(page: Page, job: JobRow, *, oversees: bool) -> ExportLine:
    """Return the line of an export: its officer may download it, an overseer may only stop or withdraw it."""
    until = file_expires_at(job)
    is_available, is_own = until is not None and page.now < until, job.queued_by == page.officer.id
    is_counted = job.state is JobState.RUNNING and job.total_count > 0
    return ExportLine(
        job=job,
        title=export_name(job.arguments.get("what", ""), page.localizer),
        details=_details(job.arguments, page.localizer),
        state=JOB_STATES[job.state].localized(page.localizer),
        percent=min(100, job.done_count * 100 // job.total_count) if is_counted else None,
        expires_at=until,
        is_available=is_available,
        withdrawn_by=job.outcome.get(WITHDRAWN_BY),
        may_download=is_available and is_own,
        may_stop=(is_own or oversees) and not job.state.is_final and not job.is_stop_wanted,
        may_withdraw=(is_own or oversees) and is_available,
    )


def lint_view(page: Page) -> LintView:
    """Return the figures of the check by which files mask personal data, class by class."""
    lists, localizer = page.lists, page.localizer
    summary = lists.lint_summary
    lines = [
        LintLine(
            figure.label(localizer.language),
            figure.notes,
            figure.marked,
            _percent(figure.marked, figure.notes),
        )
        for figure in lists.lint_figures
    ]
    falsely_marked = _percent(summary.falsely_marked, summary.clean_notes)
    sentence = page.say(_LINT_FIGURES).format(
        notes=summary.notes,
        percent=_percent(summary.marked, summary.notes),
        clean=summary.clean_notes,
        marked=falsely_marked,
    )
    return LintView(sentence, lines)


def _percent(part: int, whole: int) -> int:
    return round(100 * part / whole)


def _fields(page: Page, kind: ExportKind, given: Mapping[str, str]) -> list[FilterField]:
    """Return the fields of a kind's form: format, then period and area, or days and commune."""
    say, localizer = page.say, page.localizer
    default, *others = kind.formats
    formats = [(form, _FORMATS[form]) for form in others]
    fields = [FilterField("format", say(N_("Format")), given.get("format", ""), formats, _FORMATS[default])]
    if kind.has_period:
        figures = _figures(page, given)
        fields += (*period_filters(figures, localizer), area_filter(figures, localizer))
    if kind.has_days:
        fields += [
            FilterField(name, say(label), _day(given.get(name, "")))
            for name, label in (("since", N_("From day")), ("until", N_("To day")))
        ]
    if kind.key in _BY_COMMUNE:
        label = field_name(RecordType.ESTABLISHMENT, "unit_id", localizer)
        fields.append(FilterField("unit", label, given.get("unit", ""), _communes(page)))
    return fields


def _figures(page: Page, given: Mapping[str, str]) -> RequestedFigures:
    return read_requested_figures(given, page.officer, page.lists, page.today)


def _details(arguments: Mapping[str, str], localizer: Localizer) -> str:
    say, lists = localizer.say, localizer.lists
    details = [_FORMATS.get(arguments.get("format", ""), "")]
    if "year" in arguments:
        period = arguments.get("period", WHOLE_YEAR)
        details += [arguments["year"], say(PERIODS[period]) if period in PERIODS else period]
        area = arguments.get("area", "")
        details += [name for key, name in areas_in_words({area: ()}, localizer) if key == area]
    days = [localizer.day(arguments[name]) for name in ("since", "until") if name in arguments]
    details += [" – ".join(days)] if days else []
    details += [localizer.label(lists.units, arguments["unit"])] if "unit" in arguments else []
    return " · ".join(detail for detail in details if detail)


def _communes(page: Page) -> Sequence[tuple[str, str]]:
    """Return the communes of the officer's scopes that a group of units has."""
    access, lists = access_to_communes(page.officer.role, page.officer.scopes), page.lists
    communes = [
        unit
        for unit in lists.units.values()
        if unit.type in COMMUNE_KINDS
        and (access.scopes is None or access.holds(f"unit:{unit.id}"))
        and any(unit.id in group.members for group in lists.unit_groups.values())
    ]
    return by_label((unit.id, unit.label(page.localizer.language)) for unit in communes)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
