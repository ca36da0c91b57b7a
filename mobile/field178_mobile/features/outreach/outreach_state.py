"""State of the open outreach session, made from the draft."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from field178_mobile.components.comments.reviewed import CLOSED, review_notice
from field178_mobile.components.forms.simple_fields import Pins, SimpleField, simple_field, simple_fields
from field178_mobile.components.photos.photo_gallery import NO_PHOTOS, GalleryState
from field178_mobile.features.outreach.outreach_data import (
    audiences_of,
    establishments_of,
    number_of,
    texts_of,
)
from field178_mobile.features.outreach.outreach_places import PlaceChoice, place_choice, place_of
from field178_mobile.features.outreach.outreach_sessions import attendance_of
from field178_mobile.presentation.checks import Checked, problem_text
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.feedback import Feedback
from field178_mobile.presentation.wording import Option, Wording
from field178_mobile.store import StateWord
from field178_shared.codelists.labels import Labelled
from field178_shared.codelists.outreach import OutreachFormat
from field178_shared.codelists.validity import DatedRows
from field178_shared.record_type import RecordType
from field178_shared.records.reading import day_of_act, text_of
from field178_shared.rules.usual_counts import unusual_attendance
from field178_shared.schemas import lenient_value
from field178_shared.schemas.fields.catalogue import FIELDS
from field178_shared.text.formats import date_text, number_text

# Fields with their own control, and its widget in the form including its error line; other fields are drawn
# by the form.
CONTROLS = {
    "outreach_form_id": "form",
    "school_id": "place",
    "zone_id": "place",
    "session_date": "day",
    "start_time": "start",
    "duration_minutes": "minutes",
    "unit_id": "unit",
    "host_agency_id": "host",
    "co_hosts": "co_hosts",
    "audiences": "people",
    "establishments": "establishments_card",
    "topic_ids": "topics_card",
    "materials": "materials_card",
    "attachments": "photos_card",
    "note": "note",
}
SECTIONS = ("session", "content")
# Comments of these fields are shown at the control; comments of other controls at the head of the form.
_PINNED = ("audiences", "note")
D = TypeVar("D", bound=Labelled)
_NOT_ANONYMOUS = ("venue",)


@dataclass(frozen=True, slots=True)
class AudienceCounts:
    """An audience with its two numbers, their problems and warnings."""

    id: str
    label: str
    attendance: int | None
    first_time: int | None
    problem: str
    comment: str
    warning: str = ""

    @property
    def path(self) -> str:
        """Where the record has it."""
        return f"audiences.{self.id}"


@dataclass(frozen=True, slots=True)
class EstablishmentCounts:
    """One establishment with its two numbers."""

    id: str
    label: str
    attendance: int | None
    first_time: int | None
    problem: str
    comment: str
    warning: str = ""

    @property
    def path(self) -> str:
        """Where the record has it."""
        return f"establishments.{self.id}"


@dataclass(frozen=True, slots=True)
class MaterialRow:
    """One kind of material and how many were handed out."""

    id: str
    label: str
    quantity: int | None


@dataclass(frozen=True, slots=True)
class SessionScene:
    """Everything the state is made from."""

    data: Data
    words: Wording
    unit_ids: tuple[str, ...]
    last: Data = field(default_factory=dict)
    word: str = ""
    is_late: bool = False
    has_paper: bool = False
    establishments: Mapping[str, str] = field(default_factory=dict)  # establishment id -> name
    photos: GalleryState = NO_PHOTOS
    pins: Pins = field(default_factory=Pins)


@dataclass(frozen=True, slots=True)
class OutreachState:
    """The whole open session."""

    forms: tuple[Option, ...]
    units: tuple[Option, ...]
    hosts: tuple[Option, ...]
    co_hosts: tuple[Option, ...]
    place: PlaceChoice
    topics: tuple[Option, ...]
    session_date: str
    start_time: str
    duration_minutes: int | None
    fields: Mapping[str, tuple[SimpleField, ...]]
    counts_people: bool
    audiences: tuple[AudienceCounts, ...]
    more_audiences: tuple[Option, ...]
    place_audience: Option | None
    total: str
    has_establishments: bool
    establishments: tuple[EstablishmentCounts, ...]
    materials: tuple[MaterialRow, ...]
    photos: GalleryState
    has_photos: bool
    note: SimpleField
    needs_note: bool
    repeat_hint: str
    word: str
    word_label: str
    is_locked: bool
    has_draft: bool
    has_paper: bool
    notice: str
    other_comments: str
    problems: Mapping[str, str]
    checked: Checked
    feedback: Feedback
    focus: str


def outreach_state(scene: SessionScene, checked: Checked, feedback: Feedback, focus: str) -> OutreachState:
    """Return the state of the open session."""
    data, words = scene.data, scene.words
    form = words.lists.forms.get(text_of(data, "outreach_form_id"))
    day, host = text_of(data, "session_date"), text_of(data, "host_agency_id")
    return OutreachState(
        forms=_options(words, _forms(scene, data.get("outreach_form_id")), data.get("outreach_form_id")),
        units=tuple(Option(unit, words.unit(unit), unit == data.get("unit_id")) for unit in scene.unit_ids),
        hosts=_options(words, _agencies(scene, {host}), host),
        co_hosts=_co_hosts(scene),
        place=place_choice(data, words),
        topics=_topics(scene),
        session_date=date_text(date.fromisoformat(day)) if day else "",
        start_time=text_of(data, "start_time"),
        duration_minutes=number_of(data, "duration_minutes"),
        fields={section: _fields(scene, section) for section in SECTIONS},
        counts_people=form is None or form.counts_people,
        audiences=_audiences(scene),
        more_audiences=_more_audiences(scene),
        place_audience=_place_audience(scene),
        total=words.say("{count} people", count=number_text(attendance_of(data), words.language)),
        has_establishments=form is not None and form.links_establishment,
        establishments=_establishments(scene),
        materials=_materials(scene),
        photos=scene.photos,
        # Peer contacts meet only people whom no photo may show.
        has_photos=form is not None and not form.anonymous_only,
        note=simple_field(
            RecordType.OUTREACH_SESSION, FIELDS[RecordType.OUTREACH_SESSION]["note"], data, scene.pins, words
        ),
        needs_note=form is not None and form.requires_note,
        repeat_hint=_repeat_hint(scene),
        word=scene.word,
        word_label=words.choice("shown_state", scene.word),
        is_locked=scene.word in CLOSED,
        has_draft=scene.word == StateWord.DRAFT,
        has_paper=scene.has_paper,
        notice=review_notice(scene.word, scene.is_late, words),
        other_comments=_other_comments(scene),
        problems=scene.pins.problems,
        checked=checked,
        feedback=feedback,
        focus=focus,
    )


def _agencies(scene: SessionScene, chosen: Collection[str]) -> Mapping[str, Labelled]:
    """Return the agencies of the day of the session, and chosen agencies, so that they can be removed."""
    return _of_the_day(scene, scene.words.lists.agencies, chosen)


def _of_the_day(scene: SessionScene, rows: DatedRows[D], chosen: Collection[object]) -> Mapping[str, D]:
    """Return the rows of the day of the session, and chosen rows, so that they can be removed."""
    in_force = rows.on(day_of_act(scene.data))
    return {key: row for key, row in rows.items() if key in in_force or key in chosen}


def _co_hosts(scene: SessionScene) -> tuple[Option, ...]:
    chosen, host = texts_of(scene.data, "co_hosts"), text_of(scene.data, "host_agency_id")
    return tuple(
        Option(key, agency.label(scene.words.language), key in chosen)
        for key, agency in _agencies(scene, chosen).items()
        if key != host
    )


def _options(words: Wording, items: Mapping[str, Labelled], chosen: object) -> tuple[Option, ...]:
    return tuple(Option(key, item.label(words.language), key == chosen) for key, item in items.items())


def _forms(scene: SessionScene, chosen: object) -> dict[str, OutreachFormat]:
    # A session during a visit is created by the visit itself, once.
    forms = _of_the_day(scene, scene.words.lists.forms, {chosen})
    return {key: form for key, form in forms.items() if key == chosen or not form.auto_from_visit}


def _topics(scene: SessionScene) -> tuple[Option, ...]:
    picked = texts_of(scene.data, "topic_ids")
    topics = _of_the_day(scene, scene.words.lists.topics, picked)
    return tuple(Option(key, topics[key].label(scene.words.language), key in picked) for key in topics)


def _audiences(scene: SessionScene) -> tuple[AudienceCounts, ...]:
    rows = []
    unusual = {
        problem.path: problem_text(problem, scene.words)
        for problem in unusual_attendance(
            lenient_value(RecordType.OUTREACH_SESSION, scene.data), scene.words.lists
        )
    }
    for key, row in audiences_of(scene.data).items():
        rows.append(
            AudienceCounts(
                id=key,
                label=audience_label(scene.words, key),
                attendance=number_of(row, "attendance_count"),
                first_time=number_of(row, "first_time_count"),
                problem=_pinned(scene.pins.problems, f"audiences.{key}"),
                comment=_pinned(scene.pins.comments, f"audiences.{key}"),
                warning=_pinned(unusual, f"audiences.{key}"),
            )
        )
    return tuple(rows)


def _establishments(scene: SessionScene) -> tuple[EstablishmentCounts, ...]:
    return tuple(
        EstablishmentCounts(
            id=key,
            label=scene.establishments.get(key) or scene.words.translate("Establishment not on this device"),
            attendance=number_of(row, "attendance_count"),
            first_time=number_of(row, "first_time_count"),
            problem=_pinned(scene.pins.problems, f"establishments.{key}"),
            comment=_pinned(scene.pins.comments, f"establishments.{key}"),
        )
        for key, row in establishments_of(scene.data).items()
    )


def _more_audiences(scene: SessionScene) -> tuple[Option, ...]:
    taken = audiences_of(scene.data)
    form = scene.words.lists.forms.get(text_of(scene.data, "outreach_form_id"))
    anonymous = form is not None and form.anonymous_only
    return tuple(
        Option(key, audience_label(scene.words, key))
        for key, audience in scene.words.lists.audiences.on(day_of_act(scene.data)).items()
        if key not in taken and (anonymous or not audience.anonymous_only)
    )


def _place_audience(scene: SessionScene) -> Option | None:
    """Return whom the school or zone counts for, while that audience is not among those who attended."""
    place = place_of(scene.words.lists, scene.data)
    return next(
        (audience for audience in _more_audiences(scene) if place and audience.id == place.audience), None
    )


def audience_label(words: Wording, audience_id: str) -> str:
    """Return the short name of an audience."""
    audience = words.lists.audiences.get(audience_id)
    return audience_id if audience is None else audience.short_label(words.language)


def _materials(scene: SessionScene) -> tuple[MaterialRow, ...]:
    given = scene.data.get("materials")
    rows = given if isinstance(given, Mapping) else {}
    words = scene.words
    return tuple(
        MaterialRow(
            key,
            material.label(words.language),
            number_of(row, "quantity") if isinstance(row, Mapping) else None,
        )
        for key, material in _of_the_day(scene, words.lists.materials, rows).items()
        for row in (rows.get(key, {}),)
    )


def _fields(scene: SessionScene, section: str) -> tuple[SimpleField, ...]:
    form = scene.words.lists.forms.get(text_of(scene.data, "outreach_form_id"))
    hidden = _NOT_ANONYMOUS if form is not None and form.anonymous_only else ()
    return simple_fields(
        (RecordType.OUTREACH_SESSION, section), scene.data, scene.pins, scene.words, {*CONTROLS, *hidden}
    )


def _repeat_hint(scene: SessionScene) -> str:
    """Return the text of "same as the last session", while no form is chosen yet."""
    last, words = scene.last, scene.words
    form = words.lists.forms.get(text_of(last, "outreach_form_id"))
    if form is None or text_of(scene.data, "outreach_form_id"):
        return ""
    place = place_of(words.lists, last)
    where = place.label(words.language) if place else words.unit(last.get("unit_id"))
    return f"{form.label(words.language)} · {where}"


def _other_comments(scene: SessionScene) -> str:
    names = {path: path.partition(".")[0] for path in scene.pins.comments}
    establishments = establishments_of(scene.data)
    rows = {
        path
        for path in scene.pins.comments
        for key in establishments
        if f"{path}.".startswith(f"establishments.{key}.")
    }
    pinned = {*_PINNED, *(each.path for section in SECTIONS for each in _fields(scene, section))}
    return "\n".join(
        f"{scene.words.field(RecordType.OUTREACH_SESSION, names[path])}: {text}" if path else text
        for path, text in scene.pins.comments.items()
        if names[path] not in pinned and path not in rows
    )


def _pinned(texts: Mapping[str, str], path: str) -> str:
    return next((text for key, text in texts.items() if key == path or key.startswith(f"{path}.")), "")
