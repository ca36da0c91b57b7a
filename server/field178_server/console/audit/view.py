"""Lines of the audit trail with author and object as links, and the state of the chain check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from field178_server.accounts.officers import OfficerContext
from field178_server.console.audit.words import action_text, details_text, list_text
from field178_server.console.shell.links import record_link, scope_text
from field178_server.console.shell.policy import may
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.office.audit.chain_check import ChainChecks, ChainState
from field178_server.office.audit.queries import (
    OTHER_AUTHORS,
    RecordFacts,
    TrailEntry,
    TrailNames,
    may_be_named,
)
from field178_server.records.access import AccessFilter, access_of
from field178_shared.record_type import RecordType
from field178_shared.text.i18n import N_

_AUTHORS = {
    "device": N_("Tablets"),
    "operator": N_("Operator of the server"),
    "system": N_("The server itself"),
}
_FAULTS = {
    "missing": N_("the entry is missing"),
    "hash": N_("the entry is not what was written"),
    "signature": N_("its signature is not that of this server"),
}


_ROOT_FAULTS = {
    "missing": N_("the root is missing"),
    "hash": N_("the root is not what was written"),
    "signature": N_("its signature is not that of this server"),
    "audit trail": N_("the audit trail is shorter than it was, or another one"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """Name of an author or object; `href` is its page if the officer may open it."""

    text: str
    href: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """Entry in words; `has_trail`: a link leads to all entries about its object."""

    entry: TrailEntry
    author: Named
    action: str
    detail: str
    object: Named | None
    has_trail: bool
    area: str


@dataclass(frozen=True, slots=True)
class ChainView:
    """State of the chain check; `broken` has one sentence for each broken chain."""

    is_running: bool
    percent: int | None
    is_known: bool
    is_whole: bool
    is_failed: bool
    ended_at: datetime | None
    counts: str
    broken: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrailReader:
    """Officer who reads the trail, with the names and records of its ids."""

    officer: OfficerContext
    localizer: Localizer
    records: Mapping[str, RecordFacts]

    @classmethod
    def of(cls, officer: OfficerContext, localizer: Localizer, names: TrailNames) -> TrailReader:
        """Return the reader of entries about these names and records."""
        return cls(officer, localizer.with_names(names.names), names.records)

    def line(self, entry: TrailEntry) -> EntryLine:
        """Return the line of an entry."""
        named = self.object_of(entry)
        return EntryLine(
            entry=entry,
            author=self.author_of(entry),
            action=action_text(entry.action, self.localizer),
            detail=details_text(self._details(entry), self.localizer),
            object=named,
            has_trail=named is not None and self.id_of(entry) in self._with_trail,
            area=self.area_of(entry),
        )

    def id_of(self, entry: TrailEntry) -> str:
        """Return the id of the object of an entry, "" if it may not be named to the reader."""
        record = self.records.get(entry.object_id or "")
        return (entry.object_id or "") if record is None or may_be_named(self._access, record) else ""

    def subject(self, record_id: str) -> Named | None:
        """Return the record that the trail is filtered by, or None if it may not be named to the reader."""
        record = self.records.get(record_id)
        return self.record(record_id) if record and may_be_named(self._access, record) else None

    @property
    def _access(self) -> AccessFilter:
        return access_of(self.officer.role, self.officer.scopes)

    def author_of(self, entry: TrailEntry) -> Named:
        """Return the author of an entry, or the kind of author if nobody is named."""
        if entry.actor_kind == "officer" and entry.actor_id:
            return Named(
                self.localizer.person(entry.actor_id),
                self._link("console.people.detail", officer_id=entry.actor_id),
            )
        if entry.actor_kind == "device" and entry.actor_id:
            return Named(
                self.localizer.tablet(entry.actor_id),
                self._link("console.tablets.detail", device_id=entry.actor_id),
            )
        return Named(author_text(entry.actor_kind, self.localizer))

    def object_of(self, entry: TrailEntry) -> Named | None:
        """Return the object of an entry, or None."""
        key, names = entry.object_id, self.localizer.names
        if key is None or key == entry.actor_id:
            return None
        if key in names.people:
            return Named(names.people[key], self._link("console.people.detail", officer_id=key))
        if key in names.teams:
            return Named(names.teams[key], self._link("console.teams.detail", team_id=key))
        if key in self.records:
            return self.record(key)
        if key in names.devices:
            return Named(names.devices[key] or key, self._link("console.tablets.detail", device_id=key))
        return self._other(entry.action, key)

    def record(self, record_id: str) -> Named:
        """Return a record by its type and code; its name only if the reader may read the record."""
        record = self.records[record_id]
        kind, href = type_name(record.type, self.localizer), self._record_page(record_id, record)
        if name := self._name(record_id, is_readable=bool(href)):
            return Named(name, href, kind)
        day = self.localizer.day(record.day) if record.day else ""
        return Named(kind, href, " · ".join(text for text in (day, record.code) if text))

    def area_of(self, entry: TrailEntry) -> str:
        """Return the area of an entry, or that of its record."""
        record = self.records.get(entry.object_id or "")
        scope = entry.scope or (record.scope if record else "")
        return scope_text(scope, self.localizer) if scope.startswith(_AREAS) else ""

    def _details(self, entry: TrailEntry) -> Mapping[str, object]:
        # The officer of an erasure is its author as well.
        is_author = entry.details.get("officer") == entry.actor_id
        return {name: value for name, value in entry.details.items() if name != "officer" or not is_author}

    @property
    def _with_trail(self) -> frozenset[str]:
        names = self.localizer.names
        return frozenset({*self.records, *names.people, *names.devices})

    def _name(self, record_id: str, *, is_readable: bool) -> str:
        return self.localizer.names.establishments.get(record_id, "") if is_readable else ""

    def _record_page(self, record_id: str, record: RecordFacts) -> str:
        capability = "establishments" if record.type == RecordType.ESTABLISHMENT else "reviews"
        if not self._access.holds(record.scope) or not self._may(f"console.{capability}.detail"):
            return ""
        return record_link(record.type, record_id) or ""

    def _other(self, action: str, key: str) -> Named | None:
        say = self.localizer.say
        if action == "list_exported":
            return Named(
                list_text(key, self.localizer), self._link(_LIST_PAGES[key]) if key in _LIST_PAGES else ""
            )
        if action.startswith("job_"):
            return Named(say(N_("Job")), self._link("console.jobs.detail", job_id=key))
        if action.startswith("register_"):
            return Named(
                say(N_("Import of establishments")),
                self._link("console.register_import.detail", import_id=key),
            )
        if action.startswith("notice_"):
            return Named(say(N_("Notice to the tablets")))
        if action.startswith("quarantine_"):
            return Named(say(N_("A change from a tablet")))
        return None

    def _link(self, endpoint: str, **values: str) -> str:
        is_open = self._may(endpoint)
        return url_for(endpoint, **values) if is_open else ""  # type: ignore[arg-type]  # ids alone

    def _may(self, endpoint: str) -> bool:
        return may(self.officer.role, endpoint, self.localizer.lists)


_AREAS = ("unit:", "team:")
_LIST_PAGES = {
    "establishments": "console.establishments.index",
    "visits": "console.filed_records.visits",
    "sessions": "console.filed_records.sessions",
    "audit": "console.audit.index",
}


def author_text(kind: str, localizer: Localizer) -> str:
    """Return the name of a kind of author other than officers."""
    return localizer.say(_AUTHORS[kind]) if kind in _AUTHORS else kind


def other_authors(localizer: Localizer) -> list[tuple[str, str]]:
    """Return the kinds of authors other than officers, as choices of a filter."""
    return [(kind, author_text(kind, localizer)) for kind in OTHER_AUTHORS]


def chain_view(checks: ChainChecks, localizer: Localizer) -> ChainView:
    """Return the state of the chain: the running check, and the result of the last one."""
    running, last = checks.under_way, checks.last
    state = ChainState.read(last.outcome) if last and "entries" in last.outcome else None
    total = running.total_count if running else 0
    return ChainView(
        is_running=running is not None,
        percent=running.done_count * 100 // total if running and total else None,
        is_known=state is not None,
        is_whole=state is not None and state.is_whole,
        is_failed=last is not None and state is None,
        ended_at=last.ended_at if last else None,
        counts=_counts(state, localizer) if state else "",
        broken=_broken(state, localizer) if state else (),
    )


def _counts(state: ChainState, localizer: Localizer) -> str:
    text = N_("Entries of the trail: {entries}; receipts of tablets: {receipts}; signed roots: {roots}.")
    counts = {name: localizer.number(getattr(state, name)) for name in ("entries", "receipts", "roots")}
    return localizer.say(text).format(**counts)


def _broken(state: ChainState, localizer: Localizer) -> tuple[str, ...]:
    say, sentences = localizer.say, []
    if entry := state.broken_entry:
        where = say(N_("Audit trail: first broken at entry no. {index}: {fault}.")).format(
            index=localizer.number(entry.index), fault=say(_FAULTS[entry.fault])
        )
        written = say(N_("It was written {when}.")).format(when=localizer.exact(entry.at)) if entry.at else ""
        sentences.append(f"{where} {written}".rstrip())
    if link := state.broken_link:
        text = N_("Receipts: first broken at root no. {index} ({faults}).")
        sentences.append(
            say(text).format(
                index=localizer.number(link.index),
                faults=", ".join(say(_ROOT_FAULTS.get(fault, _RECEIPTS)) for fault in link.faults),
            )
        )
    return tuple(sentences)


_RECEIPTS = N_("receipts of a tablet are not what was acknowledged")
