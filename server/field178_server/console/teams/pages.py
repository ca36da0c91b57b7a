"""Pages of teams: list, one team, the form of its decision, the form of a member."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import partial

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.shell.access import ADMINISTER
from field178_server.console.shell.form_actions import done, office, whole_number
from field178_server.console.shell.form_fields import InputField, faults_of
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.page import current_page, or_404
from field178_server.console.teams import form, view
from field178_server.console.teams.flashes import FLASHES
from field178_server.console.teams.form import MEMBER_PATHS, NAME_TAKEN, OFFICER, FormState
from field178_server.console.teams.view import TeamQuery, TeamWork
from field178_server.console.text.field_labels import field_name
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.http.browser_session import password_refusal
from field178_server.office.access_requests import rights
from field178_server.office.follow_ups.queries import FollowUpFilter, follow_up_counts
from field178_server.office.plan.progress import PlanReader, planned_visits
from field178_server.office.reminders.oversight import notify_without_second
from field178_server.office.teams import operations, queries
from field178_server.office.teams.operations import PATHS, SeenTeam
from field178_server.records.access import AccessFilter
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import text_of
from field178_shared.records.teams import Team
from field178_shared.text.i18n import N_

_MEND = N_("Nothing was written yet. Mend these fields:")
_CHANGED = N_("Somebody else changed this team meanwhile; look at it again, then save.")
_PAGE, _NUMBER = "console.teams.detail", "decision_number"


def index() -> Response:
    """Show the teams with their decisions."""
    page, query = current_page(), TeamQuery.read()
    with page.reading() as session:
        teams = queries.team_list(session, page.tenant_id, team_access(), page.today)
    lines = view.lines_of(teams, query, page.today, page.localizer)
    return page.render(
        "teams/list.html",
        query=query,
        filters=view.filters_of(query, page.localizer),
        lines=lines,
        total=len(lines),
    )


def detail(team_id: str) -> Response:
    """Show a team: its decision, members, tablets, plan, open work and history."""
    page = current_page()
    with page.reading() as session:
        team_page = or_404(queries.team_page(session, page.tenant_id, team_access(), team_id, page.today))
        work = _work(session, team_id) if page.may("console.filed_records.visits") else None
    page.use_names(team_page.names)
    team, localizer = team_page.team, page.localizer
    return page.render(
        "teams/page.html",
        flash=page.flash_text(FLASHES, team.name),
        team=team,
        validity=view.validity(team, page.today, localizer),
        level=view.level_name(team.level, localizer),
        members=view.member_lines(team_page, page.today, localizer),
        tablets=team_page.tablets,
        reads_visits=work is not None,
        work=view.work_lines(team_page, work, localizer) if work else (),
        revisions=view.revision_lines(team_page, localizer),
    )


def new() -> Response:
    """Show the form of a new team."""
    page = current_page()
    focal = page.lists.focal_agency_on(page.today)
    state = FormState.of({"level": "commune", "standing_agency": focal.id if focal else ""}, PATHS)
    return _team_form(SeenTeam(page.runtime.ids.random(), 0), "", state)


def add() -> AnyResponse:
    """Create a team under the id of the form, so that a form sent twice creates one team."""
    record_id = request.form.get("record", "")
    if not is_uuid(record_id):
        raise AppError(ErrorCode.BAD_REQUEST)
    return _save(SeenTeam(record_id, 0), "")


def edit(team_id: str) -> Response:
    """Show the form of a team's decision and communes."""
    team, rev = _team(team_id)
    return _team_form(SeenTeam(team_id, rev), team.name, FormState.of(_data_of(team), PATHS))


def save(team_id: str) -> AnyResponse:
    """Write a team's decision and communes over the revision that the form was made from."""
    team, _ = _team(team_id)
    return _save(SeenTeam(team_id, whole_number("seen_rev")), team.name)


def member(team_id: str) -> Response:
    """Show the form of a member, or of a new one."""
    team, rev = _team(team_id)
    officer_id = request.args.get(OFFICER, "")
    membership = team.members.get(officer_id)
    data: Data = {"position": "member", "valid_from": current_page().today.isoformat()}
    if membership is not None:
        days = {"valid_from": membership.valid_from, "valid_to": membership.valid_to}
        data = {"position": membership.position, **_iso_days(days)}
    return _member_form(SeenTeam(team_id, rev), officer_id, FormState.of(data, MEMBER_PATHS))


def set_member(team_id: str) -> AnyResponse:
    """Give an officer a position in a team from a first to a last day."""
    page, context = current_page(), office()
    team, _ = _team(team_id)
    seen, officer_id = SeenTeam(team_id, whole_number("seen_rev")), request.form.get(OFFICER, "")
    membership, state = form.read_member(FormState.typed(request.form), page.localizer)
    if not officer_id:
        state = state.refused({OFFICER: [ErrorCode.REQUIRED]}, page.localizer)
    if state.errors:
        return _member_form(seen, officer_id, state, (422, _MEND))
    if (refusal := password_refusal()) is not None:
        return _member_form(seen, officer_id, state, refusal)
    by_mail = page.runtime.settings.sends_mail
    try:
        waits = run_write(
            page.runtime.engine,
            lambda session: rights.set_member(
                session, context, seen, officer_id, membership, by_mail=by_mail
            ),
        )
    except AppError as error:
        refused, refusal = _refused(state, error)
        return _member_form(seen, officer_id if officer_id in team.members else "", refused, refusal)
    return done(url_for(_PAGE, team_id=team_id), "member_waits" if waits else "member_saved", team_id)


