"""Texts of figures: values by their units, targets, standing, and numbers needed a month."""

from __future__ import annotations

from collections.abc import Mapping

from field178_server.console.text.formula_words import THINGS, counted_noun
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import StateLabel
from field178_shared.codelists import Indicator, TargetProfile
from field178_shared.codelists.indicators import PERCENT, YES_NO
from field178_shared.indicators.coverage import Coverage
from field178_shared.indicators.figures import FigureValue
from field178_shared.indicators.suppression import SMALLEST_SHOWN
from field178_shared.indicators.target_progress import Standing, TargetProgress
from field178_shared.text.formats import NOTHING, number_text
from field178_shared.text.i18n import N_

_STANDINGS: Mapping[Standing, StateLabel] = {
    Standing.MET: StateLabel(N_("Target met"), "ok", "check-circle"),
    Standing.ON_TRACK: StateLabel(N_("On pace"), "ok", "check"),
    Standing.BEHIND: StateLabel(N_("Below pace"), "warn", "clock"),
    Standing.NEAR: StateLabel(N_("Not met, but near"), "warn", "alert"),
    Standing.MISSED: StateLabel(N_("Not met"), "bad", "close"),
    Standing.UNKNOWN: StateLabel(N_("Not enough counted to conclude"), "", "info"),
    Standing.NO_FIGURE: StateLabel(N_("No figure"), "", "info"),
}
OPEN_SHARE = N_("Unannounced visits are counted when they are made, or when their window is over.")
_OPERATORS = {">=": "≥", "=": "="}


def figure_text(indicator: Indicator, value: float | None, localizer: Localizer) -> str:
    """Return a value by the unit of its indicator."""
    if value is None:
        return NOTHING
    if indicator.unit == YES_NO:
        return localizer.say(N_("Yes") if value else N_("No"))
    text = number_text(value, localizer.language)
    return f"{text}%" if indicator.unit == PERCENT else text


def value_of_figure(indicator: Indicator, figure: FigureValue, localizer: Localizer) -> str:
    """Return the value of a figure, or its bounds if a part was not counted."""
    low, high = figure.low, figure.high
    if figure.value is not None:
        text = figure_text(indicator, figure.value, localizer)
        return text if high is not None or low is None else f"≥ {text}"
    if low is None or high is None:
        return NOTHING
    first = number_text(low, localizer.language)
    return f"{first}–{figure_text(indicator, high, localizer)}"


def coverage_text(coverage: Coverage, localizer: Localizer) -> str:
    """Return of how many entities the number that a figure adds up is known."""
    number, what = localizer.number, localizer.say(THINGS[coverage.of])
    template = localizer.say(N_("counted {counted} of {every} {what}"))
    return template.format(counted=number(coverage.counted), every=number(coverage.every), what=what)


def target_text(indicator: Indicator, plan: TargetProfile, target: float, localizer: Localizer) -> str:
    """Return the text of a plan's target for an indicator."""
    target_text = figure_text(indicator, target, localizer)
    if indicator.unit == YES_NO:
        return target_text
    operator = next(entry.op for entry in plan.targets if entry.indicator == indicator.id)
    return f"{_OPERATORS.get(operator, operator)} {target_text}"


def standing_label(standing: Standing, localizer: Localizer) -> StateLabel:
    """Return the label of a figure's standing."""
    return _STANDINGS[standing].localized(localizer)


def need_text(indicator: Indicator, progress: TargetProgress, target: float, localizer: Localizer) -> str:
    """Return the number that is missing to reach a target, "" if none is missing."""
    say, number = localizer.say, localizer.number
    noun, target_text = (
        counted_noun(indicator.numerator, indicator, localizer),
        figure_text(indicator, target, localizer),
    )
    if not progress.missing or indicator.unit == YES_NO:
        return ""
    count, months = progress.missing, progress.months_left
    if progress.monthly is None:
        template = N_("{count} {what} short of {target}")
    elif count <= months or months == 1:
        template = N_("needs {count} {what} more by the end of the period to reach {target}")
    else:
        template = N_("needs {count} {what} a month, for {months} months, to reach {target}")
        count = progress.monthly
    return say(template).format(count=number(count), what=noun, months=number(months), target=target_text)


def hidden_text(localizer: Localizer) -> str:
    """Return the text that replaces a number of few people."""
    return localizer.say(N_("under {limit}")).format(limit=SMALLEST_SHOWN)


def cell_text(localizer: Localizer) -> str:
    """Return the text of a hidden number in a table: the same for small numbers and numbers beside them."""
    return localizer.say(N_("not shown"))
