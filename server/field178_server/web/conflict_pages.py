"""What is in dispute: the list, and the page on which the office settles one record."""

from __future__ import annotations

from flask import Response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from field178_server.queries.conflicts import RecordConflicts, conflicts_on, open_conflicts
from field178_server.queries.record_page import StoredRecord
from field178_server.queries.titles import titles_of
from field178_server.services.settling import Choice, Settlement, Source, settle_record
from field178_server.services.type_rules import Problems, declared_types
from field178_server.web.acts import Refusal, actor, attempt, batch_in, done, lists_typed, whole_number
from field178_server.web.blueprint import web
from field178_server.web.dispute_view import DELETED_PATH, KEEP, OTHER, disputed_records, settling_view
from field178_server.web.fields import Place, label_at
from field178_server.web.preferences import chosen_language
from field178_server.web.rooms import Attempted, Leaf, Look, Room, find, list_page, page_in
from field178_server.web.speech import Speech
from field178_server.web.typed_values import control_for, read_typed, typed_again
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.i18n import N_

PICK, TYPED, SEEN = "pick:", "typed:", "seen:"


@web.get("/conflicts")
def conflicts() -> Response:
    """Show fields that two people changed apart from each other."""
    return list_page(_ROOM)


@web.get("/conflicts/<record_id>")
def disputed_record(record_id: str) -> Response:
    """Show all that is in dispute on one record, ready to be settled."""
    return _page(record_id)


@web.post("/conflicts/<record_id>")
def settle_conflicts(record_id: str) -> AnyResponse:
    """Let the chosen values stand; a refusal shows what is new with all that was chosen and typed."""
    found = _find(record_id)
    seen = {name.removeprefix(SEEN): whole_number(name) for name in request.form if name.startswith(SEEN)}
    rev = whole_number("rev")

    def work(session: Session) -> None:
        batch = batch_in(session)
        wanted = Settlement(record_id, rev, seen, _choices(found.record.type))
        settle_record(batch, declared_types(), actor(), wanted)
        batch.flush()

    refusal = attempt(work, _REFUSALS)
    return _page(record_id, refusal) if refusal else done(url_for("web.conflicts"), "settled", record_id)


def _choices(record_type: str) -> dict[str, Choice]:
    """Return what was chosen, by path; all that cannot be read of it is refused together."""
    choices: dict[str, Choice] = {}
    problems: Problems = {}
    for path, picked in _picked().items():
        try:
            choices[path] = _choice(record_type, path, picked)
        except AppError as error:
            problems[path] = [error.code.value]
    if problems:
        raise AppError(ErrorCode.SCHEMA, problems=problems)
    return choices


def _picked() -> dict[str, str]:
    return {path: texts[0] for path, texts in lists_typed(PICK).items()}


def _choice(record_type: str, path: str, picked: str) -> Choice:
    if picked == KEEP:
        return Choice(Source.KEPT)
    if picked == OTHER:
        control = None if path == DELETED_PATH else control_for(record_type, path, Speech("vi"))
        return Choice(Source.WRITTEN, value=read_typed(control, request.form.getlist(f"{TYPED}{path}")))
    return Choice(Source.TAKEN, change_id=picked)


def _find(record_id: str) -> RecordConflicts:
    return find(lambda session, tenant_id, reach: conflicts_on(session, tenant_id, reach, record_id))


def _page(record_id: str, refusal: Refusal | None = None) -> Response:
    found, language = _find(record_id), chosen_language()
    view = settling_view(found, language)
    here = {one.path for one in view.disputed.fields}
    errors = {
        path: " ".join(message(code, language) for code in codes)
        for path, codes in (refusal.problems if refusal else {}).items()
    }
    speech, record = Speech(language, found.names), found.record
    return page_in(
        _ROOM,
        "dispute.html",
        Attempted(record_id, not here, refusal),
        view=view,
        picked=_picked(),
        typed=lists_typed(TYPED),
        errors=errors,
        faults=[
            (_label(record, path, speech), text, f"#field-{path}" if path in here else None)
            for path, text in errors.items()
        ],
        unwritten=[
            (_label(record, path, speech), typed_again((record.type, path), texts, speech))
            for path, texts in lists_typed(TYPED).items()
            if path not in here and _picked().get(path) == OTHER
        ],
    )


def _label(record: StoredRecord, path: str, speech: Speech) -> str:
    return label_at(Place(record.type, path, record.data), speech)


def _leaf(session: Session, look: Look, wanted: int, _state: str) -> Leaf:
    found = open_conflicts(session, look.tenant_id, look.reach, wanted)
    return Leaf(disputed_records(found, look.language), found.page)


def _title(session: Session, look: Look, record_id: str) -> str | None:
    return titles_of(session, look.tenant_id, look.reach, [record_id]).get(record_id)


_ROOM = Room(
    endpoint="web.conflicts",
    template="conflicts.html",
    act="web.settle_conflicts",
    actions=frozenset({"conflicts_settled"}),
    flashes=frozenset({"settled"}),
    leaf=_leaf,
    title=_title,
    nameless=N_("the record"),
)
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
