"""A wrong entry of a tablet goes back to it: the form of the reviewer, the review, the correction."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import select
from tests.server.console.commune.test_pages import STATION, UNIT_ID
from tests.server.console.conftest import PLACE, UNIT, Browser, FieldWork, Json
from tests.server.console.reviews.test_pages import words
from tests.server.office_scene import Office
from tests.shared import builders
from werkzeug.test import TestResponse

from field178_server.database.models import Audit, OfficerScope
from field178_server.database.unit_of_work import run_write, snapshot
from field178_shared.ids import review_id
from field178_shared.rules.commune import commune_entry_id

REASON = "Số lao động gấp mười lần lần trước, xin đếm lại."
TOTAL = "Ghi 50, biên bản của xã ghi 5."


@pytest.fixture
def census(in_the_field: FieldWork) -> str:
    in_the_field.place()
    data = builders.worker_census(establishment_id=PLACE, unit_id=UNIT_ID, counted_on="2026-11-20")
    return in_the_field.file("worker_census", UNIT, data, commune_entry_id("worker_census", data))


def return_it(browser: Browser, record_id: str, seen_rev: int = 1, **fields: str) -> TestResponse:
    form = {"seen_rev": seen_rev, "seen_review": browser.review_rev(record_id), **fields}
    return browser.post(f"/commune/entries/{record_id}/return", form)


def page_of(browser: Browser, record_id: str) -> str:
    return words(unescape(browser.text(f"/commune/entries/{record_id}")))


def review_of(work: FieldWork, record_id: str) -> Json | None:
    """Return the review of an entry as its tablet pulls it."""
    frames = work.tablet.frames(cursors={UNIT: 0})
    versions = [frame for frame in frames if frame["frame"] == "rec" and frame["id"] == review_id(record_id)]
    return dict(versions[-1]["data"]) if versions else None


def correct(work: FieldWork, record_id: str, total: int, was: int = 5) -> Json:
    more = total - was
    female = builders.WORKERS["workers_female"]
    changed = {"workers_total": total, "workers_female": female + more}
    before = {"workers_total": was, "workers_female": female}
    return work.send(record_id, "worker_census", UNIT, changed, was=before, base_rev=1)


def test_wrong_count_of_a_tablet_is_returned_with_a_comment(
    reviewer: Browser, in_the_field: FieldWork, census: str, office: Office
) -> None:
    assert "Trả lại để sửa" in page_of(reviewer, census)
    answer = return_it(reviewer, census, path="workers_total", text=TOTAL)
    assert answer.status_code == 303
    review = review_of(in_the_field, census)
    assert review is not None
    assert (review["record"], review["state"]) == (census, "returned")
    assert [(comment["path"], comment["text"]) for comment in review["comments"].values()] == [
        ("workers_total", TOTAL)
    ]
    page = page_of(reviewer, census)
    assert f"Tổng số người lao động {TOTAL}" in page
    board = words(unescape(reviewer.text(f"/commune?unit={UNIT_ID}")))
    assert "Đã trả lại: Thống kê người lao động." in board
    assert "5 người lao động Trả lại" in board
    with snapshot(office.engine) as session:
        assert session.scalars(select(Audit.action).where(Audit.object_id == census)).all() == [
            "review_returned"
        ]


def test_correction_of_the_tablet_answers_the_return(
    reviewer: Browser, in_the_field: FieldWork, census: str
) -> None:
    return_it(reviewer, census, text=REASON)
    assert correct(in_the_field, census, 6)["status"] == "applied"
    page = page_of(reviewer, census)
    assert "Đã sửa sau khi trả lại" in page
    # A wrong entry is returned again, with the current review.
    assert return_it(reviewer, census, 2, text="Vẫn chưa khớp.").status_code == 303
    review = review_of(in_the_field, census)
    assert review is not None
    assert (review["record_rev"], review["reason"]) == (2, "Vẫn chưa khớp.")


def test_return_is_taken_back(reviewer: Browser, in_the_field: FieldWork, census: str) -> None:
    return_it(reviewer, census, text=REASON)
    form = {"seen_rev": 1, "seen_review": 1}
    assert reviewer.post(f"/commune/entries/{census}/take-back", form).status_code == 303
    assert REASON not in page_of(reviewer, census)
    frames = in_the_field.tablet.frames(cursors={UNIT: 0})
    assert not [
        frame
        for frame in frames
        if frame["frame"] == "rec" and frame["id"] == review_id(census) and not frame.get("deleted")
    ]
    # A second click finds nothing to take back.
    assert reviewer.post(f"/commune/entries/{census}/take-back", form).status_code == 409


def test_return_needs_a_reason_and_the_current_revision(
    reviewer: Browser, in_the_field: FieldWork, census: str
) -> None:
    empty = return_it(reviewer, census, text=" ")
    assert empty.status_code == 422
    assert 'id="return-text"' in empty.get_data(as_text=True)
    assert correct(in_the_field, census, 6)["status"] == "applied"
    late = return_it(reviewer, census, text=REASON)
    assert late.status_code == 409
    assert REASON in unescape(late.get_data(as_text=True))
    named = return_it(reviewer, census, 2, text="Hỏi anh Nguyễn Văn Mẫu")
    assert (named.status_code, "Có thể là họ tên người" in unescape(named.get_data(as_text=True))) == (
        200,
        True,
    )
    assert review_of(in_the_field, census) is None


def test_commune_reads_the_comment_and_corrects_but_returns_nothing(
    office: Office,
    reviewer: Browser,
    in_the_field: FieldWork,
    census: str,
    signed_in: Callable[[str], Browser],
) -> None:
    own = OfficerScope(tenant_id="main", officer_id=office.officer_id("commune_reporter"), scope=UNIT)
    run_write(office.engine, lambda session: session.add(own))
    return_it(reviewer, census, text=REASON)
    commune = signed_in("commune_reporter")
    page = page_of(commune, census)
    assert REASON in page
    assert "Phải sửa gì" not in page
    assert commune.post(f"/commune/entries/{census}/return", {"text": "x"}).status_code in (403, 404)
    fields = {"establishment_id": PLACE, "counted_on": "2026-11-20", "workers_total": "4", "seen_rev": "1"}
    assert commune.post(f"/commune/entries/{census}", fields).status_code == 303
    assert "Đã sửa sau khi trả lại" in page_of(commune, census)


def test_media_post_of_an_outlet_is_returned(
    office: Office, reviewer: Browser, in_the_field: FieldWork
) -> None:
    office.publish_lists({"places.media_outlets": {"station_gl": STATION}})
    data = builders.media_post(outlet_id="station_gl", unit_id=UNIT_ID)
    post = in_the_field.file("media_post", UNIT, data, commune_entry_id("media_post", data))
    assert return_it(reviewer, post, path="title", text="Ghi lại tên tin.").status_code == 303
    review = review_of(in_the_field, post)
    assert review is not None
    assert json.dumps(review, ensure_ascii=False).count("Ghi lại tên tin.") == 1


def test_entries_of_the_office_alone_are_not_returned(reviewer: Browser, in_the_field: FieldWork) -> None:
    visit_id = in_the_field.place()
    assert return_it(reviewer, visit_id, text=REASON).status_code == 404
