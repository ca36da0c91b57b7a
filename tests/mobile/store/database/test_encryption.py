"""Sealed cells: only in their own row, at their own revision, under their own key."""

from __future__ import annotations

import pytest
from tests.mobile.support import FrozenClock, base_row, draft_of, server_commits

from field178_mobile.store import Store
from field178_mobile.store.database.encryption import Sealer
from field178_shared.errors import AppError, ErrorCode

ONE = "0197aaaa-0000-7000-8000-000000000001"
TWO = "0197aaaa-0000-7000-8000-000000000002"


@pytest.mark.parametrize(
    "place", [("draft", "b", 1), ("base", "a", 1), ("draft", "a", 2), ("draft", 'a"', 1), ("draft", "ả", 1)]
)
def test_a_cell_opens_in_its_own_place_only(place: tuple[str, str, int]) -> None:
    sealer = Sealer(bytes(32))
    sealed = sealer.seal("draft", "a", 1, b"secret")
    assert sealer.open("draft", "a", 1, sealed) == b"secret"
    with pytest.raises(AppError):
        sealer.open(*place, sealed)
    with pytest.raises(AppError):
        Sealer(bytes(31) + b"1").open("draft", "a", 1, sealed)


def test_the_same_content_never_looks_the_same() -> None:
    sealer = Sealer(bytes(32))
    assert sealer.seal("draft", "a", 1, b"secret") != sealer.seal("draft", "a", 1, b"secret")


def test_rows_swapped_by_hand_are_found_out(store: Store, clock: FrozenClock) -> None:
    server_commits(store, base_row(ONE, name="một"), base_row(TWO, name="hai"))
    store.read(
        lambda context: context.connection.execute(
            "UPDATE base SET sealed = (SELECT sealed FROM base WHERE id = ?) WHERE id = ?", (TWO, ONE)
        )
    )
    with pytest.raises(AppError) as damage:
        store.view(ONE)
    assert damage.value.code is ErrorCode.STORE_DAMAGED
    assert store.view(TWO) is not None


def test_an_older_draft_put_back_by_hand_is_found_out(store: Store, clock: FrozenClock) -> None:
    draft = draft_of(store, ONE, clock.now(), name="một")
    store.drafts.save(draft)
    [[old]] = store.read(lambda context: context.connection.execute("SELECT sealed FROM draft").fetchall())
    store.drafts.save(draft)
    store.read(lambda context: context.connection.execute("UPDATE draft SET sealed = ?", (old,)))
    with pytest.raises(AppError):
        store.drafts.get(draft.id)
