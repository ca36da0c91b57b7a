"""Areas that figures are counted for: communes of a day, each with the units that became it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.units import COMMUNE_KINDS


@dataclass(frozen=True, slots=True)
class CommuneArea:
    """A commune of a day: its unit version, and all versions whose figures are its own."""

    unit_id: str
    units: frozenset[str]


@dataclass(frozen=True, slots=True)
class CountedArea:
    """An area on a day; `former` are communes that were divided since, `others` the units above communes."""

    communes: tuple[CommuneArea, ...]
    former: tuple[CommuneArea, ...] = ()
    others: frozenset[str] = frozenset()

    @property
    def units(self) -> frozenset[str]:
        """All unit versions of the area."""
        return self.others.union(*(one.units for one in (*self.communes, *self.former)))


def area_on(lists: CodeLists, unit_ids: Iterable[str], day: date) -> CountedArea:
    """Return the area of these unit versions on a day (domain: administrative units).

    A whole unit goes on in its successor, which takes over all that became it; of one that was divided among
    several, no share is known.
    """
    wanted = [lists.units[one] for one in dict.fromkeys(unit_ids) if one in lists.units]
    communes: dict[str, set[str]] = {}
    former: list[CommuneArea] = []
    for unit in wanted:
        if unit.type not in COMMUNE_KINDS:
            continue
        if (heir := _heir(lists, unit.id, day)) is None:
            former.append(CommuneArea(unit.id, frozenset({unit.id})))
        else:
            communes.setdefault(heir, _became(lists, heir)).add(unit.id)
    return CountedArea(
        tuple(CommuneArea(unit_id, frozenset({unit_id, *units})) for unit_id, units in communes.items()),
        tuple(former),
        frozenset(unit.id for unit in wanted if unit.type not in COMMUNE_KINDS),
    )


def former_units(lists: CodeLists, unit_id: str) -> frozenset[str]:
    """Return a unit with all that became it or a part of it, in one reform or in several."""
    found, todo = set[str](), [unit_id]
    while todo:
        one = todo.pop()
        found.add(one)
        todo += [step.source for step in lists.predecessors(one)]
    return frozenset(found)


def _became(lists: CodeLists, unit_id: str) -> set[str]:
    """Return the unit with all units that became it as a whole, in one reform or in several."""
    found, todo = set[str](), [unit_id]
    while todo:
        one = todo.pop()
        found.add(one)
        whole = (step.source for step in lists.predecessors(one) if step.share == 1.0)
        todo += [source for source in whole if len(lists.successors(source)) == 1]
    return found


def _heir(lists: CodeLists, unit_id: str, day: date) -> str | None:
    """Return the version that goes on for a unit on a day, None where it was divided."""
    while not lists.units[unit_id].valid_on(day):
        steps = lists.successors(unit_id)
        begins = lists.units[unit_id].valid_from
        if begins is not None and day < begins:
            return unit_id  # a unit of later: counted under its own name
        if len(steps) != 1 or steps[0].share != 1.0:
            return None
        unit_id = steps[0].target
    return unit_id
