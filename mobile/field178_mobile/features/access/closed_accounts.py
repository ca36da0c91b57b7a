"""Officers of this tablet whose account the office has closed: their way in is taken off.

A closed account is a deleted `person` record (protocol §11), which every tablet reads. What the officer filed
and has not sent is handed in and waits for the office (decision 0060); what they began is among the tablet's
drafts, for who holds it next: nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable

from field178_mobile.features.access.officers import OfficerBook
from field178_mobile.store import MergedRecord
from field178_mobile.vault.model import TabletOfficer

PERSON = "person"


def take_off_closed(
    book: OfficerBook, view: Callable[[str], MergedRecord | None], key: bytes
) -> tuple[TabletOfficer, ...]:
    """Take closed accounts off an unlocked tablet and return them.

    None when no other officer is left: unsent work goes only while somebody can open the tablet.
    """
    officers = book.officers()
    closed = tuple(one for one in officers if _is_closed(view(one.id)))
    if len(closed) == len(officers):
        return ()
    for one in closed:
        book.remove_officer(one.id, key)
    return closed


def _is_closed(person: MergedRecord | None) -> bool:
    # A person this tablet never read of is nobody's closed account.
    return person is not None and person.type == PERSON and person.deleted
