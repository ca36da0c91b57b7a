"""State of the media post form, made from the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from field178_mobile.components.forms.simple_fields import Pins, SimpleField, simple_field
from field178_mobile.presentation.checks import Checked
from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.feedback import Feedback
from field178_mobile.presentation.wording import Option, Wording, options
from field178_mobile.store import StateWord
from field178_shared.record_type import RecordType
from field178_shared.records.reading import day_of, ids_of, text_of
from field178_shared.schemas.fields.catalogue import FIELDS

# Fields with a control of their own, and where it is in the form.
CONTROLS = {
    "outlet_id": "genres",  # the head names it
    "published_on": "day",
    "genre_id": "genres",
    "title": "title",
    "broadcast_times": "times",
    "duration_minutes": "minutes",
    "topic_ids": "topics",
    "url": "url",
    "broadcast_log": "broadcast_log",
}
_SIMPLE = ("title", "url", "broadcast_log", "duration_minutes", "broadcast_times")


@dataclass(frozen=True, slots=True)
class PostScene:
    """Everything the state is made from."""

    data: Data
    words: Wording
    word: str
    is_new: bool
    pins: Pins
    returned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostState:
    """The whole form."""

    outlet: str
    returned: str
    published_on: str
    genres: tuple[Option, ...]
    topics: tuple[Option, ...]
    fields: Mapping[str, SimpleField]
    problems: Mapping[str, str]
    word: str
    word_label: str
    is_new: bool
    has_draft: bool
    checked: Checked
    feedback: Feedback
    focus: str


def post_state(scene: PostScene, checked: Checked, feedback: Feedback, focus: str) -> PostState:
    """Return the state of the form."""
    data, words, pins = scene.data, scene.words, scene.pins
    day = day_of(data, "published_on")
    outlet = words.lists.media_outlets.get(text_of(data, "outlet_id"))
    return PostState(
        outlet=outlet.label(words.language) if outlet else text_of(data, "outlet_id"),
        returned="\n".join(scene.returned),
        published_on=text_of(data, "published_on"),
        genres=options(words, "media_genre", data.get("genre_id"), day),
        topics=_topics(scene),
        fields={
            path: simple_field(RecordType.MEDIA_POST, FIELDS[RecordType.MEDIA_POST][path], data, pins, words)
            for path in _SIMPLE
        },
        problems=pins.problems,
        word=scene.word,
        word_label=words.choice("shown_state", scene.word),
        is_new=scene.is_new,
        has_draft=scene.word == StateWord.DRAFT,
        checked=checked,
        feedback=feedback,
        focus=focus,
    )


def _topics(scene: PostScene) -> tuple[Option, ...]:
    chosen, topics = ids_of(scene.data, "topic_ids"), scene.words.lists.topics
    day = day_of(scene.data, "published_on")
    in_force = topics if day is None else topics.on(day)
    return tuple(
        Option(key, topic.label(scene.words.language), key in chosen)
        for key, topic in topics.items()
        if key in in_force or key in chosen
    )
