"""Closed accounts are taken off a tablet that somebody else can still open."""

from __future__ import annotations

import pytest
from tests.mobile.support import KEY, base_row, server_commits

from field178_mobile.features.access.officers import take_off_closed
from field178_mobile.store import Store
from field178_mobile.store.replica.server_records import ServerRecord
from field178_mobile.vault.model import TabletOfficer

HUNG = TabletOfficer("0197aaaa-0000-7000-8000-0000000000aa", "Nguyễn Văn Hùng")
HA = TabletOfficer("0197aaaa-0000-7000-8000-0000000000ab", "Phạm Thị Hà")


class Book:
    def __init__(self, *officers: TabletOfficer) -> None:
        self.held = list(officers)

    def officers(self) -> tuple[TabletOfficer, ...]:
        return tuple(self.held)

    def remove_officer(self, officer_id: str, key: bytes) -> None:
        assert key == KEY
        self.held = [officer for officer in self.held if officer.id != officer_id]


def person(officer: TabletOfficer, rev: int, *, deleted: bool = False) -> ServerRecord:
    data = {"display_name": officer.name, "role": "inspector", "deleted": deleted}
    return base_row(officer.id, rev, "person", "ref", **data)


@pytest.fixture
def both(store: Store) -> Book:
    server_commits(store, person(HUNG, 1), person(HA, 1))
    return Book(HUNG, HA)


def test_nobody_goes_while_accounts_are_open_or_unknown(store: Store, both: Book):
    stranger = TabletOfficer("0197aaaa-0000-7000-8000-0000000000ff", "Lạ")
    both.held.append(stranger)
    assert take_off_closed(both, store.view, KEY) == ()
    assert both.officers() == (HUNG, HA, stranger)


def test_a_closed_account_goes_and_the_others_stay(store: Store, both: Book):
    server_commits(store, person(HA, 2, deleted=True))
    assert take_off_closed(both, store.view, KEY) == (HA,)
    assert both.officers() == (HUNG,)


def test_an_account_opened_again_stays(store: Store, both: Book):
    server_commits(store, person(HA, 2, deleted=True))
    server_commits(store, person(HA, 3))
    assert take_off_closed(both, store.view, KEY) == ()


def test_the_last_who_can_open_the_tablet_stay(store: Store, both: Book):
    server_commits(store, person(HA, 2, deleted=True), person(HUNG, 2, deleted=True))
    assert take_off_closed(both, store.view, KEY) == ()
    assert both.officers() == (HUNG, HA)
