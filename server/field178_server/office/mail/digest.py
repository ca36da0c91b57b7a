"""The digest: open work of the officers of a role and area, as counts, record codes and links."""

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
from field178_server.records.review_states import IS_RETURNED
from field178_shared.codelists import CodeLists
from field178_shared.records.number_block import is_minutes_number
from field178_shared.records.reading import text_of
from field178_shared.text.formats import date_text
from field178_shared.text.i18n import N_, translator
from field178_shared.time.clock import local_date

MOST_NAMED = 20
_SHARED_SCOPE = "ref"


class MailTopic(StrEnum):
    """Topic that officers can choose to get e-mail about."""

    RETURNED = "returned"
    SILENT = "silent"
    OVERDUE = "overdue"
    # A separate e-mail once a month.
    OWED = "owed"


# A topic concerns the roles with one of these rights.
_RIGHTS: Mapping[MailTopic, frozenset[str]] = {
    MailTopic.RETURNED: frozenset({"check_team_visit_before_filing"}),
    MailTopic.SILENT: frozenset({"manage_devices", "review"}),
    MailTopic.OVERDUE: frozenset({"check_team_visit_before_filing", "review"}),
    MailTopic.OWED: frozenset({"submit_return"}),
}
_ALL_TABLETS = frozenset({"manage_devices"})


def topics_of(role: str, lists: CodeLists) -> tuple[MailTopic, ...]:
    """Return the mail topics of a role."""
    return tuple(topic for topic in MailTopic if _holds(role, _RIGHTS[topic], lists))


def chosen_topics(role: str, chosen: str | None, lists: CodeLists) -> tuple[MailTopic, ...]:
    """Return the mail topics that an officer of a role has chosen; `chosen` None: all topics of the role."""
    return tuple(topic for topic in topics_of(role, lists) if chosen is None or topic in chosen.split())


class ReturnedRecord(NamedTuple):
    """A returned record, identified by code and day."""

    record_id: str
    code: str
    day: date | None
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DailyDigest:
    """Content of a digest; it contains no person, no establishment and no finding."""

    returned: Sequence[ReturnedRecord] = ()
    silent_count: int = 0
    overdue_count: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether the digest contains no open work."""
        return not (self.returned or self.silent_count or self.overdue_count)


@dataclass(frozen=True, slots=True)
class WaitingMatters:
    """Open work of an office at an instant, by scope; digests are selections of it."""

    returned: Sequence[tuple[str, ReturnedRecord]]
    silent: Sequence[frozenset[str]]
    overdue: Mapping[str, int]

    def digest(
        self, topics: Collection[MailTopic], role: str, scopes: Collection[str], lists: CodeLists
    ) -> DailyDigest:
        """Return the digest of an officer of a role and area."""
        access = access_of(role, scopes)
        tablets = AccessFilter(None) if _holds(role, _ALL_TABLETS, lists) else access
        return DailyDigest(
            tuple(record for scope, record in self.returned if access.holds(scope))
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
    """Return the returned records with their scopes; `since`: only those returned after it."""
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
    """Return the office's open work, read in three statements."""
    return WaitingMatters(
        returned_to_teams(session, tenant_id),
        _silent(session, tenant_id, silent_since(now)),
        _overdue(session, tenant_id, local_date(now)),
    )


@dataclass(frozen=True, slots=True)
class DigestWords:
    """Texts of a digest; `link` returns the URL of a console path."""

    language: str
    link: Callable[[str], str]

    def subject(self, digest: DailyDigest) -> str:
        """Return the subject line with the counts."""
        say = self._say
        counts = (
            (len(digest.returned), say(N_("{count} returned"))),
            (digest.silent_count, say(N_("{count} tablets silent"))),
            (digest.overdue_count, say(N_("{count} overdue"))),
        )
        counts_text = ", ".join(text.format(count=count) for count, text in counts if count)
        return say(N_("Field register 178: {counts}")).format(counts=counts_text)

    def text(self, digest: DailyDigest, day: date) -> str:
        """Return the body text: a paragraph with links for each topic."""
        say = self._say
        parts = [[say(N_("Field register 178, {day}")).format(day=date_text(day, self.language))]]
        if count := len(digest.returned):
            head = say(N_("Records returned to your team for correction: {count}")).format(count=count)
            named = [self._record(record) for record in digest.returned[:MOST_NAMED]]
            parts.append([head, *named, self.link("/reviews?state=returned")])
        for count, text, path in (
            (digest.silent_count, N_("Tablets silent for more than 48 hours: {count}"), "/tablets"),
            (digest.overdue_count, N_("Overdue after visits: {count}"), "/follow-ups"),
        ):
            if count:
                parts.append([say(text).format(count=count), self.link(path)])
        return "\n\n".join("\n".join(lines) for lines in parts)

    def letter(self, digest: DailyDigest, day: date) -> str:
        """Return the body of the daily e-mail, with the link to the choice of topics."""
        return self._letter(
            digest,
            day,
            N_("The server sends this by itself, once a day. Choose what you are told of: {link}"),
        )

    def letter_of_returns(self, digest: DailyDigest, day: date) -> str:
        """Return the body of an e-mail on returns, with the link to the choice of topics."""
        return self._letter(
            digest,
            day,
            N_(
                "The server sends this by itself soon after a return, a few times a day at most. "
                "Choose what you are told of: {link}"
            ),
        )

    def _letter(self, digest: DailyDigest, day: date, end: str) -> str:
        sentence = self._say(end).format(link=self.link("/account"))
        return f"{self.text(digest, day)}\n\n{sentence}\n"

    def _record(self, record: ReturnedRecord) -> str:
        day = date_text(record.day, self.language) if record.day else ""
        label = ", ".join(part for part in (record.code, day) if part)
        link = self.link(f"/reviews/{record.record_id}")
        return f"- {label}: {link}" if label else f"- {link}"

    def _say(self, msgid: str) -> str:
        return translator(self.language, "console")(msgid)


def _holds(role: str, rights: frozenset[str], lists: CodeLists) -> bool:
    role_definition = lists.roles.get(role)
    return role_definition is not None and bool(role_definition.rights & rights)


def _is_within(access: AccessFilter, scopes: frozenset[str]) -> bool:
    return access.scopes is None or any(access.holds(scope) for scope in scopes)


def _code(body: str) -> str:
    """Return the minutes number if it has the standard form, else "": another text may contain a name."""
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
    scopes_by_tablet: dict[str, set[str]] = {}
    for device_id, scope in session.execute(query):
        scopes_by_tablet.setdefault(device_id, set()).update([scope] if scope else ())
    return [frozenset(scopes) for scopes in scopes_by_tablet.values()]


def _overdue(session: Session, tenant_id: str, today: date) -> dict[str, int]:
    query = (
        select(FollowUpProjection.scope, func.count())
        .where(FollowUpProjection.tenant_id == tenant_id, is_overdue(today))
        .group_by(FollowUpProjection.scope)
    )
    return {scope: count for scope, count in session.execute(query)}
