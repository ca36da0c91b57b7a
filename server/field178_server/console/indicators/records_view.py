"""Records behind a number: lines with links for officers who may read the records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from field178_server.accounts.officers import OfficerContext
from field178_server.console.shell.policy import may
from field178_server.console.text.field_labels import type_name
from field178_server.console.text.formula_words import THINGS, in_words, value_label
from field178_server.console.text.localize import Localizer
from field178_server.office.indicators.numbers import CountedRow
from field178_server.office.indicators.records import RecordBehind
from field178_server.records.access import AGGREGATES_ONLY, access_of, access_to_communes
from field178_shared.codelists.labels import Labelled
from field178_shared.formulas.figures import Formula
from field178_shared.formulas.sources import ENTITIES, SOURCES
from field178_shared.record_type import RecordType
from field178_shared.records.commune import COMMUNE_TYPES
from field178_shared.records.reading import count_of, day_of, day_of_act, text_of
from field178_shared.records.returns import RETURN_TYPES
from field178_shared.text.i18n import N_

# Number of an entity's records that are shown.
MOST_BESIDE = 5
_PAGES: Mapping[str, tuple[str, str]] = {
    RecordType.INSPECTION: ("console.reviews.detail", "record_id"),
    RecordType.OUTREACH_SESSION: ("console.reviews.detail", "record_id"),
    RecordType.ESTABLISHMENT: ("console.establishments.detail", "record_id"),
    **dict.fromkeys(COMMUNE_TYPES, ("console.commune.detail", "record_id")),
    RecordType.PLAN_ITEM: ("console.plan.item", "item_id"),
    RecordType.TEAM: ("console.teams.detail", "team_id"),
    **dict.fromkeys(RETURN_TYPES, ("console.returns.detail", "record_id")),
}
# Entities that are entered: field of the part before the "|" of their key; the part after it is a unit.
_STATED = {"reporter": "agency_id", "denominator": "kind", "risk_group": "group_id"}
# Entities that are rows of the lists: they have no record and are public.
_LISTED = {"zone": "zones", "school": "schools", "media_outlet": "media_outlets"}
# Entities with numbers of people: an external reader opens none of them.
_OF_PEOPLE = frozenset({"zone", "school"})


@dataclass(frozen=True, slots=True)
class BehindLine:
    """Record or entity behind a number: name, page, contribution, and its records."""

    title: str
    href: str
    detail: str
    number: str
    beside: Sequence[tuple[str, str]] = ()
    more_beside: str = ""


@dataclass(frozen=True, slots=True)
class BehindGroup:
    """The lines of one count of a formula; its words and sum where the formula joins several."""

    title: str
    total: str
    lines: Sequence[BehindLine]


@dataclass(frozen=True, slots=True)
class RecordReader:
    """Who reads records, in words and rights."""

    officer: OfficerContext
    localizer: Localizer

    def may_read(self, record_type: str) -> bool:
        """Tell whether the role opens records of a type."""
        page = _PAGES.get(record_type)
        return page is not None and may(self.officer.role, page[0], self.localizer.lists)

    def closed_to(self, formula: Formula) -> Sequence[str]:
        """Return the text of a formula with records that the role may not open."""
        names = dict.fromkeys(aggregate.of for aggregate in formula.aggregates)
        is_external = self.localizer.lists.roles[self.officer.role].scope == AGGREGATES_ONLY
        is_open = _LISTED.keys() - _OF_PEOPLE if is_external else _LISTED.keys()
        closed = [name for name in names if name not in is_open and not self.may_read(record_type_of(name))]
        return [self.localizer.say(THINGS[name]) for name in closed]

    def holds(self, record: RecordBehind) -> bool:
        """Tell whether the officer opens this record."""
        if not self.may_read(record.type):
            return False
        if record.type in RETURN_TYPES:
            # Returns are in no tablet's scope: their unit is their area.
            units = access_to_communes(self.officer.role, self.officer.scopes)
            return units.holds(f"unit:{text_of(record.data, 'unit_id')}")
        access = access_to_communes if record.type in COMMUNE_TYPES else access_of
        is_named = access(self.officer.role, self.officer.scopes).holds(record.scope)
        return is_named or record.type == RecordType.TEAM

    def href(self, record_type: str, record_id: str) -> str:
        """Return the page of a record."""
        endpoint, name = _PAGES[record_type]
        return url_for(endpoint, **{name: record_id})  # type: ignore[arg-type]  # words alone

    def title(self, record_id: str, record: RecordBehind) -> str:
        """Return the name of a record."""
        data, localizer = record.data, self.localizer
        match record.type:
            case RecordType.ESTABLISHMENT:
                return text_of(data, "name")
            case RecordType.OUTREACH_SESSION:
                return localizer.label(localizer.lists.forms, text_of(data, "outreach_form_id"))
            case RecordType.MEDIA_POST:
                return text_of(data, "title")
            case RecordType.COMMUNE_PLAN:
                return text_of(data, "document_number") or str(count_of(data, "year"))
            case RecordType.TEAM:
                return text_of(data, "name")
            case _ if record.type in RETURN_TYPES:
                return localizer.label(localizer.lists.agencies, text_of(data, "agency_id"))
        if establishment_id := text_of(data, "establishment_id"):
            return localizer.establishment(establishment_id)
        return localizer.label(localizer.lists.types, text_of(data, "establishment_type_id"))

    def detail(self, record: RecordBehind, day: date | None) -> str:
        """Return the type, day and unit of a record."""
        localizer = self.localizer
        unit = localizer.lists.units.get(text_of(record.data, "unit_id"))
        parts = (
            type_name(record.type, localizer),
            localizer.day(day) if day else "",
            unit.label(localizer.language) if unit else "",
        )
        return " · ".join(part for part in parts if part)


def record_type_of(source: str) -> str:
    """Return the type of the records that a source or an entity is read from, "" for rows of the lists."""
    kinds = (SOURCES.get(source) or ENTITIES[source]).record_types
    return kinds[0] if kinds else ""


def ids_behind(rows: Iterable[CountedRow]) -> set[str]:
    """Return the ids of the records that a page of rows names."""
    return {row.key for row in rows} | {
        record_id for row in rows for record_id, _ in row.records[:MOST_BESIDE]
    }


def establishments_named(records: Iterable[RecordBehind]) -> set[str]:
    """Return the establishments that records name."""
    return {text_of(record.data, "establishment_id") for record in records} - {""}


def behind_groups(
    rows: Sequence[CountedRow],
    shown: Sequence[CountedRow],
    records: Mapping[str, RecordBehind],
    reader: RecordReader,
    formula: Formula,
) -> tuple[Sequence[BehindGroup], int]:
    """Return the rows of a page in words, and how many of them may not be read; `rows`: of all pages."""
    groups, unread = [], 0
    for number, aggregate in enumerate(formula.aggregates):
        lines = [_line(row, records, reader, formula) for row in shown if row.group == number]
        unread += sum(line is None for line in lines)
        total = sum(row.number for row in rows if row.group == number)
        if lines:
            groups.append(
                BehindGroup(
                    in_words(aggregate.key, reader.localizer) if len(formula.aggregates) > 1 else "",
                    reader.localizer.number(total),
                    [line for line in lines if line is not None],
                )
            )
    return groups, unread


def _line(
    row: CountedRow, records: Mapping[str, RecordBehind], reader: RecordReader, formula: Formula
) -> BehindLine | None:
    localizer, aggregate = reader.localizer, formula.aggregates[row.group]
    by = ", ".join(value_label(row.source, aggregate.by, value, localizer) for value in row.by)
    number = localizer.number(row.number)
    beside = _beside(row, records, reader)
    more = max(0, len(row.records) - MOST_BESIDE) if beside else 0
    more_text = localizer.say(N_("and {count} more")).format(count=localizer.number(more)) if more else ""
    if row.source in _LISTED:
        listed: Mapping[str, Labelled] = getattr(localizer.lists, _LISTED[row.source])
        unit = localizer.label(localizer.lists.units, getattr(listed.get(row.key), "unit_id", ""))
        return BehindLine(localizer.label(listed, row.key), "", unit, number, beside, more_text)
    if row.source in _STATED and reader.may_read(record_type_of(row.source)):
        value, _, unit_id = row.key.partition("|")
        title = value_label(row.source, _STATED[row.source], value, localizer)
        unit = localizer.label(localizer.lists.units, unit_id)
        return BehindLine(title, "", unit, number, beside, more_text)
    record = records.get(row.key)
    if record is None or not reader.holds(record):
        return None
    detail = reader.detail(record, day_of_act(record.data) or row.day or _own_day(record))
    return BehindLine(
        reader.title(row.key, record),
        reader.href(record.type, row.key),
        " · ".join(part for part in (detail, by) if part),
        number,
        beside,
        more_text,
    )


def _beside(
    row: CountedRow, records: Mapping[str, RecordBehind], reader: RecordReader
) -> Sequence[tuple[str, str]]:
    """Return texts and pages of the records of an entity, newest first."""
    beside, localizer = [], reader.localizer
    for record_id, day in row.records[:MOST_BESIDE]:
        record = records.get(record_id)
        if record is not None and reader.holds(record):
            when = localizer.half_year if record.type == RecordType.RISK_GROUP_COUNT else localizer.day
            # A decision counts on its own day and is shown with its visit.
            text = f"{type_name(record.type, localizer)} {when(day_of_act(record.data) or day)}"
            if record.type in (RecordType.MEDIA_POST, RecordType.OUTREACH_SESSION):
                text = f"{localizer.day(day)} {reader.title(record_id, record)}"
            beside.append((text, reader.href(record.type, record_id)))
    return beside


def _own_day(record: RecordBehind) -> date | None:
    return day_of(record.data, "window_to") if record.type == RecordType.PLAN_ITEM else None
