"""Wording shared by the papers of a visit: authority, participants, place and time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime

from field178_shared.codelists import CodeLists, Unit
from field178_shared.codelists.legal import LegalSource
from field178_shared.codelists.units import COMMUNE_KINDS, DISTRICT_KINDS
from field178_shared.documents.blocks import Basis, Paragraph, Table
from field178_shared.documents.sources import VisitSource
from field178_shared.record_type import RecordType
from field178_shared.records.establishment import Establishment
from field178_shared.records.inspection import Inspection
from field178_shared.records.reading import Data, count_of, day_of, ids_of, text_of
from field178_shared.schemas.fields.catalogue import choices_of, fields_in, translated, words_at
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.formats import date_text, number_text
from field178_shared.time.clock import VIETNAM

UNKNOWN = "………………"


def name_of(record_type: str, path: str) -> str:
    """Return what a paper calls the field at a path: papers are Vietnamese."""
    return words_at(record_type, path, "vi").label


def word_of(lists: CodeLists, name: str, choice_id: str) -> str:
    """Return the label of a plain choice; nothing for an unknown or absent one."""
    choice = lists.choice(name, choice_id)
    return choice.vi if choice else ""


def field_lines(record_type: str, section: str, data: Data, lists: CodeLists) -> Iterator[Paragraph]:
    """Yield a line for each field of a section that is printed by its declaration, in their order."""
    for field in fields_in(record_type, section):
        if field.is_printed and (text := _printed_value(field, data, lists)):
            yield Paragraph(f"{name_of(record_type, field.path)}: {text}")


def _printed_value(field: FieldSpec, data: Data, lists: CodeLists) -> str:
    """Return the value of a simple field as a paper says it; "" where there is none."""
    if field.kind is FieldKind.LONG_TEXT or field.is_free_text:
        return text_of(data, field.path)
    if field.kind is FieldKind.NUMBER:
        number = count_of(data, field.path)
        text = "" if number is None else f"{number_text(number)} {translated(field.unit, 'vi')}"
    elif field.kind is FieldKind.DATE:
        day = day_of(data, field.path)
        text = date_text(day) if day else ""
    elif field.kind is FieldKind.CHOICE:
        ids = (*ids_of(data, field.path), text_of(data, field.path))
        text = ", ".join(filter(None, (_choice_text(field, choice, data, lists) for choice in ids)))
    else:
        text = text_of(data, field.path)
    return f"{text.strip()}." if text else ""


def _choice_text(field: FieldSpec, choice_id: str, data: Data, lists: CodeLists) -> str:
    if field.choices == "agencies":
        return agency_name(lists, choice_id, text_of(data, "unit_id"))
    choice = choices_of(field.choices, lists).get(choice_id)
    return choice.vi if choice else ""


def team_name(source: VisitSource) -> str:
    """Return the team's name, or what every such team is called."""
    return text_of(source.team, "name") or "Đội kiểm tra liên ngành 178"


def dateline(lists: CodeLists, unit_id: str, day: date | None) -> str:
    """Return commune and day as ND 30/2020 writes them; nothing while no day is known."""
    unit = lists.units.get(unit_id)
    return "" if day is None else f"{unit.vi if unit is not None else '…………'}, {long_day(day)}"


def address_of(lists: CodeLists, establishment: Establishment) -> str:
    """Return the address in one line, from the house up to the province, no part of it twice."""
    units = [within(unit) for unit in ancestors(lists, establishment.unit_id)]
    parts: list[str] = []
    for part in (establishment.address_line, establishment.village, *units):
        if part and not any(part.casefold() in before.casefold() for before in parts):
            parts.append(part)
    return ", ".join(parts)


def ancestors(lists: CodeLists, unit_id: str) -> list[Unit]:
    """Return a unit and the units above it, the country left out."""
    units: list[Unit] = []
    unit = lists.units.get(unit_id)
    while unit is not None and unit.parent is not None:
        units.append(unit)
        unit = lists.units.get(unit.parent)
    return units


_LEVELS = {
    "commune": COMMUNE_KINDS,
    "district": DISTRICT_KINDS,
    "province": frozenset({"province", "municipality"}),
}


def superior_body(lists: CodeLists, level: str, unit_id: str, on: date | None) -> str:
    """Return the body that set a team up, as the lists word it: by rule its level's People's Committee."""
    unit = _unit_of_level(lists, level, unit_id)
    return text_of_form(lists, "authority", on).replace("{unit}", within(unit) if unit else UNKNOWN)


def _unit_of_level(lists: CodeLists, level: str, unit_id: str) -> Unit | None:
    """Return the unit of a level that a unit is or lies in; None where there is none."""
    types = _LEVELS.get(level, frozenset())
    return next((unit for unit in ancestors(lists, unit_id) if unit.type in types), None)


def within(unit: Unit) -> str:
    """Return the name of a unit within a sentence: "xã An Lão"."""
    return f"{unit.vi[:1].lower()}{unit.vi[1:]}"


def text_of_form(lists: CodeLists, name: str, on: date | None) -> str:
    """Return a text of the papers that the office may change, as it is on the day of the act."""
    return lists.form_texts.version(name, on).vi


