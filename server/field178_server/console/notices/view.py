"""Audience, days and addressees of notices in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from flask import request, url_for

from field178_server.console.shell.flash import Flash
from field178_server.console.shell.links import FilterLink
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.models import Notice
from field178_server.office.notices.queries import Addressee
from field178_server.office.notices.tabs import NoticeTab
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import sort_key
from field178_shared.time.clock import local_date

_TABS = {
    NoticeTab.SHOWN: N_("Shown now"),
    NoticeTab.COMING: N_("Coming"),
    NoticeTab.ENDED: N_("Over"),
}
ANNOUNCED, ENDED = "notice_announced", "notice_ended"
_A_MOMENT = timedelta(microseconds=1)


def requested_tab() -> NoticeTab:
    """Return the part of the list in the address; by default the notices shown now."""
    text = request.args.get("tab", "")
    return NoticeTab(text) if text in set(NoticeTab) else NoticeTab.SHOWN


def tab_links(tab: NoticeTab, counts: Mapping[NoticeTab, int], localizer: Localizer) -> list[FilterLink]:
    """Return the parts of the list with their counts."""
    return [
        FilterLink(
            url_for("console.notices.index", tab=None if part is NoticeTab.SHOWN else part.value),
            localizer.say(text),
            part is tab,
            counts[part],
        )
        for part, text in _TABS.items()
    ]


def audience_text(audience: str | None, localizer: Localizer) -> str:
    """Return the audience of a notice in words."""
    kind, _, name = (audience or "").partition(":")
    if kind == "team":
        return localizer.team(name)
    if kind == "role":
        return localizer.label(localizer.lists.roles, name)
    return localizer.label(localizer.lists.agencies, name) if kind else localizer.say(N_("Everybody"))


def period_text(notice: Notice, localizer: Localizer) -> str:
    """Return the first and the last day on which a notice is shown."""
    first = local_date(notice.since or notice.made_at)
    last = max(first, local_date(notice.until - _A_MOMENT))
    if first == last:
        return localizer.day(first)
    return localizer.say(N_("{first} to {last}")).format(first=localizer.day(first), last=localizer.day(last))


def flash_text(
    flash: Flash, notice: Notice, people: Sequence[Addressee], now: datetime, localizer: Localizer
) -> str:
    """Return the result of announcing or ending a notice, in view of the tablets of its addressees."""
    say, tablets = localizer.say, [tablet for person in people for tablet in person.tablets]
    if flash.code == ENDED:
        has_reached = any(tablet.delivered_at for tablet in tablets)
        return flash.text("", localizer) if has_reached else say(N_("Ended. The notice is shown no longer."))
    if notice.since is not None and notice.since > now:
        day = localizer.day(local_date(notice.since))
        return say(N_("Saved. The notice is shown from {day} on.")).format(day=day)
    if not tablets:
        return say(N_("The notice is shown on “Today” of the console. Nobody it is for has a tablet."))
    return flash.text("", localizer)


def days_of(people: Sequence[Addressee]) -> list[tuple[date, int]]:
    """Return the number of officers who first had the notice on each day."""
    days = Counter(local_date(person.seen_at) for person in people if person.seen_at is not None)
    return sorted(days.items())


def with_states(people: Sequence[Addressee], localizer: Localizer) -> list[tuple[Addressee, StateLabel]]:
    """Return the addressees with their states, by name in Vietnamese order."""
    ordered = sorted(people, key=lambda person: (sort_key(person.officer.name), person.officer.login))
    return [(person, _state(person, localizer)) for person in ordered]


def _state(person: Addressee, localizer: Localizer) -> StateLabel:
    if person.read_at is not None:
        return StateLabel(localizer.say(N_("Read")), "ok", "check-circle")
    if person.seen_at is not None:
        return StateLabel(localizer.say(N_("On a tablet")), "primary", "tablet")
    return StateLabel(localizer.say(N_("Not yet")), "", "clock")
