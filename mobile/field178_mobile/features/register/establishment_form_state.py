"""The form of a register entry as one frozen value, and how it is made from the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from field178_mobile.features.inspection.check_in import CheckInState
from field178_mobile.features.inspection.inspection_state import Spoken
from field178_mobile.features.register.establishment_data import TEXT_LENGTHS, certificates_of
from field178_mobile.features.register.register_index import AlikeRow
from field178_mobile.presentation.checks import Checked
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.wording import Option, Wording, options
from field178_mobile.store import StateWord
from field178_shared.records.reading import count_of, text_of
from field178_shared.text.i18n import N_

FIELDS = {
    "name": N_("Name"),
    "establishment_type_id": N_("Kind"),
    "unit_id": N_("Commune"),
    "address_line": N_("Address"),
    "village": N_("Village"),
    "lat": N_("Position"),
    "lon": N_("Position"),
    "operating_status_id": N_("Status"),
    "registration_form_id": N_("Form of registration"),
    "registration_number": N_("Registration number"),
    "opening_hours": N_("Opening hours"),
    "rooms_total": N_("Rooms"),
    "certificates": N_("Papers"),
    "note": N_("Note"),
}


@dataclass(frozen=True, slots=True)
class EstablishmentText:
    """One text with what is pinned to it."""

    text: str
    longest: int
    problem: str
    lint: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """One paper: its state, number and last day, and what is wrong with it."""

    id: str
    label: str
    statuses: tuple[Option, ...]
    number: str
    expires_on: str
    problem: str


@dataclass(frozen=True, slots=True)
class EstablishmentFormScene:
    """Everything the state is made from."""

    data: Data
    words: Wording
    record_id: str
    is_new: bool
    unit_ids: tuple[str, ...]
    word: str
    place: CheckInState
    alike: tuple[AlikeRow, ...] = ()
    marked: Mapping[str, str] = field(default_factory=dict)
    lint: str = ""


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
    texts: Mapping[str, EstablishmentText]
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
    spoken: Spoken
    focus: str


def entry_state(
    scene: EstablishmentFormScene, checked: Checked, spoken: Spoken, focus: str
) -> EstablishmentFormState:
    """Return the whole form."""
    data, words = scene.data, scene.words
    kind = words.lists.types.get(text_of(data, "establishment_type_id"))
    problems = {**scene.marked, **{row.path: row.text for row in checked.problems}}
    return EstablishmentFormState(
        record_id=scene.record_id,
        title=text_of(data, "name").strip() or words.translate("New establishment"),
        is_new=scene.is_new,
        kinds=tuple(
            Option(key, item.label(words.language), kind is item) for key, item in words.lists.types.items()
        ),
        units=tuple(Option(key, words.unit(key), key == data.get("unit_id")) for key in scene.unit_ids),
        can_move=scene.is_new,
        statuses=options(words, "operating_status", data.get("operating_status_id")),
        registrations=options(words, "registration_form", data.get("registration_form_id")),
        texts={name: _text(scene, name, problems) for name in TEXT_LENGTHS},
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
        spoken=spoken,
        focus=focus,
    )


def field_name(path: str, words: Wording) -> str:
    """Return what the form calls the field at a path: a paper by its own name."""
    name, _, rest = path.partition(".")
    if name == "certificates" and rest:
        return words.choice("certificate_kind", rest.partition(".")[0])
    return words.say(FIELDS[name]) if name in FIELDS else name


def _text(scene: EstablishmentFormScene, name: str, problems: Mapping[str, str]) -> EstablishmentText:
    lint = scene.lint if name == "note" else ""
    return EstablishmentText(text_of(scene.data, name), TEXT_LENGTHS[name], problems.get(name, ""), lint)


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
                (said for path, said in problems.items() if path.startswith(f"certificates.{kind}")), ""
            ),
        )
        for kind, paper in certificates_of(scene.data).items()
    )


def _more_certificates(scene: EstablishmentFormScene) -> tuple[Option, ...]:
    taken = certificates_of(scene.data)
    offered = options(scene.words, "certificate_kind", None)
    return tuple(option for option in offered if option.id not in taken)