def agency_name(lists: CodeLists, agency_id: str, unit_id: str) -> str:
    """Return the name of an agency around a unit; one of any commune bears the name of its commune.

    An agency of a district or province does where the lists name its level: "Công an huyện".
    """
    agency = lists.agencies.get(agency_id)
    if agency is None:
        return ""
    unit = _unit_of_level(lists, agency.level, unit_id)
    level_words = _OF_ANY_UNIT.get(agency.level)
    if unit is None or level_words is None:
        return agency.vi
    name, replaced = level_words.subn("", agency.vi)
    return f"{name} {within(unit)}" if replaced or agency.level == "commune" else name


# Words of the lists for the agency of any unit of a level: "Công an cấp xã"; an office may write
# "… xã, phường" or "… (xã, phường)".
_OF_ANY_UNIT = {
    "commune": re.compile(r"\s*(?:\(xã, [^)]*\)|xã, .*|cấp xã)$"),
    "district": re.compile(r"\s*(?:cấp huyện|(?:quận, )?huyện)$"),
    "province": re.compile(r"\s*(?:cấp tỉnh|thành phố \(tỉnh\)|tỉnh(?:, thành phố| \(thành phố\)))$"),
}


def issuing_bodies(lists: CodeLists, agency_id: str, unit_id: str, on: date | None) -> tuple[str, ...]:
    """Return the head of a paper: the agency, above it the body to which it belongs on a day if it is listed.

    A People's Committee and a ministry have none above them (ND 30/2020, annex I).
    """
    agency = lists.agencies.get(agency_id)
    above = (lists.agencies[name] for name in (agency.under if agency else ()) if name in lists.agencies)
    superior = next((body for body in above if on is not None and body.valid_on(on)), None)
    names = [agency_name(lists, superior.id, unit_id)] if superior else []
    return (*names, agency_name(lists, agency_id, unit_id) or UNKNOWN)


def legal_bases(lists: CodeLists, form_id: str, on: date | None) -> Iterator[str]:
    """Yield the legal documents of a form that are in force on a day, as ND 30/2020 cites them.

    Laws and ordinances bear their name and day; the others their number, day and subject.
    """
    for reference in lists.document_forms.version(form_id, on).legal:
        source = lists.legal_sources.get(reference.source)
        if source is not None and (on is None or source.valid_on(on)):
            yield f"Căn cứ {_basis(source)}"


def _basis(source: LegalSource) -> str:
    of_day = f" {long_day(source.issued)}" if source.issued else ""
    number = source.number or ""
    kind, issuer = next((names for mark, names in _ISSUERS.items() if mark in number), ("", ""))
    if not kind:
        return f"{source.vi}{of_day}"
    subject = source.vi.removeprefix(kind).strip()
    by = f" của {issuer}" if issuer else ""
    return f"{kind} số {number}{of_day}{by} {subject}"


_ISSUERS = {
    "NĐ-CP": ("Nghị định", "Chính phủ"),
    "QĐ-TTg": ("Quyết định", "Thủ tướng Chính phủ"),
    "TT-": ("Thông tư", ""),
}


def bases(texts: Iterator[str]) -> Iterator[Basis]:
    """Yield the bases one a line: ";" behind each, "." behind the last."""
    bases = list(texts)
    for number, text in enumerate(bases, 1):
        yield Basis(f"{text}{'.' if number == len(bases) else ';'}")


def recipients(lists: CodeLists, name: str, on: date | None, standing: str = "") -> tuple[str, ...]:
    """Return the recipients of a paper, one a line; `standing`: the team's standing agency of the day."""
    text = text_of_form(lists, name, on)
    text = text.replace("{standing}", standing or "Cơ quan thường trực Đội kiểm tra")
    return tuple(part.strip() for part in text.split(";") if part.strip())


def standing_agency(source: VisitSource, visit: Inspection, lists: CodeLists) -> str:
    """Return the name of the team's standing agency; "" for one that did not exist that day."""
    return _agency_then(text_of(source.team, "standing_agency"), visit, lists)


def _agency_then(agency_id: str, visit: Inspection, lists: CodeLists) -> str:
    """Return the name of an agency of the roster; "" for one that did not exist on the day of the visit."""
    agency, day = lists.agencies.get(agency_id), visit.occurred_on
    if agency is None or (day is not None and not agency.valid_on(day)):
        return ""
    return agency_name(lists, agency_id, visit.unit_id)


def identity_of(lists: CodeLists, establishment: Establishment) -> str:
    """Return name and kind of an establishment in one sentence."""
    kind = lists.types.get(establishment.establishment_type_id)
    name, type_ = (
        name_of(RecordType.ESTABLISHMENT, "name"),
        name_of(RecordType.ESTABLISHMENT, "establishment_type_id"),
    )
    return f"{name}: {establishment.name or UNKNOWN}. {type_}: {kind.vi if kind else '…………'}."


def address_line(lists: CodeLists, establishment: Establishment) -> str:
    """Return the address as a line of its own."""
    return (
        f"{name_of(RecordType.ESTABLISHMENT, 'address_line')}: {address_of(lists, establishment) or UNKNOWN}."
    )


def team_table(source: VisitSource, visit: Inspection, lists: CodeLists) -> Table:
    """Return the officers of the visit, from the roster; one it lacks is a dotted line."""
    rows = []
    for number, member in enumerate(visit.members, 1):
        person = source.people.get(member.user, {})
        name = text_of(person, "display_name") or "…………………………"
        position = word_of(lists, "team_position", member.position)
        rows.append((str(number), name, position, _agency_then(text_of(person, "agency"), visit, lists)))
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


def long_day(day: date) -> str:
    """Return a day in words."""
    # ND 30/2020: days below 10 and months below 3 are written with a leading zero.
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"
