"""Feedback on an open draft: what was saved, filed or refused, as the sentences at the foot of its form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from field178_mobile.presentation.draft_session import DraftSession
from field178_mobile.presentation.wording import Wording
from field178_shared.errors import ErrorCode, message
from field178_shared.text.formats import time_text


@dataclass(frozen=True, slots=True)
class Feedback:
    """The sentences of one state; `undo` names the step that can be taken back."""

    saved: str = ""
    undo: str = ""
    filed: str = ""
    error: str = ""


def saved(session: DraftSession, words: Wording) -> Feedback:
    """Return the feedback on a change that was saved in the draft."""
    text = words.say("Draft saved at {time}", time=time_text(session.draft.saved_at))
    return Feedback(saved=text, undo=session.last_step)


def filed(now: datetime, words: Wording) -> Feedback:
    """Return the feedback on a draft that was filed."""
    return Feedback(filed=words.say("Saved on this device at {time}", time=time_text(now)))


def refused(code: ErrorCode, words: Wording) -> Feedback:
    """Return the feedback on a change that was not saved."""
    return Feedback(error=message(code, words.language))
