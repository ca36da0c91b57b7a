"""A check and an attempt to take a backup, as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from field178_server.backup.log import BackupRow, RunState
from field178_server.console.components.health_labels import anchor_of, level_label
from field178_server.console.shell.policy import may
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.health.checks import Check, CheckName
from field178_server.health.wording import CheckWords, attempt_fault, words_of
from field178_shared.text.i18n import N_


@dataclass(frozen=True, slots=True)
class CheckView:
    """One row of the page; `anchor` is where the first page leads to."""

    anchor: str
    state: StateLabel
    words: CheckWords
    href: str
    link: str


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One attempt to take a backup."""

    taken: str
    state: StateLabel
    why: str
    size: str
    folder: str
    who: str


def check_view(check: Check, role: str, localizer: Localizer) -> CheckView:
    """Return a check in words, with the page on which its matter is looked at."""
    endpoint, link = _PAGES.get(check.name, ("", ""))
    # The differences are on the page of the tablets, where there are any.
    is_there = check.name is not CheckName.INTEGRITY or check.needs_attention
    is_open = bool(endpoint) and is_there and may(role, endpoint, localizer.lists)
    return CheckView(
        anchor=anchor_of(check),
        state=level_label(check.level, localizer),
        words=words_of(check, localizer.language),
        href=url_for(endpoint) if is_open else "",
        link=localizer.say(link) if is_open else "",
    )


def attempt_view(attempt: BackupRow, localizer: Localizer) -> AttemptView:
    """Return an attempt in words."""
    text, tone, icon = _STATES[attempt.state]
    megabytes = -(-attempt.size >> 20)
    return AttemptView(
        taken=localizer.instant(attempt.taken_at),
        state=StateLabel(localizer.say(text), tone, icon),
        why=" ".join(attempt_fault(code, localizer.language) for code in attempt.faults),
        size=f"{localizer.number(megabytes)} MB" if attempt.folder else "",
        folder=attempt.folder,
        who=localizer.person(attempt.taken_by)
        if attempt.taken_by
        else localizer.say(N_("Operator of the server")),
    )


_PAGES = {
    CheckName.JOBS: ("console.jobs.index", N_("To the jobs")),
    CheckName.INTEGRITY: ("console.tablets.index", N_("To the differences")),
    CheckName.WEBHOOKS: ("console.webhooks.index", N_("To the webhooks")),
    CheckName.QUARANTINE: ("console.attention.index", N_("To the changes")),
}
_STATES = {
    RunState.PROVED: (N_("Proved"), "ok", "check-circle"),
    RunState.NOT_PROVED: (N_("Not proved"), "bad", "alert"),
    RunState.FAILED: (N_("Not made"), "bad", "alert"),
}
