"""Quality of a denominator: indicators that show how complete and how recent its numbers are."""

from __future__ import annotations

from dataclasses import dataclass

from field178_shared.codelists import CodeLists, Indicator
from field178_shared.codelists.formulas import coverage_texts
from field178_shared.formulas.parse import parse
from field178_shared.formulas.syntax_tree import Call, Name, written


@dataclass(frozen=True, slots=True)
class QualityIndicators:
    """Ids of the quality indicators of a denominator.

    `of_any_day`: entities with a number of any day. `in_period`: entities with a number from the period. An
    id is "" if the lists have no such indicator.
    """

    of_any_day: str
    in_period: str


def quality_of(lists: CodeLists, indicator: Indicator) -> QualityIndicators | None:
    """Return the quality indicators of a denominator that adds up latest numbers, or None."""
    text = indicator.denominator
    node = None if text is None else parse(text)
    if text is None or not isinstance(node, Call) or (counts := coverage_texts(text)) is None:
        return None
    entity, value = node.arguments
    term = lists.formula_terms.get(value.name) if isinstance(value, Name) else None
    inside = None if term is None else parse(term.formula)
    if not (isinstance(inside, Call) and inside.function == "latest"):
        return None
    of_any_day = _counting(lists, counts[0])
    in_period = Call(0, "count", (entity,), Call(0, "any", (inside.arguments[0],)))
    return QualityIndicators(of_any_day, _counting(lists, written(in_period))) if of_any_day else None


def _counting(lists: CodeLists, text: str) -> str:
    return next(
        (
            indicator.id
            for indicator in lists.indicators.values()
            if written(parse(indicator.numerator)) == text
        ),
        "",
    )
