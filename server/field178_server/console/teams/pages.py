"""Pages of teams: list, one team, the form of its decision, the form of a member."""

from __future__ import annotations

from collections import Counter
from datetime import date

from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.access import ADMINISTER
from field178_server.console.shell.flash import take_flash
from field178_server.console.shell.form_actions import done, office, whole_number
from field178_server.console.shell.form_fields import faults_of
from field178_server.console.shell.layout import layout_of, render
from field178_server.console.shell.own_texts import OwnText, confirm_texts
from field178_server.console.shell.policy import may
from field178_server.console.shell.preferences import chosen_language
from field178_server.console.teams import form, view
from field178_server.console.teams.flashes import FLASHES
from field178_server.console.teams.form import MEMBER_PATHS, NAME_TAKEN, OFFICER, FormState
from field178_server.console.teams.view import TeamQuery, TeamWork
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.database.unit_of_work import Session, run_write, snapshot
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.http.browser_session import is_confirmed, password_refusal
from field178_server.office.follow_ups.queries import FollowUpFilter, follow_up_counts
from field178_server.office.plan.progress import PlanReader, planned_visits
from field178_server.office.teams import operations, queries
from field178_server.office.teams.operations import PATHS, SeenTeam
from field178_server.office.teams.queries import TeamPage
from field178_server.records.access import AccessFilter, access_of
from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.merge import Data
from field178_shared.records.reading import text_of
from field178_shared.records.teams import TEAM, Team
from field178_shared.text.i18n import N_
from field178_shared.time.clock import local_date

_MEND = N_("Nothing was written yet. Mend these fields:")
_CHANGED = N_("Somebody else changed this team meanwhile; look at it again, then save.")
_PAGE, _NUMBER = "console.teams.detail", "decision_number"


def index() -> Response:
    """Show the teams with their decisions."""
    runtime, officer, localizer = current_runtime(), current_officer(), Localizer(chosen_language())
    query = TeamQuery.read()
    with snapshot(runtime.engine) as session:
        found = queries.team_list(session, runtime.tenant_id, team_access(officer), _today())
        layout = layout_of(session, officer, localizer)
    lines = view.lines_of(found, query, _today(), localizer)
    return render(
        "teams/list.html",
        layout=layout,
        active="console.teams.index",
        query=query,
        filters=view.filters_of(query, localizer),
        lines=lines,
        total=localizer.number(len(lines)),
        may_change=_may_change(officer),
    )


def detail(team_id: str) -> Response:
    """Show a team: its decision, members, tablets, plan, open work and history."""
    runtime, officer, plain = current_runtime(), current_officer(), Localizer(chosen_language())
    flash = take_flash(FLASHES)
    with snapshot(runtime.engine) as session:
        page = queries.team_page(session, runtime.tenant_id, team_access(officer), team_id, _today())
        if page is None:
            raise AppError(ErrorCode.NOT_FOUND)
        work = (
            _work(session, officer, page) if may(officer.role, "console.filed.visits", plain.lists) else None
        )
        layout = layout_of(session, officer, plain)
    localizer = Localizer(plain.language, page.names)
    return render(
        "teams/page.html",
        layout=layout,
        active="console.teams.index",
        flash=flash.text(page.team.name, plain) if flash else "",
        team=page.team,
        validity=view.validity(page.team, _today(), localizer),
        facts=view.facts_of(page.team, localizer),
        members=view.member_lines(page, officer, _today(), localizer),
        tablets=[
            (one, localizer.instant(one.last_seen_at) if one.last_seen_at else "") for one in page.tablets
        ],
        may_open_tablets=may(officer.role, "console.tablets.detail", plain.lists),
        reads_visits=work is not None,
        work=view.work_lines(page, work, localizer) if work else (),
        revisions=view.revision_lines(page, localizer),
        may_change=_may_change(officer),
    )


