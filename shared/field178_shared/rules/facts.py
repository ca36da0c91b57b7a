"""Facts stated by entries, and the record id computed from a fact."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import NAMESPACE_URL

from field178_shared.ids import companion_id
from field178_shared.records.reading import Data
from field178_shared.text.normalisation import fold

_UNIT = "unit_id"


def fact_text(members: Iterable[str], data: Data) -> str:
    """Return the fact of these members as text, equal for entries of the same fact."""
    return "|".join("".join(fold(str(data.get(name, ""))).split()) for name in members)


def fact_id(record_type: str, members: tuple[str, ...], data: Data) -> str:
    """Return the id of the entry that states a fact in its unit.

    The id always includes the unit: entries of two units never share an id, so an id discloses nothing about
    another unit.
    """
    named = members if _UNIT in members else (_UNIT, *members)
    return companion_id(str(NAMESPACE_URL), record_type, fact_text(named, data))
