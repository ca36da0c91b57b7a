"""Numbers of minutes: from the blocks leased to this life of this tablet, each for one visit for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from field178_mobile.store.database.key_value import get_setting, get_text, put_setting
from field178_shared.record_type import RecordType
from field178_shared.records.number_block import NumberBlock, minutes_number, serial_of
from field178_shared.records.reading import Data, instant_of, text_of
from field178_shared.time.clock import local_date

if TYPE_CHECKING:
    from field178_mobile.store.database.context import DatabaseContext
    from field178_mobile.store.session import DatabaseAccess, Unlocked

MINUTES_SETTING = "minutes_numbers"


class MinutesNumbers:
    """Gives out numbers; two visits never get the same one, nor two tablets."""

    def __init__(self, store: DatabaseAccess) -> None:
        self._store = store

    def take(self, record_id: str, scope: str, year: int) -> str:
        """Return the minutes number of a visit, always the same; "" if no number is left on the tablet.

        The number is durable when this returns, whether the visit is filed or not; a discarded visit leaves a
        gap.
        """
        return self._store.read_all(lambda unlocked: _take(unlocked, record_id, scope, year))

    def left(self, scope: str, year: int) -> int:
        """Return how many numbers this tablet may still give out."""
        return self._store.read_all(lambda unlocked: sum(1 for _ in _free(unlocked, scope, year)))


def _take(unlocked: Unlocked, record_id: str, scope: str, year: int) -> str:
    stored = _taken(unlocked.context)
    if record_id in stored:
        return text_of(stored[record_id], "number")
    serial = next(_free(unlocked, scope, year), None)
    if serial is None:
        return ""
    number = minutes_number(serial)
    # Numbers of past years are on their records; only those never filed are kept here.
    fresh = {key: entry for key, entry in stored.items() if entry.get("year") in (year - 1, year, year + 1)}
    entry = {"scope": scope, "year": year, "number": number}
    with unlocked.context.transaction("minutes_number"):
        put_setting(unlocked.context, MINUTES_SETTING, {**fresh, record_id: entry})
    return number


def _free(unlocked: Unlocked, scope: str, year: int) -> Iterator[int]:
    """Yield the numbers that no visit has, ascending."""
    blocks = sorted(_own_blocks(unlocked, scope, year), key=lambda block: block.first)
    if not blocks:
        return
    used = _used(unlocked, scope, year)
    for block in blocks:
        yield from (serial for serial in range(block.first, block.last + 1) if serial not in used)


def _own_blocks(unlocked: Unlocked, scope: str, year: int) -> Iterator[NumberBlock]:
    device, life = get_text(unlocked.context, "device"), get_text(unlocked.context, "incarnation")
    for view in unlocked.records.views(RecordType.NUMBER_BLOCK, scope):
        block = NumberBlock.from_data(view.data)
        # A copy of this tablet's data must not use the block of its earlier incarnation.
        if (block.device, block.incarnation, block.year) == (device, life, year):
            yield block


def _used(unlocked: Unlocked, scope: str, year: int) -> frozenset[int]:
    taken = (entry for entry in _taken(unlocked.context).values() if entry.get("scope") == scope)
    numbers = [text_of(entry, "number") for entry in taken if entry.get("year") == year]
    # Numbers on records count too: after a rebuild of the database only the records are left.
    visits = (view.data for view in unlocked.records.views(RecordType.INSPECTION, scope))
    numbers += [text_of(data, "minutes_number") for data in visits if _year_of(data) == year]
    return frozenset(serial for serial in map(serial_of, numbers) if serial is not None)


def _year_of(data: Data) -> int | None:
    started = instant_of(data, "started_at")
    return None if started is None else local_date(started).year


def _taken(context: DatabaseContext) -> Mapping[str, Data]:
    stored = get_setting(context, MINUTES_SETTING)
    return {str(key): entry for key, entry in stored.items()} if isinstance(stored, dict) else {}
