"""Log of the area's media outlets: posts of the last twelve months, and missing posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from field178_mobile.presentation.facts import DatedRow
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import MergedRecord, ShownState, Store
from field178_shared.codelists.places import MediaOutlet
from field178_shared.indicators.periods import months_after
from field178_shared.record_type import RecordType
from field178_shared.records.commune import has_ended
from field178_shared.records.reading import day_of, text_of
from field178_shared.text.formats import date_text
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import sort_key
from field178_shared.time.clock import Clock, local_date

MONTHS = 12
# Number shown in addition to this and the last month: in January the office still asks about December.
NEWEST = 5
OPEN, DONE, OWED = "plain", "ok", "warn"


@dataclass(frozen=True, slots=True)
class MonthCell:
    """Month of an outlet with its number of posts."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class OutletCard:
    """Card of an outlet with its last months and newest posts; `owed`: this month has no post yet."""

    id: str
    name: str
    channel: str
    months: tuple[MonthCell, ...]
    owed: str
    posts: tuple[DatedRow, ...]


@dataclass(frozen=True, slots=True)
class MediaLogState:
    """State of the log. `summary` is its line on other screens."""

    outlets: tuple[OutletCard, ...]
    summary: str


class MediaLog:
    """Shows the outlets of this tablet's communes."""

    def __init__(
        self, store: Store, clock: Clock, words: Wording, render: Callable[[MediaLogState], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._words = words
        self._render = render

    def outlets(self) -> list[MediaOutlet]:
        """Return own outlets by name that are in force or were when the last month ended."""
        lists, unit_ids = self._words.lists, self._store.unit_ids()
        today = local_date(self._clock.now())
        month_end = today.replace(day=1) - timedelta(days=1)
        in_force = {**lists.media_outlets.on(month_end), **lists.media_outlets.on(today)}
        own = [outlet for outlet in in_force.values() if outlet.unit_id in unit_ids]
        return sorted(own, key=lambda outlet: sort_key(outlet.label(self._words.language)))

    def show(self) -> None:
        """Draw the log as the store holds it now."""
        today = local_date(self._clock.now())
        posts = self._store.views(RecordType.MEDIA_POST)
        cards = tuple(self._card(outlet, posts, today) for outlet in self.outlets())
        owed = sum(bool(card.owed) for card in cards)
        summary = self._words.translate(N_("Media posts"))
        if owed:
            summary = self._words.say(N_("Media posts · {count} owed this month"), count=owed)
        self._render(MediaLogState(cards, summary))

    def _card(self, outlet: MediaOutlet, posts: Sequence[MergedRecord], today: date) -> OutletCard:
        words = self._words
        channel = words.lists.media_channels[outlet.channel_id]
        dated = [(day, post) for post in posts if (day := _day_in(post, outlet)) is not None]
        dated.sort(key=lambda pair: (pair[0], pair[1].id), reverse=True)
        this_month = today.replace(day=1)
        counts = Counter(day.replace(day=1) for day, _post in dated)
        months = tuple(
            self._month(
                month, counts[month], this_month, channel.monthly_duty and self._has_duty(outlet, month)
            )
            for month in (months_after(this_month, -back) for back in reversed(range(MONTHS)))
        )
        recent = sum(day >= months_after(this_month, -1) for day, _post in dated)
        shown = dated[: max(NEWEST, recent)]
        states = self._store.shown_states([post.id for _day, post in shown])
        is_owed = months[-1].tone == OWED
        return OutletCard(
            id=outlet.id,
            name=outlet.label(words.language),
            channel=channel.label(words.language),
            months=months,
            owed=words.translate(N_("Nothing entered this month yet.")) if is_owed else "",
            posts=tuple(self._row(day, post, states[post.id]) for day, post in shown),
        )

    def _month(self, month: date, count: int, this_month: date, is_duty: bool) -> MonthCell:
        words = self._words
        # Not only the colour distinguishes a missing post from a month without duty.
        number = count if count or is_duty else "–"
        if month.year == this_month.year:
            text = words.say(N_("M{month}: {count}"), month=month.month, count=number)
        else:
            text = words.say(N_("M{month}/{year}: {count}"), month=month.month, year=month.year, count=number)
        return MonthCell(text, DONE if count else OWED if is_duty else OPEN)

    def _has_duty(self, outlet: MediaOutlet, month: date) -> bool:
        """Return whether an outlet was in force on a day of a month that its commune did not end before."""
        first, last = outlet.valid_from, outlet.valid_to
        is_there = (first is None or first < months_after(month, 1)) and (last is None or last > month)
        return is_there and not has_ended(outlet.unit_id, month, self._words.lists)

    def _row(self, day: date, post: MergedRecord, shown: ShownState) -> DatedRow:
        words = self._words
        genre = words.choice("media_genre", post.data.get("genre_id"))
        summary = " · ".join(part for part in (text_of(post.data, "title"), genre) if part)
        word = words.choice("shown_state", shown.word)
        return DatedRow(
            post.id, RecordType.MEDIA_POST, date_text(day, words.language), summary, word, shown.word
        )


def _day_in(post: MergedRecord, outlet: MediaOutlet) -> date | None:
    return day_of(post.data, "published_on") if text_of(post.data, "outlet_id") == outlet.id else None
