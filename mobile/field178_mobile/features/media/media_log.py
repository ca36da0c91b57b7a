"""The log of the media outlets of this area: items of each month of the year, and what a month still owes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from field178_mobile.presentation.facts import DatedRow
from field178_mobile.presentation.wording import Wording
from field178_mobile.store import MergedRecord, ShownState, Store
from field178_shared.codelists.places import MediaOutlet
from field178_shared.records.commune import POST, has_ended
from field178_shared.records.reading import day_of, text_of
from field178_shared.text.formats import date_text
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import sort_key
from field178_shared.time.clock import Clock, local_date

MOST_SHOWN = 5
OPEN, DONE, OWED = "plain", "ok", "warn"


@dataclass(frozen=True, slots=True)
class MonthCell:
    """One month of an outlet: how many items came out in it."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class OutletCard:
    """One outlet with its months and its newest items; `owed` says that this month has none yet."""

    id: str
    name: str
    channel: str
    months: tuple[MonthCell, ...]
    owed: str
    posts: tuple[DatedRow, ...]


@dataclass(frozen=True, slots=True)
class MediaLogState:
    """The whole log. `summary` is its one line elsewhere."""

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
        """Return the outlets of the tablet's communes that are in force today, by name."""
        lists, unit_ids = self._words.lists, self._store.unit_ids()
        in_force = lists.media_outlets.on(local_date(self._clock.now()))
        own = [one for one in in_force.values() if one.unit_id in unit_ids]
        return sorted(own, key=lambda one: sort_key(one.label(self._words.language)))

    def show(self) -> None:
        """Draw the log as the store holds it now."""
        today = local_date(self._clock.now())
        posts = self._store.views(POST)
        cards = tuple(self._card(outlet, posts, today) for outlet in self.outlets())
        owed = sum(bool(card.owed) for card in cards)
        summary = self._words.translate(N_("Media posts"))
        if owed:
            summary = self._words.say(N_("Media posts · {count} owed this month"), count=owed)
        self._render(MediaLogState(cards, summary))

    def _card(self, outlet: MediaOutlet, posts: Sequence[MergedRecord], today: date) -> OutletCard:
        words = self._words
        channel = words.lists.media_channels[outlet.channel_id]
        dated = [(day, one) for one in posts if (day := _day_in(one, outlet)) is not None]
        dated.sort(key=lambda pair: (pair[0], pair[1].id), reverse=True)
        months = [day.month for day, _post in dated if day.year == today.year]
        is_duty = channel.monthly_duty and not has_ended(outlet.unit_id, today, words.lists)
        is_owed = is_duty and today.month not in months
        newest = [one for _day, one in dated[:MOST_SHOWN]]
        states = self._store.shown_states([one.id for one in newest])
        return OutletCard(
            id=outlet.id,
            name=outlet.label(words.language),
            channel=channel.label(words.language),
            months=tuple(
                self._month(month, months.count(month), (outlet, today), channel.monthly_duty)
                for month in range(1, 13)
            ),
            owed=words.translate(N_("Nothing entered this month yet.")) if is_owed else "",
            posts=tuple(self._row(day, one, states[one.id]) for day, one in dated[:MOST_SHOWN]),
        )

    def _month(self, month: int, count: int, at: tuple[MediaOutlet, date], is_duty: bool) -> MonthCell:
        outlet, today = at
        said = self._words.say(N_("M{month}: {count}"), month=month, count=count or "–")
        first = outlet.valid_from
        was_there = first is None or (first.year, first.month) <= (today.year, month)
        was_there = was_there and not has_ended(outlet.unit_id, date(today.year, month, 1), self._words.lists)
        is_owed = is_duty and was_there and month <= today.month and not count
        return MonthCell(said, DONE if count else OWED if is_owed else OPEN)

    def _row(self, day: date, post: MergedRecord, shown: ShownState) -> DatedRow:
        words = self._words
        genre = words.choice("media_genre", post.data.get("genre_id"))
        said = " · ".join(part for part in (text_of(post.data, "title"), genre) if part)
        word = words.choice("shown_state", shown.word)
        return DatedRow(post.id, POST, date_text(day, words.language), said, word, shown.word)


def _day_in(post: MergedRecord, outlet: MediaOutlet) -> date | None:
    return day_of(post.data, "published_on") if text_of(post.data, "outlet_id") == outlet.id else None
