"""Changes of the plan: planned visits in bulk, their month and team, their cancellation, the quotas."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from flask import Response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.plan import forms, view
from field178_server.console.plan.flashes import FLASHES
from field178_server.console.plan.forms import Wrong
from field178_server.console.plan.pages import known_year, layout_in, may_plan, reader_of, today
from field178_server.console.plan.view import PlanQuery
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import attempt, batch_in, done, office, whole_number
from field178_server.console.shell.layout import render
from field178_server.console.shell.links import with_query
from field178_server.console.shell.lists import FilterField
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.shell.readings import note_reading
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer, address_text
from field178_server.database.unit_of_work import Session, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.office.plan import operations
from field178_server.office.plan.operations import SeenItem, plan_id
from field178_server.office.plan.progress import PlannedVisit
from field178_server.office.plan.queries import (
    CandidateFilter,
    PlannableEstablishment,
    candidates,
    foreign_to,
    planned_visit,
    register_units,
    teams,
    units_outside,
    year_plan,
)
from field178_server.records.batch import Batch
from field178_server.records.find_record import find_record
from field178_server.records.labels import names_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.records.plan import PLAN, is_secret
from field178_shared.records.reading import entries_of, text_of
from field178_shared.schemas.fields.catalogue import words_at
from field178_shared.text.formats import parse_whole_number
from field178_shared.text.i18n import N_

_REFUSALS = {
    ErrorCode.REVISION_CHANGED: N_("Another officer has changed it meanwhile. Look at it again."),
    ErrorCode.NOT_FOUND: N_("An establishment is no longer in the register. Search again."),
    ErrorCode.TOO_LARGE: N_("Too many at once. Narrow the search."),
    ErrorCode.RULE: N_("Nothing was written yet."),
    ErrorCode.REQUIRED: N_("Say why it is cancelled."),
    ErrorCode.TOO_LONG: N_("The reason is too long."),
}


def add_form(year: int) -> Response:
    """Show what of the register a filter finds, to be planned all at once."""
    offered = request.args.get("team", "")
    return _adding_page(
        known_year(year), MultiDict(forms.new_assignment(offered, today())), Wrong(status=200)
    )


def add(year: int) -> AnyResponse:
    """Plan a visit to each of the chosen establishments."""
    localizer, chosen = Localizer(chosen_language()), request.form.getlist("establishment")
    made, refused = forms.read_assignment(request.form, known_year(year), localizer)
    if made is None or not chosen:
        errors = (
            refused.errors if chosen else {**refused.errors, "establishment": localizer.say(_NONE_CHOSEN)}
        )
        text = localizer.say(N_("Nothing was written yet. Mend these fields:"))
        return _adding_page(year, request.form, replace(refused, text=text, errors=errors))
    if asked := _confirm_text("reason", made.reason):
        return asked
    _refuse_foreign(chosen)
    if outside := _outside(made.team_id, chosen, localizer):
        return _adding_page(year, request.form, outside)
    refusal = attempt(_in_batch(lambda batch: operations.add_items(batch, office(), chosen, made)), _REFUSALS)
    if refusal is not None:
        return _adding_page(year, request.form, Wrong(refusal.message, status=refusal.status))
    href = PlanQuery(made.window_from.year, made.window_from.month, made.team_id).href()
    waits = is_secret(made.kind, made.window_from, today())
    return done(href, "planned_secretly" if waits else "planned", plan_id(year))


def item(item_id: str) -> Response:
    """Show a planned visit, what became of it, and the forms that change it."""
    answer = _item_page(item_id, None, Wrong(status=200))
    note_reading(item_id)
    return answer


def move(item_id: str) -> AnyResponse:
    """Give a planned visit to another month or team."""
    one, localizer = _item(item_id)[0], Localizer(chosen_language())
    made, refused = forms.read_assignment(request.form, one.item.year, localizer)
    if made is None:
        return _item_page(item_id, request.form, refused)
    if made.reason != one.item.reason and (asked := _confirm_text("reason", made.reason)):
        return asked
    if outside := _outside(made.team_id, [one.item.establishment_id], localizer):
        return _item_page(item_id, request.form, outside)
    seen = SeenItem(item_id, whole_number("seen_rev"))
    code = "plan_moved"
    if is_secret(made.kind, made.window_from, today()):
        code = "plan_kept" if one.item.is_secret(today()) else "plan_taken_back"
    return _changed(item_id, lambda batch: operations.move_item(batch, office(), seen, made), code)


def cancel(item_id: str) -> AnyResponse:
    """Take a visit out of the plan with a reason."""
    _item(item_id)
    reason = request.form.get("cancel_reason", "").strip()
    if asked := _confirm_text("cancel_reason", reason):
        return asked
    seen = SeenItem(item_id, whole_number("seen_rev"))
    return _changed(
        item_id, lambda batch: operations.cancel_item(batch, office(), seen, reason), "plan_cancelled"
    )


def recheck() -> AnyResponse:
    """Plan the re-inspection of an open correction for the team that asked for it."""
    visit_id, key = request.form.get("visit_id", ""), request.form.get("follow_up_id", "")
    runtime, officer = current_runtime(), current_officer()
    with snapshot(runtime.engine) as session:
        visit = find_record(session, runtime.tenant_id, visit_id)
    if visit is None or not reader_of(officer).access.holds(visit.scope):
        raise AppError(ErrorCode.NOT_FOUND)
    attempt(_in_batch(lambda batch: operations.plan_recheck(batch, office(), visit_id, key)), {})
    view_of_list = urlencode(parse_qsl(request.form.get("view", "")))
    return done(with_query(url_for("console.follow_ups.index"), view_of_list), "recheck_planned", visit_id)


def quotas(year: int) -> Response:
    """Show the form of a year's document and quotas."""
    return _quota_page(known_year(year), None, Wrong(status=200))


