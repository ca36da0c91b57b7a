"""Labels of states and results, each with its tone and icon: never colour alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from field178_server.audit.queries import Rejection
from field178_server.console.text.localize import Localizer
from field178_server.records.review_states import ShownReviewState
from field178_shared.errors import ErrorCode, message
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class StateLabel:
    """A state as people read it; a table of states has its msgid as text."""

    text: str
    tone: str
    icon: str

    def localized(self, localizer: Localizer) -> StateLabel:
        """Return the label with its text in the reader's language."""
        return replace(self, text=localizer.say(self.text))


_STATES: Mapping[str, StateLabel] = {
    ShownReviewState.WAITING: StateLabel(N_("Waiting"), "primary", "clock"),
    ShownReviewState.CORRECTED: StateLabel(N_("Corrected, waiting"), "primary", "history"),
    ShownReviewState.ANSWERED: StateLabel(N_("Answered, waiting"), "primary", "comment"),
    ShownReviewState.RETURNED: StateLabel(N_("Returned"), "warn", "undo"),
    ShownReviewState.APPROVED: StateLabel(N_("Approved"), "ok", "check-circle"),
    ShownReviewState.VOID: StateLabel(N_("Void"), "", "void"),
}
_OUTCOME_TONES = {
    "compliant": "ok",
    "minor_shortcomings": "warn",
    "violation_recorded": "bad",
    "handed_to_police": "bad",
}
_FLAGS: Mapping[str, str] = {
    ErrorCode.IN_FUTURE: N_("Future time"),
    ErrorCode.LONG_VISIT: N_("Unusually long"),
    ErrorCode.UNUSUAL_COUNT: N_("Unusual count"),
    ErrorCode.PERSONAL_DATA: N_("Personal data?"),
    ErrorCode.FAR_FROM_POINT: N_("Far from the registered point"),
    ErrorCode.VISITED_TWICE: N_("Same visit twice?"),
    ErrorCode.ALREADY_RECORDED: N_("Same session twice?"),
    ErrorCode.MISSING_PHOTOS: N_("Photos missing"),
    ErrorCode.CLOSED_HOURS: N_("Outside permitted hours"),
    ErrorCode.COMPLIANT_WITH_FINDINGS: N_("Compliant, yet violations"),
    ErrorCode.COMPLIANT_WITH_SHORTCOMINGS: N_("Compliant, yet items not met"),
    ErrorCode.RESULT_WITHOUT_FINDINGS: N_("Violation without findings"),
    ErrorCode.WRONG_TIER: N_("Tier beside the number"),
    ErrorCode.ESTABLISHMENT_NOT_NAMED: N_("No establishment named"),
    ErrorCode.EXCEEDS_ATTENDANCE: N_("More than the attendance"),
    ErrorCode.UNIT_NOT_VALID: N_("Unit not valid that day"),
    ErrorCode.NOT_IN_FORCE: N_("Not in force that day"),
}


def state_label(state: str, localizer: Localizer) -> StateLabel:
    """Return the label of a review state."""
    return _STATES[state].localized(localizer)


def short_state_label(state: str, localizer: Localizer) -> StateLabel:
    """Return the short label of a review state."""
    word = state_label(state, localizer)
    short: Mapping[str, str] = {
        ShownReviewState.CORRECTED: N_("Corrected"),
        ShownReviewState.ANSWERED: N_("Answered"),
    }
    return replace(word, text=localizer.say(short[state])) if state in short else word


def outcome_label(outcome: str, localizer: Localizer) -> StateLabel:
    """Return the label of a visit's overall result."""
    tone = _OUTCOME_TONES.get(outcome, "")
    return StateLabel(localizer.choice("overall_result", outcome), tone, "check" if tone == "ok" else "alert")


def flag_label(code: str, localizer: Localizer) -> str:
    """Return the short label of a quality flag, or its sentence."""
    flag = _FLAGS.get(code)
    return localizer.say(flag) if flag else message(code, localizer.language).removesuffix(".")


def rejection_text(rejection: Rejection | None, localizer: Localizer) -> str:
    """Return officer, time and reason of a rejection, "" for none."""
    if rejection is None or rejection.at is None:
        return ""
    who = localizer.person(rejection.user_id) if rejection.user_id else localizer.say(N_("The office"))
    text = localizer.say(N_("Set aside by {who}, {when}")).format(
        who=who, when=localizer.instant(rejection.at)
    )
    return f"{text}: {rejection.reason}" if rejection.reason else text


@dataclass(frozen=True, slots=True)
class Remark:
    """Reported value of a tablet; `tone` marks a value that needs attention."""

    text: str
    tone: str = ""
