"""Plan whose targets an area follows in a year, and the national plan for comparison."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from field178_shared.codelists import CodeLists, TargetProfile
from field178_shared.indicators.areas import area_on


def plan_followed(lists: CodeLists, unit_ids: Iterable[str], year: int) -> TargetProfile:
    """Return the plan of these units for a year: the plan of their area, else the plan of any year."""
    profiles, last_day = lists.target_profiles.values(), date(year, 12, 31)
    requested_units = area_on(lists, unit_ids, last_day).units
    for profile in profiles:
        if profile.year == year and profile.unit_group:
            members = [unit.id for unit in lists.members_of(profile.unit_group)]
            if requested_units & area_on(lists, members, last_day).units:
                return profile
    return next(iter((*(profile for profile in profiles if profile.year is None), *profiles)))


def plan_beside(lists: CodeLists, plan: TargetProfile, year: int) -> TargetProfile | None:
    """Return the national plan of a year, for comparison with the plan of an area."""
    for profile in lists.target_profiles.values():
        if profile is not plan and profile.is_national and profile.year is not None and profile.year >= year:
            return profile
    return None
