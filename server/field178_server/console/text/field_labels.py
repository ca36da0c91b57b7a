"""The fields of the record types by dotted path: what each is called and how its value reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from field178_server.console.text import format_values as show
from field178_server.console.text.format_values import Show
from field178_server.console.text.localize import Localizer
from field178_shared.merge import read_path
from field178_shared.text.i18n import N_

Data = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class FieldLabel:
    """One field: its name as a msgid, how its value reads, and whether it is a text of its own line."""

    label: str
    show: Show = show.as_text
    is_long: bool = False


_ENVELOPE = {
    "captured_at": FieldLabel(N_("Recorded on the tablet"), show.as_instant),
    "filed_at": FieldLabel(N_("Filed on the tablet"), show.as_instant),
    "tz_offset": FieldLabel(N_("Time zone")),
    "team_id": FieldLabel(N_("Team"), show.as_team),
    "unit_id": FieldLabel(N_("Unit"), show.as_unit),
    "codelist_version": FieldLabel(N_("Version of the code lists")),
    "record_code": FieldLabel(N_("Record code")),
    "attachments": FieldLabel(N_("Files")),
    "attachments.*": FieldLabel(N_("File")),
    "attachments.*.evidence_kind": FieldLabel(N_("Kind of file"), show.as_choice("evidence_kind")),
    "attachments.*.caption": FieldLabel(N_("Caption")),
    "attachments.*.content_type": FieldLabel(N_("Format")),
    "attachments.*.size": FieldLabel(N_("Size"), show.as_bytes),
    "attachments.*.taken_at": FieldLabel(N_("Taken at"), show.as_instant),
    "attachments.*.checklist_item_id": FieldLabel(N_("Checklist item"), show.as_item),
    "attachments.*.screened": FieldLabel(N_("Faces and papers hidden"), show.as_flag),
    "attachments.*.sha256": FieldLabel("SHA-256"),
    "_deleted": FieldLabel(N_("Whole record")),
}
_INSPECTION = _ENVELOPE | {
    "inspection_kind": FieldLabel(N_("Kind of visit"), show.as_choice("inspection_kind")),
    "trigger": FieldLabel(N_("Reason for the visit"), show.as_choice("inspection_trigger")),
    "decision_number": FieldLabel(N_("Decision number")),
    "decision_date": FieldLabel(N_("Decision date"), show.as_day),
    "plan_item_id": FieldLabel(N_("Plan item")),
    "members": FieldLabel(N_("Team members")),
    "members.*": FieldLabel(N_("Team member")),
    "members.*.user": FieldLabel(N_("Officer"), show.as_person),
    "members.*.position": FieldLabel(N_("Position"), show.as_choice("team_position")),
    "local_escort_agencies": FieldLabel(N_("Local agencies present"), show.as_agencies),
    "establishment_id": FieldLabel(N_("Establishment"), show.as_establishment),
    "started_at": FieldLabel(N_("Started"), show.as_instant),
    "ended_at": FieldLabel(N_("Ended"), show.as_instant),
    "check_in": FieldLabel(N_("Place of check-in")),
    "check_in.lat": FieldLabel(N_("Latitude"), show.as_degrees),
    "check_in.lon": FieldLabel(N_("Longitude"), show.as_degrees),
    "check_in.accuracy_m": FieldLabel(N_("Accuracy (m)"), show.as_number),
    "check_in.fix_age_s": FieldLabel(N_("Age of the fix (s)"), show.as_number),
    "check_in.captured_at": FieldLabel(N_("Taken at"), show.as_instant),
    "check_in.provider": FieldLabel(N_("Where the point comes from"), show.as_choice("point_provider")),
    "check_in.no_point_reason": FieldLabel(N_("No point because"), show.as_choice("no_point_reason")),
    "access_result": FieldLabel(N_("Access"), show.as_choice("access_result")),
    "representative_role": FieldLabel(N_("Representative"), show.as_choice("representative_role")),
    "answers": FieldLabel(N_("Answers")),
    "answers.*.note": FieldLabel(N_("Note"), is_long=True),
    "answers.*.src": FieldLabel(N_("How it was answered"), show.as_source),
    "findings": FieldLabel(N_("Violations")),
    "findings.*": FieldLabel(N_("Violation")),
    "findings.*.violation_id": FieldLabel(N_("Violation"), show.as_violation),
    "findings.*.checklist_item_id": FieldLabel(N_("Checklist item"), show.as_item),
    "findings.*.occurred_on": FieldLabel(N_("Date of the violation"), show.as_day),
    "findings.*.quantity": FieldLabel(N_("Quantity"), show.as_number),
    "findings.*.note": FieldLabel(N_("Note"), is_long=True),
    "findings.*.frame": FieldLabel(N_("Fine frame")),
    "findings.*.frame.src": FieldLabel(N_("Legal source")),
    "findings.*.frame.art": FieldLabel(N_("Article")),
    "findings.*.frame.min": FieldLabel(N_("From"), show.as_money),
    "findings.*.frame.max": FieldLabel(N_("To"), show.as_money),
    "findings.*.frame.valid_from": FieldLabel(N_("In force from"), show.as_day),
    "findings.*.frame.valid_to": FieldLabel(N_("In force until"), show.as_day),
    "findings.*.frame.org_multiplier": FieldLabel(N_("Multiplier for organisations"), show.as_number),
    "measures": FieldLabel(N_("Measures")),
    "measures.*": FieldLabel(N_("Measure")),
    "measures.*.measure_id": FieldLabel(N_("Measure"), show.as_choice("measure")),
    "measures.*.document_number": FieldLabel(N_("Document number")),
    "measures.*.document_date": FieldLabel(N_("Document date"), show.as_day),
    "measures.*.agency_id": FieldLabel(N_("Agency"), show.as_agency),
    "measures.*.amount_vnd": FieldLabel(N_("Amount"), show.as_money),
    "measures.*.paid_on": FieldLabel(N_("Paid on"), show.as_day),
    "follow_ups": FieldLabel(N_("Corrections asked for")),
    "follow_ups.*": FieldLabel(N_("Correction asked for")),
    "follow_ups.*.text": FieldLabel(N_("Correction asked for"), is_long=True),
    "follow_ups.*.due_on": FieldLabel(N_("Due"), show.as_day),
    "follow_ups.*.status": FieldLabel(N_("State"), show.as_choice("followup_status")),
    "follow_ups.*.fixed_on": FieldLabel(N_("Fixed on"), show.as_day),
    "follow_ups.*.closed_by_visit": FieldLabel(N_("Closed by visit")),
    "protocols": FieldLabel(N_("Protection protocols")),
    "protocols.*": FieldLabel(N_("Protection protocol")),
    "protocols.*.at": FieldLabel(N_("Time"), show.as_instant),
    "protocols.*.referred_to": FieldLabel(N_("Referred to"), show.as_agency),
    "protocols.*.done": FieldLabel(N_("Done"), show.as_flag),
    "overall_result": FieldLabel(N_("Overall result"), show.as_choice("overall_result")),
    "recommendation": FieldLabel(N_("Recommendation"), is_long=True),
    "representative_opinion": FieldLabel(N_("Opinion of the representative"), is_long=True),
    "minutes_number": FieldLabel(N_("Number of the minutes")),
    "paper_signed": FieldLabel(N_("Paper minutes signed"), show.as_choice("paper_signed")),
}
_OUTREACH = _ENVELOPE | {
    "outreach_form_id": FieldLabel(N_("Form of outreach"), show.as_form),
    "session_date": FieldLabel(N_("Date"), show.as_day),
    "start_time": FieldLabel(N_("Start")),
    "duration_minutes": FieldLabel(N_("Duration"), show.as_minutes),
    "venue": FieldLabel(N_("Venue")),
    "host_agency_id": FieldLabel(N_("Host"), show.as_agency),
    "co_hosts": FieldLabel(N_("Co-hosts"), show.as_agencies),
    "audiences": FieldLabel(N_("Audiences")),
    "audiences.*": FieldLabel(N_("Audience")),
    "audiences.*.attendance_count": FieldLabel(N_("Attendances"), show.as_number),
    "audiences.*.first_time_count": FieldLabel(N_("First time"), show.as_number),
    "audiences.*.female_count": FieldLabel(N_("Female"), show.as_number),
    "establishments": FieldLabel(N_("Establishments reached")),
    "establishments.*": FieldLabel(N_("Establishment")),
    "establishments.*.attendance_count": FieldLabel(N_("Attendances"), show.as_number),
    "establishments.*.first_time_count": FieldLabel(N_("First time"), show.as_number),
    "zone_id": FieldLabel(N_("Industrial zone")),
    "school_id": FieldLabel(N_("School")),
    "topic_ids": FieldLabel(N_("Topics"), show.as_topics, is_long=True),
    "materials": FieldLabel(N_("Materials")),
    "materials.*": FieldLabel(N_("Material")),
    "materials.*.quantity": FieldLabel(N_("Quantity"), show.as_number),
    "summary": FieldLabel(N_("Summary"), is_long=True),
    "note": FieldLabel(N_("Note"), is_long=True),
    "source_inspection_id": FieldLabel(N_("Made from a visit")),
}
_ESTABLISHMENT = _ENVELOPE | {
    "name": FieldLabel(N_("Name")),
    "establishment_type_id": FieldLabel(N_("Kind of establishment"), show.as_type),
    "village": FieldLabel(N_("Village")),
    "address_line": FieldLabel(N_("Address")),
    "lat": FieldLabel(N_("Latitude"), show.as_degrees),
    "lon": FieldLabel(N_("Longitude"), show.as_degrees),
    "point_source": FieldLabel(N_("Source of the point"), show.as_source),
    "registration_form_id": FieldLabel(N_("Form of registration"), show.as_choice("registration_form")),
    "registration_number": FieldLabel(N_("Registration number")),
    "registration_date": FieldLabel(N_("Registration date"), show.as_day),
    "operating_status_id": FieldLabel(N_("Operating status"), show.as_choice("operating_status")),
    "status_from": FieldLabel(N_("Status since"), show.as_day),
    "rooms_total": FieldLabel(N_("Rooms"), show.as_number),
    "opening_hours": FieldLabel(N_("Opening hours")),
    "certificates": FieldLabel(N_("Certificates")),
    "certificates.*": FieldLabel(N_("Certificate")),
    "certificates.*.number": FieldLabel(N_("Number")),
    "certificates.*.issued_on": FieldLabel(N_("Issued on"), show.as_day),
    "certificates.*.expires_on": FieldLabel(N_("Expires on"), show.as_day),
    "certificates.*.issuer_agency": FieldLabel(N_("Issued by"), show.as_agency),
    "certificates.*.status": FieldLabel(N_("State"), show.as_choice("certificate_status")),
    "first_seen_on": FieldLabel(N_("First seen on"), show.as_day),
    "closed_on": FieldLabel(N_("Closed on"), show.as_day),
    "note": FieldLabel(N_("Note"), is_long=True),
    "inspection_priority_id": FieldLabel(N_("Inspection priority"), show.as_choice("inspection_priority")),
    "inspection_priority_reason": FieldLabel(N_("Reason for the priority"), is_long=True),
    "merged_into": FieldLabel(N_("Merged into"), show.as_establishment),
}
FIELDS: Mapping[str, Mapping[str, FieldLabel]] = {
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
class FieldContext:
    """Where a value stands: the type of its record, its dotted path, and the record's data for names."""

    record_type: str
    path: str
    data: Data


