"""Form of an office entry: fields, typed values, doubts to confirm."""

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
from field178_shared.record_type import RecordType
from field178_shared.records.reading import count_of, day_of, day_of_act, entries_of, ids_of, text_of
from field178_shared.records.sanctions import SANCTIONS, SanctionDecision
from field178_shared.rules.free_text import FreeTextMarks
from field178_shared.rules.sanctions import fine_range, is_outside
from field178_shared.schemas.fields.catalogue import field_message, words_at
from field178_shared.text.i18n import N_

# Parameters of the address that identify the subject of an entry within its visit.
TARGETS: Mapping[str, tuple[str, ...]] = {
    RecordType.SANCTION_DECISION: (),
    RecordType.PAYMENT: ("decision",),
    RecordType.MEASURE_EXECUTION: ("decision", "measure_key"),
    RecordType.FOLLOW_UP_CLOSURE: ("follow_up_id",),
}
TITLES: Mapping[str, str] = {
    RecordType.SANCTION_DECISION: N_("Enter a decision"),
    RecordType.PAYMENT: N_("Enter a payment"),
    RecordType.MEASURE_EXECUTION: N_("Enter a measure carried out"),
    RecordType.FOLLOW_UP_CLOSURE: N_("Close a correction"),
}
# Sanctions and remedies beside the main one; the other measures of the list end without a decision.
_ADDED = frozenset({"suspension", "licence_suspended", "licence_revoked", "confiscation"})
# Default status of a closure; day and proof are always typed.
_FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Unusual value that the officer must confirm; `key`: path and value."""

    key: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """Values of a sent form, and error codes by path."""

    data: Data
    errors: Mapping[str, ErrorCode]


def target_in(record_type: str, arguments: Mapping[str, str], visit: RecordPage) -> Data | None:
    """Return the subject of an entry from its address, None if the visit does not contain it."""
    target: Data = {name: arguments[name] for name in TARGETS[record_type] if arguments.get(name)}
    if record_type == RecordType.MEASURE_EXECUTION:
        measure_id = _measure_in(target, visit)
        return {**target, "measure_id": measure_id} if measure_id else None
    if record_type == RecordType.FOLLOW_UP_CLOSURE:
        return (
            target if text_of(target, "follow_up_id") in entries_of(visit.record.data, "follow_ups") else None
        )
    decision = decision_of(target, visit)
    is_known = record_type == RecordType.SANCTION_DECISION or (
        decision is not None and not decision.is_of_field
    )
    return target if is_known else None


def _measure_in(target: Data, visit: RecordPage) -> str:
    key, decision = text_of(target, "measure_key"), decision_of(target, visit)
    if "decision" in target:
        return key if decision and key in decision.measure_ids else ""
    return text_of(entries_of(visit.record.data, "measures").get(key, {}), "measure_id")


def read_form(record_type: str, form: MultiDict[str, str], localizer: Localizer) -> Typed:
    """Read the typed values; an empty field is absent."""
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


def suggested(record_type: str, target: Data, visit: RecordPage) -> Data:
    """Return the first values of a new form, taken from the visit."""
    if record_type == RecordType.SANCTION_DECISION:
        return _decided_by_field(text_of(target, "measure"), visit) or {"violation_ids": _violations(visit)}
    if record_type == RecordType.PAYMENT:
        decision = decision_of(target, visit)
        return {"amount_vnd": decision.outstanding_vnd} if decision and decision.outstanding_vnd else {}
    return {"status": _FIXED} if record_type == RecordType.FOLLOW_UP_CLOSURE else {}


def typed_in(record_type: str, data: Data, localizer: Localizer) -> MultiDict[str, str]:
    """Return stored values as texts of the form."""
    texts: MultiDict[str, str] = MultiDict()
    for path in PATHS[record_type]:
        control = control_for(record_type, path, localizer)
        value = data.get(path)
        if control and isinstance(value, list):
            texts.setlist(path, [str(item) for item in value])
        elif control and value is not None:
            texts[path] = localizer.number(value) if control.kind == "number" else typed_text(control, value)
    return texts


def fields_of(
    record_type: str,
    typed: MultiDict[str, str],
    errors: Mapping[str, Sequence[str]],
    visit: RecordPage,
    localizer: Localizer,
) -> tuple[InputField, ...]:
    """Return the fields in their order, with the typed texts."""
    fields = []
    for path in PATHS[record_type]:
        control = control_for(record_type, path, localizer, _day_in(typed) or day_of_act(visit.record.data))
        assert control is not None
        words = words_at(record_type, path, localizer.language)
        help_text = words.help or words.example
        if path == "amount_vnd" and record_type == RecordType.SANCTION_DECISION:
            help_text = _frame_text(tuple(typed.getlist("violation_ids")), visit, localizer)
        fields.append(
            InputField(
                path,
                words.label,
                replace(control, options=_options(path, control, visit, localizer)),
                tuple(typed.getlist(path)),
                help=help_text,
                error=field_message(record_type, path, errors.get(path, ()), localizer.language),
            )
        )
    return tuple(fields)


def doubts(
    record_type: str, data: Data, before: Data, visit: RecordPage, localizer: Localizer
) -> tuple[Doubt, ...]:
    """Return unusual values and texts that may name a person; the officer must confirm each.

    `before`: stored values of the entry, {} for a new entry.
    """
    warnings = {
        path: message(code, localizer.language) for path, code in _unusual(record_type, data, before, visit)
    }
    name = text_of(visit.establishment.data, "name") if visit.establishment else ""
    warnings |= FreeTextMarks(record_type, localizer.language).of(data, (name,) if name else ())
    return tuple(Doubt(f"{path}={data.get(path)}", path, text) for path, text in warnings.items())


def target_text(record_type: str, target: Data, visit: RecordPage, localizer: Localizer) -> str:
    """Return the subject of an entry as a text."""
    decision = decision_of(target, visit)
    parts = [decision_title(decision, localizer)] if decision else []
    if record_type == RecordType.MEASURE_EXECUTION:
        parts.insert(0, localizer.choice("measure", text_of(target, "measure_id")))
    elif record_type == RecordType.FOLLOW_UP_CLOSURE:
        follow_ups = entries_of(visit.record.data, "follow_ups")
        parts = [text_of(follow_ups.get(text_of(target, "follow_up_id"), {}), "text")]
    return " · ".join(parts)


def decision_of(target: Data, visit: RecordPage) -> SanctionDecision | None:
    """Return the decision that an entry is about, if it counts."""
    decision_id = text_of(target, "decision")
    decisions = visit.entries.after.decisions
    return next((decision for decision in decisions if decision.decision_id == decision_id), None)


def _unusual(record_type: str, data: Data, before: Data, visit: RecordPage) -> list[tuple[str, ErrorCode]]:
    amount = count_of(data, "amount_vnd")
    if amount is None:
        return []
    if record_type == RecordType.SANCTION_DECISION:
        fines = _fines(ids_of(data, "violation_ids"), visit)
        return [("amount_vnd", ErrorCode.OUTSIDE_FRAME)] if is_outside(amount, fines) else []
    decision = decision_of(data, visit)
    if decision is None:
        return []
    others = decision.paid_vnd - (count_of(before, "amount_vnd") or 0)
    return [("amount_vnd", ErrorCode.OVERPAID)] if amount + others > decision.amount_vnd else []


def _fines(violation_ids: tuple[str, ...], visit: RecordPage) -> tuple[int, int] | None:
    form = text_of(visit.establishment.data, "registration_form_id") if visit.establishment else ""
    return fine_range(violation_ids, visit.record.data, form)


def _frame_text(violation_ids: tuple[str, ...], visit: RecordPage, localizer: Localizer) -> str:
    fines = _fines(violation_ids, visit)
    if fines is None:
        return ""
    return localizer.say(N_("The frames of these violations together: {least} – {most}.")).format(
        least=localizer.money(fines[0]), most=localizer.money(fines[1])
    )


def _options(
    path: str, control: Control, visit: RecordPage, localizer: Localizer
) -> tuple[tuple[str, str], ...]:
    narrow = _NARROWED.get(path)
    if path == "violation_ids":
        return tuple(
            (violation_id, _violation_text(violation_id, visit, localizer))
            for violation_id in _violations(visit)
        )
    return tuple(option for option in control.options if narrow is None or narrow(option[0]))


def _violation_text(violation_id: str, visit: RecordPage, localizer: Localizer) -> str:
    name, earlier = as_violation(localizer, violation_id), visit.earlier_violations.get(violation_id)
    if earlier is None:
        return name
    return f"{name} – {repetition_text(earlier, localizer)}"


def _violations(visit: RecordPage) -> list[str]:
    findings = entries_of(visit.record.data, "findings").values()
    return list(dict.fromkeys(text_of(finding, "violation_id") for finding in findings))


def _decided_by_field(key: str, visit: RecordPage) -> Data:
    measure = entries_of(visit.record.data, "measures").get(key, {})
    sanction = text_of(measure, "measure_id")
    if sanction not in SANCTIONS:
        return {}
    names = ("document_number", "document_date", "agency_id", "amount_vnd")
    values = {name: measure[name] for name in names if name in measure}
    violation_ids = _violations(visit)
    answered = ids_of(measure, "violation_ids")
    chosen = [violation_id for violation_id in violation_ids if violation_id in answered]
    return {**values, "sanction_id": sanction, "violation_ids": chosen or violation_ids}


def _day_in(typed: MultiDict[str, str]) -> date | None:
    return day_of({"day": typed.get("document_date", "")}, "day")


_NARROWED: Mapping[str, Callable[[str], bool]] = {"measure_ids": lambda value: value in _ADDED}
