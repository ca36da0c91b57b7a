"""Exports as plain values: the form of a kind, and the lines of what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for

from field178_server.accounts.officers import OfficerContext
from field178_server.console.components.export_names import export_name
from field178_server.console.components.figure_periods import PERIODS, areas_in_words
from field178_server.console.components.job_labels import JOB_STATES
from field178_server.console.records.figure_filters import area_filter, period_filters
from field178_server.console.shell.lists import FilterField
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.jobs.queue import JobRow, JobState
from field178_server.office.exports.kinds import GEOJSON, REGISTER, SESSIONS, VISITS, ExportKind
from field178_server.office.exports.operations import WITHDRAWN_BY
from field178_server.office.exports.queries import kept_until
from field178_server.office.indicators.asked import WHOLE_YEAR, asked_figures
from field178_server.records.access import access_to_communes
from field178_shared.codelists.units import COMMUNE_KINDS
from field178_shared.indicators.reporting import YearKind
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

_FORMATS = {"xlsx": "XLSX (Excel)", "csv": "CSV", GEOJSON: "GeoJSON"}
_BY_COMMUNE = frozenset({REGISTER, VISITS, SESSIONS})


@dataclass(frozen=True, slots=True)
class ExportLine:
    """An export of the list; `href` is its file, "" where there is none."""

    job_id: str
    title: str
    details: str
    fault: str
    who: str
    asked: str
    state: StateLabel
    percent: int | None
    rows: str
    sha256: str
    kept: str
    href: str
    is_final: bool
    may_stop: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class ExportForm:
    """The form of one kind of export, and the choice of kinds above it."""

    kind: ExportKind
    title: str
    choice: FilterField
    fields: Sequence[FilterField]


def export_form(
    kinds: Sequence[ExportKind],
    given: Mapping[str, str],
    officer: OfficerContext,
    localizer: Localizer,
    today: date,
) -> ExportForm:
    """Return the form of the kind that is asked for, else of the first one."""
    say = localizer.say
    kind = next((one for one in kinds if one.key == given.get("what")), kinds[0])
    first, *others = [(one.key, export_name(one.key, localizer)) for one in kinds]
    chosen = "" if kind is kinds[0] else kind.key
    choice = FilterField("what", say(N_("What")), chosen, others, first[1])
    usual, *more = kind.formats
    form = given.get("format", "")
    fields = [
        FilterField(
            "format", say(N_("Format")), form, [(one, _FORMATS[one]) for one in more], _FORMATS[usual]
        )
    ]
    if kind.has_period:
        asked = asked_figures(given, officer, localizer.lists, today)
        fields += (*period_filters(asked, localizer), area_filter(asked, localizer))
    if kind.has_days:
        fields += [
            FilterField(name, say(label), _day(given.get(name, "")))
            for name, label in (("since", N_("From day")), ("until", N_("To day")))
        ]
    if kind.key in _BY_COMMUNE:
        label = field_name("establishment", "unit_id", localizer)
        fields.append(FilterField("unit", label, given.get("unit", ""), _communes(officer, localizer, today)))
    return ExportForm(kind, export_name(kind.key, localizer), choice, fields)


def wanted_export(
    form: ExportForm, given: Mapping[str, str], officer: OfficerContext, localizer: Localizer, today: date
) -> dict[str, str]:
    """Return the arguments of the job that a sent form asks for."""
    found = {"what": form.kind.key, "format": given.get("format") or form.kind.formats[0]}
    if form.kind.has_period:
        asked = asked_figures(given, officer, localizer.lists, today)
        kind = "" if asked.kind is YearKind.CALENDAR else str(asked.kind)
        found |= {"year": str(asked.year), "period": asked.period_name, "calendar": kind}
        return found | {"area": asked.area_id}
    if form.kind.has_days:
        found |= {name: _day(given.get(name, "")) for name in ("since", "until")}
    known = {value for field in form.fields if field.name == "unit" for value, _ in field.options}
    return found | {"unit": given.get("unit", "") if given.get("unit") in known else ""}


def export_line(
    job: JobRow, localizer: Localizer, officer: OfficerContext, now: datetime, *, oversees: bool
) -> ExportLine:
    """Return an export in words; only who asked for it takes it out, who watches over it withdraws it too."""
    outcome, say = job.outcome, localizer.say
    text, tone, icon = JOB_STATES[job.state]
    until = kept_until(job)
    is_kept, is_own = until is not None and now < until, job.queued_by == officer.id
    kept = ""
    if until is not None:
        kept = localizer.instant(until) if is_kept else say(N_("no longer kept"))
    elif WITHDRAWN_BY in outcome:
        kept = say(N_("Withdrawn by {who}")).format(who=localizer.person(str(outcome[WITHDRAWN_BY])))
    is_counted = job.state is JobState.RUNNING and job.total_count > 0
    return ExportLine(
        job_id=job.job_id,
        title=export_name(job.arguments.get("what", ""), localizer),
        details=_details(job.arguments, localizer),
        fault=say(N_("It could not be written; ask for it again.")) if job.state is JobState.FAILED else "",
        who=localizer.person(job.queued_by) if job.queued_by else "",
        asked=localizer.instant(job.queued_at),
        state=StateLabel(say(text), tone, icon),
        percent=min(100, job.done_count * 100 // job.total_count) if is_counted else None,
        rows=localizer.number(outcome["records"]) if "records" in outcome else "",
        sha256=str(outcome.get("sha256", "")),
        kept=kept,
        href=url_for("console.exports.file", job_id=job.job_id) if is_kept and is_own else "",
        is_final=job.state.is_final,
        may_stop=(is_own or oversees) and not job.state.is_final and not job.is_stop_wanted,
        may_withdraw=(is_own or oversees) and is_kept,
    )


def _details(arguments: Mapping[str, str], localizer: Localizer) -> str:
    say, lists = localizer.say, localizer.lists
    found = [_FORMATS.get(arguments.get("format", ""), "")]
    if "year" in arguments:
        period = arguments.get("period", WHOLE_YEAR)
        found += [arguments["year"], say(PERIODS[period]) if period in PERIODS else period]
        area = arguments.get("area", "")
        found += [name for key, name in areas_in_words({area: ()}, localizer) if key == area]
    days = [localizer.day(arguments[name]) for name in ("since", "until") if name in arguments]
    found += [" – ".join(days)] if days else []
    found += [localizer.label(lists.units, arguments["unit"])] if "unit" in arguments else []
    return " · ".join(one for one in found if one)


def _communes(officer: OfficerContext, localizer: Localizer, today: date) -> Sequence[tuple[str, str]]:
    access, units = access_to_communes(officer.role, officer.scopes), localizer.lists.units
    seen = [
        one
        for one in units.values()
        if one.type in COMMUNE_KINDS
        and (access.scopes is None or access.holds(f"unit:{one.id}"))
        and any(one.id in group.members for group in localizer.lists.unit_groups.values())
    ]
    return by_label((one.id, one.label(localizer.language)) for one in seen)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""
