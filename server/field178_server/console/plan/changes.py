"""Changes of the plan: planned visits in bulk, their month and team, their cancellation, the quotas."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.plan import forms
from field178_server.console.plan.flashes import FLASHES
from field178_server.console.plan.forms import PlanForm, Wrong
from field178_server.console.plan.pages import checked_year, plan_reader
from field178_server.console.plan.view import PlanQuery, state_labels
from field178_server.console.shell.form_actions import attempt, done, in_batch, office, whole_number
from field178_server.console.shell.links import with_query
from field178_server.console.shell.lists import FilterField
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.page import current_page, or_404
from field178_server.console.shell.readings import note_reading
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import snapshot
from field178_server.office.plan import operations
from field178_server.office.plan.operations import SeenItem, plan_id
from field178_server.office.plan.progress import PlannedVisit, PlanReader
from field178_server.office.plan.queries import (
    CandidateFilter,
    candidates,
    planned_visit,
    register_units,
    teams,
    unavailable_establishments,
    units_outside,
    year_plan,
)
from field178_server.records.batch import Batch
from field178_server.records.find_record import find_record
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.record_type import RecordType
from field178_shared.records.plan import PlanItem, is_secret
from field178_shared.records.reading import entries_of, text_of
from field178_shared.text.i18n import N_

_REFUSALS = {
    ErrorCode.REVISION_CHANGED: N_("Another officer has changed it meanwhile. Look at it again."),
    ErrorCode.NOT_FOUND: N_("An establishment is no longer in the register. Search again."),
    ErrorCode.TOO_LARGE: N_("Too many at once. Narrow the search."),
    ErrorCode.RULE: N_("Nothing was written yet."),
    ErrorCode.REQUIRED: N_("Say why it is cancelled."),
    ErrorCode.TOO_LONG: N_("The reason is too long."),
    ErrorCode.PLAN_LOCKED: N_(
        "Unannounced visits are locked since the server started. Type the passphrase of the plan first."
    ),
}


def add_form(year: int) -> Response:
    """Show the establishments of a filter, to plan visits to all of them."""
    typed = forms.new_assignment(request.args.get("team", ""), current_page().today)
    return _adding_page(checked_year(year), MultiDict(typed), Wrong(status=200))


def add(year: int) -> AnyResponse:
    """Plan a visit to each of the chosen establishments."""
    page, chosen = current_page(), request.form.getlist("establishment")
    assignment, refused = forms.read_assignment(request.form, checked_year(year), page.localizer)
    if assignment is None or not chosen:
        errors = refused.errors if chosen else {**refused.errors, "establishment": page.say(_NONE_CHOSEN)}
        return _adding_page(year, request.form, replace(refused, text=page.say(_MEND), errors=errors))
    if confirmation := _confirm_text("reason", assignment.reason):
        return confirmation
    _refuse_foreign(chosen)
    if outside := _outside(assignment.team_id, chosen):
        return _adding_page(year, request.form, outside)
    work = in_batch(
        lambda batch: operations.add_items(batch, office(), page.runtime.plan_key.keys(), chosen, assignment)
    )
    if refusal := attempt(work, _REFUSALS):
        return _adding_page(year, request.form, Wrong(refusal.message, status=refusal.status))
    first = assignment.window_from
    waits = is_secret(assignment.kind, first, page.today)
    href = PlanQuery(first.year, first.month, assignment.team_id).href()
    return done(href, "planned_secretly" if waits else "planned", plan_id(year))


def item(item_id: str) -> Response:
    """Show a planned visit with its state and the forms that change it."""
    answer = _item_page(item_id, None, Wrong(status=200))
    note_reading(item_id)
    return answer


def move(item_id: str) -> AnyResponse:
    """Give a planned visit to another month or team."""
    page, planned = current_page(), _item(item_id)[0].item
    assignment, refused = forms.read_assignment(request.form, planned.year, page.localizer)
    if assignment is None:
        return _item_page(item_id, request.form, refused)
    if assignment.reason != planned.reason and (confirmation := _confirm_text("reason", assignment.reason)):
        return confirmation
    if outside := _outside(assignment.team_id, [planned.establishment_id]):
        return _item_page(item_id, request.form, outside)
    seen = SeenItem(item_id, whole_number("seen_rev"))
    code = "plan_moved"
    if is_secret(assignment.kind, assignment.window_from, page.today):
        code = "plan_kept" if planned.is_secret(page.today) else "plan_taken_back"
    keys = page.runtime.plan_key.keys()
    return _changed(
        item_id, lambda batch: operations.move_item(batch, office(), keys, seen, assignment), code
    )


def cancel(item_id: str) -> AnyResponse:
    """Take a visit out of the plan with a reason."""
    _item(item_id)
    reason = request.form.get("cancel_reason", "").strip()
    if confirmation := _confirm_text("cancel_reason", reason):
        return confirmation
    seen, keys = SeenItem(item_id, whole_number("seen_rev")), current_page().runtime.plan_key.keys()
    return _changed(
        item_id, lambda batch: operations.cancel_item(batch, office(), keys, seen, reason), "plan_cancelled"
    )


def recheck() -> AnyResponse:
    """Plan the re-inspection of an open correction for the team of its visit."""
    visit_id, key = request.form.get("visit_id", ""), request.form.get("follow_up_id", "")
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        visit = find_record(session, page.tenant_id, visit_id)
    if visit is None or not page.access.holds(visit.scope):
        raise AppError(ErrorCode.NOT_FOUND)
    attempt(in_batch(lambda batch: operations.plan_recheck(batch, office(), visit_id, key)), {})
    view_of_list = urlencode(parse_qsl(request.form.get("view", "")))
    return done(with_query(url_for("console.follow_ups.index"), view_of_list), "recheck_planned", visit_id)


def quotas(year: int) -> Response:
    """Show the form of a year's document and quotas."""
    return _quota_page(checked_year(year), None, Wrong(status=200))


