"""Quarantined changes: problems, and fields that the office may correct."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.console.attention.kind import ItemRow
from field178_server.console.shell.links import heading, name_in
from field178_server.console.text.field_labels import FieldContext, label_at, value_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control, control_for, typed_text
from field178_server.console.text.state_labels import rejection_text
from field178_server.office.quarantine.operations import CORRECTABLE
from field178_server.office.quarantine.queries import QuarantineItem, QuarantinePage
from field178_server.replication.policy.record_validation import Problems
from field178_server.replication.quarantine.store import OPEN
from field178_shared.errors import message
from field178_shared.merge import Data, read_path
from field178_shared.records.reading import day_of_act
from field178_shared.rules import broken
from field178_shared.schemas.fields.catalogue import field_message
from field178_shared.text.i18n import N_
from field178_shared.wire.protocol import Op


@dataclass(frozen=True, slots=True)
class ProblemView:
    """Field with an error, and the text of the error."""

    label: str
    text: str
    value: str | None


@dataclass(frozen=True, slots=True)
class CorrectionField:
    """Field that the office may correct: control if any, and whether its value may be left out.

    A field without an error belongs to a rule that another field breaks. `parts`: paths whose sum the value
    MUST be.
    """

    path: str
    label: str
    control: Control | None
    typed: str
    error: str
    may_leave_out: bool
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """Texts of a change that is in quarantine or was rejected."""

    title: str
    reason: str
    advice: str
    rejection: str
    problems: tuple[ProblemView, ...]
    values: tuple[tuple[str, str], ...]


def quarantine_row(change: QuarantineItem, localizer: Localizer) -> ItemRow:
    """Return one change as a row of the list."""
    labels = dict.fromkeys(_problem_label(change, path, localizer) for path, _codes in change.problems)
    return ItemRow(
        change.record_type,
        change.scope,
        (change.device_id,),
        change.received_at,
        name=_name(change, localizer) or "",
        why=rejection_text(change.rejection, localizer) or _reason(change, localizer),
        more=", ".join(labels),
    )


def quarantine_detail(change: QuarantineItem, localizer: Localizer) -> QuarantineView:
    """Return the texts of a change."""
    return QuarantineView(
        title=heading(_name(change, localizer), change.record_type, localizer),
        reason=_reason(change, localizer),
        advice=localizer.say(QUARANTINE_ADVICE.get(change.reason, QUARANTINE_ADVICE[""])),
        rejection=rejection_text(change.rejection, localizer),
        problems=tuple(_problem(change, path, codes, localizer) for path, codes in change.problems),
        values=tuple(
            (_label(change, path, localizer), value_text(change.record_type, path, value, localizer))
            for path, value in sorted(change.values.items())
        ),
    )


def correction_fields(
    page: QuarantinePage, problems: Problems, localizer: Localizer
) -> tuple[CorrectionField, ...]:
    """Return the fields to correct: each field at fault, then the other fields of its rule.

    `problems`: faults of a refused correction. Returns () if the office cannot correct the change: the fault
    is not in its content, or has no single value.
    """
    change = page.change
    is_content = change.reason in CORRECTABLE and change.op == Op.PUT and change.state == OPEN
    if not is_content or (change.is_create and page.stored is not None):
        return ()
    faults = {path: list(codes) for path, codes in change.problems} | problems
    fields = tuple(
        _correction_field(page, path, codes, localizer)
        for path, codes in _with_others(change.record_type, faults, localizer).items()
        if path
    )
    can_correct = "" not in dict(change.problems) and all(
        field.control or field.may_leave_out for field in fields if field.error
    )
    return tuple(field for field in fields if field.error or field.control) if can_correct else ()


def _with_others(record_type: str, faults: Problems, localizer: Localizer) -> Problems:
    """Return the problems, each followed by the paths without a problem that its rule reads."""
    problems: Problems = {}
    for path, codes in faults.items():
        problems[path] = codes
        for rule in broken(record_type, {path: codes}, localizer.lists):
            problems |= {other: [] for other in rule.others if other not in faults}
    return problems


def _correction_field(
    page: QuarantinePage, path: str, codes: list[str], localizer: Localizer
) -> CorrectionField:
    change, kind = page.change, page.change.record_type
    control = control_for(kind, path, localizer, day_of_act(change.values))
    value = value_at(change.values, path)
    stored = read_path(page.stored or {}, path)
    sums = [rule for rule in broken(kind, {path: codes}, localizer.lists) if rule.is_sum]
    return CorrectionField(
        path=path,
        label=_label(change, path, localizer),
        control=control,
        typed=typed_text(control, stored if value is None else value) if control else "",
        error=field_message(kind, path, codes, localizer.language),
        may_leave_out=bool(codes) and value is not None,
        parts=sums[0].others if sums else (),
    )


def value_at(values: Data, path: str) -> object:
    """Return the value that a change sets at a path, directly or inside an object."""
    keys = path.split(".")
    for length in range(len(keys), 0, -1):
        head, rest = ".".join(keys[:length]), ".".join(keys[length:])
        if head in values:
            value = values[head]
            return read_path(value, rest) if rest and isinstance(value, dict) else None if rest else value
    return None


def _problem(change: QuarantineItem, path: str, codes: tuple[str, ...], localizer: Localizer) -> ProblemView:
    value = value_at(change.values, path)
    return ProblemView(
        label=_problem_label(change, path, localizer),
        text=field_message(change.record_type, path, codes, localizer.language),
        value=value_text(change.record_type, path, value, localizer) if value is not None else None,
    )


def _problem_label(change: QuarantineItem, path: str, localizer: Localizer) -> str:
    return _label(change, path, localizer) if path else localizer.say(N_("Whole record"))


def _reason(change: QuarantineItem, localizer: Localizer) -> str:
    return message(change.reason, localizer.language).removesuffix(".")


def _label(change: QuarantineItem, path: str, localizer: Localizer) -> str:
    return label_at(FieldContext(change.record_type, path, change.values), localizer)


def _name(change: QuarantineItem, localizer: Localizer) -> str | None:
    return change.title or name_in(change.values, localizer) or name_in(change.created, localizer)


_CORRECT = N_(
    "The team mends these fields on the tablet and sends again, or the office mends them here;"
    " the entry then leaves this list."
)
_UPGRADE = N_("A newer version of the server knows it; after an upgrade it is applied by itself.")
_TELL = N_("Tell the administrator. Nothing is lost: the change stays here as it was sent.")
QUARANTINE_ADVICE = {
    "": _TELL,
    "schema": _CORRECT,
    "rule": _CORRECT,
    "orphan": N_("It is applied by itself as soon as its record arrives from the tablet that made it."),
    "scope_not_granted": N_(
        "If this tablet is to work in that area, an administrator grants it with field178 grant;"
        " the change is then applied by itself."
    ),
    "unknown_type": _UPGRADE,
    "unknown_schema": _UPGRADE,
    "unknown_op": _UPGRADE,
    "device_revoked": N_(
        "The tablet was revoked before it sent this. What is still needed is entered again on another tablet;"
        " then set this aside."
    ),
    "user_unknown": N_(
        "The officer signs in on that tablet once, with a network; the change is then applied by itself."
    ),
}
