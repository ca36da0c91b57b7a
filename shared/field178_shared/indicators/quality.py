"""Quality of a denominator: which indicators tell how much of it is known, and how old that is."""

from __future__ import annotations

from dataclasses import dataclass

from field178_shared.codelists import CodeLists, Indicator
from field178_shared.formulas.parse import parse
from field178_shared.formulas.tree import Call, Name, Node, written


@dataclass(frozen=True, slots=True)
class QualityIndicators:
    """The ids of the indicators beside a denominator: of entities whose number is known, or from the period.

    An id is "" where the lists have no such indicator.
    """

    known: str
    in_period: str


def quality_of(lists: CodeLists, indicator: Indicator) -> QualityIndicators | None:
    """Return what tells of a denominator that adds up the latest numbers of entities; None: it does not."""
    node = None if indicator.denominator is None else parse(indicator.denominator)
    if not (isinstance(node, Call) and node.function == "total"):
        return None
    entity, value = node.arguments
    term = lists.formula_terms.get(value.name) if isinstance(value, Name) else None
    inside = value if term is None else parse(term.formula)
    if not (isinstance(inside, Call) and inside.function == "latest"):
        return None
    known = Call(0, "count", (entity,), Call(0, "known", (value,)))
    in_period = Call(0, "count", (entity,), Call(0, "any", (inside.arguments[0],)))
    found = QualityIndicators(_counting(lists, known), _counting(lists, in_period))
    return found if found.known else None


def _counting(lists: CodeLists, formula: Node) -> str:
    text = written(formula)
    return next((one.id for one in lists.indicators.values() if written(parse(one.numerator)) == text), "")
