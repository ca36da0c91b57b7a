"""Texts of figures: value, coverage, targets; cards of the indicators with a target, groups of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from field178_server.console.indicators.charts import TargetBar, bar_of
from field178_server.console.indicators.figure_address import FigureAddress
from field178_server.console.text.figure_texts import (
    OPEN_SHARE,
    cell_text,
    coverage_text,
    hidden_text,
    need_text,
    standing_label,
    target_text,
    value_of_figure,
)
from field178_server.console.text.formula_words import counted_noun, value_label
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_server.office.indicators.queries import IndicatorFigure
from field178_server.office.indicators.requested_figures import WHOLE_YEAR
from field178_shared.codelists import Indicator, TargetProfile
from field178_shared.codelists.indicators import PERCENT, YES_NO
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.quality import quality_of
from field178_shared.indicators.suppression import (
    counts_people,
    has_small_number,
    is_redefined,
    is_sum_of_fines,
)
from field178_shared.indicators.target_progress import Standing, TargetProgress, progress_towards
from field178_shared.indicators.verdicts import Reached, reached
from field178_shared.text.formats import NOTHING, number_text
from field178_shared.text.i18n import N_

GROUPS: Mapping[str, str] = {
    "outreach": N_("Outreach"),
    "media": N_("Media"),
    "reach": N_("People reached"),
    "planning": N_("Plans of communes"),
    "register": N_("Register"),
    "inspection": N_("Inspections"),
    "compliance": N_("Compliance"),
    "capacity": N_("Teams and training"),
    "support": N_("Support"),
    "enforcement": N_("Enforcement"),
    "reporting": N_("Reporting"),
    "resources": N_("Money"),
    "system": N_("The system"),
}


@dataclass(frozen=True, slots=True)
class NumberLink:
    """Number as text, and the page of its records; "" if it has no records."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class TargetLine:
    """Target of a plan for a figure, and the standing of the figure."""

    plan: str
    target: str
    standing: StateLabel
    need: str


@dataclass(frozen=True, slots=True)
class FigureText:
    """Texts of a figure; `reason`: why there is no number.

    `spread`: text of its bounds if parts of it are unknown, or of the months with returns.
    `coverage`: number of entities with a known value. `opens`: page of its records.
    """

    value: str
    unit: str
    num: NumberLink | None = None
    den: NumberLink | None = None
    spread: str = ""
    coverage: str = ""
    reason: str = ""
    pending: str = ""
    opens: str = ""


@dataclass(frozen=True, slots=True)
class FigureCard:
    """An indicator with its targets."""

    indicator: Indicator
    figure: FigureText
    targets: Sequence[TargetLine]
    bar: TargetBar | None
    quality: Sequence[str]


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """Indicators of one subject without a target, each with its figure."""

    title: str
    lines: Sequence[tuple[Indicator, FigureText]]


