"""The office tells entries apart that look like one place, and takes it back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from tests.server.console.conftest import PLACE, Browser, FieldWork
from tests.server.console.establishments.test_form_pages import fields_in, text_of
from tests.server.console.establishments.test_merge_pages import NAME, double, page_of
from tests.server.office_scene import Office

from field178_server.database.models import Audit, DuplicateDismissal
from field178_server.database.unit_of_work import snapshot

LIST = "/establishments/duplicates"
REASON = "Hai mặt tiền, hai giấy phép riêng."


@pytest.fixture
def other(in_the_field: FieldWork) -> str:
    in_the_field.place()
    return double(in_the_field)


def path_of(establishment_id: str, other: str) -> str:
    return f"/establishments/{establishment_id}/not-duplicate?other={other}"


def tell_apart(browser: Browser, establishment_id: str, other: str, reason: str = REASON) -> int:
    path = path_of(establishment_id, other)
    return browser.post(path, fields_in(browser.text(path)) | {"reason": reason}).status_code


def dismissals(office: Office) -> list[DuplicateDismissal]:
    with snapshot(office.engine) as session:
        return list(session.scalars(select(DuplicateDismissal)))


def audited(office: Office) -> list[tuple[str, str | None]]:
    actions = ("duplicate_dismissed", "duplicate_restored")
    with snapshot(office.engine) as session:
        query = select(Audit.action, Audit.details).where(Audit.action.in_(actions)).order_by(Audit.audit_id)
        return [(action, details) for action, details in session.execute(query)]


def test_dismissed_pair_is_not_proposed_until_the_dismissal_is_withdrawn(
    reviewer: Browser, office: Office, other: str
) -> None:
    (href,) = set(
        re.findall(r'href="(/establishments/[^"]+/not-duplicate\?other=[^"]+)"', reviewer.text(LIST))
    )
    assert set(re.findall(r"[0-9a-f-]{36}", href)) == {PLACE, other}
    # The pair is the same whichever entry is named first.
    assert tell_apart(reviewer, other, PLACE) == 303
    page = page_of(reviewer, LIST)
    assert "Không có cơ sở nào có thể trùng" in page
    assert "Đã xác nhận là hai cơ sở" in page
    assert "Có thể là cùng một cơ sở" not in page_of(reviewer, f"/establishments/{PLACE}")
    apart = reviewer.text(f"{LIST}?dismissed=1")
    assert REASON in apart
    assert "Cán bộ chi" in apart
    assert NAME in apart
    (restore,) = re.findall(r'action="(/establishments/duplicates/[^"]+/restore)"', apart)
    assert reviewer.post(restore).status_code == 303
    assert reviewer.text(LIST).count("/merge?other=") == 1
    assert "Có thể là cùng một cơ sở" in page_of(reviewer, f"/establishments/{PLACE}")
    assert dismissals(office) == []
    assert [action for action, _ in audited(office)] == ["duplicate_dismissed", "duplicate_restored"]
    assert REASON not in str(audited(office))
    assert reviewer.post(restore).status_code == 404


def test_form_does_not_warn_of_a_dismissed_duplicate(reviewer: Browser, other: str) -> None:
    path = f"/establishments/{other}/edit"
    form = fields_in(reviewer.text(path)) | {"name": NAME}
    assert "Có thể là cùng một cơ sở" in text_of(reviewer.post(path, form))
    assert tell_apart(reviewer, PLACE, other) == 303
    assert reviewer.post(path, form).status_code == 303


def test_reason_is_required_and_kept_as_typed(reviewer: Browser, office: Office, other: str) -> None:
    path = path_of(PLACE, other)
    for reason in ("", "x" * 301):
        answer = reviewer.post(path, fields_in(reviewer.text(path)) | {"reason": reason})
        assert answer.status_code == 422
        assert 'id="error-field-reason"' in answer.get_data(as_text=True)
        assert reason in answer.get_data(as_text=True)
    assert dismissals(office) == []


def test_reason_that_may_name_a_person_needs_confirmation(
    reviewer: Browser, office: Office, other: str
) -> None:
    path = path_of(PLACE, other)
    form = fields_in(reviewer.text(path)) | {"reason": "Chủ là bà Nguyễn Thị Lan, 0912345678"}
    answer = reviewer.post(path, form)
    assert answer.status_code == 200
    assert dismissals(office) == []
    assert reviewer.post(path, form | {"confirmed": "texts"}).status_code == 303


def test_said_twice_the_first_reason_stays(reviewer: Browser, office: Office, other: str) -> None:
    assert tell_apart(reviewer, PLACE, other) == 303
    assert tell_apart(reviewer, other, PLACE, "Khác.") == 303
    assert [dismissal.reason for dismissal in dismissals(office)] == [REASON]
    assert len(audited(office)) == 1


def test_establishment_is_no_duplicate_of_itself_or_of_an_unknown_id(
    reviewer: Browser, office: Office, other: str
) -> None:
    for wrong in (other, PLACE[::-1]):
        answer = reviewer.post(f"/establishments/{other}/not-duplicate", {"other": wrong, "reason": REASON})
        assert answer.status_code == 404
    assert dismissals(office) == []


def test_pair_leaves_the_list_with_a_merged_entry(reviewer: Browser, other: str) -> None:
    assert tell_apart(reviewer, PLACE, other) == 303
    path = f"/establishments/{PLACE}/merge"
    form = fields_in(reviewer.text(f"{path}?other={other}"))
    assert reviewer.post(path, form).status_code == 303
    assert REASON not in reviewer.text(f"{LIST}?dismissed=1")


def test_dismissing_a_duplicate_needs_the_right_to_edit_the_register(
    signed_in: Callable[[str], Browser], other: str, office: Office
) -> None:
    for login in ("leader_viewer", "city_viewer", "admin"):
        browser = signed_in(login)
        assert browser.get(path_of(PLACE, other)).status_code == 404
        answer = browser.post(path_of(PLACE, other), {"other": other, "reason": REASON})
        assert answer.status_code == 404
    assert dismissals(office) == []
