"""The office's changed lists on the tablet: whole and genuine, or the lists it has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.mobile.screens.fakes import enrolment
from tests.mobile.support import base_row, server_commits

from field178_mobile.replication.office_lists import OfficeLists
from field178_mobile.store import Store
from field178_mobile.store.replica.server_records import ServerRecord
from field178_server.security.keyring import to_base64url
from field178_shared.codelists import load
from field178_shared.list_packs import ListPack
from field178_shared.list_packs.records import PACK_ID, part_records
from field178_shared.record_type import RecordType

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OFFICE = replace(enrolment(), receipt_key=to_base64url(KEY.public_key().public_bytes_raw()))
TET = {
    "id": "tet_2027",
    "vi": "Tết Nguyên đán",
    "en": "Lunar New Year",
    "first": "2027-02-05",
    "last": "2027-02-09",
    "source": "công bố lịch nghỉ Tết 2027",
    "confidence": "medium",
}
YEAR = {"id": "2027", "vi": "Năm 2027", "en": "2027"}
PACK_1 = ListPack().with_rows({"holidays.declared": {"tet_2027": TET}, "holidays.years": {"2027": YEAR}})


def head(pack: ListPack, origin: str = OFFICE.tenant, rev: int = 1) -> ServerRecord:
    signature = to_base64url(KEY.sign(pack.signed_text(origin).encode()))
    data = {
        "number": pack.number,
        "content_hash": pack.content_hash,
        "signature": signature,
        "published_at": "2026-11-28T02:00:00Z",
    }
    return base_row(PACK_ID, rev, RecordType.LIST_PACK, "ref", **data)


def parts(pack: ListPack, rev: int = 1) -> list[ServerRecord]:
    return [
        base_row(key, rev, RecordType.LIST_ROWS, "ref", **data) for key, data in part_records(pack).items()
    ]


@pytest.fixture
def lists(store: Store) -> Iterator[OfficeLists]:
    made = OfficeLists(store, lambda: OFFICE)
    stop = store.subscribe(made.follow)
    yield made
    stop()


def knows_2027() -> bool:
    return load().holidays.knows(date(2027, 3, 1))


def test_a_pack_is_in_force_from_the_commit_that_completes_it(store: Store, lists: OfficeLists) -> None:
    server_commits(store, head(PACK_1))
    assert not knows_2027()

    server_commits(store, *parts(PACK_1), cursor=2)

    assert knows_2027()
    assert load().version.endswith("+1")


def test_a_pack_is_in_force_again_after_the_next_unlock(store: Store, lists: OfficeLists) -> None:
    server_commits(store, *parts(PACK_1), head(PACK_1))
    later = OfficeLists(store, lambda: OFFICE)

    later.take()

    assert knows_2027()


@pytest.mark.parametrize("origin", ["another office"])
def test_unsigned_lists_change_nothing(store: Store, lists: OfficeLists, origin: str) -> None:
    server_commits(store, *parts(PACK_1), head(PACK_1, origin))

    assert not knows_2027()


def test_a_row_this_release_cannot_read_changes_nothing(store: Store, lists: OfficeLists) -> None:
    unknown = ListPack().with_rows(
        {"holidays.declared": {"tet_2027": TET | {"moon_phase": "new"}}, "holidays.years": {"2027": YEAR}}
    )

    server_commits(store, *parts(unknown), head(unknown))

    assert not knows_2027()
    assert "+" not in load().version


def test_the_next_pack_takes_the_place_of_the_one_before(store: Store, lists: OfficeLists) -> None:
    server_commits(store, *parts(PACK_1), head(PACK_1))
    second = PACK_1.with_rows({"holidays.declared": {"tet_2027": TET | {"last": "2027-02-10"}}})

    server_commits(store, *parts(second, 2), head(second, rev=2), cursor=2)

    assert not load().holidays.is_worked(date(2027, 2, 10))
    assert load().version.endswith("+2")