@dataclass(frozen=True, slots=True)
class FigureWriter:
    """Puts the figures of one address into words; `hidden`: the indicators that the reader does not see."""

    address: FigureAddress
    localizer: Localizer
    hidden: frozenset[str] = frozenset()

    @property
    def plans(self) -> Sequence[TargetProfile]:
        """The plans with shown targets."""
        return [plan for plan in (self.address.profile, self.address.beside) if plan is not None]

    def is_hidden(self, indicator: Indicator, figure: IndicatorFigure) -> bool:
        """Tell whether the reader does not see a figure."""
        return indicator.id in self.hidden

    def text_of(self, indicator: Indicator, figure: IndicatorFigure) -> FigureText:
        """Return a figure in words."""
        say, value = self.localizer.say, figure.approved
        unit = "" if indicator.unit in (PERCENT, YES_NO) else indicator.unit
        if not value.is_sent:
            return FigureText(NOTHING, "", reason=self._owed_by(indicator))
        if not value.is_counted:
            return FigureText(NOTHING, "", reason=say(N_("Nobody has counted them yet.")))
        if self.is_hidden(indicator, figure):
            if is_sum_of_fines(self.localizer.lists, indicator):
                reason = say(
                    N_("Fines are shown as one sum, of a year that is over: a part may be of one owner.")
                )
                return FigureText(cell_text(self.localizer), "", reason=reason)
            if is_redefined(self.localizer.lists, indicator):
                reason = say(
                    N_(
                        "Not shown: the office computes this figure about people in its own way, not as the"
                        " plan does."
                    )
                )
                return FigureText(cell_text(self.localizer), "", reason=reason)
            is_small = has_small_number(self.localizer.lists, indicator, value)
            if self.address.period_name != WHOLE_YEAR or not is_small:
                reason = say(N_("Not shown: a number from 1 to 4 could be worked out from it."))
                return FigureText(cell_text(self.localizer), "", reason=reason)
            reason = say(N_("Numbers from 1 to 4 are not shown, so that nobody is singled out."))
            return FigureText(hidden_text(self.localizer), unit, reason=reason)
        if value.den is not None and not value.den and not value.is_partial:
            reason = say(N_("There is nothing to divide by in this period and area."))
            return FigureText(NOTHING, "", reason=reason)
        return FigureText(
            value_of_figure(indicator, value, self.localizer),
            unit,
            self.number(indicator, "num", value.num) if value.den else None,
            self._denominator(indicator, value) if value.den else None,
            self._spread(value) or self._lacking(value),
            self.coverage(value),
            pending="" if self.address.is_external else self._pending(indicator, figure),
            opens=self.number(indicator, "num", value.num).href,
        )

    def coverage(self, value: FigureValue) -> str:
        """Return the coverage of a figure as text, "" for a figure without coverage."""
        return "" if value.coverage is None else coverage_text(value.coverage, self.localizer)

    def _denominator(self, indicator: Indicator, value: FigureValue) -> NumberLink:
        link = self.number(indicator, "den", value.den or 0, with_noun=True)
        if not value.is_uncounted:
            return link
        return NumberLink(
            self.localizer.say(N_("{number} that were counted")).format(number=link.text), link.href
        )

    def number(
        self, indicator: Indicator, side: str, number: float, *, with_noun: bool = False
    ) -> NumberLink:
        """Return the numerator or denominator, with the page of its records."""
        formula = indicator.numerator if side == "num" else indicator.denominator
        text = number_text(number, self.localizer.language)
        noun = counted_noun(formula or "", indicator, self.localizer) if with_noun else ""
        href = self.address.href("console.indicators.records", indicator.id, side=side)
        return NumberLink(f"{text} {noun}".rstrip(), href)

    def target_line(
        self, indicator: Indicator, figure: IndicatorFigure, plan: TargetProfile
    ) -> TargetLine | None:
        """Return the target of a plan for an indicator, or None."""
        value = figure.approved
        target = reached(plan, indicator.id, value)
        if target is None:
            return None
        question, localizer = self.address.question, self.localizer
        progress = progress_towards(
            question.lists.figures[indicator.id], value, target, question.period, question.today
        )
        label = standing_label(progress.standing, localizer)
        if self.is_hidden(indicator, figure):
            # The standing of a hidden figure would reveal it.
            label, progress = (
                StateLabel(localizer.say(N_("Not shown")), "", "lock"),
                TargetProgress(Standing.NO_FIGURE),
            )
        elif self.address.is_rounded and counts_people(localizer.lists, indicator):
            # A number rounded down may be below the pace that the exact number keeps.
            label, progress = (
                StateLabel(localizer.say(N_("Judged when the year is over")), "", "clock"),
                TargetProgress(Standing.NO_FIGURE),
            )
        return TargetLine(
            plan.label(localizer.language),
            target_text(indicator, plan, target.target, localizer),
            label,
            self._need(indicator, value, target, progress),
        )

    def _need(
        self, indicator: Indicator, value: FigureValue, target: Reached, progress: TargetProgress
    ) -> str:
        """Return the difference to the target; the coverage if it is too small for a conclusion."""
        if progress.standing is Standing.UNKNOWN:
            return self.coverage(value) or self._lacking(value)
        return need_text(indicator, progress, target.target, self.localizer)

    def _owed_by(self, indicator: Indicator) -> str:
        """Return the agencies that have sent no number for a figure."""
        say, agencies = self.localizer.say, self.reporters(indicator)
        if not agencies:
            return say(N_("Nothing was sent for this period yet."))
        return say(N_("Not sent yet: {agencies}")).format(agencies=agencies)

    def reporters(self, indicator: Indicator) -> str:
        """Return the agencies that report an indicator at the end of the period."""
        agencies = self.localizer.lists.reporters_on(indicator.reporters, self.address.question.last_day)
        return ", ".join(agency.label(self.localizer.language) for agency in agencies)

    def _lacking(self, value: FigureValue) -> str:
        """Return the note on missing parts of a figure: months without a return, or unannounced visits."""
        if value.is_open:
            return self.localizer.say(OPEN_SHARE)
        sent = value.sent
        if sent is None or sent.months >= sent.ended:
            return ""
        text = self.localizer.say(N_("sent for {months} of {ended} months that have ended"))
        return text.format(months=sent.months, ended=sent.ended)

    def _spread(self, value: FigureValue) -> str:
        if value.value is not None or value.low is None:
            return ""
        return self.localizer.say(
            N_("from the least to the most that it can be, by what is usual for those that were not counted")
        )

    def _pending(self, indicator: Indicator, figure: IndicatorFigure) -> str:
        approved, waiting = figure.approved, figure.with_waiting
        if (approved.num, approved.den) == (waiting.num, waiting.den):
            return ""
        value = value_of_figure(indicator, waiting, self.localizer)
        difference = waiting.num - approved.num
        text = number_text(abs(difference), self.localizer.language)
        sign = "+" if difference >= 0 else "−"
        return self.localizer.say(N_("{sign}{count} when all that waits is approved: {value}")).format(
            sign=sign, count=text, value=value
        )


