"""Wording shared by the papers of a visit: authority, participants, place and time."""

from __future__ import annotations

from datetime import date, datetime

from field178_shared.codelists import CodeLists
from field178_shared.documents.blocks import Table
from field178_shared.documents.sources import VisitSource
from field178_shared.records.establishment import Establishment
from field178_shared.records.inspection import Inspection
from field178_shared.records.reading import text_of
from field178_shared.schemas.fields.catalogue import words_at
from field178_shared.text.formats import date_text
from field178_shared.time.clock import VIETNAM

UNKNOWN = "………………"


def name_of(record_type: str, path: str) -> str:
    """Return what a paper calls the field at a path: papers are Vietnamese."""
    return words_at(record_type, path, "vi").label


def word_of(lists: CodeLists, name: str, choice_id: str) -> str:
    """Return the label of a plain choice; nothing for an unknown or absent one."""
    choice = lists.choice(name, choice_id)
    return choice.vi if choice else ""


def team_name(source: VisitSource) -> str:
    """Return the team's name, or what every such team is called."""
    return text_of(source.team, "name") or "Đội kiểm tra liên ngành 178"


def dateline(lists: CodeLists, unit_id: str, day: date | None) -> str:
    """Return commune and day as ND 30/2020 writes them; nothing while no day is known."""
    unit = lists.units.get(unit_id)
    return "" if day is None else f"{unit.vi if unit is not None else '…………'}, {_long_day(day)}"


def address_of(lists: CodeLists, establishment: Establishment) -> str:
    """Return the address in one line, no part of it twice."""
    unit = lists.units.get(establishment.unit_id)
    parts: list[str] = []
    for part in (establishment.village, establishment.address_line, unit.vi if unit else ""):
        if part and not any(part.casefold() in before.casefold() for before in parts):
            parts.append(part)
    return ", ".join(parts)


def identity_of(lists: CodeLists, establishment: Establishment) -> str:
    """Return name and kind of an establishment in one sentence."""
    kind = lists.types.get(establishment.establishment_type_id)
    name, type_ = name_of("establishment", "name"), name_of("establishment", "establishment_type_id")
    return f"{name}: {establishment.name or UNKNOWN}. {type_}: {kind.vi if kind else '…………'}."


def address_line(lists: CodeLists, establishment: Establishment) -> str:
    """Return the address as a line of its own."""
    return f"{name_of('establishment', 'address_line')}: {address_of(lists, establishment) or UNKNOWN}."


def team_table(source: VisitSource, visit: Inspection, lists: CodeLists) -> Table:
    """Return the officers of the visit, from the roster; one it lacks is a dotted line."""
    rows = []
    for number, member in enumerate(visit.members, 1):
        person = source.people.get(member.user, {})
        agency = lists.agencies.get(text_of(person, "agency"))
        name = text_of(person, "display_name") or "…………………………"
        position = word_of(lists, "team_position", member.position)
        rows.append((str(number), name, position, agency.vi if agency else ""))
    return Table(("STT", "Họ và tên", "Chức vụ trong Đội", "Cơ quan"), (6, 32, 24, 38), tuple(rows))


def moment_of(instant: datetime | None) -> str:
    """Return hour and day in words of a protocol; dotted when it is not known."""
    if instant is None:
        return "hồi …… giờ …… ngày ……/……/………"
    local = instant.astimezone(VIETNAM)
    return f"hồi {local.hour:02d} giờ {local.minute:02d} ngày {date_text(instant)}"


def clock_note(offset_s: int) -> str:
    """Return the sentence on a tablet whose clock was wrong: the times of the paper are that clock's."""
    way = "nhanh hơn" if offset_s > 0 else "chậm hơn"
    hours, minutes = divmod(round(abs(offset_s) / 60), 60)
    by = f"{hours} giờ {minutes} phút" if hours else f"{minutes} phút"
    return f"Giờ ghi trong biên bản theo đồng hồ máy tính bảng, {way} giờ của máy chủ {by}."


def _long_day(day: date) -> str:
    # ND 30/2020: days below 10 and months below 3 are written with a leading zero.
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
