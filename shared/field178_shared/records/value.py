"""Record value: the content of a record as attributes, which are the members of its declared schema.

Two builders make it from the declaration. The server decodes content that is certainly valid into compiled
types (`field178_server.records.typed_value`); `field178_shared.schemas.lenient_reading` reads any content.

An absent member is None. A date is a `date`, an instant is its text, a list is a tuple, a keyed object is a
dict of values. Iteration yields the name and value of each present member.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol

from field178_shared.time.clock import from_wire, local_date


class Value(Protocol):
    """Content of a record, or of an object in it."""

    def __getattr__(self, name: str, /) -> Any:
        """Return a member of the schema; an undeclared name raises AttributeError."""
        ...

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yield the name and value of each present member."""
        ...


def given_answers(visit: Value) -> dict[str, object]:
    """Return the bare answers of a visit by item id."""
    return {item_id: answer.v for item_id, answer in visit.answers or () if answer.v is not None}


# Rules and projections of a batch read the times of one visit several times.
@lru_cache(maxsize=2048)
def instant(text: str | None) -> datetime | None:
    """Return the instant of a member's text, or None for an absent or invalid one."""
    return None if text is None else from_wire(text)


@lru_cache(maxsize=2048)
def local_day(text: str | None) -> date | None:
    """Return the local date of the instant of a member's text, or None."""
    moment = instant(text)
    return None if moment is None else local_date(moment)
