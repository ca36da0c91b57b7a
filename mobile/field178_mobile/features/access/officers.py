"""The officers who may open this tablet, and how one is removed: by hand, or when the account is closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from field178_mobile.store import Draft, MergedRecord
from field178_mobile.vault.model import TabletOfficer
from field178_shared.record_type import RecordType


class OfficerBook(Protocol):
    """Operations of an open vault."""

    def officers(self) -> Sequence[TabletOfficer]:
        """Return the officers of this tablet."""
        ...

    def remove_officer(self, officer_id: str, key: bytes) -> None:
        """Remove an officer from the vault."""
        ...


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """Row of an officer; note: why the officer cannot be removed, "" otherwise."""

    id: str
    name: str
    agency: str
    note: str


class OfficersPresenter:
    """Presenter of the officers; it removes officers except the current one (who signs out)."""

    def __init__(
        self,
        book: OfficerBook,
        key: bytes,
        me: str,
        drafts: Callable[[], Sequence[Draft]],
        translate: Callable[[str], str],
    ) -> None:
        self._book = book
        self._key = key
        self._me = me
        self._drafts = drafts
        self._say = translate

    def rows(self) -> tuple[OfficerRow, ...]:
        """Return the officers in the order of enrolment."""
        return tuple(
            OfficerRow(officer.id, officer.name, officer.agency, self._note(officer.id))
            for officer in self._book.officers()
        )

    def remove(self, officer_id: str) -> bool:
        """Remove an officer; return False if not allowed. Filed and unsent records stay and are sent."""
        if self._note(officer_id):
            return False
        self._book.remove_officer(officer_id, self._key)
        return True

    def _note(self, officer_id: str) -> str:
        if officer_id == self._me:
            return self._say("Holds the tablet now")
        count = sum(1 for draft in self._drafts() if draft.user == officer_id)
        # Only the author is sure to look for a draft again, so drafts must be filed or discarded first.
        return self._say("Drafts to finish first: {count}").format(count=count) if count else ""


def take_off_closed(
    book: OfficerBook, view: Callable[[str], MergedRecord | None], key: bytes
) -> tuple[TabletOfficer, ...]:
    """Remove officers with closed accounts from an unlocked tablet and return them.

    A closed account is a deleted `person` record (record-types T1.1). Filed and unsent records are sent and
    wait for the office (decision 0060); drafts stay on the tablet for the next officer.

    Nobody is removed if no other officer is left: unsent records can be sent only while somebody can unlock
    the tablet.
    """
    officers = book.officers()
    closed = tuple(officer for officer in officers if _is_closed(view(officer.id)))
    if len(closed) == len(officers):
        return ()
    for officer in closed:
        book.remove_officer(officer.id, key)
    return closed


def _is_closed(person: MergedRecord | None) -> bool:
    # A missing person record is not a closed account.
    return person is not None and person.type == RecordType.PERSON and person.deleted
