"""Areas whose figures an officer sees."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from field178_server.records.access import AGGREGATES_ONLY, access_to_communes
from field178_shared.codelists import CodeLists, TargetProfile
from field178_shared.codelists.units import COMMUNE_KINDS, Unit

OWN_AREA = "own"


def areas_seen(
    role: str, scopes: Collection[str], lists: CodeLists, day: date
) -> Mapping[str, tuple[str, ...]]:
    """Return the areas whose figures an officer sees: key to unit ids. The first area is the default.

    If no scope is named, all communes are included. A reader of aggregates sees one area and no single
    commune: the difference of two overlapping areas may contain a few people (decision 0110).
    """
    communes = {unit.id: unit for unit in lists.units.values() if unit.type in COMMUNE_KINDS}
    access = access_to_communes(role, scopes)
    is_whole = access.scopes is None or not scopes
    seen = {unit_id for unit_id in communes if is_whole or access.holds(f"unit:{unit_id}")}
    groups = {
        key: group.members for key, group in lists.unit_groups.items() if seen.issuperset(group.members)
    }
    own = {} if is_whole and groups else {OWN_AREA: tuple(sorted(seen))}
    of_day = sorted(groups.items(), key=lambda pair: not _is_of_day(pair[1], communes, day))
    areas = [*own.items(), *of_day]
    if lists.roles[role].scope == AGGREGATES_ONLY:
        return dict(areas[:1])
    return {
        **dict(areas),
        **{unit_id: (unit_id,) for unit_id in sorted(seen) if communes[unit_id].valid_on(day)},
    }


def units_seen(areas: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the unit ids of all visible areas."""
    return tuple(dict.fromkeys(unit_id for units in areas.values() for unit_id in units))


def area_of(plan: TargetProfile, areas: Mapping[str, tuple[str, ...]]) -> str:
    """Return the key of the area of a plan, or of the first area if the plan's area is not visible."""
    own = plan.unit_group or ""
    return own if own in areas else next(iter(areas))


def _is_of_day(members: Sequence[str], communes: Mapping[str, Unit], day: date) -> bool:
    return all(unit_id in communes and communes[unit_id].valid_on(day) for unit_id in members)
