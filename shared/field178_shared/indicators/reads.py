"""Sources that an indicator reads: sources and entities in its formulas, and their record types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from field178_shared.codelists import CodeLists, Indicator
from field178_shared.formulas.parse import parse
from field178_shared.formulas.sources import ENTITIES, SOURCES
from field178_shared.formulas.syntax_tree import BinaryOperation, Call, Name, Negation, Node

# The unit of a planned visit may be that of its establishment.
_BESIDE = {"plan_item": ("establishment",)}


def names_in(node: Node) -> Iterator[str]:
    """Yield the names that a formula uses."""
    match node:
        case Name(name=name):
            yield name
        case Negation(of=part):
            yield from names_in(part)
        case BinaryOperation(left=left, right=right):
            yield from names_in(left)
            yield from names_in(right)
        case Call(arguments=parts, where=where):
            for part in (*parts, *(() if where is None else (where,))):
                yield from names_in(part)


def sources_of(lists: CodeLists, indicator: Indicator) -> frozenset[str]:
    """Return the names of the sources and entities that an indicator counts, also within terms."""
    texts = (
        indicator.numerator,
        indicator.denominator,
        indicator.least_denominator,
        indicator.most_denominator,
        indicator.least_numerator,
        indicator.most_numerator,
    )
    todo = [text for text in texts if text is not None]
    names: set[str] = set()
    seen: set[str] = set()
    while todo:
        for name in names_in(parse(todo.pop())):
            if name in SOURCES or name in ENTITIES:
                names.add(name)
            elif name in lists.formula_terms and name not in seen:
                seen.add(name)
                todo.append(lists.formula_terms[name].formula)
    return frozenset(names)


def record_types_of(lists: CodeLists, indicators: Iterable[Indicator]) -> frozenset[str]:
    """Return the types of the records that indicators are counted from."""
    names = {name for indicator in indicators for name in sources_of(lists, indicator)}
    read = ((SOURCES.get(name) or ENTITIES[name]).record_types for name in sorted(names))
    beside = (_BESIDE.get(name, ()) for name in sorted(names))
    return frozenset(kind for kinds in (*read, *beside) for kind in kinds)


def counts_days_of_records(lists: CodeLists, indicators: Iterable[Indicator]) -> bool:
    """Return whether the indicators count only events with the day and the unit of their record."""
    names = {name for indicator in indicators for name in sources_of(lists, indicator)}
    return all(name in SOURCES and SOURCES[name].has_day_of_record for name in names)
