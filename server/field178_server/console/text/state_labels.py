"""The words of the desk for states and results, each with its tone and icon: never colour alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from field178_server.audit.queries import Decision
from field178_server.console.text.localize import Speech
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class StateWord:
    """A state as people read it."""

    text: str
    tone: str
    icon: str


_STATES = {
    "waiting": (N_("Waiting"), "primary", "clock"),
    "corrected": (N_("Corrected, waiting"), "primary", "history"),
    "returned": (N_("Returned"), "warn", "undo"),
    "approved": (N_("Approved"), "ok", "check-circle"),
    "void": (N_("Void"), "", "void"),
}
_OUTCOME_TONES = {
    "compliant": "ok",
    "minor_shortcomings": "warn",
    "violation_recorded": "bad",
    "handed_to_police": "bad",
}


def state_word(state: str, speech: Speech) -> StateWord:
    """Return the word of a review state."""
    text, tone, icon = _STATES[state]
    return StateWord(speech.say(text), tone, icon)


def short_state_word(state: str, speech: Speech) -> StateWord:
    """Return the word of a review state for narrow places."""
    word = state_word(state, speech)
    return replace(word, text=speech.say(N_("Corrected"))) if state == "corrected" else word


def outcome_word(outcome: str, speech: Speech) -> StateWord:
    """Return the word of a visit's overall result."""
    tone = _OUTCOME_TONES.get(outcome, "")
    return StateWord(speech.choice("overall_result", outcome), tone, "check" if tone == "ok" else "alert")


def aside_text(aside: Decision | None, speech: Speech) -> str:
    """Return who set something aside, when and why; nothing where it was not."""
    if aside is None or aside.at is None:
        return ""
    who = speech.person(aside.user_id) if aside.user_id else speech.say(N_("The office"))
    said = speech.say(N_("Set aside by {who}, {when}")).format(who=who, when=speech.instant(aside.at))
    return f"{said}: {aside.reason}" if aside.reason else said


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing a tablet is known by; `tone` marks what deserves a look."""

    text: str
    tone: str = ""