def type_name(record_type: str, localizer: Localizer) -> str:
    """Return what a record type is called."""
    if record_type in TYPE_NAMES:
        return localizer.say(TYPE_NAMES[record_type])
    return localizer.say(N_("Unknown type: {name}")).format(name=record_type)


def field_at(record_type: str, path: str) -> FieldLabel | None:
    """Return the field of a path; the key under an object of entries matches any."""
    known = FIELDS.get(record_type, {})
    keys = path.split(".")
    starred = ".".join([keys[0], "*", *keys[2:]]) if len(keys) > 1 else path
    return known.get(path) or known.get(starred)


def label_at(place: FieldContext, localizer: Localizer) -> str:
    """Return what a path is called, with the name of the entry it lies in."""
    keys = place.path.split(".")
    field = field_at(place.record_type, place.path)
    if keys[0] == "answers" and len(keys) > 1:
        question = show.as_item(localizer, keys[1])
        return f"{question} · {localizer.say(field.label)}" if field else question
    if field is None:
        return place.path
    entry = entry_name(place, localizer) if len(keys) > 1 else None
    return f"{localizer.say(field.label)} · {entry}" if entry else localizer.say(field.label)


def entry_name(place: FieldContext, localizer: Localizer) -> str | None:
    """Return the name of the entry a path lies in: the violation, the member, the audience ..."""
    group, key, *_ = place.path.split(".")
    keyed = {
        "audiences": localizer.lists.audiences,
        "materials": localizer.lists.materials,
    }
    if group in keyed:
        return localizer.label(keyed[group], key)
    if group in _KEYED_BY_CHOICE:
        return localizer.choice(_KEYED_BY_CHOICE[group], key)
    if group == "establishments":
        return localizer.establishment(key)
    named = _NAMED_BY.get(group)
    value = read_path(place.data, f"{group}.{key}.{named}") if named else None
    return value_text(place.record_type, f"{group}.{key}.{named}", value, localizer) if value else None


