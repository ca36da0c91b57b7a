"""Challenges to and answers of passkeys in requests of browsers; each challenge serves one answer."""

from __future__ import annotations

from sqlalchemy.orm import Session

from field178_server.accounts import officers, passkeys
from field178_server.accounts.passkeys import Challenge
from field178_server.accounts.refusals import note_refusal
from field178_server.audit import trail
from field178_server.database.tables.passkey import REGISTER
from field178_server.database.unit_of_work import run_write
from field178_server.http.application_runtime import current_runtime
from field178_server.security import passkey_answers
from field178_server.security.passkey_answers import NewPasskey, PasskeyRefusedError, RelyingParty
from field178_shared.crypto.signatures import decode
from field178_shared.errors import AppError, ErrorCode


def server_party() -> RelyingParty | None:
    """Return this server as passkeys know it; None if its address is a number, which has no passkeys."""
    return passkey_answers.relying_party(current_runtime().settings.url)


def options_for(officer_id: str, purpose: str) -> dict[str, object]:
    """Store a challenge to an officer; return the options for the browser."""
    runtime, party = current_runtime(), server_party()
    if party is None:
        raise AppError(ErrorCode.NOT_FOUND)

    def write(session: Session) -> dict[str, object]:
        officer = officers.by_login_or_id(session, runtime.tenant_id, officer_id)
        raw = passkeys.challenge(session, officer, purpose, runtime.clock.now())
        stored = passkeys.all_of(session, runtime.tenant_id, officer_id)
        own = [passkey.credential_id for passkey in stored]
        if purpose == REGISTER:
            return passkey_answers.creation_options(party, officer_id, officer.login, raw, own)
        return passkey_answers.request_options(party, raw, own)

    return run_write(runtime.engine, write)


def check_passkey(challenge: str, answer: str, purpose: str, officer_id: str | None = None) -> str:
    """Return the officer whose passkey gave the answer; AppError(sign_in_refused) for any other answer.

    `officer_id`: the officer whom the challenge must belong to; None: any.
    """
    runtime, party = current_runtime(), server_party()
    taken = _take(challenge, purpose)
    if party is None or taken is None or officer_id not in (None, taken.officer_id):
        raise AppError(ErrorCode.SIGN_IN_REFUSED)

    def use(session: Session) -> None:
        passkeys.use(session, runtime.tenant_id, party, taken, answer, runtime.clock.now())

    try:
        run_write(runtime.engine, use)
    except PasskeyRefusedError:
        run_write(runtime.engine, lambda session: _note_refusal(session, taken.officer_id))
        raise AppError(ErrorCode.SIGN_IN_REFUSED) from None
    return taken.officer_id


def check_new_passkey(challenge: str, answer: str, officer_id: str) -> NewPasskey:
    """Return the new passkey of an officer's browser; AppError(sign_in_refused) for any other answer."""
    party, taken = server_party(), _take(challenge, REGISTER)
    if party is None or taken is None or taken.officer_id != officer_id:
        raise AppError(ErrorCode.SIGN_IN_REFUSED)
    try:
        return passkey_answers.check_new(party, taken.raw, answer)
    except PasskeyRefusedError:
        raise AppError(ErrorCode.SIGN_IN_REFUSED) from None


def _take(text: str, purpose: str) -> Challenge | None:
    runtime, raw = current_runtime(), decode(text)
    if raw is None:
        return None
    now = runtime.clock.now()
    officer_id = run_write(
        runtime.engine, lambda session: passkeys.take(session, runtime.tenant_id, raw, purpose, now)
    )
    return None if officer_id is None else Challenge(officer_id, raw)


def _note_refusal(session: Session, officer_id: str) -> None:
    runtime = current_runtime()
    stamp = trail.Stamp(runtime.tenant_id, runtime.ids.time_ordered(), runtime.clock.now())
    note_refusal(session, stamp, trail.Actor("officer", officer_id), "passkey_refused")
