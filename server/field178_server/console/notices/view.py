"""Notices in words: for whom, from when until when, how far each has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request, url_for

from field178_server.console.shell.flash import Flash
from field178_server.console.shell.links import FilterLink
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.database.models import Notice
from field178_server.office.notices.queries import Addressee, NoticeList, NoticeTab, Reach
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


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice in the list."""

    href: str
    text: str
    audience: str
    author: str
    period: str
    read: str
    delivered: str


@dataclass(frozen=True, slots=True)
class AddresseeLine:
    """An officer whom a notice is for, and since when the officer has it."""

    name: str
    agency: str
    role: str
    state: StateLabel
    console: str
    tablets: tuple[tuple[str, str], ...]


def wanted_tab() -> NoticeTab:
    """Return the part of the list that the address asks for; an unknown one is what is shown now."""
    text = request.args.get("tab", "")
    return NoticeTab(text) if text in set(NoticeTab) else NoticeTab.SHOWN


def tab_links(tab: NoticeTab, found: NoticeList, localizer: Localizer) -> list[FilterLink]:
    """Return the parts of the list with their counts."""
    return [
        FilterLink(
            url_for("console.notices.index", tab=None if one is NoticeTab.SHOWN else one.value),
            localizer.say(text),
            one is tab,
            found.counts[one],
        )
        for one, text in _TABS.items()
    ]


def audience_text(audience: str | None, localizer: Localizer) -> str:
    """Return whom a notice is for."""
    kind, _, name = (audience or "").partition(":")
    if kind == "team":
        return localizer.team(name)
    if kind == "role":
        return localizer.label(localizer.lists.roles, name)
    return localizer.label(localizer.lists.agencies, name) if kind else localizer.say(N_("Everybody"))


def period_of(notice: Notice, localizer: Localizer) -> str:
    """Return the first and the last day on which a notice is shown."""
    first = local_date(notice.since or notice.made_at)
    last = max(first, local_date(notice.until - _A_MOMENT))
    if first == last:
        return localizer.day(first)
    return localizer.say(N_("{first} to {last}")).format(first=localizer.day(first), last=localizer.day(last))


def author_of(notice: Notice, localizer: Localizer) -> str:
    """Return who made a notice."""
    return localizer.person(notice.made_by) if notice.made_by else localizer.say(N_("Operator of the server"))


def lines_of(found: NoticeList, localizer: Localizer) -> list[NoticeLine]:
    """Return the lines of a page of the list."""
    return [_line(one, found.reach[one.notice_id], localizer) for one in found.notices]


def flash_text(
    flash: Flash, notice: Notice, people: Sequence[Addressee], now: datetime, localizer: Localizer
) -> str:
    """Return what became of a notice just announced or ended, for those it is for."""
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


def days_of(people: Sequence[Addressee], localizer: Localizer) -> list[tuple[str, int]]:
    """Return on which days how many officers first had the notice."""
    days = Counter(local_date(one.seen_at) for one in people if one.seen_at is not None)
    return [(localizer.day(day), days[day]) for day in sorted(days)]


def addressee_lines(people: Sequence[Addressee], localizer: Localizer) -> list[AddresseeLine]:
    """Return the officers by name as Vietnamese sorts it."""
    ordered = sorted(people, key=lambda one: (sort_key(one.officer.name), one.officer.login))
    return [_addressee(one, localizer) for one in ordered]


def own_text(text_vi: str, text_en: str, localizer: Localizer) -> str:
    """Return the text of a notice in the reader's language."""
    return text_en if localizer.language == "en" else text_vi


def _line(notice: Notice, reach: Reach, localizer: Localizer) -> NoticeLine:
    of = localizer.say(N_("{count} of {all}"))
    return NoticeLine(
        href=url_for("console.notices.detail", notice_id=notice.notice_id),
        text=own_text(notice.text_vi, notice.text_en, localizer),
        audience=audience_text(notice.audience, localizer),
        author=author_of(notice, localizer),
        period=period_of(notice, localizer),
        read=of.format(count=localizer.number(reach.read), all=localizer.number(reach.officers)),
        delivered=of.format(count=localizer.number(reach.delivered), all=localizer.number(reach.tablets))
        if reach.tablets
        else "—",
    )


def _addressee(one: Addressee, localizer: Localizer) -> AddresseeLine:
    if one.read_at is not None:
        state = StateLabel(localizer.say(N_("Read")), "ok", "check-circle")
    elif one.seen_at is not None:
        state = StateLabel(localizer.say(N_("On a tablet")), "primary", "tablet")
    else:
        state = StateLabel(localizer.say(N_("Not yet")), "", "clock")
    officer, has = one.officer, localizer.say(N_("since {when}"))
    return AddresseeLine(
        name=officer.name,
        agency=localizer.label(localizer.lists.agencies, officer.agency),
        role=localizer.label(localizer.lists.roles, officer.role),
        state=state,
        console=localizer.instant(one.read_at) if one.read_at else "",
        tablets=tuple(
            (tablet.label or tablet.device_id, has.format(when=localizer.instant(tablet.delivered_at)))
            if tablet.delivered_at
            else (tablet.label or tablet.device_id, localizer.say(N_("not yet")))
            for tablet in one.tablets
        ),
    )
