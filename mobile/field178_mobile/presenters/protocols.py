"""Protection protocols: what an answer opens, the steps, and to whom it was referred. Never a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from field178_mobile.presenters.answers import Data
from field178_mobile.presenters.wording import Option, Wording
from field178_shared.records.reading import entries_of, text_of
from field178_shared.rules.inspection import opened_protocols

_POLICE = ("commune_police", "dist_police")


@dataclass(frozen=True, slots=True)
class ProtocolState:
    """One protocol that is open: its words, the sections it belongs to, and the referral."""

    id: str
    text: str
    items: tuple[str, ...]
    referrals: tuple[Option, ...]
    is_referred: bool


def protocol_states(data: Data, type_id: str, on: date, words: Wording) -> tuple[ProtocolState, ...]:
    """Return the protocols that the answers of a visit open."""
    return tuple(
        _state(protocol, data, on, words) for protocol in opened_protocols(data, words.lists, type_id)
    )


def _state(protocol: str, data: Data, on: date, words: Wording) -> ProtocolState:
    referred = text_of(entries_of(data, "protocols").get(protocol, {}), "referred_to")
    return ProtocolState(
        id=protocol,
        text=words.choice("protocol", protocol),
        items=tuple(item.id for item in words.lists.items.values() if item.protocol == protocol),
        referrals=_referrals(referred, on, words),
        is_referred=bool(referred),
    )


def _referrals(referred: str, on: date, words: Wording) -> tuple[Option, ...]:
    _ = words.translate
    lines = {
        "hotline_111": _("Called 111 (child protection)"),
        "hotline_113": _("Called 113 (police)"),
        "hotline_115": _("Called 115 (ambulance)"),
    }
    agencies = (words.lists.agencies[name] for name in _POLICE if name in words.lists.agencies)
    known = lines | {each.id: each.label(words.language) for each in agencies if each.valid_on(on)}
    return tuple(Option(name, label, name == referred) for name, label in known.items())
