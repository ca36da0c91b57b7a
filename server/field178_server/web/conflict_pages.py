"""What is in dispute: the list, and the page on which the office settles one record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.auth import current_officer
from field178_server.queries.conflicts import conflicts_on, open_conflicts
from field178_server.queries.reach import Reach, reach_of
from field178_server.queries.titles import titles_of
from field178_server.runtime import current_runtime
from field178_server.services.audit import Actor
from field178_server.services.batch import Batch
from field178_server.services.settling import Choice, Settlement, Source, settle_record
from field178_server.services.type_rules import Problems, declared_types
from field178_server.unit_of_work import run_write, snapshot
from field178_server.web.blueprint import web
from field178_server.web.dispute_view import DELETED_PATH, KEEP, OTHER, disputed_records, settling_view
from field178_server.web.fields import Place, label_at
from field178_server.web.flash import leave_flash, take_flash
from field178_server.web.paging import page_links, wanted_page
from field178_server.web.policy import may
from field178_server.web.preferences import chosen_language
from field178_server.web.rendering import desk_of, render
from field178_server.web.speech import Speech
from field178_server.web.typed_values import control_for, read_typed
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.i18n import N_
from field178_shared.ids import is_uuid

PICK, TYPED, SEEN = "pick:", "typed:", "seen:"
FLASHES = frozenset({"settled"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A settling that was not taken: what to say, and where; what was chosen and typed stays in the form."""

    status: int
    message: str
    problems: Problems = field(default_factory=dict)


@web.get("/conflicts")
def conflicts() -> Response:
    """Show fields that two people changed apart from each other."""
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    reach, wanted = reach_of(officer.role, officer.scopes), wanted_page(request.args.get("page", ""))
    speech = Speech(language)
    with snapshot(runtime.engine) as session:
        found = open_conflicts(session, runtime.tenant_id, reach, wanted)
        flash = _flash(session, reach, speech)
        desk = desk_of(session, officer, speech)
    return render(
        "conflicts.html",
        desk=desk,
        active="web.conflicts",
        flash=flash,
        may_settle=may(officer.role, "web.settle_conflicts", speech.lists),
        records=disputed_records(found, language),
        pages=page_links(found.page, lambda number: url_for("web.conflicts", page=number)),
    )


@web.get("/conflicts/<record_id>")
def disputed_record(record_id: str) -> Response:
    """Show all that is in dispute on one record, ready to be settled."""
    return _settling_page(record_id)


@web.post("/conflicts/<record_id>")
def settle_conflicts(record_id: str) -> AnyResponse:
    """Let the chosen values stand; a refusal shows what is new with all that was chosen and typed."""
    try:
        _settle(record_id)
    except AppError as error:
        if error.code not in _REFUSALS:
            raise
        return _settling_page(record_id, _refusal(error))
    return leave_flash(redirect(url_for("web.conflicts"), 303), "settled", record_id)


def _settle(record_id: str) -> None:
    runtime, officer = current_runtime(), current_officer()
    with snapshot(runtime.engine) as session:
        reach = reach_of(officer.role, officer.scopes)
        found = conflicts_on(session, runtime.tenant_id, reach, record_id)
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    wanted = Settlement(record_id, _whole(request.form.get("rev", "")), _seen(), _choices(found.record.type))

    def work(session: Session) -> None:
        batch = Batch(session, runtime.tenant_id, runtime.clock, runtime.ids)
        settle_record(batch, declared_types(), Actor("officer", officer.id), wanted)
        batch.flush()

    run_write(runtime.engine, work)


def _seen() -> dict[str, int]:
    named = (name for name in request.form if name.startswith(SEEN))
    return {name.removeprefix(SEEN): _whole(request.form[name]) for name in named}


def _choices(record_type: str) -> dict[str, Choice]:
    """Return what was chosen, by path; all that cannot be read of it is refused together."""
    choices: dict[str, Choice] = {}
    problems: Problems = {}
    for name, picked in request.form.items():
        if not name.startswith(PICK):
            continue
        path = name.removeprefix(PICK)
        try:
            choices[path] = _choice(record_type, path, picked)
        except AppError as error:
            problems[path] = [error.code.value]
    if problems:
        raise AppError(ErrorCode.SCHEMA, problems=problems)
    return choices


