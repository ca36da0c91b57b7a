"""E-mails on returns: what came back to a team since its officers were last told, several as one.

They are made from what waits, as the digest is: a return that was answered or taken back is not told.
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

# So long the next e-mail of a day gathers returns from the first on; after the last there is the digest.
_GATHERED_MIN = (10, 60, 120, 240)


@dataclass(frozen=True, slots=True)
class ReturnMail:
    """What one officer is to be told now, and how many such e-mails the day had before."""

    officer: Officer
    digest: DailyDigest
    earlier: int


def mails_due(session: Session, tenant_id: str, lists: CodeLists, now: datetime) -> list[ReturnMail]:
    """Return whom to tell of which returns now; one statement where nothing was returned of late."""
    since = digest_before(now)
    returned = returned_to_teams(session, tenant_id, since)
    if not returned:
        return []
    scopes, told = officers.all_scopes(session, tenant_id), _told_since(session, tenant_id, since)
    found = []
    for officer in reachable(session, tenant_id):
        mails = told.get(officer.officer_id, [])
        earlier = sum(one.kind == RETURNED for one in mails)
        after = max((one.made_at for one in mails), default=since)
        topics = {MailTopic.RETURNED} & {*chosen_topics(officer.role, officer.mail_topics, lists)}
        own = scopes.get(officer.officer_id, ())
        digest = WaitingMatters(returned, (), {}).digest(topics, officer.role, own, lists)
        fresh = [one for one in digest.returned if one.returned_at is not None and one.returned_at > after]
        if fresh and _is_gathered(fresh[0].returned_at, earlier, now):
            found.append(ReturnMail(officer, DailyDigest(fresh), earlier))
    return found


def queue_returns(session: Session, context: OperationContext, link: Callable[[str], str]) -> int:
    """Queue the e-mails on returns whose time has come; count them."""
    tenant_id, now = context.tenant_id, context.now()
    session.get_one(Tenant, tenant_id, with_for_update=True)  # one process at a time
    found = mails_due(session, tenant_id, context.lists, now)
    for one in found:
        officer, words = one.officer, DigestWords(one.officer.language, link)
        name = f"{RETURNED}|{digest_before(now).isoformat()}|{one.earlier}"
        mail_id = str(uuid.uuid5(uuid.UUID(officer.officer_id), name))
        text = words.letter_of_returns(one.digest, local_date(now))
        session.add(new_mail(officer, mail_id, RETURNED, words.subject(one.digest), text, now))
    return len(found)


def _told_since(session: Session, tenant_id: str, since: datetime) -> dict[str, list[Mail]]:
    query = select(Mail).where(
        Mail.tenant_id == tenant_id, Mail.made_at >= since, Mail.kind.in_((DIGEST, RETURNED))
    )
    found: dict[str, list[Mail]] = {}
    for mail in session.scalars(query):
        found.setdefault(mail.officer_id, []).append(mail)
    return found


def _is_gathered(first: datetime | None, earlier: int, now: datetime) -> bool:
    if first is None or earlier >= len(_GATHERED_MIN):
        return False
    return first + timedelta(minutes=_GATHERED_MIN[earlier]) <= now
