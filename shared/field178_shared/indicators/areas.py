"""Areas that figures are counted for: communes of a day, each with its predecessor units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from field178_shared.codelists import CodeLists
from field178_shared.codelists.units import COMMUNE_KINDS

# Between a divided unit and the one that followed it, in the key of a part.
_PART = ">"


@dataclass(frozen=True, slots=True)
class CommuneArea:
    """A commune on a day: its unit version, and all unit versions that it took over."""

    unit_id: str
    units: frozenset[str]


@dataclass(frozen=True, slots=True)
class CountedArea:
    """An area on a day; each unit version belongs to one line, so that nothing is counted twice.

    `former`: lines that are not communes of the day: divided communes, and later communes whose predecessors
    exist on the day. `others`: the units above communes.
    """

    communes: tuple[CommuneArea, ...]
    former: tuple[CommuneArea, ...] = ()
    others: frozenset[str] = frozenset()

    @property
    def units(self) -> frozenset[str]:
        """All unit versions of the area."""
        return self.others.union(*(commune.units for commune in (*self.communes, *self.former)))


def area_on(lists: CodeLists, unit_ids: Iterable[str], day: date) -> CountedArea:
    """Return the area of these unit versions on a day (domain: administrative units).

    The successor of a whole unit takes over all its predecessors. The shares of a divided unit are unknown:
    its establishments count in the unit that they were assigned to.
    """
    requested = [lists.units[unit_id] for unit_id in dict.fromkeys(unit_ids) if unit_id in lists.units]
    communes: dict[str, set[str]] = {}
    former: dict[str, set[str]] = {}
    for unit in requested:
        if unit.type not in COMMUNE_KINDS:
            continue
        if (heir := _heir(lists, unit.id, day)) is None:
            former[unit.id] = {unit.id}
        else:
            communes.setdefault(heir, _became(lists, heir)).add(unit.id)
    _separate(lists, communes, former, day)
    named = set().union(*communes.values(), *former.values())
    return CountedArea(
        tuple(
            CommuneArea(commune_id, _with_parts(lists, units, named))
            for commune_id, units in communes.items()
        ),
        tuple(
            CommuneArea(commune_id, _with_parts(lists, units, named)) for commune_id, units in former.items()
        ),
        frozenset(unit.id for unit in requested if unit.type not in COMMUNE_KINDS),
    )


def part_of(source: str, target: str) -> str:
    """Return the key of the part of a divided unit that was assigned to one of its successors."""
    return f"{source}{_PART}{target}"


def is_divided(lists: CodeLists, unit_id: str) -> bool:
    """Return whether a unit was divided among several units or became a part of another unit."""
    steps = lists.successors(unit_id)
    return bool(steps) and not (len(steps) == 1 and steps[0].share == 1.0)


def divided_units(lists: CodeLists) -> frozenset[str]:
    """Return the units that were divided among several units or became a part of another unit."""
    return frozenset(step.source for step in lists.lineage if is_divided(lists, step.source))


def part_with_place(lists: CodeLists, unit_id: str, place_unit_id: str) -> str:
    """Return the part of a divided unit that contained a place which is now in another unit.

    Return the unit itself if the place does not determine the part.
    """
    followed = former_units(lists, place_unit_id)
    parts = [step.target for step in lists.successors(unit_id) if step.target in followed]
    return part_of(unit_id, parts[0]) if len(parts) == 1 and is_divided(lists, unit_id) else unit_id


def units_of_parts(unit_ids: Iterable[str]) -> frozenset[str]:
    """Return the units of these keys; of a part the divided unit."""
    return frozenset(unit_id.partition(_PART)[0] for unit_id in unit_ids)


def units_left_out(lists: CodeLists, area: CountedArea) -> frozenset[str]:
    """Return the divided units of which a part belongs to an area that does not include them."""
    every = (former_units(lists, commune.unit_id) for commune in area.communes)
    return frozenset(
        unit_id for unit_id in frozenset[str]().union(*every) - area.units if is_divided(lists, unit_id)
    )


def _separate(
    lists: CodeLists, communes: dict[str, set[str]], former: dict[str, set[str]], day: date
) -> None:
    """Assign each unit to one line: a later commune is replaced by the communes of the day that it took over.

    Records of the later commune itself stay in a line that is not a commune of the day.
    """
    later = [commune_id for commune_id in communes if not lists.units[commune_id].valid_on(day)]
    for unit_id in sorted(later, key=lambda commune_id: lists.units[commune_id].valid_from or date.min):
        taken = set().union(*(units for commune_id, units in communes.items() if commune_id != unit_id))
        if communes[unit_id].isdisjoint(taken):
            continue
        free = communes.pop(unit_id) - taken
        of_day = sorted(commune_id for commune_id in free if lists.units[commune_id].valid_on(day))
        communes |= {commune_id: _became(lists, commune_id) for commune_id in of_day}
        former[unit_id] = free.difference(*(communes[commune_id] for commune_id in of_day))


def _with_parts(lists: CodeLists, units: set[str], named: set[str]) -> frozenset[str]:
    """Return units with their parts of divided units; parts of a requested divided unit stay in that unit."""
    own = {
        part_of(unit_id, step.target)
        for unit_id in units
        if is_divided(lists, unit_id)
        for step in lists.successors(unit_id)
    }
    joined = {
        part_of(step.source, unit_id)
        for unit_id in units
        for step in lists.predecessors(unit_id)
        if step.source not in named and is_divided(lists, step.source)
    }
    return frozenset(units | own | joined)


def former_units(lists: CodeLists, unit_id: str) -> frozenset[str]:
    """Return a unit with all its predecessors, whole or in part, across several reforms."""
    earlier, todo = set[str](), [unit_id]
    while todo:
        current = todo.pop()
        earlier.add(current)
        todo += [step.source for step in lists.predecessors(current)]
    return frozenset(earlier)


def _became(lists: CodeLists, unit_id: str) -> set[str]:
    """Return a unit with all predecessors that it took over as a whole, across several reforms."""
    parts, todo = set[str](), [unit_id]
    while todo:
        current = todo.pop()
        parts.add(current)
        whole = (step.source for step in lists.predecessors(current) if step.share == 1.0)
        todo += [source for source in whole if len(lists.successors(source)) == 1]
    return parts


def _heir(lists: CodeLists, unit_id: str, day: date) -> str | None:
    """Return the successor version of a unit in force on a day, None if the unit was divided."""
    while not lists.units[unit_id].valid_on(day):
        steps = lists.successors(unit_id)
        begins = lists.units[unit_id].valid_from
        if begins is not None and day < begins:
            return unit_id  # a later unit: counted under its own name
        if len(steps) != 1 or steps[0].share != 1.0:
            return None
        unit_id = steps[0].target
    return unit_id
