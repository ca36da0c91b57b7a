"""Violations offered at an unmet item, with their fine frames, and the findings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from field178_mobile.presentation.draft_session import Changes
from field178_mobile.presentation.wording import Wording
from field178_shared.codelists import CodeLists
from field178_shared.codelists.violations import FineFrame
from field178_shared.records.repeat_violations import EarlierViolation, Repetition
from field178_shared.rules.findings import frame_snapshot, offered_violations
from field178_shared.text.formats import date_text, money_range_text
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class FrameText:
    """A fine frame in words: the two amounts and their article of the law."""

    individual: str
    organisation: str
    source: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class ViolationOffer:
    """One violation offered under an unmet item."""

    id: str
    code: str
    title: str
    is_chosen: bool
    frame: FrameText
    # Legal class of the repeated violation, as text.
    repeat: str = ""


class Act(NamedTuple):
    """Kind of establishment and day of an act: they decide which violations it can be, and their law."""

    type_id: str
    day: date


def finding_key(item_id: str, violation_id: str) -> str:
    """Return the key of a finding: the same choice on two tablets is the same finding."""
    return f"{item_id}-{violation_id}"[:64]


def choose_violation(lists: CodeLists, item_id: str, violation_id: str, occurred_on: date) -> Changes:
    """Return the change that records a violation, with a snapshot of the frame in force on its date."""
    frame = lists.frame_on(violation_id, occurred_on)
    finding: dict[str, object] = {
        "violation_id": violation_id,
        "checklist_item_id": item_id,
        "occurred_on": occurred_on.isoformat(),
        "frame": frame_snapshot(frame),
    }
    return {f"findings.{finding_key(item_id, violation_id)}": finding}


def drop_violation(item_id: str, violation_id: str) -> Changes:
    """Return the change that removes a finding."""
    return {f"findings.{finding_key(item_id, violation_id)}": None}


def offers_of(
    item_id: str,
    chosen: Collection[str],
    counts: Mapping[str, int],
    act: Act,
    is_leader: bool,
    words: Wording,
) -> tuple[ViolationOffer, ...]:
    """Return the violations offered at an unmet item for place and day of the act, best tier first.

    `chosen`: the keys of the findings (`finding_key`).
    """
    offered = offered_violations(
        words.lists, item_id, counts, act.day, type_id=act.type_id, is_leader=is_leader
    )
    return tuple(
        ViolationOffer(
            id=offer.violation.id,
            code=offer.violation.code,
            title=offer.violation.label(words.language),
            is_chosen=finding_key(item_id, offer.violation.id) in chosen,
            frame=frame_text(next(iter(offer.frames), None), act.day, words),
        )
        for offer in offered
    )


def mark_repeats(
    offers: tuple[ViolationOffer, ...], earlier: Mapping[str, EarlierViolation], words: Wording
) -> tuple[ViolationOffer, ...]:
    """Return the offers, with marks at violations of earlier visits (records.repeat_violations)."""
    if not earlier:
        return offers
    return tuple(
        replace(offer, repeat=_repetition_text(earlier[offer.id], words)) if offer.id in earlier else offer
        for offer in offers
    )


def _repetition_text(earlier: EarlierViolation, words: Wording) -> str:
    return words.say(_REPETITIONS[earlier.repetition], day=date_text(earlier.found_on))


_REPETITIONS: Mapping[Repetition, str] = {
    Repetition.RECIDIVISM: N_(
        "Recidivism (Article 2.5, Law on Handling of Administrative Violations): "
        "the violation of {day} was sanctioned"
    ),
    Repetition.REPEATED: N_(
        "Found several times (Article 2.6, Law on Handling of Administrative Violations): "
        "recorded on {day} too, no sanction decision entered"
    ),
}


def frame_text(frame: FineFrame | None, on: date, words: Wording) -> FrameText:
    """Return a fine frame as text, by the law of a date; unverified amounts are "to be looked up"."""
    _ = words.translate
    unknown = _("To be looked up")
    if frame is None:
        return FrameText(unknown, unknown, "", False)
    place = words.law(frame.src, on)
    if frame.art:
        place = words.say("{source}, Article {article}", source=place, article=frame.art)
    individual = _amounts(frame, 1, words.language)
    organisation = _amounts(frame, frame.org_multiplier, words.language)
    return FrameText(individual or unknown, organisation or unknown, place, frame.is_known)


def _amounts(frame: FineFrame, multiplier: int | None, language: str) -> str:
    if frame.min is None or frame.max is None or multiplier is None:
        return ""
    return money_range_text(frame.min * multiplier, frame.max * multiplier, language)
