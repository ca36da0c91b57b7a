"""Taking in a rescue file at the desk: seen first, taken once, refused with a reason."""

from __future__ import annotations

import io
from collections.abc import Callable
from html import unescape

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from tests.server.console.conftest import UNIT, Browser, FieldWork, Json
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import PASSWORD, Office
from tests.shared import builders
from werkzeug.test import TestResponse

from field178_server.console.offline_imports import view as offline_imports
from field178_server.database.models import Audit, Record
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.tablets import operations as tablets
from field178_shared.offline_export import ExportOrigin, write_offline_export
from field178_shared.time.clock import to_wire

NAME = "Karaoke Lan Chi (GL-777)"
LIFE = "0197a000-0000-4000-8000-000000000002"


@pytest.fixture
def admin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("admin")


def create(work: FieldWork, n: int, **over: object) -> Json:
    ids = work.office.runtime.ids
    return {
        "change_id": ids.time_ordered(),
        "n": n,
        "record_id": ids.time_ordered(),
        "type": "establishment",
        "scope": UNIT,
        "op": "put",
        "create": True,
        "base_rev": 0,
        "schema": 1,
        "at": to_wire(work.office.clock.now()),
        "clock_offset_ms": 0,
        "user": work.user,
        "set": builders.establishment(name=NAME, **over),
        "was": {},
        "replaces": [],
    }


def written(
    work: FieldWork,
    changes: list[Json],
    *,
    office: X25519PrivateKey | None = None,
    tablet: Ed25519PrivateKey | None = None,
    device: str = "",
) -> bytes:
    runtime, file = work.office.runtime, io.BytesIO()
    origin = ExportOrigin(
        runtime.tenant_id, device or work.tablet.device, LIFE, to_wire(work.office.clock.now())
    )
    seal = (office or runtime.keyring.sealing).public_key().public_bytes_raw()
    write_offline_export(file, origin, changes, seal, (tablet or work.tablet.key).private_bytes_raw())
    return file.getvalue()


def send(browser: Browser, content: bytes, **fields: object) -> TestResponse:
    file = (io.BytesIO(content), "cuu-ho.f178")
    return browser.client.post(
        "/tablets/rescue", data={"csrf_token": browser.token(), "file": file, **fields}
    )


def looked_at(browser: Browser, content: bytes) -> tuple[str, str]:
    """Return the address of the file's page and its words."""
    sent = send(browser, content)
    assert sent.status_code == 303
    return sent.location, words(unescape(browser.text(sent.location)))


def refusal(browser: Browser, content: bytes) -> str:
    place = send(browser, content).location
    answer = browser.get(place)
    page = words(unescape(answer.get_data(as_text=True)))
    assert (answer.status_code, browser.post(place).status_code) == (422, 422)
    assert "Chưa nhập gì và không mất gì" in page
    return page


def stored(office: Office) -> int:
    with snapshot(office.engine) as session:
        return session.query(Record).count()


def test_page_states_that_the_file_has_no_photos(admin: Browser) -> None:
    page = unescape(admin.text("/tablets/rescue"))
    assert "Ảnh không nằm trong tệp: ảnh ở lại trên máy cho đến khi được tải lên." in page


def test_a_file_is_seen_before_anything_is_taken_in(admin: Browser, in_the_field: FieldWork) -> None:
    changes = [create(in_the_field, 1), create(in_the_field, 2, rooms_total=-8)]
    before = stored(in_the_field.office)
    _place, page = looked_at(admin, written(in_the_field, changes))
    for text in (
        "Tệp cứu hộ của Máy 1",
        "Cán bộ an",
        "Thay đổi trong tệp 2",
        "Mới 2",
        "Giữ lại 1",
        "1 × Có mục nhập sai kiểu.",
    ):
        assert text in page, text
    assert NAME not in page
    assert stored(in_the_field.office) == before


def test_second_import_of_a_file_changes_nothing_and_is_stated(
    office: Office, admin: Browser, in_the_field: FieldWork
) -> None:
    before = stored(office)
    content = written(in_the_field, [create(in_the_field, 1)])
    place, _page = looked_at(admin, content)
    assert admin.post(place).status_code == 303
    page = words(unescape(admin.text(place)))
    assert "1 thay đổi mới, 0 đã có, 0 giữ lại" in page
    assert "Nhập lại cũng không thay đổi gì" in page
    assert admin.post(place).status_code == 303
    _again, page = looked_at(admin, content)
    assert "Đã có 1" in page
    assert "Nhập lại cũng không thay đổi gì" in page
    assert stored(office) == before + 1
    with snapshot(office.engine) as session:
        noted = session.query(Audit).filter_by(action="rescue.import").all()
    assert {(entry.actor_kind, entry.object_id) for entry in noted} == {
        ("officer", in_the_field.tablet.device)
    }
    assert len(noted) == 2


