"""The digest: what waits for the officers of one role and area, as counts, record codes and links."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from field178_server.database.models import Device, DeviceScope, FiledRecord, FollowUpProjection, Record
from field178_server.devices.heartbeat import is_silent, silent_since
from field178_server.records.access import AccessFilter, access_of
from field178_server.records.follow_ups import is_overdue
from field178_server.records.review_queue import IS_RETURNED
from field178_shared.codelists import CodeLists
from field178_shared.records.number_block import is_minutes_number
from field178_shared.records.reading import text_of
from field178_shared.text.formats import date_text
from field178_shared.text.i18n import N_, translator
from field178_shared.time.clock import local_date

MOST_NAMED = 20
_SHARED_SCOPE = "ref"


class MailTopic(StrEnum):
    """What officers are told of."""

    RETURNED = "returned"
    SILENT = "silent"
    OVERDUE = "overdue"
    # Once a month, by itself.
    OWED = "owed"


# A topic concerns the roles that have one of these rights: who answers for it.
_RIGHTS: Mapping[MailTopic, frozenset[str]] = {
    MailTopic.RETURNED: frozenset({"check_team_visit_before_filing"}),
    MailTopic.SILENT: frozenset({"manage_devices", "review"}),
    MailTopic.OVERDUE: frozenset({"check_team_visit_before_filing", "review"}),
    MailTopic.OWED: frozenset({"submit_return"}),
}
_ALL_TABLETS = frozenset({"manage_devices"})


def topics_of(role: str, lists: CodeLists) -> tuple[MailTopic, ...]:
    """Return what a role may be told of."""
    return tuple(topic for topic in MailTopic if _holds(role, _RIGHTS[topic], lists))


def chosen_topics(role: str, chosen: str | None, lists: CodeLists) -> tuple[MailTopic, ...]:
    """Return what an officer of a role wants to be told of; None: nothing was chosen yet, so all of it."""
    return tuple(one for one in topics_of(role, lists) if chosen is None or one in chosen.split())


class ReturnedRecord(NamedTuple):
    """A record that waits for its team, by its code and day."""

    record_id: str
    code: str
    day: date | None
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DailyDigest:
    """What waits: nothing of it names a person, an establishment or what was found there."""

    returned: Sequence[ReturnedRecord] = ()
    silent_count: int = 0
    overdue_count: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not (self.returned or self.silent_count or self.overdue_count)


@dataclass(frozen=True, slots=True)
class WaitingMatters:
    """All that waits in an office at one moment, by scope; digests are cut out of it."""

    returned: Sequence[tuple[str, ReturnedRecord]]
    silent: Sequence[frozenset[str]]
    overdue: Mapping[str, int]

    def digest(
        self, topics: Collection[MailTopic], role: str, scopes: Collection[str], lists: CodeLists
    ) -> DailyDigest:
        """Return what waits for an officer of this role and area."""
        access = access_of(role, scopes)
        tablets = AccessFilter(None) if _holds(role, _ALL_TABLETS, lists) else access
        return DailyDigest(
            tuple(one for scope, one in self.returned if access.holds(scope))
            if MailTopic.RETURNED in topics
            else (),
            sum(_is_within(tablets, scopes_of_it) for scopes_of_it in self.silent)
            if MailTopic.SILENT in topics
            else 0,
            sum(count for scope, count in self.overdue.items() if access.holds(scope))
            if MailTopic.OVERDUE in topics
            else 0,
        )


def returned_to_teams(
    session: Session, tenant_id: str, since: datetime | None = None
) -> list[tuple[str, ReturnedRecord]]:
    """Return the records that wait for their teams with their scopes; `since`: those returned after it."""
    query = (
        select(
            FiledRecord.scope,
            FiledRecord.record_id,
            FiledRecord.occurred_on,
            FiledRecord.reviewed_at,
            Record.body,
        )
        .join(
            Record,
            and_(Record.tenant_id == FiledRecord.tenant_id, Record.record_id == FiledRecord.record_id),
        )
        .where(FiledRecord.tenant_id == tenant_id, IS_RETURNED)
        .order_by(FiledRecord.reviewed_at, FiledRecord.record_id)
    )
    if since is not None:
        query = query.where(FiledRecord.reviewed_at > since)
    return [
        (scope, ReturnedRecord(record_id, _code(body), day, returned_at))
        for scope, record_id, day, returned_at, body in session.execute(query)
    ]


def waiting_now(session: Session, tenant_id: str, now: datetime) -> WaitingMatters:
    """Return what waits, in three statements."""
    return WaitingMatters(
        returned_to_teams(session, tenant_id),
        _silent(session, tenant_id, silent_since(now)),
        _overdue(session, tenant_id, local_date(now)),
    )


@dataclass(frozen=True, slots=True)
class DigestWords:
    """A digest in words; `link` makes an address of a path of the console."""

    language: str
    link: Callable[[str], str]

    def subject(self, digest: DailyDigest) -> str:
        """Return the line that says what waits, in counts."""
        say = self._say
        counts = (
            (len(digest.returned), say(N_("{count} returned"))),
            (digest.silent_count, say(N_("{count} tablets silent"))),
            (digest.overdue_count, say(N_("{count} overdue"))),
        )
        said = ", ".join(text.format(count=count) for count, text in counts if count)
        return say(N_("Field register 178: {counts}")).format(counts=said)

    def text(self, digest: DailyDigest, day: date) -> str:
        """Return the body: a paragraph for each topic, each with its links."""
        say = self._say
        parts = [[say(N_("Field register 178, {day}")).format(day=date_text(day, self.language))]]
        if count := len(digest.returned):
            head = say(N_("Records returned to your team for correction: {count}")).format(count=count)
            named = [self._record(one) for one in digest.returned[:MOST_NAMED]]
            parts.append([head, *named, self.link("/reviews?state=returned")])
        for count, text, path in (
            (digest.silent_count, N_("Tablets silent for more than 48 hours: {count}"), "/tablets"),
            (digest.overdue_count, N_("Overdue after visits: {count}"), "/follow-ups"),
        ):
            if count:
                parts.append([say(text).format(count=count), self.link(path)])
        return "\n\n".join("\n".join(lines) for lines in parts)

    def letter(self, digest: DailyDigest, day: date) -> str:
        """Return the body of the e-mail of a day: it also says where to choose what comes."""
        return self._letter(
            digest,
            day,
            N_("The server sends this by itself, once a day. Choose what you are told of: {link}"),
        )

    def letter_of_returns(self, digest: DailyDigest, day: date) -> str:
        """Return the body of an e-mail that tells of returns soon after them."""
        return self._letter(
            digest,
            day,
            N_(
                "The server sends this by itself soon after a return, a few times a day at most. "
                "Choose what you are told of: {link}"
            ),
        )

    def _letter(self, digest: DailyDigest, day: date, end: str) -> str:
        said = self._say(end).format(link=self.link("/account"))
        return f"{self.text(digest, day)}\n\n{said}\n"

    def _record(self, one: ReturnedRecord) -> str:
        day = date_text(one.day, self.language) if one.day else ""
        said = ", ".join(part for part in (one.code, day) if part)
        link = self.link(f"/reviews/{one.record_id}")
        return f"- {said}: {link}" if said else f"- {link}"

    def _say(self, msgid: str) -> str:
        return translator(self.language, "console")(msgid)


def _holds(role: str, rights: frozenset[str], lists: CodeLists) -> bool:
    found = lists.roles.get(role)
    return found is not None and bool(found.rights & rights)


def _is_within(access: AccessFilter, scopes: frozenset[str]) -> bool:
    return access.scopes is None or any(access.holds(scope) for scope in scopes)


def _code(body: str) -> str:
    """Return the number of the minutes where it has its form: any other text may be a name."""
    number = text_of(json.loads(body), "minutes_number")
    return number if is_minutes_number(number) else ""


def _silent(session: Session, tenant_id: str, since: datetime) -> list[frozenset[str]]:
    query = (
        select(Device.device_id, DeviceScope.scope)
        .outerjoin(
            DeviceScope,
            and_(
                DeviceScope.tenant_id == Device.tenant_id,
                DeviceScope.device_id == Device.device_id,
                DeviceScope.scope != _SHARED_SCOPE,
            ),
        )
        .where(Device.tenant_id == tenant_id, is_silent(since))
    )
    found: dict[str, set[str]] = {}
    for device_id, scope in session.execute(query):
        found.setdefault(device_id, set()).update([scope] if scope else ())
    return [frozenset(scopes) for scopes in found.values()]


def _overdue(session: Session, tenant_id: str, today: date) -> dict[str, int]:
    query = (
        select(FollowUpProjection.scope, func.count())
        .where(FollowUpProjection.tenant_id == tenant_id, is_overdue(today))
        .group_by(FollowUpProjection.scope)
    )
    return {scope: count for scope, count in session.execute(query)}