def _choice(record_type: str, path: str, picked: str) -> Choice:
    if picked == KEEP:
        return Choice(Source.KEPT)
    if picked == OTHER:
        control = None if path == DELETED_PATH else control_for(record_type, path, Speech("vi"))
        return Choice(Source.WRITTEN, value=read_typed(control, request.form.getlist(f"{TYPED}{path}")))
    return Choice(Source.TAKEN, change_id=picked)


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise AppError(ErrorCode.BAD_REQUEST)
    return int(text)


def _settling_page(record_id: str, refusal: Refusal | None = None) -> Response:
    runtime, officer, language = current_runtime(), current_officer(), chosen_language()
    reach = reach_of(officer.role, officer.scopes)
    with snapshot(runtime.engine) as session:
        found = conflicts_on(session, runtime.tenant_id, reach, record_id)
        desk = desk_of(session, officer, Speech(language))
    if found is None:
        raise AppError(ErrorCode.NOT_FOUND)
    speech = Speech(language, found.names)
    view = settling_view(found, language)
    place = Place(found.record.type, "", found.record.data)
    here = {one.path for one in view.disputed.fields}
    return render(
        "dispute.html",
        refusal.status if refusal else 200,
        desk=desk,
        active="web.conflicts",
        view=view,
        refusal=refusal,
        may_settle=may(officer.role, "web.settle_conflicts", speech.lists),
        picked=_of_form(PICK),
        typed=_typed_of_form(),
        errors=_sentences(refusal, here, speech),
        elsewhere=_elsewhere(refusal, here, (place, speech)),
    )


def _of_form(prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): value for name, value in request.form.items() if name.startswith(prefix)
    }


def _typed_of_form() -> dict[str, list[str]]:
    named = (name for name in request.form if name.startswith(TYPED))
    return {name.removeprefix(TYPED): request.form.getlist(name) for name in named}


def _sentences(refusal: Refusal | None, paths: set[str], speech: Speech) -> dict[str, str]:
    problems = refusal.problems if refusal else {}
    return {
        path: " ".join(message(code, speech.language) for code in codes)
        for path, codes in problems.items()
        if path in paths
    }


def _elsewhere(
    refusal: Refusal | None, paths: set[str], reading: tuple[Place, Speech]
) -> list[tuple[str, str]]:
    """Return the problems at fields that are not in dispute themselves: label and sentence."""
    place, speech = reading
    problems: Mapping[str, list[str]] = refusal.problems if refusal else {}
    return [
        (
            label_at(Place(place.record_type, path, place.data), speech),
            " ".join(message(code, speech.language) for code in codes),
        )
        for path, codes in problems.items()
        if path not in paths
    ]


def _refusal(error: AppError) -> Refusal:
    speech = Speech(chosen_language())
    problems = error.details.get("problems")
    return Refusal(
        error.status, speech.say(_REFUSALS[error.code]), problems if isinstance(problems, dict) else {}
    )


def _flash(session: Session, reach: Reach, speech: Speech) -> str:
    flash = take_flash(FLASHES)
    if flash is None or not is_uuid(flash.record_id):
        return ""
    titles = titles_of(session, current_runtime().tenant_id, reach, [flash.record_id])
    return flash.text(titles.get(flash.record_id) or speech.say(N_("the record")), speech)


_REFUSALS = {
    ErrorCode.REVISION_CHANGED: N_(
        "Something changed here after you opened this page, so nothing was written."
        " Below is how it stands; look at what is new and choose again."
    ),
    ErrorCode.REQUIRED: N_("Choose a value for at least one field."),
    ErrorCode.LOCKED: N_("An approved record is not deleted. Void or reopen it instead, on its own page."),
    ErrorCode.SCHEMA: N_("Nothing was written yet: a value below cannot be stored as it is."),
    ErrorCode.RULE: N_("Nothing was written yet: the chosen values do not fit with other fields."),
}