def new() -> Response:
    """Show the form of a new team."""
    record_id = current_runtime().ids.random()
    state = FormState.of({"level": "commune", "standing_agency": _focal()}, PATHS)
    return _team_form(SeenTeam(record_id, 0), "", state)


def add() -> AnyResponse:
    """Set a team up under the id that the form carries, so that a form sent twice makes one."""
    record_id = request.form.get("record", "")
    if not is_uuid(record_id):
        raise AppError(ErrorCode.BAD_REQUEST)
    return _save(SeenTeam(record_id, 0), "")


def edit(team_id: str) -> Response:
    """Show the form of a team's decision and communes."""
    found, rev = _team(team_id)
    return _team_form(SeenTeam(team_id, rev), found.name, FormState.of(_data_of(found), PATHS))


def save(team_id: str) -> AnyResponse:
    """Write a team's decision and communes over the revision that was seen."""
    found, _ = _team(team_id)
    return _save(SeenTeam(team_id, whole_number("seen_rev")), found.name)


def member(team_id: str) -> Response:
    """Show the form of a member, or of a new one."""
    found, rev = _team(team_id)
    officer_id = request.args.get(OFFICER, "")
    known = found.members.get(officer_id)
    data: Data = {"position": "member", "valid_from": _today().isoformat()}
    if known is not None:
        days = {"valid_from": known.valid_from, "valid_to": known.valid_to}
        told = {name: day.isoformat() for name, day in days.items() if day}
        data = {"position": known.position, **told}
    return _member_form(SeenTeam(team_id, rev), officer_id, FormState.of(data, MEMBER_PATHS))


def set_member(team_id: str) -> AnyResponse:
    """Give an officer a position in a team from a first to a last day."""
    found, _ = _team(team_id)
    seen, officer_id = SeenTeam(team_id, whole_number("seen_rev")), request.form.get(OFFICER, "")
    localizer, context = Localizer(chosen_language()), office()
    wanted, state = form.read_member(FormState.typed(request.form), localizer)
    if not officer_id:
        state = state.refused({OFFICER: [ErrorCode.REQUIRED]}, localizer)
    if state.errors:
        return _member_form(seen, officer_id, state, (422, _MEND))
    if (refusal := password_refusal()) is not None:
        return _member_form(seen, officer_id, state, refusal)
    try:
        run_write(
            current_runtime().engine,
            lambda session: operations.set_member(session, context, seen, officer_id, wanted),
        )
    except AppError as error:
        refused, said = _refused(state, error, localizer)
        return _member_form(seen, officer_id if officer_id in found.members else "", refused, said)
    return done(url_for(_PAGE, team_id=team_id), "member_saved", team_id)


def team_access(officer: OfficerContext) -> AccessFilter:
    """Return which teams an officer sees: an administrator looks after all of them and reads no record."""
    if _may_change(officer):
        return AccessFilter(None)
    return access_of(officer.role, officer.scopes)


def _save(seen: SeenTeam, name: str) -> AnyResponse:
    localizer, context = Localizer(chosen_language()), office()
    values, state = form.read_team(FormState.typed(request.form), localizer)
    if state.errors:
        return _team_form(seen, name, state, (422, _MEND))
    if (refusal := password_refusal()) is not None:
        return _team_form(seen, name, state, refusal)
    number = OwnText(_NUMBER, field_name(TEAM, _NUMBER, localizer), text_of(values, _NUMBER))
    if asked := confirm_texts([number], "console.teams.index"):
        return asked
    try:
        run_write(current_runtime().engine, lambda session: operations.save(session, context, seen, values))
    except AppError as error:
        if error.details.get("problem") == "taken":
            taken = FormState(state.texts, {"name": localizer.say(NAME_TAKEN)})
            return _team_form(seen, name, taken, (422, _MEND))
        refused, said = _refused(state, error, localizer)
        return _team_form(seen, name, refused, said)
    return done(url_for(_PAGE, team_id=seen.team_id), "team_saved", seen.team_id)


