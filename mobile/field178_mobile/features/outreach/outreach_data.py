"""Changes of an outreach session as {path: value}, by tap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from field178_mobile.presentation.draft_session import Changes, Data
from field178_mobile.presentation.filed_texts import trimmed
from field178_mobile.presentation.moments import TZ_OFFSET
from field178_shared.codelists import CodeLists
from field178_shared.records.reading import day_of_act, text_of
from field178_shared.time.clock import local_date, to_wire

# Members copied from the last session of the same evening or village.
REPEATED = ("outreach_form_id", "unit_id", "topic_ids")
_NAMES_A_PLACE = ("venue", "establishments", "attachments", "school_id", "zone_id")


def new_session(now: datetime, codelist_version: str) -> dict[str, object]:
    """Return the data of a new session with today's date."""
    return {
        "captured_at": to_wire(now),
        "tz_offset": TZ_OFFSET,
        "codelist_version": codelist_version,
        "session_date": local_date(now).isoformat(),
    }


def choose_form(lists: CodeLists, data: Data, form_id: str) -> Changes:
    """Return the change of the form, which also removes members that the new form does not have."""
    changes: Changes = {"outreach_form_id": form_id}
    form = lists.forms[form_id]
    if not form.counts_people:
        changes["audiences"] = None
    if form.anonymous_only:
        changes.update({name: None for name in _NAMES_A_PLACE})
    if not form.links_establishment:
        changes["establishments"] = None
    return {path: value for path, value in changes.items() if value is not None or path in data}


def repeat_last(data: Data, last: Data, lists: CodeLists) -> Changes:
    """Return the change of "same as the last session", which copies the usual members.

    Values not in force on the day of the session are left open.
    """
    day = day_of_act(data)
    forms, agencies, topics = lists.forms.on(day), lists.agencies.on(day), lists.topics.on(day)
    changes: Changes = {name: last[name] for name in REPEATED if name in last}
    if last.get("outreach_form_id") not in forms:
        changes.pop("outreach_form_id", None)
    if "topic_ids" in changes:
        changes["topic_ids"] = [topic for topic in texts_of(last, "topic_ids") if topic in topics]
    if last.get("host_agency_id") in agencies:
        changes["host_agency_id"] = last["host_agency_id"]
    if co_hosts := [agency_id for agency_id in texts_of(last, "co_hosts") if agency_id in agencies]:
        changes |= choose_co_hosts(co_hosts)
    return changes


def choose_host(data: Data, agency_id: str) -> Changes:
    """Return the change of the host; an agency that hosts is no co-host."""
    return {"host_agency_id": agency_id} | choose_co_hosts(
        [host_id for host_id in texts_of(data, "co_hosts") if host_id != agency_id]
    )


def choose_co_hosts(agency_ids: Sequence[str]) -> Changes:
    """Return the change of the co-hosts; they are one list and change as a whole."""
    return {"co_hosts": list(agency_ids) or None}


def toggle_topic(data: Data, topic_id: str) -> Changes:
    """Return the change that adds or removes a topic; the list of topics is replaced as a whole."""
    chosen = texts_of(data, "topic_ids")
    kept = [topic for topic in chosen if topic != topic_id]
    return {"topic_ids": (kept if topic_id in chosen else [*chosen, topic_id]) or None}


def count_audience(audience_id: str, name: str, number: int | None) -> Changes:
    """Return the change of one count of an audience."""
    return {f"audiences.{audience_id}.{name}": number}


def drop_audience(audience_id: str) -> Changes:
    """Return the change that removes an audience."""
    return {f"audiences.{audience_id}": None}


def hand_out(material_id: str, quantity: int | None) -> Changes:
    """Return the change of how many of a material were handed out."""
    return {f"materials.{material_id}": {"quantity": quantity} if quantity else None}


def audiences_of(data: Data) -> dict[str, Mapping[str, object]]:
    """Return the audiences of a session with their counts."""
    return _rows_of(data, "audiences")


def establishments_of(data: Data) -> dict[str, Mapping[str, object]]:
    """Return the establishments of a session with their counts; a new establishment has none."""
    return _rows_of(data, "establishments")


def texts_of(data: Data, name: str) -> list[str]:
    """Return a list of texts, empty if the record has no such list."""
    value = data.get(name)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def number_of(row: Mapping[str, object], name: str) -> int | None:
    """Return a count, or None if absent."""
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def finished(data: Data, now: datetime) -> dict[str, object]:
    """Return the session as it is filed now."""
    return {**trimmed(data), "filed_at": to_wire(now)}


def scope_of(data: Data) -> str:
    """Return the scope a session is filed into: its commune's."""
    unit = text_of(data, "unit_id")
    return f"unit:{unit}" if unit else ""


def _rows_of(data: Data, name: str) -> dict[str, Mapping[str, object]]:
    keyed = data.get(name)
    rows = keyed.items() if isinstance(keyed, Mapping) else ()
    return {str(key): row for key, row in rows if isinstance(row, Mapping)}
