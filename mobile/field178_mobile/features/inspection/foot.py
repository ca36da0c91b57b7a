"""Action bar of an open visit: the last button is always the next step."""

from __future__ import annotations

from dataclasses import dataclass

from field178_mobile.presentation.wording import Wording

NEXT, PASS, CHECK, COMPLETE, CONTINUE, MEND = "next", "pass", "check", "complete", "continue", "mend"
ANOTHER = "another"


@dataclass(frozen=True, slots=True)
class Action:
    """A button: its action id, label and icon."""

    id: str
    label: str
    icon: str = ""


NOTHING = Action("", "")


@dataclass(frozen=True, slots=True)
class FootState:
    """The whole bar."""

    first: Action
    second: Action


READ_ONLY = FootState(NOTHING, NOTHING)


def mend_foot(words: Wording) -> FootState:
    """Return the action bar of a read-only filed visit."""
    another = Action(ANOTHER, words.translate("Inspect again"), "plus")
    return FootState(another, Action(MEND, words.translate("Mend this record"), "pencil-outline"))


def foot_state(pane: str, open_to_pass: int, is_last: bool, words: Wording) -> FootState:
    """Return the action bar of a pane.

    `open_to_pass`: number of items that one tap would answer. `is_last`: no later section is open.
    """
    _ = words.translate
    on = Action(NEXT, _("To the conclusion") if is_last else _("Next section"), "arrow-right")
    if pane in ("info", "photos"):
        return FootState(NOTHING, Action(CONTINUE, _("Go on inspecting"), "arrow-right"))
    if pane == "page" and open_to_pass:
        label = words.say("Whole section compliant ({count})", count=open_to_pass)
        return FootState(Action(NEXT, _("Skip"), ""), Action(PASS, label, "check-all"))
    check = Action(CHECK, _("Look for mistakes"), "")
    if pane in ("sections", "page"):
        return FootState(check, on)
    return FootState(check, Action(COMPLETE, _("Complete"), "check"))
