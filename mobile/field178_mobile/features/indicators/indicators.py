"""Targets of the tablet's area: the server's figures with their time, and the unsent part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from field178_mobile.presentation.wording import Wording
from field178_mobile.store import MergedRecord, PendingRecord, Store
from field178_shared.codelists import Indicator, TargetProfile
from field178_shared.codelists.indicators import PERCENT
from field178_shared.indicators.events import CountedRecord
from field178_shared.indicators.left_out import left_out_sentences
from field178_shared.indicators.periods import Period
from field178_shared.indicators.plan_of_year import plan_followed
from field178_shared.indicators.unsent import unsent_numbers
from field178_shared.indicators.verdicts import Reached, Verdict, reached
from field178_shared.record_type import RecordType
from field178_shared.records.area_figures import AreaFigures, KnownFigure
from field178_shared.records.reading import entries_of, text_of
from field178_shared.records.teams import Team
from field178_shared.text.formats import date_text, number_text, time_text
from field178_shared.text.i18n import N_
from field178_shared.time.clock import Clock, local_date

_WORDS = {
    Verdict.MET: N_("Met"),
    Verdict.NOT_MET: N_("Not met yet"),
    Verdict.UNKNOWN: N_("Not enough counted"),
    Verdict.NO_FIGURE: N_("Nothing to divide by"),
}
_COUNTED = {
    "establishment": N_("counted {counted} of {every} establishments"),
    "zone": N_("counted {counted} of {every} industrial zones"),
    "school": N_("counted {counted} of {every} schools"),
}


@dataclass(frozen=True, slots=True)
class FigureRow:
    """Row of a figure: value, numbers, target and unsent part; `state` has a word."""

    id: str
    label: str
    value: str
    detail: str
    state: str
    word: str
    unsent: str


@dataclass(frozen=True, slots=True)
class AreaCard:
    """Figures of one team's area, those with a target first.

    `left_out`: sentence about records left out, "" without any.
    """

    team: str
    as_of: str
    plan: str
    targets: tuple[FigureRow, ...]
    others: tuple[FigureRow, ...]
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorsState:
    """The screen. `missing`: a team of this tablet has no figures yet."""

    areas: tuple[AreaCard, ...]
    missing: bool


class IndicatorsPresenter:
    """Shows the figures of the teams on this tablet."""

    def __init__(
        self, store: Store, clock: Clock, words: Wording, render: Callable[[IndicatorsState], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._words = words
        self._render = render

    def show(self) -> None:
        """Draw the figures as the store holds them now."""
        today = local_date(self._clock.now())
        teams = [Team.from_data(record.id, record.data) for record in self._store.views(RecordType.TEAM)]
        figures_by_scope = {
            record.scope: record for record in _newest_last(self._store.views(RecordType.INDICATOR_FIGURES))
        }
        unsent = self._store.unsent()
        areas = tuple(
            self._area(team, AreaFigures.from_data(figures_by_scope[team.scope].data), unsent, today)
            for team in sorted(teams, key=lambda team: team.name)
            if team.scope in figures_by_scope
        )
        self._render(IndicatorsState(areas, missing=len(areas) < len(teams) or not teams))

    def _area(
        self, team: Team, area_figures: AreaFigures, unsent: Collection[PendingRecord], today: date
    ) -> AreaCard:
        words, lists = self._words, self._words.lists
        plan = plan_followed(lists, team.unit_ids, area_figures.year)
        added = self._added(team, area_figures.year, unsent, today)
        rows = [
            (
                indicator,
                self._row(indicator, area_figures.figures[indicator.id], plan, added.get(indicator.id, 0)),
            )
            for indicator in lists.indicators.values()
            if indicator.id in area_figures.figures
        ]
        target_ids = {target.indicator for target in plan.targets}
        return AreaCard(
            team=team.name,
            as_of=self._as_of(area_figures),
            plan=words.say(N_("Targets of: {plan}"), plan=plan.label(words.language)),
            targets=tuple(row for indicator, row in rows if indicator.id in target_ids),
            others=tuple(row for indicator, row in rows if indicator.id not in target_ids),
            left_out=" ".join(left_out_sentences(area_figures.left_out, lists, words.language)),
        )

    def _as_of(self, area_figures: AreaFigures) -> str:
        if area_figures.as_of is None:
            return ""
        sentence = self._words.say(
            N_("As of {time}, {day}; approved records of the year {year}"),
            time=time_text(area_figures.as_of),
            day=date_text(area_figures.as_of),
            year=area_figures.year,
        )
        age = (local_date(self._clock.now()) - local_date(area_figures.as_of)).days
        if age < 1:
            return sentence
        old = self._words.say(N_("{days} days ago"), days=age)
        return f"{sentence} · {old}"

    def _row(self, indicator: Indicator, figure: KnownFigure, plan: TargetProfile, added: int) -> FigureRow:
        words = self._words
        progress = reached(plan, indicator.id, figure)
        state = _state(figure, progress)
        return FigureRow(
            id=indicator.id,
            label=indicator.label(words.language),
            value=self._range(indicator, figure),
            detail=" · ".join(self._details(indicator, figure, progress)),
            state=state,
            word=words.translate(_WORDS[Verdict(state)]) if state else "",
            unsent=words.say(N_("{difference} not sent"), difference=f"{added:+d}") if added else "",
        )

    def _details(self, indicator: Indicator, figure: KnownFigure, progress: Reached | None) -> list[str]:
        words, parts = self._words, []
        if figure.den is not None:
            num, den = (number_text(number, words.language) for number in (figure.num, figure.den))
            parts.append(f"{num}/{den}")
        parts += self._lacking(figure)
        if progress is not None:
            parts.append(words.say(N_("target {target}"), target=self._value(indicator, progress.target)))
        if figure.waiting:
            parts.append(words.say(N_("{difference} waiting for review"), difference=f"{figure.waiting:+d}"))
        return parts

    def _lacking(self, figure: KnownFigure) -> list[str]:
        """Return the counted or sent part of a partial figure as text."""
        words = self._words
        if figure.countable is not None:
            counted, every = (
                number_text(number or 0, words.language) for number in (figure.counted, figure.countable)
            )
            template = _COUNTED.get(figure.countable_kind, N_("counted {counted} of {every}"))
            return [words.say(template, counted=counted, every=every)]
        if figure.is_open:
            return [words.translate(N_("unannounced visits counted once made or once their window is over"))]
        if figure.ended_months is None:
            return []
        template = N_("sent for {months} of {ended} months")
        return [words.say(template, months=figure.sent_months or 0, ended=figure.ended_months)]

    def _range(self, indicator: Indicator, figure: KnownFigure) -> str:
        low, high = figure.low, figure.high
        if figure.value is not None:
            text = self._value(indicator, figure.value)
            return f"≥ {text}" if low is not None and high is None else text
        if low is None or high is None:
            return self._value(indicator, None)
        first = self._value(indicator, low).removesuffix("%")
        return f"{first}–{self._value(indicator, high)}"

    def _value(self, indicator: Indicator, value: float | None) -> str:
        if value is None:
            return "—"
        is_percent = indicator.unit == PERCENT
        text = number_text(value, self._words.language, 1 if is_percent or value % 1 else 0)
        return f"{text}%" if is_percent else text

    def _added(
        self, team: Team, year: int, unsent: Collection[PendingRecord], today: date
    ) -> Mapping[str, int]:
        """Return the numbers that unsent records would add, with their establishments."""
        if not unsent:
            return {}
        own = {record.id for record in unsent}
        named = {place for record in unsent for place in _places(record.after or record.before or {})}
        views = (self._store.view(place) for place in sorted(named - own))
        places = [
            CountedRecord(record_id=view.id, type=view.type, data=view.data)
            for view in views
            if view is not None and not view.deleted
        ]
        before = [_counted(record, record.before) for record in unsent if record.before is not None]
        after = [_counted(record, record.after) for record in unsent if record.after is not None]
        at = (Period.of_year(year), today)
        return unsent_numbers(self._words.lists, [*places, *before], [*places, *after], team.unit_ids, at)


def _newest_last(records: Collection[MergedRecord]) -> list[MergedRecord]:
    return sorted(records, key=lambda record: AreaFigures.from_data(record.data).year)


def _counted(record: PendingRecord, data: Mapping[str, object]) -> CountedRecord:
    return CountedRecord(record_id=record.id, type=record.type, data=dict(data))


def _places(data: Mapping[str, object]) -> set[str]:
    return {text_of(data, "establishment_id"), *entries_of(dict(data), "establishments")} - {""}


def _state(figure: KnownFigure, progress: Reached | None) -> str:
    if progress is not None:
        return progress.verdict
    return "" if figure.value is not None or figure.is_partial else Verdict.NO_FIGURE