def set_quotas(year: int) -> AnyResponse:
    """Write a year's document and quotas over the revision that was seen."""
    localizer = Localizer(chosen_language())
    data, refused = forms.read_quotas(request.form, known_year(year), localizer)
    if data is None:
        return _quota_page(year, request.form, refused)
    number = OwnText("number", field_name(PLAN, "number", localizer), text_of(data, "number"))
    if asked := confirm_texts([number], "console.plan.index"):
        return asked
    seen_rev = whole_number("seen_rev")
    refusal = attempt(
        _in_batch(lambda batch: operations.set_plan(batch, office(), data, seen_rev)), _REFUSALS
    )
    if refusal is not None:
        return _quota_page(year, request.form, Wrong(refusal.message, status=refusal.status))
    return done(url_for("console.plan.year_page", year=year), "quotas_set", plan_id(year))


def _adding_page(year: int, typed: MultiDict[str, str], refused: Wrong) -> Response:
    runtime, officer, plain = current_runtime(), current_officer(), Localizer(chosen_language())
    reader, asked = reader_of(officer), request.args
    wanted = CandidateFilter(
        asked.get("q", "")[:120], asked.get("unit", ""), asked.get("type", ""), "unplanned" in asked
    )
    is_asked = bool({"q", "unit", "type", "unplanned"} & asked.keys())
    with snapshot(runtime.engine) as session:
        found = candidates(session, reader, wanted, year) if is_asked else ()
        choices = forms.choices(teams(session, reader), register_units(session, reader), plain)
        layout = layout_in(session)
    filters = (
        FilterField(
            "type", _label("establishment_type_id", plain), wanted.establishment_type_id, choices.types
        ),
        FilterField("unit", _label("unit_id", plain), wanted.unit_id, choices.units),
    )
    chosen = (
        set(typed.getlist("establishment")) if request.method == "POST" else {one.record_id for one in found}
    )
    return render(
        "plan/add.html",
        refused.status,
        layout=layout,
        active="console.plan.index",
        year=year,
        wanted=wanted,
        filters=filters,
        is_asked=is_asked,
        rows=[_candidate_line(one, plain) for one in found],
        is_full=len(found) == operations.MOST_AT_ONCE,
        chosen=chosen,
        action=with_query(
            url_for("console.plan.add", year=year), request.query_string.decode("ascii", "replace")
        ),
        **_form(typed, refused, choices),
    )


def _item_page(item_id: str, typed: MultiDict[str, str] | None, refused: Wrong) -> Response:
    runtime, officer, plain = current_runtime(), current_officer(), Localizer(chosen_language())
    reader = reader_of(officer)
    one, rev = _item(item_id)
    item, flash = one.item, take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        choices = forms.choices(teams(session, reader), (), plain)
        named = names_of(session, runtime.tenant_id, {item.team_id, item.establishment_id} - {""})
        asked = find_record(session, runtime.tenant_id, item.asked_by[0]) if item.asked_by else None
        layout = layout_in(session)
    localizer = Localizer(plain.language, named)
    asked_text = ""
    if asked is not None and item.asked_by and reader.access.holds(asked.scope):
        asked_text = text_of(entries_of(asked.data, "follow_ups").get(item.asked_by[1], {}), "text")
    return render(
        "plan/item.html",
        refused.status,
        layout=layout,
        active="console.plan.index",
        flash=flash.text("", localizer) if flash else "",
        line=view.item_line(one, localizer),
        item=item,
        trigger=localizer.choice("inspection_trigger", item.trigger),
        asked_text=asked_text,
        tried=len(one.progress.tried),
        rev=rev,
        back=PlanQuery(item.year).href(),
        may_change=may_plan(officer) and item.cancelled is None,
        cancel_reason=request.form.get("cancel_reason", ""),
        **_form(typed or MultiDict(forms.assignment_typed(item)), refused, choices),
    )


