"""Board of reports: due reports, received and late submissions, form of a new report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import Response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.reports.board_view import (
    SubmissionLine,
    duty_note,
    state_label,
    submission_line,
    title_of,
)
from field178_server.console.reports.flashes import FLASHES
from field178_server.console.reports.reader import ReportReader, report_reader
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import Refusal, attempt, done, in_batch, office, whole_number
from field178_server.console.shell.form_fields import InputField, faults_of
from field178_server.console.shell.lists import FilterField
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.page import Page, current_page
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.reports import operations
from field178_server.office.reports.heading import default_heading, default_profiles
from field178_server.office.reports.operations import SeenReport
from field178_server.office.reports.queries import (
    StoredReport,
    StoredSubmission,
    all_submissions,
    period_named,
    reports_and_submissions,
    stale_sign_offs,
    withdrawn_report,
)
from field178_server.records.batch import Batch
from field178_shared.codelists import CodeLists
from field178_shared.codelists.labels import Labelled
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.indicators.reporting import Duty, duties
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
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
    """Form of a new report: typed texts, and errors by field."""

    typed: MultiDict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


def index() -> Response:
    """Show the reports, the calendar of one of them, and its submissions."""
    return _board()


def record_submission(record_id: str) -> AnyResponse:
    """Write that an agency or a commune has sent its report, or take that back."""
    page = current_page()
    sent = request.form.get("submitted_on", "")
    sent_on = _day(sent) if sent else None
    if sent and sent_on is None:
        return _board(page.say(N_("The day cannot be read. Nothing was written.")), 422)
    seen = SeenReport(record_id, whole_number("seen_rev"))
    number = request.form.get(_NUMBER, "").strip()
    own_text = OwnText(_NUMBER, field_name(RecordType.REPORT_SUBMISSION, _NUMBER, page.localizer), number)
    if confirmation := confirm_texts([own_text], "console.reports.index"):
        return confirmation

    def write(batch: Batch) -> None:
        reader, submissions = report_reader(page), all_submissions(batch.session, page.tenant_id)
        stored = next((stored for stored in submissions if stored.record_id == record_id), None)
        if stored is None or not reader.may_record(page.lists, stored.submission):
            raise AppError(ErrorCode.NOT_FOUND, record_id=record_id)
        operations.record_submission(batch, office(), seen, sent_on, number)

    refusal = attempt(in_batch(write), _REFUSALS)
    if refusal is not None:
        return _board(_refusal_text(refusal, page), refusal.status)
    board = url_for("console.reports.index", of=request.form.get("of") or None)
    return done(f"{board}#sent", "submission_recorded", record_id)


def new() -> Response:
    """Show the form of a new report: its kind, year and area."""
    page = current_page()
    typed = MultiDict({name: request.args[name] for name in _OPENED if name in request.args})
    typed.setdefault("year", str(page.today.year))
    typed.setdefault("area_id", next(iter(_areas(page)), ""))
    if "profile_ids" not in typed:
        chosen = default_profiles(page.lists, typed["area_id"], parse_whole_number(typed["year"]) or 0)
        typed.setlist("profile_ids", list(chosen))
    return _opening_page(OpeningForm(typed))


def create() -> AnyResponse:
    """Open a report; a refusal shows the form with all that was typed."""
    page = current_page()
    data, errors = _read(request.form, page)
    if errors:
        return _opening_page(OpeningForm(request.form, errors), page.say(_WRONG), 422)
    made: list[str] = []
    refusal = attempt(
        in_batch(lambda batch: made.append(operations.open_report(batch, office(), data))), _REFUSALS
    )
    if refusal is not None:
        messages = field_messages(RecordType.REPORT, refusal.problems, page.localizer.language)
        return _opening_page(OpeningForm(request.form, messages), refusal.message, refusal.status)
    return done(url_for("console.reports.detail", record_id=made[0]), "report_opened", made[0])


def _board(refusal: str = "", status: int = 200) -> Response:
    page, flash = current_page(), take_flash(FLASHES)
    reader, withdrawn = report_reader(page), None
    with page.reading() as session:
        every, owed = reports_and_submissions(session, page.tenant_id)
        if flash and flash.code == "report_withdrawn":
            withdrawn = withdrawn_report(session, page.tenant_id, flash.record_id)
        reports = [stored for stored in every if reader.viewer.sees(page.lists, stored)]
        stale = stale_sign_offs(session, page.tenant_id, page.lists, reports, page.today)
    followed = _followed(owed, reader, page)
    periods = _periods(
        [
            *((stored.report.kind, stored.report.year) for stored in reports),
            *((stored.submission.kind, stored.submission.year) for stored in followed),
        ]
    )
    chosen = request.values.get("of", "")
    of = chosen if chosen in periods else next(iter(periods), "")
    period = periods.get(of, ("annual", page.today.year))
    of_period = [stored for stored in followed if (stored.submission.kind, stored.submission.year) == period]
    flash_title = title_of(withdrawn.report, page.localizer) if withdrawn else ""
    return page.render(
        "reports/board.html",
        status,
        flash=flash.text(flash_title, page.localizer) if flash else "",
        withdrawn=withdrawn,
        refusal=refusal,
        reader=reader,
        reports=_report_rows(reports, stale, page),
        filters=_period_filter(of, periods, page),
        of=of,
        title=_period_name(period, page),
        duties=_duties(period, page),
        counts=_counts(of_period, page.today),
        lines=_submission_lines(of_period, reader, page),
        today=page.today,
    )


def _report_rows(
    reports: Iterable[StoredReport], stale: Collection[str], page: Page
) -> list[tuple[StoredReport, str, StateLabel]]:
    """Return each report with title and state; `stale`: ids of signed-off reports with changed figures."""
    return [
        (
            stored,
            title_of(stored.report, page.localizer),
            state_label(stored.state, page.localizer, is_stale=stored.record_id in stale),
        )
        for stored in reports
    ]


def _duties(period: tuple[str, int], page: Page) -> list[tuple[Duty, str]]:
    """Return the calendar of a kind of report in a year, each duty with its note."""
    kind, year = page.lists.report_kinds[period[0]], period[1]
    return [(duty, duty_note(duty, page.today, page.localizer)) for duty in duties(page.lists, kind, year)]


def _submission_lines(
    submissions: Iterable[StoredSubmission], reader: ReportReader, page: Page
) -> list[SubmissionLine]:
    return [
        submission_line(
            stored,
            page.today,
            page.localizer,
            may_record=reader.may_record(page.lists, stored.submission),
        )
        for stored in submissions
    ]


def _followed(owed: Iterable[StoredSubmission], reader: ReportReader, page: Page) -> list[StoredSubmission]:
    """Return the submissions that the officer may see; a reporter sees the own ones."""
    is_shown = reader.viewer.owes if reader.is_sender else reader.follows
    return [stored for stored in owed if is_shown(page.lists, stored.submission)]


def _counts(submissions: Sequence[StoredSubmission], today: date) -> dict[str, int]:
    """Return how many reports were sent, and how many are late."""
    return {
        "sent": sum(stored.submission.submitted_on is not None for stored in submissions),
        "late": sum(stored.submission.is_late_on(today) for stored in submissions),
    }


def _periods(named: list[tuple[str, int]]) -> dict[str, tuple[str, int]]:
    """Return kind and year of each report by their key, the latest year first."""
    ordered = sorted(set(named), key=lambda period: (-period[1], period[0]))
    return {f"{kind}.{year}": (kind, year) for kind, year in ordered}


def _period_filter(of: str, periods: Mapping[str, tuple[str, int]], page: Page) -> Sequence[FilterField]:
    if len(periods) < 2:
        return ()
    options = [(key, _period_name(period, page)) for key, period in periods.items()]
    return (FilterField("of", page.say(N_("Report")), of, options, page.say(N_("Latest"))),)


def _period_name(period: tuple[str, int], page: Page) -> str:
    return f"{page.localizer.label(page.lists.report_kinds, period[0])} {period[1]}"


def _opening_page(form: OpeningForm, refusal: str = "", status: int = 200) -> Response:
    page = current_page()
    fields = _fields(form, page)
    return page.render("reports/new.html", status, fields=fields, faults=faults_of(fields), refusal=refusal)


def _fields(form: OpeningForm, page: Page) -> tuple[InputField, ...]:
    lists, localizer = page.lists, page.localizer
    areas = tuple((area_id, localizer.area(area_id)) for area_id in _areas(page))
    controls = {
        "kind": Control("choice", options=_labels(lists.report_kinds, localizer)),
        "year": Control("number"),
        "period_from": Control("date"),
        "period_to": Control("date"),
        "area_id": Control("choice", options=areas),
        "profile_ids": Control("choices", options=_labels(lists.target_profiles, localizer)),
    }
    days = page.say(N_("Of a report whose kind has no period of its own: brief or ad hoc."))
    return tuple(
        InputField(
            path,
            field_name(RecordType.REPORT, path, localizer),
            control,
            tuple(form.typed.getlist(path)),
            help=days if path.startswith("period") else "",
            error=form.errors.get(path, ""),
            is_required=path in ("kind", "year", "area_id"),
        )
        for path, control in controls.items()
    )


def _labels(entries: Mapping[str, Labelled], localizer: Localizer) -> tuple[tuple[str, str], ...]:
    return tuple((key, entry.label(localizer.language)) for key, entry in entries.items())


def _read(typed: MultiDict[str, str], page: Page) -> tuple[Data, dict[str, str]]:
    lists, language, errors = page.lists, page.localizer.language, dict[str, str]()
    kind = lists.report_kinds.get(typed.get("kind", ""))
    year = parse_whole_number(typed.get("year", ""))
    area_id = typed.get("area_id", "")
    if kind is None:
        errors["kind"] = message(ErrorCode.REQUIRED, language)
    if year is None or not _FIRST_YEAR <= year <= _LAST_YEAR:
        errors["year"] = year_range_message(_FIRST_YEAR, _LAST_YEAR, language)
    if area_id not in _areas(page):
        errors["area_id"] = message(ErrorCode.REQUIRED, language)
    if kind is None or year is None or errors:
        return {}, errors
    days = [_day(typed.get(name, "")) for name in ("period_from", "period_to")]
    period = period_named(kind, year, days[0], days[1])
    if period is None:
        errors["period_from"] = page.say(N_("Write the first and the last day of the period."))
        return {}, errors
    profiles = [profile for profile in typed.getlist("profile_ids") if profile in lists.target_profiles]
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


def _areas(page: Page) -> tuple[str, ...]:
    """Return the areas that the officer may open a report for."""
    return report_reader(page).viewer.areas(page.lists, page.today)


def _refusal_text(refusal: Refusal, page: Page) -> str:
    sentences = [
        message(ErrorCode(code), page.localizer.language)
        for codes in refusal.problems.values()
        for code in codes
    ]
    return " ".join([refusal.message, *sentences])


def _day(text: str) -> date | None:
    """Return the day of a date field: as browsers send it, or as people type it without a date picker."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return parse_date(text)
