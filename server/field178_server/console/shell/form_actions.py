"""Actions of forms: transaction, text of a refusal, redirect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from flask import redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.console.shell.flash import leave_flash
from field178_server.console.shell.page import current_page
from field178_server.console.shell.refusals import DECISION, note_refused
from field178_server.database.unit_of_work import run_write
from field178_server.http.application_runtime import current_runtime
from field178_server.http.auth import current_officer
from field178_server.records.batch import Batch
from field178_server.replication.policy.record_validation import Problems
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.text.formats import parse_whole_number

Result = TypeVar("Result")
# Refusals of who acts, not of what was typed.
_NOTED = frozenset({ErrorCode.SECOND_PERSON_NEEDED, ErrorCode.FORBIDDEN, ErrorCode.SIGN_IN_REFUSED})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Refused action: text for the officer, and problems by field; the form keeps the typed values."""

    status: int
    code: ErrorCode
    message: str
    problems: Problems = field(default_factory=dict)

    @property
    def concerns_reason(self) -> bool:
        """Whether the reason is missing or too long."""
        return self.code in (ErrorCode.REQUIRED, ErrorCode.TOO_LONG)

    @property
    def is_late(self) -> bool:
        """Whether another officer or a tablet has changed the item meanwhile."""
        return self.code in (ErrorCode.REVISION_CHANGED, ErrorCode.NOT_FOUND)


def attempt(work: Callable[[Session], object], sentences: Mapping[ErrorCode, str]) -> Refusal | None:
    """Run an operation in one transaction; return an error that has a text as a refusal, raise others."""
    try:
        run_write(current_runtime().engine, work)
    except AppError as error:
        if error.code in _NOTED:
            note_refused(DECISION)
        if error.code not in sentences:
            raise
        return _refusal(error, sentences[error.code])
    return None


def done(href: str, code: str, record_id: str) -> Response:
    """Redirect to a page with a flash."""
    return leave_flash(redirect(href, 303), code, record_id)


def actor() -> Actor:
    """Return the signed-in officer as the author of changes."""
    return Actor("officer", current_officer().id)


def batch_in(session: Session) -> Batch:
    """Return a batch for operations that write records."""
    runtime = current_runtime()
    return Batch(session, runtime.tenant_id, runtime.clock, runtime.ids)


def in_batch(work: Callable[[Batch], Result]) -> Callable[[Session], Result]:
    """Return a function for a transaction: it runs the work on a batch and writes the batch."""

    def run(session: Session) -> Result:
        batch = batch_in(session)
        result = work(batch)
        batch.flush()
        return result

    return run


def office() -> OperationContext:
    """Return the operation context of the signed-in officer."""
    runtime = current_runtime()
    return OperationContext(runtime.tenant_id, runtime.clock, runtime.ids, load(), actor())


def whole_number(name: str, default: str = "") -> int:
    """Return a number of the form, or raise AppError(bad_request)."""
    number = parse_whole_number(request.form.get(name, default))
    if number is None:
        raise AppError(ErrorCode.BAD_REQUEST)
    return number


def lists_typed(prefix: str) -> dict[str, list[str]]:
    """Return the texts of the fields with a prefix, by the rest of the field's name."""
    named = (name for name in request.form if name.startswith(prefix))
    return {name.removeprefix(prefix): request.form.getlist(name) for name in named}


def _refusal(error: AppError, sentence: str) -> Refusal:
    localizer = current_page().localizer
    problems = error.details.get("problems")
    by_field = dict(problems) if isinstance(problems, dict) else {}
    whole = [message(code, localizer.language) for code in by_field.pop("", [])]
    return Refusal(error.status, error.code, " ".join([localizer.say(sentence), *whole]), by_field)
