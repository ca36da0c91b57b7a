"""Validators by the code lists in force: a schema is declared once, and the lists change under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set

from marshmallow import validate

from field178_shared.codelists import CodeLists, load


class IdsInForce(Set[str]):
    """The ids of a list that a record may carry, as a set that follows every change of the lists."""

    def __init__(self, of: Callable[[CodeLists], Iterable[str]]) -> None:
        self._of = of
        self._version = ""
        self._ids: frozenset[str] = frozenset()

    def __contains__(self, value: object) -> bool:
        """Tell whether the list in force has the id."""
        return value in self._current()

    def __iter__(self) -> Iterator[str]:
        """Yield the ids."""
        return iter(self._current())

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._current())

    def _current(self) -> frozenset[str]:
        lists = load()
        version = lists.version
        if self._version is not version:
            # `CodeLists.become` sets the version last: what is read under the new one is the new content.
            self._ids = frozenset(self._of(lists))
            self._version = version
        return self._ids


def listed(table: str) -> validate.OneOf:
    """Return the validator of an id of a table: a member of `CodeLists` that maps ids to rows."""
    return validate.OneOf(IdsInForce(lambda lists: getattr(lists, table)))


def listed_choice(name: str) -> validate.OneOf:
    """Return the validator of a value of a plain list."""
    return validate.OneOf(IdsInForce(lambda lists: lists.choice_ids(name)))