def team_access() -> AccessFilter:
    """Return which teams the officer sees: an administrator sees all of them and reads no record."""
    page = current_page()
    is_admin = ADMINISTER.is_open_to(page.officer.role, page.lists)
    return AccessFilter(None) if is_admin else page.access


def _save(seen: SeenTeam, name: str) -> AnyResponse:
    page, context = current_page(), office()
    values, state = form.read_team(FormState.typed(request.form), page.localizer)
    if state.errors:
        return _team_form(seen, name, state, (422, _MEND))
    if (refusal := password_refusal()) is not None:
        return _team_form(seen, name, state, refusal)
    number = OwnText(_NUMBER, field_name(RecordType.TEAM, _NUMBER, page.localizer), text_of(values, _NUMBER))
    if question := confirm_texts([number], "console.teams.index"):
        return question

    def save(session: Session) -> None:
        if operations.save(session, context, seen, values):
            notify_without_second(session, context)

    try:
        run_write(page.runtime.engine, save)
    except AppError as error:
        if error.details.get("problem") == "taken":
            taken = FormState(state.texts, {"name": page.say(NAME_TAKEN)})
            return _team_form(seen, name, taken, (422, _MEND))
        refused, refusal = _refused(state, error)
        return _team_form(seen, name, refused, refusal)
    return done(url_for(_PAGE, team_id=seen.team_id), "team_saved", seen.team_id)


def _refused(state: FormState, error: AppError) -> tuple[FormState, tuple[int, str]]:
    """Return the form and the refusal for an error that an officer can correct; raise any other."""
    problems = error.details.get("problems")
    if error.code is ErrorCode.RULE and isinstance(problems, dict):
        return state.refused(problems, current_page().localizer), (422, _MEND)
    if error.code is ErrorCode.REVISION_CHANGED:
        return state, (409, _CHANGED)
    raise error


def _team_form(
    seen: SeenTeam, name: str, state: FormState, refusal: tuple[int, str] | None = None
) -> Response:
    page = current_page()
    fields = form.team_fields(state, page.localizer, page.today)
    return _form_page("teams/form.html", seen, name, refusal, fields=fields)


def _member_form(
    seen: SeenTeam, officer_id: str, state: FormState, refusal: tuple[int, str] | None = None
) -> Response:
    page = current_page()
    team, _ = _team(seen.team_id)
    is_member = officer_id in team.members
    with snapshot(page.runtime.engine) as session:
        people = queries.joinable(session, page.tenant_id, team.members)
        member_name = queries.member_name(session, page.tenant_id, officer_id) if is_member else ""
    agency = partial(page.localizer.label, page.lists.agencies)
    options = [(person.officer_id, f"{person.name} · {agency(person.agency)}") for person in people]
    return _form_page(
        "teams/member.html",
        seen,
        team.name,
        refusal,
        fields=form.member_fields(state, () if is_member else options, page.localizer),
        member={
            "officer_id": officer_id if is_member else "",
            "name": member_name,
            "is_empty": not is_member and not options,
        },
    )


def _form_page(
    template: str,
    seen: SeenTeam,
    name: str,
    refusal: tuple[int, str] | None,
    *,
    fields: tuple[InputField, ...],
    member: Mapping[str, object] | None = None,
) -> Response:
    page = current_page()
    return page.render(
        template,
        seen=seen,
        name=name,
        fields=fields,
        faults=faults_of(fields),
        refused_form=refusal,
        member=member,
    )


def _work(session: Session, team_id: str) -> TeamWork:
    page = current_page()
    is_office, keys = page.may("console.plan.add"), page.runtime.plan_key.keys()
    reader = PlanReader(page.tenant_id, page.access, page.today, is_office, keys)
    follow_ups = FollowUpFilter(page.tenant_id, page.access, page.today, team_id=team_id)
    planned = planned_visits(session, reader, page.today.year)
    return TeamWork(
        year=page.today.year,
        plan=Counter(visit.progress.state for visit in planned if visit.item.team_id == team_id),
        follow_ups=follow_up_counts(session, follow_ups),
    )


def _team(team_id: str) -> tuple[Team, int]:
    page = current_page()
    with snapshot(page.runtime.engine) as session:
        return or_404(queries.find_team(session, page.tenant_id, team_access(), team_id))


def _data_of(team: Team) -> Data:
    days = {name: getattr(team, name) for name in ("decision_date", "valid_from", "valid_to")}
    texts = ("name", "decision_number", "deciding_agency", "level", "standing_agency")
    data: Data = {name: getattr(team, name) for name in texts} | {"unit_ids": list(team.unit_ids)}
    return data | _iso_days(days)


def _iso_days(days: Mapping[str, date | None]) -> Data:
    return {name: day.isoformat() for name, day in days.items() if day}