def set_quotas(year: int) -> AnyResponse:
    """Write a year's document and quotas over the revision that was seen."""
    localizer = current_page().localizer
    data, refused = forms.read_quotas(request.form, checked_year(year), localizer)
    if data is None:
        return _quota_page(year, request.form, refused)
    number = OwnText(
        "number", field_name(RecordType.INSPECTION_PLAN, "number", localizer), text_of(data, "number")
    )
    if confirmation := confirm_texts([number], "console.plan.index"):
        return confirmation
    seen_rev = whole_number("seen_rev")
    refusal = attempt(in_batch(lambda batch: operations.set_plan(batch, office(), data, seen_rev)), _REFUSALS)
    if refusal is not None:
        return _quota_page(year, request.form, Wrong(refusal.message, status=refusal.status))
    return done(url_for("console.plan.year_page", year=year), "quotas_set", plan_id(year))


def _adding_page(year: int, typed: MultiDict[str, str], refused: Wrong) -> Response:
    page, search = current_page(), _candidate_filter()
    reader = plan_reader(page)
    is_asked = bool({"q", "unit", "type", "unplanned"} & request.args.keys())
    with page.reading() as session:
        establishments = candidates(session, reader, search, year) if is_asked else ()
        choices = forms.choices(teams(session, reader), register_units(session, reader), page.localizer)
    chosen = {row.record_id for row in establishments}
    if request.method == "POST":
        chosen = set(typed.getlist("establishment"))
    action = url_for("console.plan.add", year=year)
    return page.render(
        "plan/add.html",
        refused.status,
        year=year,
        search=search,
        filters=_candidate_filters(search, choices, page.localizer),
        is_asked=is_asked,
        establishments=establishments,
        is_full=len(establishments) == operations.MOST_AT_ONCE,
        chosen=chosen,
        action=with_query(action, request.query_string.decode("ascii", "replace")),
        form=PlanForm(typed, refused, choices, page.localizer),
    )


def _candidate_filter() -> CandidateFilter:
    query = request.args
    return CandidateFilter(
        query.get("q", "")[:120], query.get("unit", ""), query.get("type", ""), "unplanned" in query
    )