def cards_of(
    writer: FigureWriter, figures: Mapping[str, IndicatorFigure]
) -> tuple[Sequence[FigureCard], Sequence[FigureGroup]]:
    """Return the cards of the indicators with a target, and the others by subject."""
    cards: list[FigureCard] = []
    others: dict[str, list[tuple[Indicator, FigureText]]] = {}
    for indicator in writer.localizer.lists.indicators.values():
        figure = figures[indicator.id]
        text = writer.text_of(indicator, figure)
        targets = [target for plan in writer.plans if (target := writer.target_line(indicator, figure, plan))]
        if not targets:
            others.setdefault(indicator.group, []).append((indicator, text))
            continue
        is_shown = not text.reason
        bar = bar_of(indicator, figure.approved, writer.plans) if is_shown else None
        quality = quality_texts(writer, indicator, figures) if is_shown else ()
        cards.append(FigureCard(indicator, text, targets, bar, quality))
    groups = [
        FigureGroup(writer.localizer.say(GROUPS[key]) if key in GROUPS else key, lines)
        for key, lines in others.items()
    ]
    return cards, groups


def quality_texts(
    writer: FigureWriter, indicator: Indicator, figures: Mapping[str, IndicatorFigure]
) -> Sequence[str]:
    """Return how many of the known numbers of a denominator were counted before the period."""
    say, localizer = writer.localizer.say, writer.localizer
    quality = quality_of(localizer.lists, indicator)
    if quality is None or not quality.in_period or writer.hidden & {quality.of_any_day, quality.in_period}:
        return ()
    old = figures[quality.of_any_day].approved.num - figures[quality.in_period].approved.num
    if old <= 0:
        return ()
    return [say(N_("{count} of them were counted before this period")).format(count=localizer.number(old))]


def breakdown_rows(
    writer: FigureWriter, indicator: Indicator, value: FigureValue
) -> Sequence[tuple[str, str]]:
    """Return the values of the breakdown of a numerator with their counts, the largest first."""
    breakdown = writer.localizer.lists.figures[indicator.id].numerator.breakdown
    if breakdown is None or writer.address.is_external:
        return ()
    ordered = sorted(value.breakdown.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        (value_label(breakdown.of, breakdown.by, key, writer.localizer), writer.localizer.number(count))
        for key, count in ordered
    ]
