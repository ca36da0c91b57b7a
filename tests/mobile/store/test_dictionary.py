"""What a tablet remembers of the server's preset dictionary."""

from __future__ import annotations

import pytest
from tests.mobile.sync.tablet import Tablet

from field178_mobile.store.sync_store import SyncStore


@pytest.fixture
def rows(tablet: Tablet) -> SyncStore:
    return tablet.sync_store


def test_nothing_is_taken_before_the_server_named_it(rows: SyncStore) -> None:
    assert not rows.takes_dictionary()
    rows.note_dictionaries((2,))
    assert not rows.takes_dictionary()


def test_what_the_last_hello_said_holds(rows: SyncStore) -> None:
    rows.note_dictionaries((1, 2, "x"))
    assert rows.takes_dictionary()
    rows.note_dictionaries(())
    assert not rows.takes_dictionary()


def test_a_refusal_holds_until_the_server_stopped_naming_it(rows: SyncStore) -> None:
    rows.note_dictionaries((1,))
    rows.refuse_dictionary()
    rows.note_dictionaries((1,))
    assert not rows.takes_dictionary()
    rows.note_dictionaries(())
    rows.note_dictionaries((1,))
    assert rows.takes_dictionary()
