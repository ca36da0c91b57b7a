"""Rules of a pack: rows must be readable and consistent, and keys must keep their meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations

from field178_shared.codelists.lists import CodeLists
from field178_shared.codelists.rows import CodeListError, ListFileRow
from field178_shared.codelists.validity import Dated
from field178_shared.codelists.violations import FineFrame
from field178_shared.list_packs.pack import ListPack, files_with, lists_with, row_of
from field178_shared.list_packs.tables import TABLES, ListTable
from field178_shared.merge import bad_paths
from field178_shared.wire.protocol import MAX_TEXT

_UNIT_TABLE, _VIOLATION_TABLE = "admin_units.units", "violations.items"


class PackFault(StrEnum):
    """Why a row is refused."""

    UNKNOWN_TABLE = "unknown_table"
    BAD_ROW = "bad_row"
    MEMBER_ABSENT = "member_absent"
    MEMBER_WRONG = "member_wrong"
    WRONG_KEY = "wrong_key"
    BAD_KEY = "bad_key"
    TOO_LONG = "too_long"
    REUSED_ID = "reused_id"
    ROW_REMOVED = "row_removed"
    FRAMES_OVERLAP = "frames_overlap"
    BAD_VALIDITY = "bad_validity"
    NO_SUCCESSOR = "no_successor"
    UNKNOWN_REFERENCE = "unknown_reference"
    BAD_FORMULA = "bad_formula"


@dataclass(frozen=True, slots=True)
class PackProblem:
    """A refused row: its table and key, the fault, and the faulty value."""

    table: str
    key: str
    fault: PackFault
    detail: str = ""


def problems_of(pack: ListPack, before: ListPack) -> tuple[PackProblem, ...]:
    """Return the problems that block publishing a pack after another pack; empty if it may be published."""
    problems = [*_rows(pack), *_removed(pack, before)]
    if not problems:
        problems = [*_reused(pack, before), *_contradictions(pack, before)]
    return tuple(problems)


def _rows(pack: ListPack) -> Iterator[PackProblem]:
    for name, texts in pack.rows.items():
        if (table := TABLES.get(name)) is None:
            yield PackProblem(name, "", PackFault.UNKNOWN_TABLE)
            continue
        for key, text in texts.items():
            yield from _row(table, key, text)


def _row(table: ListTable, key: str, text: str) -> Iterator[PackProblem]:
    row = row_of(text)
    if len(text) > MAX_TEXT:
        yield PackProblem(table.path, key, PackFault.TOO_LONG, f"{len(text)} > {MAX_TEXT}")
    if table.key_of(row) != key:
        yield PackProblem(table.path, key, PackFault.WRONG_KEY, table.key_of(row))
    elif bad_paths({key: ""}):
        yield PackProblem(table.path, key, PackFault.BAD_KEY)
    try:
        read = ListFileRow(row, key)
        table.read(read)
        read.finish()
    except CodeListError as error:
        yield PackProblem(table.path, key, *_fault_of(error))


def _fault_of(error: CodeListError) -> tuple[PackFault, str]:
    if not error.member:
        return PackFault.BAD_ROW, str(error)
    return PackFault.MEMBER_ABSENT if error.is_absent else PackFault.MEMBER_WRONG, error.member


def _removed(pack: ListPack, before: ListPack) -> Iterator[PackProblem]:
    """Yield the rows that the office added and now leaves out: records of the past name them."""
    released = files_with(ListPack())
    for name, key, _row in before.each():
        if key not in pack.rows.get(name, {}) and key not in TABLES[name].rows(released):
            yield PackProblem(name, key, PackFault.ROW_REMOVED)


def _reused(pack: ListPack, before: ListPack) -> Iterator[PackProblem]:
    files = files_with(before)
    rows = {name: TABLES[name].rows(files) for name in pack.rows}
    for name, key, row in pack.each():
        table, old = TABLES[name], rows[name].get(key)
        if old is not None and (
            changed := [part for part in table.identity if old.get(part) != row.get(part)]
        ):
            yield PackProblem(name, key, PackFault.REUSED_ID, ", ".join(changed))


def _contradictions(pack: ListPack, before: ListPack) -> Iterator[PackProblem]:
    try:
        lists = lists_with(pack)
    except CodeListError as error:  # rows that are fine alone, and not together (a day off that is worked)
        yield PackProblem("", "", PackFault.BAD_ROW, str(error))
        return
    # Existing contradictions do not block the pack: the office corrects them row by row.
    earlier = {*contradictions(lists_with(before)), *_never_valid(before)}
    problems = (*contradictions(lists), *_never_valid(pack))
    yield from (problem for problem in problems if problem not in earlier)


def contradictions(lists: CodeLists) -> Iterator[PackProblem]:
    """Yield the contradictions within complete lists."""
    yield from _frames(lists)
    yield from _frame_validity(lists)
    yield from _successors(lists)
    yield from _references(lists)
    for table, key, detail in lists.figures.refused():
        yield PackProblem(table, key, PackFault.BAD_FORMULA, detail)


def _frames(lists: CodeLists) -> Iterator[PackProblem]:
    for violation in lists.violations.values():
        for frame, other in combinations(violation.frames, 2):
            if _is_same_case(frame, other) and _overlap(frame, other):
                detail = f"{frame.src} {frame.art or ''} / {other.src} {other.art or ''}"
                yield PackProblem(_VIOLATION_TABLE, violation.id, PackFault.FRAMES_OVERLAP, detail)


def _is_same_case(frame: FineFrame, other: FineFrame) -> bool:
    """Return whether two frames exclude each other: known amounts, or the same article."""
    return (frame.is_known and other.is_known) or (frame.src, frame.art) == (other.src, other.art)


def _overlap(frame: FineFrame, other: FineFrame) -> bool:
    return (frame.valid_from or date.min) < (other.valid_to or date.max) and (
        other.valid_from or date.min
    ) < (frame.valid_to or date.max)


def _frame_validity(lists: CodeLists) -> Iterator[PackProblem]:
    for violation in lists.violations.values():
        for frame in violation.frames:
            if frame.is_never_valid:
                yield _bad_validity(_VIOLATION_TABLE, violation.id, frame)


def _never_valid(pack: ListPack) -> Iterator[PackProblem]:
    """Yield the rows of a pack that end before they begin."""
    for name, key, row in pack.each():
        read = TABLES[name].read(ListFileRow(row, key))
        if read.is_never_valid:
            yield _bad_validity(name, key, read)


def _bad_validity(table: str, key: str, row: Dated) -> PackProblem:
    return PackProblem(table, key, PackFault.BAD_VALIDITY, f"{row.valid_from} - {row.valid_to}")


def _successors(lists: CodeLists) -> Iterator[PackProblem]:
    for unit in lists.units.values():
        end = unit.valid_to
        if end is None or _is_level_gone(lists, unit.type, end):
            continue
        targets = [step.target for step in lists.successors(unit.id)]
        if not any(lists.unit_valid_on(target, end) for target in targets):
            yield PackProblem(_UNIT_TABLE, unit.id, PackFault.NO_SUCCESSOR, end.isoformat())


def _is_level_gone(lists: CodeLists, type_id: str, day: date) -> bool:
    """Return whether the administrative level of the unit ended that day: it has no successor."""
    kind = lists.unit_types[type_id]
    return kind.valid_to == day and type_id in {"district", "urban_district"}


def _references(lists: CodeLists) -> Iterator[PackProblem]:
    for table, key, referenced_ids, existing_ids in _named(lists):
        for missing in sorted(set(referenced_ids) - set(existing_ids)):
            yield PackProblem(table, key, PackFault.UNKNOWN_REFERENCE, missing)


_Named = tuple[str, str, Iterable[str], Iterable[str]]


def _named(lists: CodeLists) -> Iterator[_Named]:
    """Yield the references of each row to other tables."""
    yield from _named_by_units(lists)
    yield from _named_by_law(lists)
    for table, places in (("places.schools", lists.schools), ("places.zones", lists.zones)):
        for place in places.values():
            yield table, place.id, [place.unit_id], lists.units
    for outlet in lists.media_outlets.values():
        yield "places.media_outlets", outlet.id, [outlet.unit_id], lists.units
        yield "places.media_outlets", outlet.id, [outlet.channel_id], lists.media_channels
    for phrase in lists.phrases.values():
        yield "phrases.items", phrase.id, phrase.items, lists.items.keys() | lists.sections.keys()
    for profile in lists.target_profiles.values():
        yield (
            "targets.profiles",
            profile.id,
            [target.indicator for target in profile.targets],
            lists.indicators,
        )


def _named_by_units(lists: CodeLists) -> Iterator[_Named]:
    for unit in lists.units.values():
        yield _UNIT_TABLE, unit.id, [unit.type], lists.unit_types
        yield _UNIT_TABLE, unit.id, [unit.parent] if unit.parent else (), lists.units
    for step in lists.lineage:
        yield "admin_units.lineage", f"{step.source}--{step.target}", [step.source, step.target], lists.units
    for group in lists.unit_groups.values():
        yield "admin_units.unit_groups", group.id, group.members, lists.units


def _named_by_law(lists: CodeLists) -> Iterator[_Named]:
    for item in lists.items.values():
        yield "checklist_items.items", item.id, [item.section], lists.sections
        yield "checklist_items.items", item.id, item.violations, lists.violations
        yield (
            "checklist_items.items",
            item.id,
            [legal_reference.source for legal_reference in item.legal],
            lists.legal_sources,
        )
    for violation in lists.violations.values():
        yield _VIOLATION_TABLE, violation.id, violation.items, lists.items
        yield _VIOLATION_TABLE, violation.id, [frame.src for frame in violation.frames], lists.legal_sources
