"""Views of the health checks and of the attempts to take a backup."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for

from field178_server.backup.log import BackupRow, RunState
from field178_server.console.components.health_labels import anchor_of, level_label
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.health.checks import Check, CheckName
from field178_server.health.wording import CheckWords, attempt_fault, words_of
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class CheckView:
    """Row of a check; other pages link to its `anchor`."""

    anchor: str
    state: StateLabel
    words: CheckWords
    href: str
    link: str


@dataclass(frozen=True, slots=True)
class AttemptView:
    """Attempt to take a backup with its state and the reasons of a failure."""

    row: BackupRow
    state: StateLabel
    reasons: str

    @property
    def size_mb(self) -> int:
        """The size in MiB, rounded up."""
        return -(-self.row.size >> 20)


def check_view(check: Check, localizer: Localizer, may: Callable[[str], bool]) -> CheckView:
    """Return the view of a check, with a link to the page of its subject if the officer may open it."""
    endpoint, link = _PAGES.get(check.name, ("", ""))
    # The page of the tablets shows the differences of an integrity check only if there are any.
    is_there = check.name is not CheckName.INTEGRITY or check.needs_attention
    is_open = bool(endpoint) and is_there and may(endpoint)
    return CheckView(
        anchor=anchor_of(check),
        state=level_label(check.level, localizer),
        words=words_of(check, localizer.language),
        href=url_for(endpoint) if is_open else "",
        link=localizer.say(link) if is_open else "",
    )


def attempt_view(attempt: BackupRow, localizer: Localizer) -> AttemptView:
    """Return the view of an attempt."""
    return AttemptView(
        row=attempt,
        state=_STATES[attempt.state].localized(localizer),
        reasons=" ".join(attempt_fault(code, localizer.language) for code in attempt.faults),
    )


_PAGES = {
    CheckName.JOBS: ("console.jobs.index", N_("To the jobs")),
    CheckName.INTEGRITY: ("console.tablets.index", N_("To the differences")),
    CheckName.SECOND_FACTOR: ("console.people.index", N_("To the accounts")),
    CheckName.WEBHOOKS: ("console.webhooks.index", N_("To the webhooks")),
    CheckName.QUARANTINE: ("console.attention.index", N_("To the changes")),
}
_STATES = {
    RunState.PROVED: StateLabel(N_("Proved"), "ok", "check-circle"),
    RunState.NOT_PROVED: StateLabel(N_("Not proved"), "bad", "alert"),
    RunState.FAILED: StateLabel(N_("Not made"), "bad", "alert"),
}
