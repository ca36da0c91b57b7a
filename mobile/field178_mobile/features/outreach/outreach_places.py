"""School or industrial zone of a session: the offered places, and the values copied from a place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from field178_mobile.components.forms.simple_fields import NOT_CHOSEN
from field178_mobile.presentation.draft_session import Changes, Data
from field178_mobile.presentation.wording import Option, Wording
from field178_shared.codelists import CodeLists
from field178_shared.codelists.outreach import OutreachFormat
from field178_shared.codelists.places import Place
from field178_shared.record_type import RecordType
from field178_shared.records.reading import day_of_act, text_of
from field178_shared.schemas.fields.catalogue import max_length
from field178_shared.text.formats import number_text
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import sort_key

SCHOOL, ZONE = "school_id", "zone_id"
PLACE_FIELDS = (SCHOOL, ZONE)
_SCHOOL_CHANNEL, _ZONE_FORM = "school", "industrial_zone_session"
_NONE_ENTERED = N_("The office has not entered schools and industrial zones yet.")
_NONE_THAT_DAY = N_("No school or industrial zone of the lists existed on this day.")


@dataclass(frozen=True, slots=True)
class PlaceChoice:
    """Places to choose from; `note`: why there is none, "" if the form needs no place."""

    options: tuple[Option, ...] = ()
    note: str = ""


def place_choice(data: Data, words: Wording) -> PlaceChoice:
    """Return the places of the day of the session, those of its commune first."""
    lists = words.lists
    form = lists.forms.get(text_of(data, "outreach_form_id"))
    chosen = _chosen(data)
    if form is not None and form.anonymous_only and not chosen:
        return PlaceChoice()
    day = day_of_act(data)
    ranked = sorted(
        (*_rank(data, form, field, place), field, key)
        for field, key, place in _every(lists)
        if day is None or place.valid_on(day) or (field, key) == chosen
    )
    options = [_option(field, key, data, words) for *_rank_of, field, key in ranked]
    if chosen and chosen[1] not in _table(lists, chosen[0]):
        options.append(Option(_key(*chosen), chosen[1], is_chosen=True))
    if options:
        return PlaceChoice((NOT_CHOSEN, *options) if chosen else tuple(options))
    if any(True for _place in _every(lists)):
        return PlaceChoice(note=words.translate(_NONE_THAT_DAY))
    return PlaceChoice(note=words.translate(_NONE_ENTERED) if _expects_a_place(form) else "")


def choose_place(lists: CodeLists, data: Data, key: str, unit_ids: Collection[str]) -> Changes:
    """Return the change of the place; commune and venue follow unless edited by hand.

    An empty key removes the place.
    """
    field, _dot, place_id = key.partition(".")
    former, place = place_of(lists, data), _table(lists, field).get(place_id)
    changes: Changes = {name: place_id if name == field else None for name in PLACE_FIELDS}
    if text_of(data, "venue") in ("", _venue(former)):
        changes["venue"] = _venue(place) or None
    is_free = text_of(data, "unit_id") in ("", former.unit_id if former else "")
    if place is not None and is_free and place.unit_id in unit_ids:
        changes["unit_id"] = place.unit_id
    return {path: value for path, value in changes.items() if value is not None or path in data}


def repeat_place(lists: CodeLists, data: Data, last: Data) -> Changes:
    """Return the change that copies the place of the last session, if it exists on the day."""
    place, chosen, day = place_of(lists, last), _chosen(last), day_of_act(data)
    if place is None or chosen is None or (day is not None and not place.valid_on(day)):
        return {}
    return {chosen[0]: chosen[1], "venue": _venue(place)}


def place_of(lists: CodeLists, data: Data) -> Place | None:
    """Return the place of a session; None if it has no place of the lists."""
    chosen = _chosen(data)
    return _table(lists, chosen[0]).get(chosen[1]) if chosen else None


def _chosen(data: Data) -> tuple[str, str] | None:
    return next(((field, text_of(data, field)) for field in PLACE_FIELDS if text_of(data, field)), None)


def _every(lists: CodeLists) -> Iterator[tuple[str, str, Place]]:
    for field in PLACE_FIELDS:
        yield from ((field, key, place) for key, place in _table(lists, field).items())


def _table(lists: CodeLists, field: str) -> Mapping[str, Place]:
    return {SCHOOL: lists.schools, ZONE: lists.zones}.get(field, {})


def _key(field: str, place_id: str) -> str:
    return f"{field}.{place_id}"


def _option(field: str, place_id: str, data: Data, words: Wording) -> Option:
    place, day = _table(words.lists, field)[place_id], day_of_act(data)
    count = place.count_on(day) if day else None
    people = words.say("{count} people", count=number_text(count.count, words.language)) if count else ""
    is_chosen = (field, place_id) == _chosen(data)
    return Option(_key(field, place_id), place.label(words.language), is_chosen, people)


def _rank(data: Data, form: OutreachFormat | None, field: str, place: Place) -> tuple[bool, bool, str]:
    """Return the order of a place: its commune, the kind of the form, its name."""
    is_elsewhere = place.unit_id != text_of(data, "unit_id")
    is_other_kind = form is not None and field == (SCHOOL if form.id == _ZONE_FORM else ZONE)
    return is_elsewhere, is_other_kind, sort_key(place.vi)


def _expects_a_place(form: OutreachFormat | None) -> bool:
    return form is not None and (form.channel == _SCHOOL_CHANNEL or form.id == _ZONE_FORM)


def _venue(place: Place | None) -> str:
    return place.vi[: max_length(RecordType.OUTREACH_SESSION, "venue")] if place else ""