def _candidate_filters(
    search: CandidateFilter, choices: forms.Choices, localizer: Localizer
) -> tuple[FilterField, ...]:
    type_label = forms.label("establishment_type_id", localizer)
    unit_label = forms.label("unit_id", localizer)
    return (
        FilterField("type", type_label, search.establishment_type_id, choices.types),
        FilterField("unit", unit_label, search.unit_id, choices.units),
    )


def _item_page(item_id: str, typed: MultiDict[str, str] | None, refused: Wrong) -> Response:
    page = current_page()
    reader = plan_reader(page)
    visit, rev = _item(item_id)
    item = visit.item
    with page.reading() as session:
        choices = forms.choices(teams(session, reader), (), page.localizer)
        names = names_of(session, page.tenant_id, {item.team_id, item.establishment_id} - {""})
        correction = _correction_text(session, item, reader)
    page.use_names(names)
    typed = typed or MultiDict(forms.assignment_typed(item))
    return page.render(
        "plan/item.html",
        refused.status,
        flash=page.flash_text(FLASHES),
        visit=visit,
        states=state_labels(page.localizer),
        correction=correction,
        rev=rev,
        cancel_reason=request.form.get("cancel_reason", ""),
        form=PlanForm(typed, refused, choices, page.localizer),
    )


def _correction_text(session: Session, item: PlanItem, reader: PlanReader) -> str:
    """Return the text of the follow-up behind the visit, "" if it may not be read."""
    if not item.asked_by:
        return ""
    visit_id, key = item.asked_by
    visit = find_record(session, reader.tenant_id, visit_id)
    if visit is None or not reader.access.holds(visit.scope):
        return ""
    return text_of(entries_of(visit.data, "follow_ups").get(key, {}), "text")


def _quota_page(year: int, typed: MultiDict[str, str] | None, refused: Wrong) -> Response:
    page = current_page()
    reader = plan_reader(page)
    with page.reading() as session:
        plan = year_plan(session, reader, year)
        units = {*register_units(session, reader), *(progress.quota.unit_id for progress in plan.quotas)}
        choices = forms.choices(teams(session, reader), units - {""}, page.localizer)
    shown = typed if typed is not None else forms.quotas_typed(plan.plan)
    return page.render(
        "plan/quotas.html",
        refused.status,
        year=year,
        rev=request.form.get("seen_rev", "0") if typed is not None else str(plan.rev),
        rows=forms.quota_rows(shown),
        form=PlanForm(shown, refused, choices, page.localizer),
    )


def _outside(team_id: str, establishment_ids: Collection[str]) -> Wrong | None:
    """Return the refusal of a team that is not responsible for a commune of these establishments."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        units = units_outside(session, plan_reader(page), team_id, establishment_ids, page.lists)
    if not units:
        return None
    named = ", ".join(page.localizer.label(page.lists.units, unit_id) for unit_id in units)
    sentence = page.say(N_("The team is not responsible for: {units}."), units=named)
    return Wrong(page.say(_MEND), {"team_id": sentence})


def _item(item_id: str) -> tuple[PlannedVisit, int]:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return or_404(planned_visit(session, plan_reader(page), item_id))


def _changed(item_id: str, work: Callable[[Batch], object], code: str) -> AnyResponse:
    refusal = attempt(in_batch(work), _REFUSALS)
    if refusal is not None:
        return _item_page(item_id, request.form, Wrong(refusal.message, status=refusal.status))
    return done(url_for("console.plan.item", item_id=item_id), code, item_id)


def _refuse_foreign(establishment_ids: list[str]) -> None:
    """Raise AppError(not_found) for an establishment outside of the officer's area."""
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        if unavailable_establishments(session, plan_reader(page), establishment_ids):
            raise AppError(ErrorCode.NOT_FOUND)


def _confirm_text(name: str, text: str) -> Response | None:
    """Return the page about a text that may name a person, None without such a text."""
    path = "cancelled.reason" if name == "cancel_reason" else name
    own = OwnText(name, forms.label(path, current_page().localizer), text)
    return confirm_texts([own], "console.plan.index")


_NONE_CHOSEN = N_("Choose at least one establishment.")
_MEND = N_("Nothing was written yet. Mend these fields:")