def _quota_page(year: int, typed: MultiDict[str, str] | None, refused: Wrong) -> Response:
    runtime, officer, plain = current_runtime(), current_officer(), Localizer(chosen_language())
    reader = reader_of(officer)
    with snapshot(runtime.engine) as session:
        found = year_plan(session, reader, year)
        units = {*register_units(session, reader), *(one.quota.unit_id for one in found.quotas)} - {""}
        choices = forms.choices(teams(session, reader), units, plain)
        layout = layout_in(session)
    shown = typed if typed is not None else forms.quotas_typed(found.plan)
    rev = request.form.get("seen_rev", "0") if typed is not None else str(found.rev)
    return render(
        "plan/quotas.html",
        refused.status,
        layout=layout,
        active="console.plan.index",
        year=year,
        rev=rev,
        rows=forms.quota_rows(shown),
        **_form(shown, refused, choices),
    )


def _form(typed: MultiDict[str, str], refused: Wrong, choices: forms.Choices) -> dict[str, object]:
    localizer = Localizer(chosen_language())
    faults = [(_label(path, localizer), said, f"#field-{path}") for path, said in refused.errors.items()]
    return {
        "typed": typed,
        "refused": refused,
        "faults": faults,
        "choices": choices,
        "label": lambda path: forms.label(path, localizer),
        "hint": lambda path: forms.hint(path, localizer),
    }


def _label(path: str, localizer: Localizer) -> str:
    if path == "establishment":
        return forms.label("establishment_id", localizer)
    name, _, index = path.partition("-")
    if name == "count":
        return localizer.say(N_("Quota {number}")).format(number=(parse_whole_number(index) or 0) + 1)
    if path == "issued_on":
        return words_at("inspection_plan", path, localizer.language).label
    return forms.label(path, localizer)


def _outside(team_id: str, establishment_ids: Collection[str], localizer: Localizer) -> Wrong | None:
    """Return the refusal of a team that is not responsible for a commune of these establishments."""
    reader = reader_of(current_officer())
    with snapshot(current_runtime().engine) as session:
        units = units_outside(session, reader, team_id, establishment_ids, localizer.lists)
    if not units:
        return None
    named = ", ".join(localizer.label(localizer.lists.units, one) for one in units)
    said = localizer.say(N_("The team is not responsible for: {units}.")).format(units=named)
    return Wrong(localizer.say(N_("Nothing was written yet. Mend these fields:")), {"team_id": said})


def _item(item_id: str) -> tuple[PlannedVisit, int]:
    with snapshot(current_runtime().engine) as session:
        found = planned_visit(session, reader_of(current_officer()), item_id)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return found


def _changed(item_id: str, work: Callable[[Batch], object], code: str) -> AnyResponse:
    refusal = attempt(_in_batch(work), _REFUSALS)
    if refusal is not None:
        return _item_page(item_id, request.form, Wrong(refusal.message, status=refusal.status))
    return done(url_for("console.plan.item", item_id=item_id), code, item_id)


def _in_batch(work: Callable[[Batch], object]) -> Callable[[Session], object]:
    def write(session: Session) -> None:
        batch = batch_in(session)
        work(batch)
        batch.flush()

    return write


def _refuse_foreign(establishment_ids: list[str]) -> None:
    """Raise AppError(not_found) for an establishment outside of the officer's area."""
    with snapshot(current_runtime().engine) as session:
        if foreign_to(session, reader_of(current_officer()), establishment_ids):
            raise AppError(ErrorCode.NOT_FOUND)


def _confirm_text(name: str, text: str) -> Response | None:
    """Return the page that asks about a text that may name a person, None where there is nothing to ask."""
    path = "cancelled.reason" if name == "cancel_reason" else name
    own = OwnText(name, forms.label(path, Localizer(chosen_language())), text)
    return confirm_texts([own], "console.plan.index")


def _candidate_line(one: PlannableEstablishment, localizer: Localizer) -> Mapping[str, object]:
    lists = localizer.lists
    return {
        "id": one.record_id,
        "name": one.name,
        "kind": localizer.label(lists.types, one.establishment_type_id),
        "address": address_text(one.address, localizer.label(lists.units, one.unit_id)),
        "planned": ", ".join(view.month_name(month, localizer) for month in one.months),
    }


_NONE_CHOSEN = N_("Choose at least one establishment.")
