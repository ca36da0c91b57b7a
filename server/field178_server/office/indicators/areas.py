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
    """Return the areas that an officer sees by key, each with its units; the first is the default.

    Nobody's communes named: all of them. A reader of roll-ups from above sees one area and no commune by
    itself: of two areas that overlap the difference is a third one, of a few (decision 0110).
    """
    communes = {one.id: one for one in lists.units.values() if one.type in COMMUNE_KINDS}
    access = access_to_communes(role, scopes)
    is_whole = access.scopes is None or not scopes
    seen = {one for one in communes if is_whole or access.holds(f"unit:{one}")}
    groups = {
        key: group.members for key, group in lists.unit_groups.items() if seen.issuperset(group.members)
    }
    own = {} if is_whole and groups else {OWN_AREA: tuple(sorted(seen))}
    of_day = sorted(groups.items(), key=lambda pair: not _is_of_day(pair[1], communes, day))
    areas = [*own.items(), *of_day]
    if lists.roles[role].scope == AGGREGATES_ONLY:
        return dict(areas[:1])
    return {**dict(areas), **{one: (one,) for one in sorted(seen) if communes[one].valid_on(day)}}


def units_seen(areas: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the units of all areas that are seen."""
    return tuple(dict.fromkeys(unit_id for units in areas.values() for unit_id in units))


def area_of(plan: TargetProfile, areas: Mapping[str, tuple[str, ...]]) -> str:
    """Return the area that a plan is for, as far as it is seen, else the first."""
    own = plan.unit_group or ""
    return own if own in areas else next(iter(areas))


def _is_of_day(members: Sequence[str], communes: Mapping[str, Unit], day: date) -> bool:
    return all(one in communes and communes[one].valid_on(day) for one in members)