def entry_label(place: FieldContext, localizer: Localizer) -> str:
    """Return what one entry of a group is called: its own name, where it is not already its value."""
    group = place.path.partition(".")[0]
    name = None if group in _NAMED_IN_VALUE else entry_name(place, localizer)
    field = field_at(place.record_type, place.path)
    return name or (localizer.say(field.label) if field else place.path)


def entry_text(place: FieldContext, value: object, localizer: Localizer) -> str:
    """Return one entry in a line, without the member that already is its label."""
    group = place.path.partition(".")[0]
    if group == "members" or not isinstance(value, dict):
        return value_text(place.record_type, place.path, value, localizer)
    said = _NAMED_BY.get(group) if group not in _NAMED_IN_VALUE else None
    rest = {key: item for key, item in value.items() if key != said and key not in _NOT_FOR_READING}
    return _object_text(place.record_type, place.path, rest, localizer) if rest else ""


def value_text(record_type: str, path: str, value: object, localizer: Localizer) -> str:
    """Return how the value at a path reads; objects read as their members in one line."""
    keys = path.split(".")
    if value is None:
        return localizer.say(N_("(empty)"))
    if isinstance(value, dict):
        return _object_text(record_type, path, value, localizer)
    if keys[0] == "answers" and len(keys) == 3 and keys[2] == "v":
        return show.answer_text(localizer, keys[1], value)
    if isinstance(value, bool):
        return show.as_deletion(localizer, value) if path == "_deleted" else show.as_flag(localizer, value)
    field = field_at(record_type, path)
    return field.show(localizer, value) if field else str(value)


