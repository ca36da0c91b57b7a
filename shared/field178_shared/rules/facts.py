"""Facts that an entry states, and the id made of them: whoever enters a fact writes one record."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import NAMESPACE_URL

from field178_shared.ids import companion_id
from field178_shared.records.reading import Data
from field178_shared.text.normalisation import fold


def fact_text(members: Iterable[str], data: Data) -> str:
    """Return what these members state, as a text that is equal where two entries state the same."""
    return "|".join("".join(fold(str(data.get(name, ""))).split()) for name in members)


def fact_id(record_type: str, fact: str) -> str:
    """Return the id of the entry that states a fact."""
    return companion_id(str(NAMESPACE_URL), record_type, fact)
