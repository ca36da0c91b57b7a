"""Feedback on an open draft: sentences at the foot of its form about saving, filing and refusal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from field178_mobile.presentation.draft_session import DraftSession
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import ShownState, StateWord
from field178_shared.errors import ErrorCode, message
from field178_shared.text.formats import time_text
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class Feedback:
    """Sentences of one state; `undo` names the change that can be undone.

    `delivery`: state of a filed record since.
    """

    saved: str = ""
    undo: str = ""
    filed: str = ""
    error: str = ""
    delivery: str = ""


def saved(session: DraftSession, words: Wording) -> Feedback:
    """Return the feedback on a change that was saved in the draft."""
    text = words.say("Draft saved at {time}", time=time_text(session.draft.saved_at))
    return Feedback(saved=text, undo=session.last_step)


def filed(now: datetime, words: Wording) -> Feedback:
    """Return the feedback on a draft that was filed."""
    return Feedback(filed=words.say("Saved on this device at {time}", time=time_text(now)))


def delivered(feedback: Feedback, shown: ShownState, words: Wording) -> Feedback:
    """Return the feedback on a filed draft with where the record is by now."""
    text = N_("The office has received it.")
    if shown.attention is not None:
        text = N_("The office's server cannot take it as it is: see the inbox.")
    elif shown.word is StateWord.UNSENT:
        text = N_("It is sent as soon as there is a network. Until then it stays safe on this device.")
    return replace(feedback, delivery=words.translate(text))


def refused(code: ErrorCode, words: Wording) -> Feedback:
    """Return the feedback on a change that was not saved."""
    return Feedback(error=message(code, words.language))
