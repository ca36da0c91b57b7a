"""Suppression of small numbers outside the working screens, so that nobody is identified (decision 0110)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from field178_shared.codelists import CodeLists, Indicator, released
from field178_shared.codelists.indicators import YES_NO
from field178_shared.formulas.figures import Aggregate, Formula
from field178_shared.formulas.sources import SOURCES
from field178_shared.indicators.figures import FigureValue

# Smallest number shown: counts from one to four could identify people.
SMALLEST_SHOWN = 5
# Formula that counts neither people nor establishments.
COMMUNES = "count(commune)"
# A sum of fines needs suppression even if it is large: it may be the fine of a single owner.
_FINES = "decision"


# What the number of an indicator, and whether it is small, depends on.
_DEFINITION = (
    "unit",
    "numerator",
    "denominator",
    "least_denominator",
    "most_denominator",
    "least_numerator",
    "most_numerator",
)


def is_small(number: float | None) -> bool:
    """Return whether a number could identify a few people; zero identifies nobody."""
    return number is not None and 0 < number < SMALLEST_SHOWN


def names_nobody(lists: CodeLists, indicator: Indicator) -> bool:
    """Return whether an indicator counts nothing about people (sessions, posts, plans)."""
    kinds = lists.privacy.small_counts.kinds
    return not any(
        kinds[aggregate.of].is_of_somebody(by_number=aggregate.value is not None)
        for formula in lists.figures[indicator.id].formulas
        for aggregate in formula.aggregates
    )


def is_sum_of_fines(lists: CodeLists, indicator: Indicator) -> bool:
    """Return whether an indicator adds up fines; a part of the sum may be the fine of one owner."""
    return any(
        aggregate.of == _FINES and aggregate.value is not None
        for formula in lists.figures[indicator.id].formulas
        for aggregate in formula.aggregates
    )


def hidden_kinds_beside_shown(lists: CodeLists, indicator: Indicator) -> frozenset[str]:
    """Return the kinds of hidden numbers that an indicator adds to shown ones.

    It counts records of several types, as filed records are visits and sessions: less the sessions, which are
    shown, it is the number of visits.
    """
    kinds, hidden_paths = lists.privacy.small_counts.kinds, set[str]()
    for aggregate in _aggregates_of(lists, indicator):
        if aggregate.value is not None:
            # A sum over people of several records does not disclose the number of records.
            continue
        types = SOURCES[aggregate.of].record_types if aggregate.of in SOURCES else ()
        alone = {(type_,) for type_ in types} - {types}
        within = [name for name, source in SOURCES.items() if source.record_types in alone]
        hidden = {name for name in within if kinds[name].is_of_somebody(by_number=False)}
        if len(hidden) < len(within):
            hidden_paths |= hidden
    return frozenset(hidden_paths)


def is_shown_of_whole_years(lists: CodeLists, indicator: Indicator) -> bool:
    """Return whether parts of an indicator are never shown: sums of fines, and numbers that reveal others."""
    return is_sum_of_fines(lists, indicator) or bool(hidden_kinds_beside_shown(lists, indicator))


def indicators_of_all(lists: CodeLists, kinds: Collection[str]) -> frozenset[str]:
    """Return the indicators that count all events of one of these kinds."""
    return frozenset(
        indicator.id
        for indicator in lists.indicators.values()
        if indicator.denominator is None
        and any(
            aggregate.of in kinds and aggregate.where is None and aggregate.value is None
            for aggregate in _aggregates_of(lists, indicator)
        )
    )


def _aggregates_of(lists: CodeLists, indicator: Indicator) -> Iterator[Aggregate]:
    for formula in lists.figures[indicator.id].formulas:
        yield from formula.aggregates


def counts_people(lists: CodeLists, indicator: Indicator) -> bool:
    """Return whether an indicator counts people or entities of few people, not communes or yes/no answers."""
    is_of_few = indicator.unit != YES_NO and indicator.denominator != COMMUNES
    return (is_of_few or is_redefined(lists, indicator)) and not names_nobody(lists, indicator)


def is_redefined(lists: CodeLists, indicator: Indicator) -> bool:
    """Return whether the office defined an indicator, or changed its formulas or a term of formulas.

    A formula of its own could multiply a small number of people, or add to it, so that it looks large.
    """
    of_release = released()
    if lists.version == of_release.version:
        return False
    before = of_release.indicators.get(indicator.id)
    return (
        before is None
        or any(getattr(indicator, name) != getattr(before, name) for name in _DEFINITION)
        or _terms(lists) != _terms(of_release)
    )


def _terms(lists: CodeLists) -> dict[str, str]:
    return {term.id: term.formula for term in lists.formula_terms.values()}


def has_small_number(lists: CodeLists, indicator: Indicator, figure: FigureValue) -> bool:
    """Return whether a number of a figure could identify a few people.

    A share is hidden with its numbers, because share times denominator gives the numerator.
    """
    return counts_people(lists, indicator) and (is_small(figure.num) or is_small(figure.den))


def is_of_people(lists: CodeLists, formulas: Iterable[Formula]) -> bool:
    """Return whether formulas count people, not only the places at which they are."""
    kinds = lists.privacy.small_counts.kinds
    return any(
        kinds[aggregate.of].is_of_people(by_number=aggregate.value is not None)
        or any(re.search(rf"\b{name}\b", aggregate.key) for name in kinds[aggregate.of].people)
        for formula in formulas
        for aggregate in formula.aggregates
    )


def is_hidden_in_report(lists: CodeLists, indicator: Indicator, figure: FigureValue) -> bool:
    """Return whether a signed report hides a figure: small counts of people (decision 0110)."""
    return has_small_number(lists, indicator, figure) and is_of_people(
        lists, lists.figures[indicator.id].formulas
    )


def is_hidden(lists: CodeLists, indicator: Indicator, figure: FigureValue) -> bool:
    """Return whether external readers do not see a figure: its number or its rest is small.

    Nor do they see an indicator about people that the office redefined, whatever its number.
    """
    if is_redefined(lists, indicator) and not names_nobody(lists, indicator):
        return True
    return has_small_number(lists, indicator, figure) or (
        counts_people(lists, indicator) and is_small(rest_of(figure))
    )


def rest_of(figure: FigureValue) -> float:
    """Return the denominator minus the numerator of a share: known from both, so suppressed with them."""
    return 0 if figure.den is None else abs(figure.den - figure.num)


def hidden_cells(numbers: Collection[float]) -> frozenset[int]:
    """Return the positions to hide among numbers whose total is shown.

    Besides small numbers the smallest other numbers are hidden, until at least two are hidden that add up to
    five or more: each could then be any value up to their sum. All hidden positions MUST look the same.
    """
    cells = list(enumerate(numbers))
    hidden = {place for place, number in cells if is_small(number)}
    others = sorted((number, place) for place, number in cells if number and place not in hidden)
    while hidden and others and (len(hidden) < 2 or _sum(cells, hidden) < SMALLEST_SHOWN):
        hidden.add(others.pop(0)[1])
    return frozenset(hidden)


def shows_parts(figures: Iterable[FigureValue], *, is_running: bool = False) -> bool:
    """Return whether to show figures of the parts of a period: all, or none if one is small.

    `is_running`: figures are cumulative from the same first day, so their differences are checked too.
    """
    values = list(figures)
    for numbers in (
        [value.num for value in values],
        [value.den or 0 for value in values],
        [*map(rest_of, values)],
    ):
        before = [0, *numbers[:-1]] if is_running else [0] * len(numbers)
        added = (abs(number - other) for number, other in zip(numbers, before, strict=True))
        if any(is_small(number) for number in (*numbers, *added)):
            return False
    return True


class HiddenPlaces:
    """Places of an area whose numbers are hidden from external readers, by formula.

    A number is hidden if it is small, if it protects another hidden number, if its rest is hidden, or if its
    denominator is hidden. All pages hide the same places. `numbers_of`: counts of a formula at each place,
    always in the same order.
    """

    def __init__(self, lists: CodeLists, numbers_of: Callable[[str], Sequence[float]]) -> None:
        self._lists = lists
        self._numbers_of = numbers_of
        self._hidden: dict[str, frozenset[int]] = {}

    def of(self, indicator: Indicator) -> frozenset[int]:
        """Return the places at which an indicator is hidden."""
        hidden = self._of_formula(indicator.numerator)
        return hidden if indicator.denominator is None else hidden | self._of_formula(indicator.denominator)

    def _of_formula(self, formula: str) -> frozenset[int]:
        if formula not in self._hidden:
            # Stored before the denominators are read: two formulas that divide each other would recurse
            # forever.
            self._hidden[formula] = hidden = hidden_cells(self._numbers_of(formula))
            for whole in sorted(_wholes_of(self._lists, formula)):
                numbers = zip(self._numbers_of(formula), self._numbers_of(whole), strict=True)
                hidden |= hidden_cells([abs(number - other) for number, other in numbers]) | self._of_formula(
                    whole
                )
            self._hidden[formula] = hidden
        return self._hidden[formula]


def shares_beside(lists: CodeLists, indicator: Indicator) -> frozenset[str]:
    """Return the indicators whose numbers decide whether an indicator is hidden, including itself."""
    indicator_ids, todo = set[str](), [indicator.numerator, indicator.denominator]
    visited = set[str]()
    while todo:
        formula = todo.pop()
        if formula is None or formula in visited:
            continue
        visited.add(formula)
        for share in _shares_of(lists, formula):
            indicator_ids.add(share.id)
            todo.append(share.denominator)
    return frozenset(indicator_ids | {indicator.id})


def _wholes_of(lists: CodeLists, formula: str) -> set[str]:
    return {share.denominator for share in _shares_of(lists, formula) if share.denominator}


def _shares_of(lists: CodeLists, formula: str) -> Sequence[Indicator]:
    """Return the shares with this numerator that count people."""
    return [
        other
        for other in lists.indicators.values()
        if other.numerator == formula and other.denominator and counts_people(lists, other)
    ]


def _sum(cells: Sequence[tuple[int, float]], places: Collection[int]) -> float:
    return sum(number for place, number in cells if place in places)
