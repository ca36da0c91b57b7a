"""Pages of webhooks: what an administrator does with one, what each page says, and who may."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook as Verifier
from tests.server.console.conftest import Browser
from tests.server.office.webhooks.conftest import Receiver, add_webhook, receiver
from tests.server.office_scene import PASSWORD, Office, Tablet
from tests.stores import Statements

from field178_server.database.models import Audit, Webhook
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.webhooks import operations
from field178_server.office.webhooks.delivery import WebhookSender
from field178_shared.errors import ErrorCode, message

__all__ = ["receiver"]

SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]+")
KINDS = ["record.created", "report.frozen"]


@pytest.fixture
def office(office: Office) -> Iterator[Office]:
    """Let the office send to this machine."""
    office.close()
    sending_office = Office(replace(office.settings, webhook_hosts="127.0.0.1"), office.clock)
    yield sending_office
    sending_office.close()


@pytest.fixture
def admin(office: Office) -> Browser:
    browser = Browser(office.app.test_client())
    sign_in(browser)
    return browser


def sign_in(browser: Browser) -> None:
    browser.client.post("/sign-in", data={"login": "admin", "password": PASSWORD})


def row_of(office: Office, webhook_id: str) -> Webhook:
    with snapshot(office.engine) as session:
        return session.get_one(Webhook, ("main", webhook_id))


def test_webhook_is_added_and_its_secret_shown_once(
    office: Office, admin: Browser, receiver: Receiver
) -> None:
    assert "Chưa có webhook" in admin.text("/webhooks")
    fields = {"name": " Sở Y tế ", "url": receiver.url, "kinds": KINDS, "password": PASSWORD}
    answer = admin.post("/webhooks/new", fields)
    assert answer.status_code == 303
    page = admin.text(answer.headers["Location"])
    (secret,) = set(SECRET.findall(unescape(page)))
    again = admin.text(answer.headers["Location"])
    assert SECRET.search(again) is None
    assert "Khóa đã hiện rồi" in again
    webhook_id = answer.headers["Location"].split("/")[2]
    assert admin.post(f"/webhooks/{webhook_id}/test").status_code == 303
    shown = admin.text(f"/webhooks/{webhook_id}")
    assert "Nơi nhận đã nhận tin gửi thử." in shown
    assert "HTTP 204" in shown
    ((headers, body),) = receiver.taken
    Verifier(secret).verify(body, headers)
    assert "Sở Y tế" in admin.text("/webhooks")
    with snapshot(office.engine) as session:
        trail = session.scalars(select(Audit).where(Audit.object_id == webhook_id)).all()
    assert [entry.action for entry in trail] == ["webhook_added", "webhook_tested"]
    assert secret not in "".join(str(entry.details) for entry in trail)
    assert "Thêm một webhook" in admin.text("/audit")


def test_invalid_input_shows_a_field_error_and_keeps_the_rest(admin: Browser, office: Office) -> None:
    fields = {"name": "Kho số liệu", "url": "https://hook.example/in", "kinds": KINDS}
    refused: list[tuple[str, object, str]] = [
        ("name", "", message(ErrorCode.REQUIRED, "vi")),
        ("name", "x" * 101, message(ErrorCode.TOO_LONG, "vi")),
        ("url", "", message(ErrorCode.REQUIRED, "vi")),
        ("url", "http://hook.example/", "Cần địa chỉ https://"),
        ("url", "https://10.0.0.1/", "Cần địa chỉ https://"),
        ("url", "https://an:mk@hook.example/", "Cần địa chỉ https://"),
        ("kinds", [], message(ErrorCode.REQUIRED, "vi")),
        ("kinds", ["record.burnt"], message(ErrorCode.UNKNOWN_CHOICE, "vi")),
    ]
    for field, typed, sentence in refused:
        answer = admin.post("/webhooks/new", {**fields, field: typed, "password": PASSWORD})
        page = unescape(answer.get_data(as_text=True))
        assert answer.status_code == 422, (field, typed)
        assert f'href="#field-{field}"' in page
        assert sentence in page
        assert ("Kho số liệu" in page) == (field != "name")
    with snapshot(office.engine) as session:
        assert session.scalars(select(Webhook)).all() == []


def test_webhook_needs_the_password(admin: Browser, office: Office, receiver: Receiver) -> None:
    office.clock.move(minutes=20)
    fields = {"name": "Sở", "url": receiver.url, "kinds": KINDS}
    answer = admin.post("/webhooks/new", {**fields, "password": "sai"})
    assert answer.status_code == 403
    assert receiver.url in answer.get_data(as_text=True)
    webhook_id, _ = add_webhook(office, receiver.url)
    for path in ("edit", "secret"):
        assert admin.post(f"/webhooks/{webhook_id}/{path}", fields).status_code == 403
    assert row_of(office, webhook_id).earlier_secret is None


def seen_on(browser: Browser, path: str) -> str:
    return re.findall(r'name="seen" value="([^"]+)"', browser.text(path))[0]


def test_webhook_changed_by_another_administrator_meanwhile_is_not_overwritten(
    admin: Browser, office: Office, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    path = f"/webhooks/{webhook_id}/edit"
    fields = {"url": "https://hook.example/", "kinds": KINDS, "password": PASSWORD}
    fields["seen"] = seen_on(admin, path)
    assert admin.post(path, fields | {"name": "Cục"}).status_code == 303
    late = admin.post(path, fields | {"name": "Chi cục"})
    page = unescape(late.get_data(as_text=True))
    assert (late.status_code, row_of(office, webhook_id).name) == (409, "Cục")
    assert ("Người khác đã sửa webhook này" in page, 'value="Chi cục"' in page) == (True, True)
    (again,) = re.findall(r'name="seen" value="([^"]+)"', page)
    assert admin.post(path, fields | {"name": "Chi cục", "seen": again}).status_code == 303


def test_webhook_is_changed_paused_resumed_and_removed(
    admin: Browser, office: Office, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    path = f"/webhooks/{webhook_id}"
    assert 'value="Sở"' in admin.text(f"{path}/edit")
    fields = {"name": "Cục", "url": "https://hook.example/", "kinds": KINDS, "password": PASSWORD}
    fields["seen"] = seen_on(admin, f"{path}/edit")
    assert admin.post(f"{path}/edit", fields).status_code == 303
    assert row_of(office, webhook_id).kinds.split() == KINDS
    admin.post(f"{path}/pause")
    assert "Tạm ngừng" in admin.text(path)
    admin.post(f"{path}/resume")
    assert row_of(office, webhook_id).state == "active"
    secret = admin.post(f"{path}/secret", {"password": PASSWORD})
    assert "khóa cũ" in admin.text(secret.headers["Location"])
    admin.post(f"{path}/remove")
    assert admin.get(path).status_code == 404
    assert "Đã xóa webhook." in admin.text("/webhooks")


def test_events_are_sent_again_from_a_day_or_an_event(
    admin: Browser, office: Office, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    path = f"/webhooks/{webhook_id}"
    assert "disabled" in admin.text(path), "there is nothing to send again yet"
    tablet, sender = Tablet(office).ready(), WebhookSender(office.runtime)
    for n in (1, 2):
        tablet.frames(push=[tablet.change(n)])
    sender.collect()
    assert "Sự kiện đang chờ" in admin.text(path)
    assert sender.send_to(webhook_id) == 2
    for fields, status in (
        ({"first_no": "2"}, 303),
        ({"since": "2026-11-24"}, 303),
        ({}, 422),
        ({"since": "2026-11-24", "first_no": "1"}, 422),
        ({"first_no": "3"}, 422),
        ({"first_no": "x"}, 422),
        ({"since": "2099-01-01"}, 422),
        ({"since": "hôm qua"}, 422),
    ):
        assert admin.post(f"{path}/replay", fields).status_code == status, fields
    assert sender.send_to(webhook_id) == 2
    refused = admin.post(f"{path}/replay", {"first_no": "99"})
    assert "Không còn giữ sự kiện nào từ chỗ này." in unescape(refused.get_data(as_text=True))
    assert "từ sự kiện 2" in admin.text("/audit")


def test_failing_receiver_is_shown_here_and_on_the_health_page(
    admin: Browser, office: Office, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    assert "1 đang dùng" in admin.text("/health")
    receiver.answers += [500, 500]
    tablet, sender = Tablet(office).ready(), WebhookSender(office.runtime)
    tablet.frames(push=[tablet.change(1)])
    sender.collect()
    sender.send_to(webhook_id)
    shown = admin.text(f"/webhooks/{webhook_id}")
    assert "Nơi nhận từ chối tin. (HTTP 500)" in shown
    assert "đã gửi 1 lần" in shown
    assert "1 đang dùng" in admin.text("/health"), "a receiver that is started again fails for minutes"
    office.clock.move(hours=2)
    sign_in(admin)
    assert "1 nơi không nhận" in admin.text("/health")
    assert "Đang gửi lại" in admin.text("/webhooks")


def test_message_that_was_passed_over_is_listed_and_sent_again_by_a_button(
    admin: Browser, office: Office, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    tablet = Tablet(office).ready()
    for n in (1, 2):
        tablet.frames(push=[tablet.change(n)])
    receiver.answers += [410, 204]
    sender = WebhookSender(office.runtime)
    sender.collect()
    sender.send_to(webhook_id)
    assert "Tin để riêng: 1" in admin.text("/webhooks")
    page = admin.text(f"/webhooks/{webhook_id}")
    assert "Bị từ chối 1 lần, lần cuối HTTP 410" in page
    (again,) = re.findall(r'action="(/webhooks/[^"]+/refused/1)"', page)
    for answer, sentence in ((500, "Nơi nhận chưa nhận tin"), (204, "tin không còn để riêng")):
        receiver.answers.append(answer)
        assert admin.post(again).status_code == 303
        assert sentence in admin.text(f"/webhooks/{webhook_id}")
    assert again not in admin.text(f"/webhooks/{webhook_id}")
    assert admin.post(again).status_code == 404


def test_attempts_are_shown_by_pages(admin: Browser, office: Office, receiver: Receiver) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    tablet, sender = Tablet(office).ready(), WebhookSender(office.runtime)
    tablet.frames(push=[tablet.change(n) for n in range(1, 61)])
    sender.collect()
    while sender.send_to(webhook_id):
        pass
    path = f"/webhooks/{webhook_id}"
    page = admin.text(path)
    assert page.count("Phiếu được gửi lần đầu</td>") == 50
    (href,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert admin.text(unescape(href)).count("Phiếu được gửi lần đầu</td>") == 10


def test_pages_cost_the_same_for_many_webhooks_as_for_one(
    admin: Browser, office: Office, receiver: Receiver, statements: Statements
) -> None:
    first, _ = add_webhook(office, receiver.url)
    costs = []
    for count in (0, 8):
        for number in range(count):
            add_webhook(office, receiver.url, name=f"Nơi nhận {number}")
        admin.text("/webhooks")
        with statements(office.engine) as queries:
            admin.text("/webhooks")
            admin.text(f"/webhooks/{first}")
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_number_of_webhooks_is_limited(admin: Browser, office: Office, receiver: Receiver) -> None:
    for number in range(operations.MOST):
        add_webhook(office, receiver.url, name=f"Nơi nhận {number}")
    fields = {"name": "Sở", "url": receiver.url, "kinds": KINDS, "password": PASSWORD}
    answer = admin.post("/webhooks/new", fields)
    assert answer.status_code == 413
    assert "Đã đủ số webhook" in unescape(answer.get_data(as_text=True))


def test_others_find_no_webhook(
    office: Office, receiver: Receiver, signed_in: Callable[[str], Browser]
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    path = f"/webhooks/{webhook_id}"
    for role in ("chi", "an", "privacy_officer", "leader_viewer"):
        browser = signed_in(role)
        for page in ("/webhooks", "/webhooks/new", path, f"{path}/edit", f"{path}/secret"):
            assert browser.get(page).status_code == 404, (role, page)
        for act in ("test", "pause", "resume", "replay", "secret", "remove", "edit"):
            assert browser.post(f"{path}/{act}").status_code == 404, (role, act)
    assert row_of(office, webhook_id).state == "active"
    assert receiver.taken == []


def test_actions_on_a_removed_webhook_answer_404(admin: Browser, office: Office, receiver: Receiver) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    run_write(office.engine, lambda s: operations.remove(s, office.context, webhook_id))
    for act in ("test", "pause", "resume", "secret", "remove"):
        answer = admin.post(f"/webhooks/{webhook_id}/{act}", {"password": PASSWORD})
        assert answer.status_code == 404, act
