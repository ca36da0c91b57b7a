"""The board of reports: what is due, who has sent, who is late; a report is opened here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from flask import Response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.reports import board_view as view
from field178_server.console.reports.flashes import FLASHES
from field178_server.console.reports.reader import reader_of, today
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import Refusal, attempt, batch_in, done, office, whole_number
from field178_server.console.shell.form_fields import InputField, faults_of
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.lists import FilterField
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.reports import operations
from field178_server.office.reports.heading import default_heading, default_profiles
from field178_server.office.reports.operations import SeenReport
from field178_server.office.reports.queries import (
    KnownSubmission,
    all_submissions,
    period_named,
    reports_and_submissions,
    stale_sign_offs,
    withdrawn_report,
)
from field178_shared.codelists import CodeLists
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.merge import Data
from field178_shared.records.reports import REPORT, SUBMISSION
from field178_shared.schemas.fields.catalogue import field_messages, year_range_message
from field178_shared.text.formats import parse_date, parse_whole_number
from field178_shared.text.i18n import N_

_WRONG = N_("Nothing was written yet. What is wrong stands at its field.")
_REFUSALS = {
    ErrorCode.RULE: _WRONG,
    ErrorCode.REVISION_CHANGED: N_("Somebody wrote this meanwhile. Nothing was written; it stands below."),
    ErrorCode.NOT_FOUND: N_("This is not among what you send. Nothing was written."),
}
_NUMBER = "document_number"
_FIRST_YEAR, _LAST_YEAR = 2000, 9998
_OPENED = ("kind", "year", "period_from", "period_to", "area_id", "profile_ids")


@dataclass(frozen=True, slots=True)
class OpeningForm:
    """What was typed to open a report, and the errors by field."""

    typed: MultiDict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


def index() -> Response:
    """Show the reports, the calendar of one of them, and who has sent what it is made of."""
    return _board()


def record_submission(record_id: str) -> AnyResponse:
    """Write that an agency or a commune has sent its report, or take that back."""
    localizer, reader = Localizer(chosen_language()), reader_of(current_officer(), _localizer())
    sent = request.form.get("submitted_on", "")
    sent_on = _day(sent) if sent else None
    if sent and sent_on is None:
        return _board(localizer.say(N_("The day cannot be read. Nothing was written.")), 422)
    seen = SeenReport(record_id, whole_number("seen_rev"))
    number = request.form.get(_NUMBER, "").strip()
    own_text = OwnText(_NUMBER, field_name(SUBMISSION, _NUMBER, localizer), number)
    if asked := confirm_texts([own_text], "console.reports.index"):
        return asked

    def write(session: Session) -> None:
        if not any(
            one.record_id == record_id and reader.may_record(localizer.lists, one.submission)
            for one in all_submissions(session, current_runtime().tenant_id)
        ):
            raise AppError(ErrorCode.NOT_FOUND, record_id=record_id)
        batch = batch_in(session)
        operations.record_submission(batch, office(), seen, sent_on, number)
        batch.flush()

    refusal = attempt(write, _REFUSALS)
    if refusal is not None:
        return _board(_said(refusal), refusal.status)
    return done(
        f"{url_for('console.reports.index', of=request.form.get('of') or None)}#sent",
        "submission_recorded",
        record_id,
    )


def new() -> Response:
    """Show the form of a new report: its kind, year and area."""
    typed = MultiDict({name: request.args[name] for name in _OPENED if name in request.args})
    typed.setdefault("year", str(today().year))
    lists = _localizer().lists
    typed.setdefault("area_id", next(iter(_areas(_localizer())), ""))
    if "profile_ids" not in typed:
        chosen = default_profiles(lists, typed["area_id"], parse_whole_number(typed["year"]) or 0)
        typed.setlist("profile_ids", list(chosen))
    return _opening_page(OpeningForm(typed))


def create() -> AnyResponse:
    """Open a report; a refusal shows the form with all that was typed."""
    localizer = _localizer()
    data, errors = _read(request.form, localizer)
    if errors:
        return _opening_page(OpeningForm(request.form, errors), localizer.say(_WRONG), 422)
    made: list[str] = []

    def write(session: Session) -> None:
        batch = batch_in(session)
        made[:] = [operations.open_report(batch, office(), data)]
        batch.flush()

    refusal = attempt(write, _REFUSALS)
    if refusal is not None:
        found = field_messages(REPORT, refusal.problems, localizer.language)
        return _opening_page(OpeningForm(request.form, found), refusal.message, refusal.status)
    return done(url_for("console.reports.detail", record_id=made[0]), "report_opened", made[0])


def _board(refusal: str = "", status: int = 200) -> Response:
    runtime, officer, localizer, day = current_runtime(), current_officer(), _localizer(), today()
    reader, flash = reader_of(officer, localizer), take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        every, owed = reports_and_submissions(session, runtime.tenant_id)
        gone = (
            withdrawn_report(session, runtime.tenant_id, flash.record_id)
            if flash and flash.code == "report_withdrawn"
            else None
        )
        known = [one for one in every if reader.reader.sees(localizer.lists, one)]
        stale = stale_sign_offs(session, runtime.tenant_id, localizer.lists, known, day)
        layout = layout_of(session, officer, localizer)
    own = [one for one in owed if reader.reader.owes(localizer.lists, one.submission)]
    is_sender = reader.may_send and not reader.may_write
    shown = own if is_sender else [one for one in owed if reader.follows(localizer.lists, one.submission)]
    periods = _periods(
        [
            *((one.report.kind, one.report.year) for one in known),
            *((one.submission.kind, one.submission.year) for one in shown),
        ]
    )
    chosen = request.values.get("of", "")
    of = chosen if chosen in periods else next(iter(periods), "")
    kind_id, year = periods.get(of, ("annual", day.year))
    kind = localizer.lists.report_kinds[kind_id]
    of_period = [one for one in shown if (one.submission.kind, one.submission.year) == (kind_id, year)]
    lines = view.submission_lines(
        [(one, reader.may_record(localizer.lists, one.submission)) for one in of_period], day, localizer
    )
    title = f"{kind.label(localizer.language)} {year}"
    return render(
        "reports/board.html",
        status,
        layout=layout,
        active="console.reports.index",
        flash=flash.text(view.title_of(gone.report, localizer) if gone else "", localizer) if flash else "",
        undo_href=url_for("console.reports.undo_withdrawal", record_id=gone.record_id) if gone else "",
        refusal=refusal,
        reports=view.report_lines(known, stale, localizer),
        may_write=reader.may_write,
        is_sender=is_sender,
        shows_reports=not is_sender,
        filters=(
            FilterField(
                "of",
                localizer.say(N_("Report")),
                of,
                [(key, _period_name(value, localizer)) for key, value in periods.items()],
                localizer.say(N_("Latest")),
            ),
        )
        if len(periods) > 1
        else (),
        of=of,
        title=title,
        duties=view.duty_lines(kind, year, day, localizer),
        lines=lines,
        counts=_counts(of_period, day, localizer),
        today=day.isoformat(),
    )


def _counts(found: list[KnownSubmission], day: date, localizer: Localizer) -> list[tuple[str, str, str]]:
    sent = sum(one.submission.submitted_on is not None for one in found)
    late = sum(one.submission.is_late_on(day) for one in found)
    return [
        (localizer.number(sent), localizer.say(N_("of {count} have sent")).format(count=len(found)), ""),
        (localizer.number(late), localizer.say(N_("are late")), "bad" if late else ""),
    ]


def _periods(named: list[tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """Return kind and year of each report by their key, the latest year first."""
    ordered = sorted(set(named), key=lambda one: (-one[1], one[0]))
    return {f"{kind}.{year}": (kind, year) for kind, year in ordered}


def _period_name(value: tuple[str, int], localizer: Localizer) -> str:
    return f"{localizer.label(localizer.lists.report_kinds, value[0])} {value[1]}"


def _opening_page(form: OpeningForm, refusal: str = "", status: int = 200) -> Response:
    localizer, officer = _localizer(), current_officer()
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, officer, localizer)
    fields = _fields(form, localizer)
    return render(
        "reports/new.html",
        status,
        layout=layout,
        active="console.reports.index",
        fields=fields,
        faults=faults_of(fields),
        refusal=refusal,
        back=url_for("console.reports.index"),
    )


def _fields(form: OpeningForm, localizer: Localizer) -> tuple[InputField, ...]:
    lists, language = localizer.lists, localizer.language
    controls = {
        "kind": Control(
            "choice", options=tuple((one.id, one.label(language)) for one in lists.report_kinds.values())
        ),
        "year": Control("number"),
        "period_from": Control("date"),
        "period_to": Control("date"),
        "area_id": Control("choice", options=tuple((one, localizer.area(one)) for one in _areas(localizer))),
        "profile_ids": Control(
            "choices", options=tuple((one.id, one.label(language)) for one in lists.target_profiles.values())
        ),
    }
    days = localizer.say(N_("Of a report whose kind has no period of its own: brief or ad hoc."))
    return tuple(
        InputField(
            path,
            field_name(REPORT, path, localizer),
            control,
            tuple(form.typed.getlist(path)),
            help=days if path.startswith("period") else "",
            error=form.errors.get(path, ""),
            is_required=path in ("kind", "year", "area_id"),
        )
        for path, control in controls.items()
    )


def _read(typed: MultiDict[str, str], localizer: Localizer) -> tuple[Data, dict[str, str]]:
    lists, errors = localizer.lists, dict[str, str]()
    kind = lists.report_kinds.get(typed.get("kind", ""))
    year = parse_whole_number(typed.get("year", ""))
    area_id = typed.get("area_id", "")
    if kind is None:
        errors["kind"] = message(ErrorCode.REQUIRED, localizer.language)
    if year is None or not _FIRST_YEAR <= year <= _LAST_YEAR:
        errors["year"] = year_range_message(_FIRST_YEAR, _LAST_YEAR, localizer.language)
    if area_id not in _areas(localizer):
        errors["area_id"] = message(ErrorCode.REQUIRED, localizer.language)
    if kind is None or year is None or errors:
        return {}, errors
    days = [_day(typed.get(name, "")) for name in ("period_from", "period_to")]
    period = period_named(kind, year, days[0], days[1])
    if period is None:
        errors["period_from"] = localizer.say(N_("Write the first and the last day of the period."))
        return {}, errors
    profiles = [one for one in typed.getlist("profile_ids") if one in lists.target_profiles]
    return _new_data(lists, kind.id, year, period, area_id, profiles), errors


def _new_data(
    lists: CodeLists, kind: str, year: int, period: tuple[date, date], area_id: str, profiles: list[str]
) -> Data:
    first, last = period
    return {
        "kind": kind,
        "year": year,
        "period_from": first.isoformat(),
        "period_to": last.isoformat(),
        "area_id": area_id,
        **({"profile_ids": profiles} if profiles else {}),
        **default_heading(lists, kind, year, area_id),
    }


def _areas(localizer: Localizer) -> tuple[str, ...]:
    """Return the areas that the officer may open a report for."""
    return reader_of(current_officer(), localizer).reader.areas(localizer.lists, today())


def _said(refusal: Refusal) -> str:
    words = [
        message(ErrorCode(code), chosen_language()) for codes in refusal.problems.values() for code in codes
    ]
    return " ".join([refusal.message, *words])


def _localizer() -> Localizer:
    return Localizer(chosen_language())


def _day(text: str) -> date | None:
    """Return the day of a date field: as browsers send it, or as people type it where there is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return parse_date(text)
