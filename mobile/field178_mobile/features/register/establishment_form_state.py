"""State of the establishment form, made from the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from field178_mobile.components.check_in.check_in import CheckInState
from field178_mobile.components.forms.simple_fields import Pins, SimpleField, simple_field, simple_fields
from field178_mobile.features.register.establishment_data import certificates_of
from field178_mobile.features.register.register_index import AlikeRow
from field178_mobile.presentation.checks import Checked
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.feedback import Feedback
from field178_mobile.presentation.wording import Option, Wording, options
from field178_mobile.store import StateWord
from field178_shared.record_type import RecordType
from field178_shared.records.reading import count_of, text_of
from field178_shared.schemas.fields.catalogue import FIELDS

# Fields with their own control, and its widget in the form; other fields are drawn by the form.
CONTROLS = {
    "name": "name",
    "establishment_type_id": "kind",
    "note": "note",
    "unit_id": "unit",
    "address_line": "address",
    "village": "village",
    "lat": "place",
    "lon": "place",
    "operating_status_id": "statuses",
    "registration_form_id": "registrations",
    "registration_number": "number",
    "opening_hours": "hours",
    "rooms_total": "rooms",
    "certificates": "papers_card",
    "attachments": "papers_card",
}
SECTIONS = ("identity", "registration")
_TEXTS = ("name", "address_line", "village", "registration_number", "opening_hours", "note")


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """Row of a certificate: status, number, last day, and its problem."""

    id: str
    label: str
    statuses: tuple[Option, ...]
    number: str
    expires_on: str
    problem: str


@dataclass(frozen=True, slots=True)
class EstablishmentFormScene:
    """Inputs of the state."""

    data: Data
    words: Wording
    today: date
    record_id: str
    is_new: bool
    unit_ids: tuple[str, ...]
    word: str
    place: CheckInState
    alike: tuple[AlikeRow, ...] = ()
    marked: Mapping[str, str] = field(default_factory=dict)
    lint: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EstablishmentFormState:
    """The whole form. `can_move`: the commune may be chosen; later only the office moves an establishment."""

    record_id: str
    title: str
    is_new: bool
    kinds: tuple[Option, ...]
    units: tuple[Option, ...]
    can_move: bool
    statuses: tuple[Option, ...]
    registrations: tuple[Option, ...]
    texts: Mapping[str, SimpleField]
    fields: Mapping[str, tuple[SimpleField, ...]]
    needs_note: bool
    rooms: int | None
    place: CheckInState
    certificates: tuple[CertificateRow, ...]
    more_certificates: tuple[Option, ...]
    alike: tuple[AlikeRow, ...]
    word: str
    word_label: str
    has_draft: bool
    problems: Mapping[str, str]
    checked: Checked
    feedback: Feedback
    focus: str


def form_state(
    scene: EstablishmentFormScene, checked: Checked, feedback: Feedback, focus: str
) -> EstablishmentFormState:
    """Return the state of the form."""
    data, words = scene.data, scene.words
    kind = words.lists.types.get(text_of(data, "establishment_type_id"))
    problems = {**scene.marked, **{row.path: row.text for row in checked.problems}}
    pins = Pins(problems=problems, lint=scene.lint)
    return EstablishmentFormState(
        record_id=scene.record_id,
        title=text_of(data, "name").strip() or words.translate("New establishment"),
        is_new=scene.is_new,
        kinds=tuple(
            Option(key, item.label(words.language), kind is item)
            for key, item in words.lists.types.items()
            if kind is item or item.valid_on(scene.today)
        ),
        units=tuple(Option(key, words.unit(key), key == data.get("unit_id")) for key in scene.unit_ids),
        can_move=scene.is_new,
        statuses=options(words, "operating_status", data.get("operating_status_id")),
        registrations=options(words, "registration_form", data.get("registration_form_id")),
        texts={
            path: simple_field(
                RecordType.ESTABLISHMENT, FIELDS[RecordType.ESTABLISHMENT][path], data, pins, words
            )
            for path in _TEXTS
        },
        fields={
            each: simple_fields((RecordType.ESTABLISHMENT, each), data, pins, words, CONTROLS)
            for each in SECTIONS
        },
        needs_note=kind is not None and kind.requires_note,
        rooms=count_of(data, "rooms_total"),
        place=scene.place,
        certificates=_certificates(scene, problems),
        more_certificates=_more_certificates(scene),
        alike=scene.alike,
        word=scene.word,
        word_label=words.choice("shown_state", scene.word),
        has_draft=scene.word == StateWord.DRAFT,
        problems=problems,
        checked=checked,
        feedback=feedback,
        focus=focus,
    )


def _certificates(scene: EstablishmentFormScene, problems: Mapping[str, str]) -> tuple[CertificateRow, ...]:
    words = scene.words
    return tuple(
        CertificateRow(
            id=kind,
            label=words.choice("certificate_kind", kind),
            statuses=options(words, "certificate_status", paper.get("status")),
            number=text_of(paper, "number"),
            expires_on=text_of(paper, "expires_on"),
            problem=next(
                (sentence for path, sentence in problems.items() if path.startswith(f"certificates.{kind}")),
                "",
            ),
        )
        for kind, paper in certificates_of(scene.data).items()
    )


def _more_certificates(scene: EstablishmentFormScene) -> tuple[Option, ...]:
    taken = certificates_of(scene.data)
    offered = options(scene.words, "certificate_kind", None)
    return tuple(option for option in offered if option.id not in taken)
