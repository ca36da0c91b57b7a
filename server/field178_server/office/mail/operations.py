"""Operations on e-mail: queue digests and tests, claim an e-mail, store its outcome."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import AuditEntry
from field178_server.database.engine import changed_rows
from field178_server.database.models import Mail, Officer, Tenant
from field178_server.office.mail.digest import DigestWords, chosen_topics, waiting_now
from field178_server.office.mail.transport import MailReason, MailRefused
from field178_shared.errors import AppError, ErrorCode
from field178_shared.text.i18n import N_, translator
from field178_shared.time.clock import VIETNAM, local_date

DIGEST, RETURNED, ACCOUNT, TEST = "digest", "returned", "account", "test"
WAITING, SENDING, SENT, FAILED = "waiting", "sending", "sent", "failed"
# In the morning, before teams go out.
DIGEST_HOUR = 7
# Longer than an attempt: after this time the process that holds the claim has died.
LEASE = timedelta(minutes=10)
# Minutes until the next attempt; the digest of the next day contains all work that is still open.
_PAUSES_MIN = (1, 5, 15, 60, 120, 240)
GIVE_UP_AFTER = timedelta(hours=20)
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An e-mail claimed by this process; `address` None: the account is disabled or has no address."""

    mail_id: str
    address: str | None
    language: str
    subject: str
    text: str
    made_at: datetime


def is_digest_time(now: datetime) -> bool:
    """Return whether the hour of the daily digests has come."""
    return now.astimezone(VIETNAM).hour >= DIGEST_HOUR


def digest_before(now: datetime) -> datetime:
    """Return the instant at which the last digest was due."""
    at = now.astimezone(VIETNAM).replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return at if at <= now else at - timedelta(days=1)


def queue_digests(session: Session, context: OperationContext, link: Callable[[str], str]) -> int:
    """Queue the day's digest for each officer with an address and open work; return the number of digests.

    Officers who got an e-mail since the digest was due are skipped. Old e-mails are deleted.
    """
    tenant_id, now = context.tenant_id, context.now()
    day = local_date(now)
    session.get_one(Tenant, tenant_id, with_for_update=True)  # one process at a time
    session.execute(delete(Mail).where(Mail.tenant_id == tenant_id, Mail.ended_at < now - KEPT))
    people = reachable(session, tenant_id)
    if not people:
        return 0
    done = _mailed_since(session, tenant_id, digest_before(now))
    scopes, waiting, count = officers.all_scopes(session, tenant_id), waiting_now(session, tenant_id, now), 0
    for officer in people:
        topics = chosen_topics(officer.role, officer.mail_topics, context.lists)
        digest = waiting.digest(topics, officer.role, scopes.get(officer.officer_id, ()), context.lists)
        if officer.officer_id in done or digest.is_empty:
            continue
        words = DigestWords(officer.language, link)
        mail_id = str(uuid.uuid5(uuid.UUID(officer.officer_id), f"{DIGEST}|{day.isoformat()}"))
        session.add(new_mail(officer, mail_id, DIGEST, words.subject(digest), words.letter(digest, day), now))
        count += 1
    return count


def queue_test(session: Session, context: OperationContext, officer_id: str) -> str:
    """Queue a test e-mail to an officer; raises AppError(not_found) if the officer has no address."""
    officer = officers.by_login_or_id(session, context.tenant_id, officer_id)
    if officer.email is None:
        raise AppError(ErrorCode.NOT_FOUND, officer=officer_id)
    say = translator(officer.language, "console")
    mail_id = context.ids.random()
    subject = say(N_("Field register 178: test"))
    text = say(N_("This server can send you e-mail. You need not do anything."))
    session.add(new_mail(officer, mail_id, TEST, subject, f"{text}\n", context.now()))
    context.note(session, AuditEntry("mail_tested", mail_id))
    return mail_id


def claim_next(session: Session, tenant_id: str, now: datetime) -> Claimed | None:
    """Claim the e-mail with the earliest due attempt; return None if none is due."""
    due = (
        select(Mail)
        .where(Mail.tenant_id == tenant_id, Mail.state.in_((WAITING, SENDING)), Mail.next_try_at <= now)
        .order_by(Mail.next_try_at, Mail.mail_id)
        .limit(1)
    )
    mail = session.scalars(due).one_or_none()
    if mail is None:
        return None
    claim = (
        update(Mail)
        .where(
            Mail.tenant_id == tenant_id,
            Mail.mail_id == mail.mail_id,
            Mail.state == mail.state,
            Mail.next_try_at == mail.next_try_at,
        )
        .values(state=SENDING, attempt_count=Mail.attempt_count + 1, next_try_at=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    if changed_rows(session.execute(claim)) != 1:
        return None  # another process was quicker
    officer = session.get_one(Officer, (tenant_id, mail.officer_id))
    # An address of its own is that of who must hear that the account was closed or changed.
    address = mail.address or (officer.email if officer.disabled_at is None else None)
    return Claimed(mail.mail_id, address, officer.language, mail.subject, mail.text, mail.made_at)


def note_sent(session: Session, tenant_id: str, mail_id: str, now: datetime) -> None:
    """Store that the mail server accepted an e-mail; it is never sent again."""
    mail = session.get_one(Mail, (tenant_id, mail_id))
    mail.state, mail.reason, mail.address, mail.ended_at = SENT, None, None, now


def note_refused(session: Session, tenant_id: str, mail_id: str, refused: MailRefused, now: datetime) -> None:
    """Store why an e-mail was refused, and its next attempt unless the refusal is final or it is too old."""
    mail = session.get_one(Mail, (tenant_id, mail_id))
    mail.reason = f"{refused.reason.value} {refused.code}".removesuffix(" 0")
    pause = timedelta(minutes=_PAUSES_MIN[min(mail.attempt_count, len(_PAUSES_MIN)) - 1])
    is_over = now + pause > mail.made_at + GIVE_UP_AFTER
    if refused.is_final or refused.reason is MailReason.NO_ADDRESS or is_over:
        mail.state, mail.address, mail.ended_at = FAILED, None, now
    else:
        mail.state, mail.next_try_at = WAITING, now + pause


def try_again(session: Session, context: OperationContext) -> int:
    """Make every waiting e-mail due now; return their number."""
    waiting = (
        update(Mail)
        .where(Mail.tenant_id == context.tenant_id, Mail.state == WAITING)
        .values(next_try_at=context.now())
    )
    return changed_rows(session.execute(waiting))


def new_mail(officer: Officer, mail_id: str, kind: str, subject: str, text: str, now: datetime) -> Mail:
    """Return a new e-mail in the state waiting."""
    return Mail(
        tenant_id=officer.tenant_id,
        mail_id=mail_id,
        officer_id=officer.officer_id,
        kind=kind,
        day=local_date(now),
        subject=subject,
        text=text,
        next_try_at=now,
        made_at=now,
    )


def reachable(session: Session, tenant_id: str) -> list[Officer]:
    """Return the enabled officers with an address."""
    query = select(Officer).where(
        Officer.tenant_id == tenant_id, Officer.email.is_not(None), Officer.disabled_at.is_(None)
    )
    return list(session.scalars(query.order_by(Officer.login)))


def _mailed_since(session: Session, tenant_id: str, digest_at: datetime) -> frozenset[str]:
    # An officer with an e-mail on returns since then had no open work when the digest was due.
    query = select(Mail.officer_id).where(
        Mail.tenant_id == tenant_id, Mail.kind.in_((DIGEST, RETURNED)), Mail.made_at >= digest_at
    )
    return frozenset(session.scalars(query))
