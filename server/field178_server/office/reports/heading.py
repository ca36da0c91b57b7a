"""Default heading, signer and recipients of a new report, by the lists; officers edit them on the page."""

from __future__ import annotations

from field178_server.office.reports.queries import compiler_of
from field178_shared.codelists import CodeLists
from field178_shared.codelists.units import COMMUNE_KINDS, Unit
from field178_shared.indicators.reporting import duties

_COMMITTEE = "Ủy ban nhân dân"
_SIGNER = ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH")
_SYMBOL = "BC-UBND"
_NATIONAL = "qd_"


def default_heading(lists: CodeLists, kind: str, year: int, area_id: str) -> dict[str, str]:
    """Return the texts around the body of a new report."""
    members = lists.members_of(area_id)
    parents = (lists.units[unit.parent] for unit in members if unit.parent and area_id in lists.unit_groups)
    unit = next(parents, members[0])
    chain = duties(lists, lists.report_kinds[kind], year)
    compiler = compiler_of(lists, chain, area_id)
    receivers = [receiver for duty in chain if compiler in duty.senders for receiver in duty.receivers]
    # The committee issues the report itself: it is not a recipient.
    names = [
        lists.agencies[receiver].vi
        for receiver in dict.fromkeys(receivers)
        if not _is_committee_of(lists, receiver, unit)
    ]
    return {
        "superior_body": _COMMITTEE,
        "issuing_body": unit.vi,
        "symbol": _SYMBOL,
        "place": unit.vi.removeprefix(lists.unit_types[unit.type].vi).strip() or unit.vi,
        "opening": (
            f"Thực hiện Kế hoạch số ...../KH-UBND về phòng, chống mại dâm năm {year},"
            f" {_COMMITTEE} {_lower(unit.vi)} báo cáo kết quả thực hiện như sau:"
        ),
        "signer": "\n".join(_SIGNER),
        "recipients": "\n".join([*names, "Lưu: VT"]),
    }


def default_profiles(lists: CodeLists, area_id: str, year: int) -> tuple[str, ...]:
    """Return the ids of the target profiles of an area and year, and of national ones still in force."""
    return tuple(
        profile.id
        for profile in lists.target_profiles.values()
        if profile.year is not None
        and (
            (profile.unit_group == area_id and profile.year == year)
            or (profile.unit_group is None and profile.source.startswith(_NATIONAL) and profile.year >= year)
        )
    )


def _is_committee_of(lists: CodeLists, agency_id: str, unit: Unit) -> bool:
    """Return whether an agency is the People's Committee at the level of a unit."""
    agency = lists.agencies[agency_id]
    level = "commune" if unit.type in COMMUNE_KINDS else "district" if unit.parent else "province"
    return agency.level == level and agency.vi.startswith(_COMMITTEE)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