def _object_text(record_type: str, path: str, value: Data, localizer: Localizer) -> str:
    if not value:
        return localizer.say(N_("(empty)"))
    if record_type == "inspection" and path.startswith("answers.") and set(value) == {"v"}:
        return value_text(record_type, f"{path}.v", value["v"], localizer)
    if record_type == "inspection" and path.startswith("members.") and "user" in value:
        position = localizer.choice("team_position", value.get("position"))
        return f"{localizer.person(value['user'])} ({position})"
    if path == "check_in":
        return show.as_check_in(localizer, value)
    ordered = sorted(value, key=lambda key: _order(record_type, f"{path}.{key}"))
    return "; ".join(_member_text(record_type, f"{path}.{key}", value[key], localizer) for key in ordered)


def _order(record_type: str, path: str) -> int:
    """Return the place of a path in the table of fields: members are read in that order."""
    field = field_at(record_type, path)
    known = list(FIELDS.get(record_type, {}).values())
    return known.index(field) if field in known else len(known)


def _member_text(record_type: str, path: str, value: object, localizer: Localizer) -> str:
    keys = path.split(".")
    text = value_text(record_type, path, value, localizer)
    if keys[-1] == "v" or (keys[0] == "follow_ups" and keys[-1] == "text"):
        return text
    field = field_at(record_type, path)
    if len(keys) == 2:
        return f"{label_at(FieldContext(record_type, path, {}), localizer)}: {text}"
    return f"{localizer.say(field.label)}: {text}" if field else text


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
