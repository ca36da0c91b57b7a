"""Forms of a team and of a member: fields from the declarations of the record, with their checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from werkzeug.datastructures import MultiDict

from field178_server.console.shell.form_fields import InputField
from field178_server.console.shell.typed_values import TypedValues
from field178_server.console.text.field_labels import field_name
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control, control_for, typed_text
from field178_server.office.teams.operations import PATHS
from field178_shared.merge import Data
from field178_shared.record_type import RecordType
from field178_shared.records.reading import day_of, text_of
from field178_shared.records.teams import Membership
from field178_shared.schemas.fields.catalogue import field_messages, words_at
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label

Options = Sequence[tuple[str, str]]
Texts = Mapping[str, Sequence[str]]

OFFICER = "officer"
MEMBER_PATHS = ("position", "valid_from", "valid_to")
NAME_TAKEN = N_("Another team has this name already; choose another.")
_REQUIRED = frozenset({"name", "level", "standing_agency", "unit_ids", OFFICER, "position"})
LEVELS: Mapping[str, str] = {
    "commune": N_("Commune level"),
    "district": N_("District level"),
    "province": N_("Province or city level"),
    "national": N_("National level"),
}
# Types of units that teams cannot have.
_TOO_HIGH = frozenset({"country", "municipality", "province"})


@dataclass(frozen=True, slots=True)
class FormState:
    """State of a form: stored or typed values, and the errors by path."""

    texts: Texts
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Data, paths: Iterable[str]) -> FormState:
        """Return the stored values as texts."""
        return cls({path: _texts(data.get(path)) for path in paths})

    @classmethod
    def typed(cls, form: MultiDict[str, str]) -> FormState:
        """Return the form of the request."""
        return cls({name: form.getlist(name) for name in form})

    def refused(self, problems: Mapping[str, Iterable[str]], localizer: Localizer) -> FormState:
        """Return the form with the errors of its fields."""
        sentences = {
            path.rpartition(".")[2]: sentence
            for path, sentence in field_messages(RecordType.TEAM, problems, localizer.language).items()
        }
        return replace(self, errors={**self.errors, **sentences})


def team_fields(state: FormState, localizer: Localizer, today: date) -> tuple[InputField, ...]:
    """Return the fields of a team."""
    return tuple(
        _field(path, path, _team_control(path, state, localizer, today), state, localizer) for path in PATHS
    )


def member_fields(state: FormState, able: Options, localizer: Localizer) -> tuple[InputField, ...]:
    """Return the fields of a member; without options the form is about an existing member."""
    fields = [
        _field(name, f"members.*.{name}", _control(f"members.*.{name}", localizer), state, localizer)
        for name in MEMBER_PATHS
    ]
    if not able:
        return tuple(fields)
    who = InputField(
        path=OFFICER,
        label=localizer.say(N_("Officer of the team")),
        control=Control("choice", options=tuple(able)),
        typed=tuple(state.texts.get(OFFICER, ("",))),
        error=state.errors.get(OFFICER, ""),
        is_required=True,
    )
    return (who, *fields)


def read_team(state: FormState, localizer: Localizer) -> tuple[Data, FormState]:
    """Return the values of the form and the form with its errors; an empty field is no value."""
    return _read(state, PATHS, lambda path: _control(path, localizer), localizer)


def read_member(state: FormState, localizer: Localizer) -> tuple[Membership, FormState]:
    """Return the membership of the form and the form with its errors."""
    data, checked = _read(
        state, MEMBER_PATHS, lambda name: _control(f"members.*.{name}", localizer), localizer
    )
    membership = Membership(
        position=text_of(data, "position"),
        valid_from=day_of(data, "valid_from"),
        valid_to=day_of(data, "valid_to"),
    )
    return membership, checked


def _read(
    state: FormState, paths: Iterable[str], control_of: Callable[[str], Control], localizer: Localizer
) -> tuple[Data, FormState]:
    typed = TypedValues(localizer.language, errors=dict(state.errors))
    for path in paths:
        typed.read(path, control_of(path), state.texts.get(path, ()), is_required=path in _REQUIRED)
    return typed.filled(), replace(state, errors=typed.errors)


def _field(name: str, path: str, control: Control, state: FormState, localizer: Localizer) -> InputField:
    words = words_at(RecordType.TEAM, path, localizer.language)
    return InputField(
        path=name,
        label=field_name(RecordType.TEAM, path, localizer),
        control=control,
        typed=tuple(state.texts.get(name, ())) or ("",),
        help=words.help,
        example=words.example,
        error=state.errors.get(name, ""),
        is_required=name in _REQUIRED,
    )


def _control(path: str, localizer: Localizer) -> Control:
    control = Control("choice") if path == "level" else control_for(RecordType.TEAM, path, localizer)
    assert control is not None, path
    return control


def _team_control(path: str, state: FormState, localizer: Localizer, today: date) -> Control:
    if path == "level":
        return Control(
            "choice", options=tuple((level, localizer.say(text)) for level, text in LEVELS.items())
        )
    chosen, lists = set(state.texts.get(path, ())), localizer.lists
    if path == "unit_ids":
        units = [
            unit.id
            for unit in lists.units.values()
            if unit.id in chosen or (unit.valid_on(today) and unit.type not in _TOO_HIGH)
        ]
        return Control(
            "choices", options=by_label((unit_id, localizer.unit_on(unit_id, today)) for unit_id in units)
        )
    if path in ("standing_agency", "deciding_agency"):
        agencies = dict.fromkeys([*lists.agencies.on(today), *(agency for agency in chosen if agency)])
        return Control(
            "choice",
            options=by_label((agency, localizer.label(lists.agencies, agency)) for agency in agencies),
        )
    return _control(path, localizer)


def _texts(value: object) -> Sequence[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return [typed_text(Control("text"), value)]
