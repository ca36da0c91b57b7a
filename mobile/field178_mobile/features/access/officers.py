"""The officers who may open this tablet, and how one is removed: by hand, or when the account is closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from field178_mobile.store import Draft, MergedRecord
from field178_mobile.vault.model import TabletOfficer

PERSON = "person"


class OfficerBook(Protocol):
    """What the vault offers while it is open."""

    def officers(self) -> Sequence[TabletOfficer]:
        """Return the officers of this tablet."""
        ...

    def remove_officer(self, officer_id: str, key: bytes) -> None:
        """Take an officer's way in away."""
        ...


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """One officer in the list. note says why nobody can take this one off, empty when one can."""

    id: str
    name: str
    agency: str
    note: str


class OfficersPresenter:
    """Lists the officers and takes one off; whoever holds the tablet stays (that is signing out)."""

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
        """Return the officers in the order they came."""
        return tuple(
            OfficerRow(officer.id, officer.name, officer.agency, self._note(officer.id))
            for officer in self._book.officers()
        )

    def remove(self, officer_id: str) -> bool:
        """Take an officer off; False when that one stays. Filed and unsent work stays and is sent."""
        if self._note(officer_id):
            return False
        self._book.remove_officer(officer_id, self._key)
        return True

    def _note(self, officer_id: str) -> str:
        if officer_id == self._me:
            return self._say("Holds the tablet now")
        count = sum(1 for draft in self._drafts() if draft.user == officer_id)
        # Only who began a draft is sure to look for it again: it is finished or thrown away first.
        return self._say("Drafts to finish first: {count}").format(count=count) if count else ""


def take_off_closed(
    book: OfficerBook, view: Callable[[str], MergedRecord | None], key: bytes
) -> tuple[TabletOfficer, ...]:
    """Remove officers whose account the office has closed from an unlocked tablet and return them.

    A closed account is a deleted `person` record (protocol §11). Filed and unsent work is handed in and waits
    for the office (decision 0060); drafts stay on the tablet for the next officer.

    None when no other officer is left: unsent work goes only while somebody can open the tablet.
    """
    officers = book.officers()
    closed = tuple(officer for officer in officers if _is_closed(view(officer.id)))
    if len(closed) == len(officers):
        return ()
    for officer in closed:
        book.remove_officer(officer.id, key)
    return closed


def _is_closed(person: MergedRecord | None) -> bool:
    # A person this tablet never read of is nobody's closed account.
    return person is not None and person.type == PERSON and person.deleted
