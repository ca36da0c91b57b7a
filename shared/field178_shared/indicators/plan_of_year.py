"""The plan whose targets an area follows in a year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from field178_shared.codelists import CodeLists, TargetProfile
from field178_shared.indicators.areas import area_on


def plan_followed(lists: CodeLists, unit_ids: Iterable[str], year: int) -> TargetProfile | None:
    """Return the plan of these units for a year: that of their own area, else the one of no year."""
    profiles, last_day = lists.target_profiles.values(), date(year, 12, 31)
    wanted = area_on(lists, unit_ids, last_day).units
    for profile in profiles:
        if profile.year == year and profile.unit_group:
            members = [unit.id for unit in lists.members_of(profile.unit_group)]
            if wanted & area_on(lists, members, last_day).units:
                return profile
    return next((one for one in profiles if one.year is None), None)
