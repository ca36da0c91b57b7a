"""E-mails on returns: the records returned to a team since its officers' last e-mail, in one e-mail.

Only records that are still returned are included: a return that was answered or undone is not.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from field178_server.accounts import officers
from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Mail, Officer, Tenant
from field178_server.office.mail.digest import (
    DailyDigest,
    DigestWords,
    MailTopic,
    WaitingMatters,
    chosen_topics,
    returned_to_teams,
)
from field178_server.office.mail.operations import (
    DIGEST,
    RETURNED,
    digest_before,
    new_mail,
    reachable,
)
from field178_shared.codelists import CodeLists
from field178_shared.time.clock import local_date

# Minutes from the first return to each e-mail of a day; later returns are left for the next digest.
_GATHERED_MIN = (10, 60, 120, 240)


@dataclass(frozen=True, slots=True)
class ReturnMail:
    """An e-mail on returns that is due, and the number of earlier ones since the last digest."""

    officer: Officer
    digest: DailyDigest
    earlier: int


def mails_due(session: Session, tenant_id: str, lists: CodeLists, now: datetime) -> list[ReturnMail]:
    """Return the e-mails on returns that are due now; without new returns one statement is run."""
    since = digest_before(now)
    returned = returned_to_teams(session, tenant_id, since)
    if not returned:
        return []
    scopes = officers.all_scopes(session, tenant_id)
    mails_by_officer = _mailed_since(session, tenant_id, since)
    due = []
    for officer in reachable(session, tenant_id):
        mails = mails_by_officer.get(officer.officer_id, [])
        earlier = sum(mail.kind == RETURNED for mail in mails)
        after = max((mail.made_at for mail in mails), default=since)
        topics = {MailTopic.RETURNED} & {*chosen_topics(officer.role, officer.mail_topics, lists)}
        own = scopes.get(officer.officer_id, ())
        digest = WaitingMatters(returned, (), {}).digest(topics, officer.role, own, lists)
        fresh = [
            record
            for record in digest.returned
            if record.returned_at is not None and record.returned_at > after
        ]
        if fresh and _is_gathered(fresh[0].returned_at, earlier, now):
            due.append(ReturnMail(officer, DailyDigest(fresh), earlier))
    return due


def queue_returns(session: Session, context: OperationContext, link: Callable[[str], str]) -> int:
    """Queue the e-mails on returns that are due; return their number."""
    tenant_id, now = context.tenant_id, context.now()
    session.get_one(Tenant, tenant_id, with_for_update=True)  # one process at a time
    due = mails_due(session, tenant_id, context.lists, now)
    for return_mail in due:
        officer, words = return_mail.officer, DigestWords(return_mail.officer.language, link)
        name = f"{RETURNED}|{digest_before(now).isoformat()}|{return_mail.earlier}"
        mail_id = str(uuid.uuid5(uuid.UUID(officer.officer_id), name))
        text = words.letter_of_returns(return_mail.digest, local_date(now))
        session.add(new_mail(officer, mail_id, RETURNED, words.subject(return_mail.digest), text, now))
    return len(due)


def _mailed_since(session: Session, tenant_id: str, since: datetime) -> dict[str, list[Mail]]:
    query = select(Mail).where(
        Mail.tenant_id == tenant_id, Mail.made_at >= since, Mail.kind.in_((DIGEST, RETURNED))
    )
    mails_by_officer: dict[str, list[Mail]] = {}
    for mail in session.scalars(query):
        mails_by_officer.setdefault(mail.officer_id, []).append(mail)
    return mails_by_officer


def _is_gathered(first: datetime | None, earlier: int, now: datetime) -> bool:
    if first is None or earlier >= len(_GATHERED_MIN):
        return False
    return first + timedelta(minutes=_GATHERED_MIN[earlier]) <= now
