"""The form of an entry of the office: its fields, what was typed, and what asks for a second look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from werkzeug.datastructures import MultiDict

from field178_server.console.records.after_visit_view import PATHS, decision_title
from field178_server.console.records.repeat_violations import repetition_text
from field178_server.console.shell.form_fields import InputField
from field178_server.console.text.format_values import as_violation
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control, control_for, read_typed, typed_text
from field178_server.office.reviews.record import RecordPage
from field178_shared.errors import AppError, ErrorCode, message
from field178_shared.merge import Data
from field178_shared.records.reading import count_of, day_of, day_of_act, entries_of, ids_of, text_of
from field178_shared.records.sanctions import (
    CLOSURE,
    DECISION,
    EXECUTION,
    PAYMENT,
    SANCTIONS,
    SanctionDecision,
)
from field178_shared.rules.free_text import FreeTextMarks
from field178_shared.rules.sanctions import fine_range, is_outside
from field178_shared.schemas.fields.catalogue import field_message, words_at
from field178_shared.text.i18n import N_

# What an address tells of the thing that an entry is about; the rest of it the visit tells.
TARGETS: Mapping[str, tuple[str, ...]] = {
    DECISION: (),
    PAYMENT: ("decision",),
    EXECUTION: ("decision", "measure_key"),
    CLOSURE: ("follow_up_id",),
}
TITLES: Mapping[str, str] = {
    DECISION: N_("Enter a decision"),
    PAYMENT: N_("Enter a payment"),
    EXECUTION: N_("Enter a measure carried out"),
    CLOSURE: N_("Close a correction"),
}
# Sanctions and remedies beside the main one; the other measures of the list end without a decision.
_ADDED = frozenset({"suspension", "licence_suspended", "licence_revoked", "confiscation"})
# Filled in by who closes a correction; the day and the proof are always typed.
_FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What may be right and asks for a second look; `key` names it together with the value."""

    key: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """What a sent form says: the values, and the code of what is none, by path."""

    data: Data
    errors: Mapping[str, ErrorCode]


def target_in(record_type: str, arguments: Mapping[str, str], page: RecordPage) -> Data | None:
    """Return what an address says that an entry is about; None where the visit holds no such thing."""
    target: Data = {name: arguments[name] for name in TARGETS[record_type] if arguments.get(name)}
    if record_type == EXECUTION:
        measure_id = _measure_in(target, page)
        return {**target, "measure_id": measure_id} if measure_id else None
    if record_type == CLOSURE:
        return (
            target if text_of(target, "follow_up_id") in entries_of(page.record.data, "follow_ups") else None
        )
    decision = decision_of(target, page)
    is_known = record_type == DECISION or (decision is not None and not decision.is_of_field)
    return target if is_known else None


def _measure_in(target: Data, page: RecordPage) -> str:
    key, decision = text_of(target, "measure_key"), decision_of(target, page)
    if "decision" in target:
        return key if decision and key in decision.measure_ids else ""
    return text_of(entries_of(page.record.data, "measures").get(key, {}), "measure_id")


def read_form(record_type: str, form: MultiDict[str, str], localizer: Localizer) -> Typed:
    """Read the values that were typed; an empty field is absent."""
    data: dict[str, object] = {}
    errors: dict[str, ErrorCode] = {}
    for path in PATHS[record_type]:
        texts = form.getlist(path)
        if any(text.strip() for text in texts):
            try:
                data[path] = read_typed(control_for(record_type, path, localizer), texts)
            except AppError as error:
                errors[path] = error.code
    return Typed(data, errors)


def suggested(record_type: str, target: Data, page: RecordPage) -> Data:
    """Return what a new form begins with: what the visit tells already."""
    if record_type == DECISION:
        return _decided_by_field(text_of(target, "measure"), page) or {"violation_ids": _violations(page)}
    if record_type == PAYMENT:
        decision = decision_of(target, page)
        return {"amount_vnd": decision.outstanding_vnd} if decision and decision.outstanding_vnd else {}
    return {"status": _FIXED} if record_type == CLOSURE else {}


def typed_in(record_type: str, data: Data, localizer: Localizer) -> MultiDict[str, str]:
    """Return stored values as the form shows them before anything is typed."""
    found: MultiDict[str, str] = MultiDict()
    for path in PATHS[record_type]:
        control = control_for(record_type, path, localizer)
        value = data.get(path)
        if control and isinstance(value, list):
            found.setlist(path, [str(one) for one in value])
        elif control and value is not None:
            found[path] = localizer.number(value) if control.kind == "number" else typed_text(control, value)
    return found