def test_reviewer_gets_links_to_records_and_to_the_quarantine(
    reviewer: Browser, in_the_field: FieldWork
) -> None:
    good, bad = create(in_the_field, 1), create(in_the_field, 2, rooms_total=-8)
    place, _page = looked_at(reviewer, written(in_the_field, [good, bad]))
    # Nothing is there yet that a link could lead to.
    assert good["record_id"] in reviewer.text(place)
    assert f"/establishments/{good['record_id']}" not in reviewer.text(place)
    reviewer.post(place)
    page = reviewer.text(place)
    assert f'href="/establishments/{good["record_id"]}"' in page
    assert f'href="/establishments/{bad["record_id"]}"' not in page
    assert 'href="/attention?show=quarantine"' in page
    assert NAME in unescape(reviewer.text(f"/establishments/{good['record_id']}"))


def test_revoked_tablet_is_shown_before_the_import(
    office: Office, admin: Browser, in_the_field: FieldWork
) -> None:
    content = written(in_the_field, [create(in_the_field, 1)])
    run_write(
        office.engine, lambda session: tablets.revoke(session, office.context, in_the_field.tablet.device)
    )
    _place, page = looked_at(admin, content)
    assert "Máy này đã bị thu hồi" in page
    assert "Giữ lại 1" in page


def test_every_useless_file_has_its_own_sentence(admin: Browser, in_the_field: FieldWork) -> None:
    changes, before = [create(in_the_field, 1)], stored(in_the_field.office)
    whole = written(in_the_field, changes)
    messages = {
        refusal(admin, content)
        for content in (
            b"%PDF-1.7",
            b"F178RSC\x09",
            whole[:-3],
            whole + b"x",
            written(in_the_field, changes, office=X25519PrivateKey.generate()),
            written(in_the_field, changes, tablet=Ed25519PrivateKey.generate()),
            written(in_the_field, changes, device="0197a000-0000-4000-8000-00000000dead"),
        )
    }
    assert len(messages) == 7
    assert stored(in_the_field.office) == before


def test_missing_file_shows_an_error(admin: Browser) -> None:
    answer = send(admin, b"", file=(io.BytesIO(b""), ""))
    assert (answer.status_code, "Hãy chọn tệp cứu hộ" in unescape(answer.get_data(as_text=True))) == (
        422,
        True,
    )


def test_pieces_make_one_file(admin: Browser, in_the_field: FieldWork) -> None:
    content = written(in_the_field, [create(in_the_field, 1)])
    first = send(admin, content[:100], more="yes").get_json()
    rest = {"more": "yes", "upload": first["upload"], "offset": "100"}
    assert send(admin, content[100:], **rest).get_json() == first
    assert send(admin, content[100:], **rest).status_code == 409
    assert "Mới 1" in words(unescape(admin.text(first["href"])))


def test_another_officer_does_not_find_it(admin: Browser, reviewer: Browser, in_the_field: FieldWork) -> None:
    place, _page = looked_at(admin, written(in_the_field, []))
    assert reviewer.get(place).status_code == 404
    assert reviewer.post(place).status_code == 404
    assert admin.get("/tablets/rescue/..%2f..%2fx").status_code == 404


def test_a_file_is_kept_for_a_day(office: Office, admin: Browser, in_the_field: FieldWork) -> None:
    content = written(in_the_field, [])
    place, _page = looked_at(admin, content)
    office.clock.move(hours=25)
    admin.client.post("/sign-in", data={"login": "admin", "password": PASSWORD})
    looked_at(admin, content)
    assert admin.get(place).status_code == 404


def test_only_who_looks_after_tablets_may(signed_in: Callable[[str], Browser]) -> None:
    assert signed_in("privacy_officer").get("/tablets/rescue").status_code == 404


def test_every_problem_of_a_file_has_a_message() -> None:
    problems = {"not_ours", "newer", "cut", "damaged", "foreign", "signature", "unknown_tablet"}
    assert problems <= set(offline_imports._PROBLEMS)
