"""Who may open the tablet is listed and taken off; drafts and the holder keep their officer."""

from __future__ import annotations

import pytest
from tests.mobile.support import FrozenClock

from field178_mobile.features.access.officers import OfficersPresenter
from field178_mobile.store import Draft
from field178_mobile.vault.model import TabletOfficer

HUNG, HA = TabletOfficer("a", "Nguyễn Văn Hùng", "police"), TabletOfficer("b", "Phạm Thị Hà", "health")
KEY = b"key"


class Book:
    """A vault that keeps officers."""

    def __init__(self):
        self.held = [HUNG, HA]

    def officers(self):
        return tuple(self.held)

    def remove_officer(self, officer_id, key):
        assert key == KEY
        self.held = [officer for officer in self.held if officer.id != officer_id]


@pytest.fixture
def book():
    return Book()


def presenter_of(book, *drafts):
    return OfficersPresenter(book, KEY, HUNG.id, lambda: drafts, lambda text: text)


def draft_of(officer):
    now = FrozenClock().now()
    return Draft(
        id="d",
        type="inspection",
        record_id="r",
        scope="",
        data={},
        seen=None,
        base_rev=0,
        user=officer.id,
        saved_at=now,
    )


def test_another_officer_is_taken_off(book):
    presenter = presenter_of(book)
    assert [row.note for row in presenter.rows()] == ["Holds the tablet now", ""]
    assert presenter.remove(HA.id)
    assert book.held == [HUNG]


def test_holder_and_who_has_drafts_stay(book):
    presenter = presenter_of(book, draft_of(HA))
    assert presenter.rows()[1].note == "Drafts to finish first: 1"
    assert not presenter.remove(HA.id)
    assert not presenter.remove(HUNG.id)
    assert book.held == [HUNG, HA]