def fields_of(
    record_type: str,
    typed: MultiDict[str, str],
    errors: Mapping[str, Sequence[str]],
    reader: tuple[RecordPage, Localizer],
) -> tuple[InputField, ...]:
    """Return the fields in their order, with what was typed."""
    page, localizer = reader
    found = []
    for path in PATHS[record_type]:
        control = control_for(record_type, path, localizer, _day_in(typed) or day_of_act(page.record.data))
        assert control is not None
        words = words_at(record_type, path, localizer.language)
        said = field_message(record_type, path, errors.get(path, ()), localizer.language)
        texts = tuple(typed.getlist(path))
        if path == "amount_vnd" and record_type == DECISION:
            words = replace(words, help=_frame_text(tuple(typed.getlist("violation_ids")), page, localizer))
        elif not words.help and words.example:
            words = replace(words, help=words.example)
        options = _options(path, control, (page, localizer))
        found.append(
            InputField(
                path,
                words.label,
                replace(control, options=options),
                texts,
                help=words.help,
                error=said,
            )
        )
    return tuple(found)


def doubts(
    record_type: str, data: Data, before: Data, reader: tuple[RecordPage, Localizer]
) -> tuple[Doubt, ...]:
    """Return what is unusual in an entry, or may name a person; it is written once somebody confirms it.

    `before`: what the entry said when it was corrected last; {} for a new one.
    """
    page, localizer = reader
    found = {
        path: message(code, localizer.language) for path, code in _unusual(record_type, data, before, page)
    }
    name = text_of(page.establishment.data, "name") if page.establishment else ""
    found |= FreeTextMarks(record_type, localizer.language).of(data, (name,) if name else ())
    return tuple(Doubt(f"{path}={data.get(path)}", path, text) for path, text in found.items())


def target_text(record_type: str, target: Data, page: RecordPage, localizer: Localizer) -> str:
    """Return in words what an entry is about."""
    decision = decision_of(target, page)
    parts = [decision_title(decision, localizer)] if decision else []
    if record_type == EXECUTION:
        parts.insert(0, localizer.choice("measure", text_of(target, "measure_id")))
    elif record_type == CLOSURE:
        asked = entries_of(page.record.data, "follow_ups").get(text_of(target, "follow_up_id"), {})
        parts = [text_of(asked, "text")]
    return " · ".join(parts)


def decision_of(target: Data, page: RecordPage) -> SanctionDecision | None:
    """Return the decision that an entry is target, as long as it counts."""
    wanted = text_of(target, "decision")
    return next((one for one in page.entries.after.decisions if one.decision_id == wanted), None)


def _unusual(record_type: str, data: Data, before: Data, page: RecordPage) -> list[tuple[str, ErrorCode]]:
    amount = count_of(data, "amount_vnd")
    if amount is None:
        return []
    if record_type == DECISION:
        fines = _fines(ids_of(data, "violation_ids"), page)
        return [("amount_vnd", ErrorCode.OUTSIDE_FRAME)] if is_outside(amount, fines) else []
    decision = decision_of(data, page)
    if decision is None:
        return []
    others = decision.paid_vnd - (count_of(before, "amount_vnd") or 0)
    return [("amount_vnd", ErrorCode.OVERPAID)] if amount + others > decision.amount_vnd else []


def _fines(violation_ids: tuple[str, ...], page: RecordPage) -> tuple[int, int] | None:
    form = text_of(page.establishment.data, "registration_form_id") if page.establishment else ""
    return fine_range(violation_ids, page.record.data, form)


def _frame_text(violation_ids: tuple[str, ...], page: RecordPage, localizer: Localizer) -> str:
    fines = _fines(violation_ids, page)
    if fines is None:
        return ""
    return localizer.say(N_("The frames of these violations together: {least} – {most}.")).format(
        least=localizer.money(fines[0]), most=localizer.money(fines[1])
    )


def _options(
    path: str, control: Control, reader: tuple[RecordPage, Localizer]
) -> tuple[tuple[str, str], ...]:
    page, localizer = reader
    narrow = _NARROWED.get(path)
    if path == "violation_ids":
        return tuple((one, _violation_text(one, page, localizer)) for one in _violations(page))
    return tuple(option for option in control.options if narrow is None or narrow(option[0]))


def _violation_text(violation_id: str, page: RecordPage, localizer: Localizer) -> str:
    name, earlier = as_violation(localizer, violation_id), page.earlier_violations.get(violation_id)
    if earlier is None:
        return name
    return f"{name} – {repetition_text(earlier, localizer)}"


def _violations(page: RecordPage) -> list[str]:
    found = (text_of(one, "violation_id") for one in entries_of(page.record.data, "findings").values())
    return list(dict.fromkeys(found))


def _decided_by_field(key: str, page: RecordPage) -> Data:
    measure = entries_of(page.record.data, "measures").get(key, {})
    sanction = text_of(measure, "measure_id")
    if sanction not in SANCTIONS:
        return {}
    names = ("document_number", "document_date", "agency_id", "amount_vnd")
    told = {name: measure[name] for name in names if name in measure}
    every = _violations(page)
    answered = [one for one in every if one in ids_of(measure, "violation_ids")]
    return {**told, "sanction_id": sanction, "violation_ids": answered or every}


def _day_in(typed: MultiDict[str, str]) -> date | None:
    return day_of({"day": typed.get("document_date", "")}, "day")


_NARROWED: Mapping[str, Callable[[str], bool]] = {"measure_ids": lambda value: value in _ADDED}
