"""Protection protocols: opening answers, steps, and referral. Persons are never recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from field178_mobile.presentation.draft_session import Data
from field178_mobile.presentation.wording import Option, Wording
from field178_shared.records.reading import text_of

_POLICE = ("commune_police", "dist_police")


@dataclass(frozen=True, slots=True)
class ProtocolState:
    """One protocol that is open: its words, the sections it belongs to, and the referral.

    `can_close`: a person opened it, and neither an answer nor a referral keeps it open.
    """

    id: str
    text: str
    steps: tuple[str, ...]
    items: tuple[str, ...]
    referrals: tuple[Option, ...]
    is_referred: bool
    can_close: bool = False


def protocol_states(
    by_answers: Collection[str],
    opened_by_hand: Collection[str],
    followed: Mapping[str, Data],
    on: date,
    words: Wording,
) -> tuple[ProtocolState, ...]:
    """Return the open protocols: opened by answers, by hand, or already followed in the record."""
    opened = {*by_answers, *opened_by_hand, *followed}
    protocol_ids = [choice.id for choice in words.lists.choices["protocol"] if choice.id in opened]
    return tuple(
        replace(
            _state(each, followed.get(each, {}), on, words),
            can_close=each in opened.difference(by_answers, followed),
        )
        for each in protocol_ids
    )


def protocol_offers(opened: Sequence[ProtocolState], words: Wording) -> tuple[Option, ...]:
    """Return the protocols that can still be opened by hand."""
    _ = words.translate
    names = {
        "child_protection": _("A child"),
        "trafficking_sign": _("Signs of trafficking"),
        "violence": _("Violence, coercion"),
        "medical": _("Medical emergency"),
    }
    are_open = {each.id for each in opened}
    return tuple(Option(name, label) for name, label in names.items() if name not in are_open)


def _state(protocol: str, followed: Data, on: date, words: Wording) -> ProtocolState:
    referred = text_of(followed, "referred_to")
    return ProtocolState(
        id=protocol,
        text=words.choice("protocol", protocol),
        steps=_steps(protocol, words),
        items=tuple(item.id for item in words.lists.items.values() if item.protocol == protocol),
        referrals=_referrals(referred, on, words),
        is_referred=bool(referred),
    )


def _steps(protocol: str, words: Wording) -> tuple[str, ...]:
    _ = words.translate
    lines_of_protocol = {
        "child_protection": (
            _("Stay with the child, out of danger and apart from the establishment's people."),
            _("Call 111 or the commune police, and wait for them."),
            _("Ask nothing about what happened; take no photo."),
        ),
        "trafficking_sign": (
            _("Ask nothing in front of the owner or the manager."),
            _("Call 113 or the commune police; 111 when it is about a child."),
            _("Promise nothing and free nobody on your own."),
        ),
        "violence": (
            _("Keep apart who is in danger and who threatens; leave if the team is in danger."),
            _("Call 113; 115 when somebody is hurt."),
            _("Go on inspecting only when it is safe."),
        ),
        "medical": (
            _("Call 115 and say the address of the establishment."),
            _("Stay with the person; keep the way in free."),
            _("Go on inspecting only when help has taken over."),
        ),
    }
    return lines_of_protocol.get(protocol, ())


def _referrals(referred: str, on: date, words: Wording) -> tuple[Option, ...]:
    _ = words.translate
    lines = {
        "hotline_111": _("Called 111 (child protection)"),
        "hotline_113": _("Called 113 (police)"),
        "hotline_115": _("Called 115 (ambulance)"),
    }
    agencies = (words.lists.agencies[name] for name in _POLICE if name in words.lists.agencies)
    labels = lines | {each.id: each.label(words.language) for each in agencies if each.valid_on(on)}
    return tuple(Option(name, label, name == referred) for name, label in labels.items())
