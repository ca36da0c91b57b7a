"""The fields of the record types by dotted path: what each is called and how its value reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from field178_server.console.text import format_values as show
from field178_server.console.text.format_values import Show
from field178_server.console.text.localize import Speech
from field178_shared.merge import read_path
from field178_shared.text.i18n import N_

Data = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as a msgid, how its value reads, and whether it is a text of its own line."""

    label: str
    show: Show = show.as_text
    is_long: bool = False


_ENVELOPE = {
    "captured_at": Field(N_("Recorded on the tablet"), show.as_instant),
    "filed_at": Field(N_("Filed on the tablet"), show.as_instant),
    "tz_offset": Field(N_("Time zone")),
    "team_id": Field(N_("Team"), show.as_team),
    "unit_id": Field(N_("Unit"), show.as_unit),
    "codelist_version": Field(N_("Version of the code lists")),
    "record_code": Field(N_("Record code")),
    "attachments": Field(N_("Files")),
    "attachments.*": Field(N_("File")),
    "attachments.*.evidence_kind": Field(N_("Kind of file"), show.as_choice("evidence_kind")),
    "attachments.*.caption": Field(N_("Caption")),
    "attachments.*.content_type": Field(N_("Format")),
    "attachments.*.size": Field(N_("Size"), show.as_bytes),
    "attachments.*.taken_at": Field(N_("Taken at"), show.as_instant),
    "attachments.*.checklist_item_id": Field(N_("Checklist item"), show.as_item),
    "attachments.*.screened": Field(N_("Faces and papers hidden"), show.as_flag),
    "attachments.*.sha256": Field("SHA-256"),
    "_deleted": Field(N_("Whole record")),
}
_INSPECTION = _ENVELOPE | {
    "inspection_kind": Field(N_("Kind of visit"), show.as_choice("inspection_kind")),
    "trigger": Field(N_("Reason for the visit"), show.as_choice("inspection_trigger")),
    "decision_number": Field(N_("Decision number")),
    "decision_date": Field(N_("Decision date"), show.as_day),
    "plan_item_id": Field(N_("Plan item")),
    "members": Field(N_("Team members")),
    "members.*": Field(N_("Team member")),
    "members.*.user": Field(N_("Officer"), show.as_person),
    "members.*.position": Field(N_("Position"), show.as_choice("team_position")),
    "local_escort_agencies": Field(N_("Local agencies present"), show.as_agencies),
    "establishment_id": Field(N_("Establishment"), show.as_establishment),
    "started_at": Field(N_("Started"), show.as_instant),
    "ended_at": Field(N_("Ended"), show.as_instant),
    "check_in": Field(N_("Place of check-in")),
    "check_in.lat": Field(N_("Latitude"), show.as_degrees),
    "check_in.lon": Field(N_("Longitude"), show.as_degrees),
    "check_in.accuracy_m": Field(N_("Accuracy (m)"), show.as_number),
    "check_in.fix_age_s": Field(N_("Age of the fix (s)"), show.as_number),
    "check_in.captured_at": Field(N_("Taken at"), show.as_instant),
    "check_in.provider": Field(N_("Where the point comes from"), show.as_choice("point_provider")),
    "check_in.no_point_reason": Field(N_("No point because"), show.as_choice("no_point_reason")),
    "access_result": Field(N_("Access"), show.as_choice("access_result")),
    "representative_role": Field(N_("Representative"), show.as_choice("representative_role")),
    "answers": Field(N_("Answers")),
    "answers.*.note": Field(N_("Note"), is_long=True),
    "answers.*.src": Field(N_("How it was answered"), show.as_source),
    "findings": Field(N_("Violations")),
    "findings.*": Field(N_("Violation")),
    "findings.*.violation_id": Field(N_("Violation"), show.as_violation),
    "findings.*.checklist_item_id": Field(N_("Checklist item"), show.as_item),
    "findings.*.occurred_on": Field(N_("Date of the violation"), show.as_day),
    "findings.*.quantity": Field(N_("Quantity"), show.as_number),
    "findings.*.note": Field(N_("Note"), is_long=True),
    "findings.*.frame": Field(N_("Fine frame")),
    "findings.*.frame.src": Field(N_("Legal source")),
    "findings.*.frame.art": Field(N_("Article")),
    "findings.*.frame.min": Field(N_("From"), show.as_money),
    "findings.*.frame.max": Field(N_("To"), show.as_money),
    "findings.*.frame.valid_from": Field(N_("In force from"), show.as_day),
    "findings.*.frame.valid_to": Field(N_("In force until"), show.as_day),
    "findings.*.frame.org_multiplier": Field(N_("Multiplier for organisations"), show.as_number),
    "measures": Field(N_("Measures")),
    "measures.*": Field(N_("Measure")),
    "measures.*.measure_id": Field(N_("Measure"), show.as_choice("measure")),
    "measures.*.document_number": Field(N_("Document number")),
    "measures.*.document_date": Field(N_("Document date"), show.as_day),
    "measures.*.agency_id": Field(N_("Agency"), show.as_agency),
    "measures.*.amount_vnd": Field(N_("Amount"), show.as_money),
    "measures.*.paid_on": Field(N_("Paid on"), show.as_day),
    "follow_ups": Field(N_("Corrections asked for")),
    "follow_ups.*": Field(N_("Correction asked for")),
    "follow_ups.*.text": Field(N_("Correction asked for"), is_long=True),
    "follow_ups.*.due_on": Field(N_("Due"), show.as_day),
    "follow_ups.*.status": Field(N_("State"), show.as_choice("followup_status")),
    "follow_ups.*.fixed_on": Field(N_("Fixed on"), show.as_day),
    "follow_ups.*.closed_by_visit": Field(N_("Closed by visit")),
    "protocols": Field(N_("Protection protocols")),
    "protocols.*": Field(N_("Protection protocol")),
    "protocols.*.at": Field(N_("Time"), show.as_instant),
    "protocols.*.referred_to": Field(N_("Referred to"), show.as_agency),
    "protocols.*.done": Field(N_("Done"), show.as_flag),
    "overall_result": Field(N_("Overall result"), show.as_choice("overall_result")),
    "recommendation": Field(N_("Recommendation"), is_long=True),
    "representative_opinion": Field(N_("Opinion of the representative"), is_long=True),
    "minutes_number": Field(N_("Number of the minutes")),
    "paper_signed": Field(N_("Paper minutes signed"), show.as_choice("paper_signed")),
}
_OUTREACH = _ENVELOPE | {
    "outreach_form_id": Field(N_("Form of outreach"), show.as_form),
    "session_date": Field(N_("Date"), show.as_day),
    "start_time": Field(N_("Start")),
    "duration_minutes": Field(N_("Duration"), show.as_minutes),
    "venue": Field(N_("Venue")),
    "host_agency_id": Field(N_("Host"), show.as_agency),
    "co_hosts": Field(N_("Co-hosts"), show.as_agencies),
    "audiences": Field(N_("Audiences")),
    "audiences.*": Field(N_("Audience")),
    "audiences.*.attendance_count": Field(N_("Attendances"), show.as_number),
    "audiences.*.first_time_count": Field(N_("First time"), show.as_number),
    "audiences.*.female_count": Field(N_("Female"), show.as_number),
    "establishments": Field(N_("Establishments reached")),
    "establishments.*": Field(N_("Establishment")),
    "establishments.*.attendance_count": Field(N_("Attendances"), show.as_number),
    "establishments.*.first_time_count": Field(N_("First time"), show.as_number),
    "zone_id": Field(N_("Industrial zone")),
    "school_id": Field(N_("School")),
    "topic_ids": Field(N_("Topics"), show.as_topics, is_long=True),
    "materials": Field(N_("Materials")),
    "materials.*": Field(N_("Material")),
    "materials.*.quantity": Field(N_("Quantity"), show.as_number),
    "summary": Field(N_("Summary"), is_long=True),
    "note": Field(N_("Note"), is_long=True),
    "source_inspection_id": Field(N_("Made from a visit")),
}
_ESTABLISHMENT = _ENVELOPE | {
    "name": Field(N_("Name")),
    "establishment_type_id": Field(N_("Kind of establishment"), show.as_type),
    "village": Field(N_("Village")),
    "address_line": Field(N_("Address")),
    "lat": Field(N_("Latitude"), show.as_degrees),
    "lon": Field(N_("Longitude"), show.as_degrees),
    "point_source": Field(N_("Source of the point"), show.as_source),
    "registration_form_id": Field(N_("Form of registration"), show.as_choice("registration_form")),
    "registration_number": Field(N_("Registration number")),
    "registration_date": Field(N_("Registration date"), show.as_day),
    "operating_status_id": Field(N_("Operating status"), show.as_choice("operating_status")),
    "status_from": Field(N_("Status since"), show.as_day),
    "rooms_total": Field(N_("Rooms"), show.as_number),
    "opening_hours": Field(N_("Opening hours")),
    "certificates": Field(N_("Certificates")),
    "certificates.*": Field(N_("Certificate")),
    "certificates.*.number": Field(N_("Number")),
    "certificates.*.issued_on": Field(N_("Issued on"), show.as_day),
    "certificates.*.expires_on": Field(N_("Expires on"), show.as_day),
    "certificates.*.issuer_agency": Field(N_("Issued by"), show.as_agency),
    "certificates.*.status": Field(N_("State"), show.as_choice("certificate_status")),
    "first_seen_on": Field(N_("First seen on"), show.as_day),
    "closed_on": Field(N_("Closed on"), show.as_day),
    "note": Field(N_("Note"), is_long=True),
    "inspection_priority_id": Field(N_("Inspection priority"), show.as_choice("inspection_priority")),
    "inspection_priority_reason": Field(N_("Reason for the priority"), is_long=True),
    "merged_into": Field(N_("Merged into"), show.as_establishment),
}
FIELDS: Mapping[str, Mapping[str, Field]] = {
    "inspection": _INSPECTION,
    "outreach_session": _OUTREACH,
    "establishment": _ESTABLISHMENT,
}
TYPE_NAMES = {
    "inspection": N_("Inspection visit"),
    "outreach_session": N_("Outreach session"),
    "establishment": N_("Establishment"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: the type of its record, its dotted path, and the record's data for names."""

    record_type: str
    path: str
    data: Data


def type_name(record_type: str, speech: Speech) -> str:
    """Return what a record type is called."""
    if record_type in TYPE_NAMES:
        return speech.say(TYPE_NAMES[record_type])
    return speech.say(N_("Unknown type: {name}")).format(name=record_type)


def field_at(record_type: str, path: str) -> Field | None:
    """Return the field of a path; the key under an object of entries matches any."""
    known = FIELDS.get(record_type, {})
    keys = path.split(".")
    starred = ".".join([keys[0], "*", *keys[2:]]) if len(keys) > 1 else path
    return known.get(path) or known.get(starred)


def label_at(place: Place, speech: Speech) -> str:
    """Return what a path is called, with the name of the entry it lies in."""
    keys = place.path.split(".")
    field = field_at(place.record_type, place.path)
    if keys[0] == "answers" and len(keys) > 1:
        question = show.as_item(speech, keys[1])
        return f"{question} · {speech.say(field.label)}" if field else question
    if field is None:
        return place.path
    entry = entry_name(place, speech) if len(keys) > 1 else None
    return f"{speech.say(field.label)} · {entry}" if entry else speech.say(field.label)


def entry_name(place: Place, speech: Speech) -> str | None:
    """Return the name of the entry a path lies in: the violation, the member, the audience ..."""
    group, key, *_ = place.path.split(".")
    keyed = {
        "audiences": speech.lists.audiences,
        "materials": speech.lists.materials,
    }
    if group in keyed:
        return speech.label(keyed[group], key)
    if group in _KEYED_BY_CHOICE:
        return speech.choice(_KEYED_BY_CHOICE[group], key)
    if group == "establishments":
        return speech.establishment(key)
    named = _NAMED_BY.get(group)
    value = read_path(place.data, f"{group}.{key}.{named}") if named else None
    return value_text(place.record_type, f"{group}.{key}.{named}", value, speech) if value else None


def entry_label(place: Place, speech: Speech) -> str:
    """Return what one entry of a group is called: its own name, where it is not already its value."""
    group = place.path.partition(".")[0]
    name = None if group in _NAMED_IN_VALUE else entry_name(place, speech)
    field = field_at(place.record_type, place.path)
    return name or (speech.say(field.label) if field else place.path)


def entry_text(place: Place, value: object, speech: Speech) -> str:
    """Return one entry in a line, without the member that already is its label."""
    group = place.path.partition(".")[0]
    if group == "members" or not isinstance(value, dict):
        return value_text(place.record_type, place.path, value, speech)
    said = _NAMED_BY.get(group) if group not in _NAMED_IN_VALUE else None
    rest = {key: item for key, item in value.items() if key != said and key not in _NOT_FOR_READING}
    return _object_text(place.record_type, place.path, rest, speech) if rest else ""


def value_text(record_type: str, path: str, value: object, speech: Speech) -> str:
    """Return how the value at a path reads; objects read as their members in one line."""
    keys = path.split(".")
    if value is None:
        return speech.say(N_("(empty)"))
    if isinstance(value, dict):
        return _object_text(record_type, path, value, speech)
    if keys[0] == "answers" and len(keys) == 3 and keys[2] == "v":
        return show.answer_text(speech, keys[1], value)
    if isinstance(value, bool):
        return show.as_deletion(speech, value) if path == "_deleted" else show.as_flag(speech, value)
    field = field_at(record_type, path)
    return field.show(speech, value) if field else str(value)


def _object_text(record_type: str, path: str, value: Data, speech: Speech) -> str:
    if not value:
        return speech.say(N_("(empty)"))
    if record_type == "inspection" and path.startswith("answers.") and set(value) == {"v"}:
        return value_text(record_type, f"{path}.v", value["v"], speech)
    if record_type == "inspection" and path.startswith("members.") and "user" in value:
        position = speech.choice("team_position", value.get("position"))
        return f"{speech.person(value['user'])} ({position})"
    if path == "check_in":
        return show.as_check_in(speech, value)
    ordered = sorted(value, key=lambda key: _order(record_type, f"{path}.{key}"))
    return "; ".join(_member_text(record_type, f"{path}.{key}", value[key], speech) for key in ordered)


def _order(record_type: str, path: str) -> int:
    """Return the place of a path in the table of fields: members are read in that order."""
    field = field_at(record_type, path)
    known = list(FIELDS.get(record_type, {}).values())
    return known.index(field) if field in known else len(known)


def _member_text(record_type: str, path: str, value: object, speech: Speech) -> str:
    keys = path.split(".")
    text = value_text(record_type, path, value, speech)
    if keys[-1] == "v" or (keys[0] == "follow_ups" and keys[-1] == "text"):
        return text
    field = field_at(record_type, path)
    if len(keys) == 2:
        return f"{label_at(Place(record_type, path, {}), speech)}: {text}"
    return f"{speech.say(field.label)}: {text}" if field else text


_KEYED_BY_CHOICE = {"certificates": "certificate_kind", "protocols": "protocol"}
_NAMED_IN_VALUE = frozenset({"members", "follow_ups"})
_NOT_FOR_READING = frozenset({"sha256", "content_type"})
_NAMED_BY = {
    "members": "user",
    "findings": "violation_id",
    "measures": "measure_id",
    "follow_ups": "text",
    "attachments": "evidence_kind",
}
