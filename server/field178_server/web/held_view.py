"""Changes held back as plain values for their page."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.queries.people_and_places import Names
from field178_server.queries.quarantine_list import HeldChange, QuarantineList
from field178_server.web.fields import Place, label_at, type_name, value_text
from field178_server.web.record_links import scope_text
from field178_server.web.speech import Speech
from field178_shared.errors import message
from field178_shared.i18n import N_


@dataclass(frozen=True, slots=True)
class ProblemView:
    """One field at fault and what is wrong with it."""

    label: str
    text: str
    value: str | None


@dataclass(frozen=True, slots=True)
class HeldView:
    """One change that is held back."""

    title: str
    reason: str
    advice: str
    who: str
    when: str
    tablet: str
    scope: str
    problems: tuple[ProblemView, ...]
    sent: tuple[tuple[str, str], ...]


def held_views(found: QuarantineList, language: str) -> tuple[HeldView, ...]:
    """Return the changes held back, in words."""
    speech = Speech(language, found.names)
    return tuple(_held(change, speech) for change in found.changes)


def _held(change: HeldChange, speech: Speech) -> HeldView:
    kind = type_name(change.record_type, speech)
    name = _name_of(change, speech.names)
    return HeldView(
        title=f"{name} · {kind}" if name else kind,
        reason=message(change.reason, speech.language).removesuffix("."),
        advice=speech.say(HELD_ADVICE.get(change.reason, HELD_ADVICE[""])),
        who=speech.person(change.user_id),
        when=speech.instant(change.received_at),
        tablet=speech.tablet(change.device_id),
        scope=scope_text(change.scope, speech),
        problems=tuple(_problem(change, path, codes, speech) for path, codes in change.problems),
        sent=tuple(
            (_label(change, path, speech), value_text(change.record_type, path, value, speech))
            for path, value in sorted(change.values.items())
        ),
    )


def _problem(change: HeldChange, path: str, codes: tuple[str, ...], speech: Speech) -> ProblemView:
    value = change.values.get(path)
    return ProblemView(
        label=_label(change, path, speech) if path else speech.say(N_("Whole record")),
        text=" ".join(message(code, speech.language) for code in codes),
        value=value_text(change.record_type, path, value, speech) if value is not None else None,
    )


def _label(change: HeldChange, path: str, speech: Speech) -> str:
    return label_at(Place(change.record_type, path, change.values), speech)


def _name_of(change: HeldChange, names: Names) -> str | None:
    name = change.values.get("name")
    if isinstance(name, str):
        return name
    return names.establishments.get(str(change.values.get("establishment_id")))


_MEND = N_("The team mends these fields on the tablet and sends again; the entry then leaves this list.")
_TELL = N_("Tell the administrator. Nothing is lost: the change stays here as it was sent.")
HELD_ADVICE = {
    "": _TELL,
    "schema": _MEND,
    "rule": _MEND,
    "orphan": N_("It is applied by itself as soon as its record arrives from the tablet that made it."),
    "group": N_(
        "It was sent together with others that stand or fall with it;"
        " when the one that is at fault is mended, all are applied."
    ),
    "scope_not_granted": N_(
        "If this tablet is to work in that area, an administrator grants it with field178 grant;"
        " the change is then applied by itself."
    ),
    "user_unknown": N_(
        "The officer signs in on that tablet once, with a network; the change is then applied by itself."
    ),
}