def _refused(state: FormState, error: AppError, localizer: Localizer) -> tuple[FormState, tuple[int, str]]:
    """Return the form and the word after a refusal that an officer can answer; raise any other."""
    problems = error.details.get("problems")
    if error.code is ErrorCode.RULE and isinstance(problems, dict):
        return state.refused(problems, localizer), (422, _MEND)
    if error.code is ErrorCode.REVISION_CHANGED:
        return state, (409, _CHANGED)
    raise error


def _team_form(
    seen: SeenTeam, name: str, state: FormState, refusal: tuple[int, str] | None = None
) -> Response:
    localizer = Localizer(chosen_language())
    fields = form.team_fields(state, localizer, _today())
    return _form_page("teams/form.html", seen, name, refusal, fields=fields, faults=faults_of(fields))


def _member_form(
    seen: SeenTeam, officer_id: str, state: FormState, refusal: tuple[int, str] | None = None
) -> Response:
    runtime, localizer = current_runtime(), Localizer(chosen_language())
    found, _ = _team(seen.team_id)
    is_member = officer_id in found.members
    with snapshot(runtime.engine) as session:
        people = queries.joinable(session, runtime.tenant_id, found.members)
        who = queries.member_name(session, runtime.tenant_id, officer_id) if is_member else ""
    lists = localizer.lists
    able = [(one.officer_id, f"{one.name} · {localizer.label(lists.agencies, one.agency)}") for one in people]
    fields = form.member_fields(state, () if is_member else able, localizer)
    return _form_page(
        "teams/member.html",
        seen,
        found.name,
        refusal,
        fields=fields,
        faults=faults_of(fields),
        officer_id=officer_id if is_member else "",
        who=who,
        is_empty=not is_member and not able,
    )


def _form_page(
    template: str, seen: SeenTeam, name: str, refusal: tuple[int, str] | None, **values: object
) -> Response:
    localizer = Localizer(chosen_language())
    with snapshot(current_runtime().engine) as session:
        layout = layout_of(session, current_officer(), localizer)
    return render(
        template,
        refusal[0] if refusal else 200,
        layout=layout,
        active="console.teams.index",
        seen=seen,
        name=name,
        refusal=localizer.say(refusal[1]) if refusal else "",
        asks_password=not is_confirmed(),
        error=bool(refusal),
        **values,
    )


def _work(session: Session, officer: OfficerContext, page: TeamPage) -> TeamWork:
    access, today = access_of(officer.role, officer.scopes), _today()
    may_plan = may(officer.role, "console.plan.add", Localizer(chosen_language()).lists)
    reader = PlanReader(officer.tenant_id, access, today, may_plan)
    wanted = FollowUpFilter(officer.tenant_id, access, today, team_id=page.team.id)
    planned = planned_visits(session, reader, today.year)
    return TeamWork(
        year=today.year,
        plan=Counter(one.progress.state for one in planned if one.item.team_id == page.team.id),
        follow_ups=follow_up_counts(session, wanted),
    )


def _team(team_id: str) -> tuple[Team, int]:
    runtime, officer = current_runtime(), current_officer()
    with snapshot(runtime.engine) as session:
        found = queries.find_team(session, runtime.tenant_id, team_access(officer), team_id)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    return found


def _data_of(one: Team) -> Data:
    days = {name: getattr(one, name) for name in ("decision_date", "valid_from", "valid_to")}
    texts = ("name", "decision_number", "deciding_agency", "level", "standing_agency")
    data: Data = {name: getattr(one, name) for name in texts} | {"unit_ids": list(one.unit_ids)}
    return data | {name: day.isoformat() for name, day in days.items() if day}


def _may_change(officer: OfficerContext) -> bool:
    return ADMINISTER.is_open_to(officer.role, Localizer(chosen_language()).lists)


def _focal() -> str:
    focal = Localizer(chosen_language()).lists.focal_agency_on(_today())
    return focal.id if focal else ""


def _today() -> date:
    return local_date(current_runtime().clock.now())
