"""Webhook delivery to a real receiver: signed, ordered, retried, stopped, replayed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError
from tests.server.office.webhooks.conftest import Receiver, add_webhook
from tests.server.office_scene import Office, Tablet
from tests.stores import Statements

from field178_server.database.models import Audit, Notice, Webhook, WebhookAttempt
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.reminders.stopped_webhooks import announce_stopped
from field178_server.office.webhooks import operations, queries
from field178_server.office.webhooks.delivery import WebhookSender, send_again, send_test, webhooks_running
from field178_server.office.webhooks.events import EventKind
from field178_server.office.webhooks.signature import secret_box
from field178_server.records.keyset import PageStart
from field178_shared.errors import AppError


@pytest.fixture
def tablet(office: Office) -> Tablet:
    return Tablet(office).ready()


@pytest.fixture
def sender(office: Office) -> WebhookSender:
    return WebhookSender(office.runtime, announce_stopped, chance=lambda: 0.5)


def file(tablet: Tablet, n: int) -> str:
    """File an establishment and return its id."""
    change = tablet.change(n)
    tablet.frames(push=[change])
    return str(change["record_id"])


def send(sender: WebhookSender, webhook_id: str) -> int:
    sender.collect()
    return sender.send_to(webhook_id)


def row_of(office: Office, webhook_id: str) -> Webhook:
    with snapshot(office.engine) as session:
        return session.get_one(Webhook, (office.settings.tenant, webhook_id))


def ids(receiver: Receiver) -> list[str]:
    return [headers["webhook-id"] for headers, _ in receiver.taken]


def test_receiver_verifies_the_delivery(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, secret = add_webhook(office, receiver.url)
    record_id = file(tablet, 1)
    assert send(sender, webhook_id) == 1
    ((headers, body),) = receiver.taken
    verified = Verifier(secret).verify(body, headers)
    assert verified["type"] == "record.created"
    assert verified["data"]["id"] == record_id
    with pytest.raises(WebhookVerificationError):
        Verifier(secret).verify(body.replace(b"created", b"edited"), headers)
    with pytest.raises(WebhookVerificationError):
        Verifier(add_webhook(office, receiver.url)[1]).verify(body, headers)
    assert send(sender, webhook_id) == 0, "taken once"


def test_both_secrets_are_valid_for_a_day(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, earlier = add_webhook(office, receiver.url)
    box = secret_box(office.runtime.keyring)
    secret = run_write(office.engine, lambda s: operations.rotate(s, office.context, box, webhook_id))
    file(tablet, 1)
    send(sender, webhook_id)
    office.clock.move(hours=25)
    tablet.open_session()
    file(tablet, 2)
    send(sender, webhook_id)
    (first, first_body), (second, second_body) = receiver.taken
    for key in (earlier, secret):
        Verifier(key).verify(first_body, first)
    Verifier(secret).verify(second_body, second)
    with pytest.raises(WebhookVerificationError):
        Verifier(earlier).verify(second_body, second)


def test_secret_is_sealed_and_never_written(
    office: Office,
    receiver: Receiver,
    capfd: pytest.CaptureFixture[str],
    sender: WebhookSender,
    tablet: Tablet,
) -> None:
    webhook_id, secret = add_webhook(office, receiver.url)
    receiver.answers.append(500)
    file(tablet, 1)
    send(sender, webhook_id)
    plain = secret.removeprefix("whsec_")
    for path in office.settings.data_dir.glob("field178.sqlite*"):
        assert plain.encode() not in path.read_bytes()
    out, err = capfd.readouterr()
    assert plain not in out + err


def test_refused_message_is_tried_again_and_holds_the_order(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    records = [file(tablet, 1), file(tablet, 2)]
    receiver.answers += [500, 503]
    assert send(sender, webhook_id) == 0
    assert sender.due() == [], "not before its pause is over"
    office.clock.move(seconds=5)
    assert sender.due() == [webhook_id]
    assert send(sender, webhook_id) == 0
    office.clock.move(seconds=6)
    assert sender.due() == [], "pauses grow"
    office.clock.move(seconds=30)
    assert send(sender, webhook_id) == 2
    record_ids = [json.loads(body)["data"]["id"] for _, body in receiver.taken]
    assert record_ids == [records[0]] * 3 + [records[1]]
    assert len(set(ids(receiver))) == 2, "the same id at each attempt"
    row = row_of(office, webhook_id)
    assert (row.attempt_count, row.failing_since) == (0, None)


def test_webhook_that_fails_for_days_is_stopped_and_reported(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url, name="Kho số liệu")
    file(tablet, 1)
    receiver.answers += [500] * 40
    begun, tries = office.clock.now(), 0
    while row_of(office, webhook_id).state == "active":
        send(sender, webhook_id)
        tries += 1
        office.clock.instant = max(office.clock.instant, row_of(office, webhook_id).next_try_at)
        assert tries < 30
    assert timedelta(days=5) <= office.clock.now() - begun < timedelta(days=8)
    assert tries < 20
    with snapshot(office.engine) as session:
        (notice,) = session.scalars(select(Notice).where(Notice.audience == "role:admin"))
        actions = session.scalars(select(Audit.action).where(Audit.object_id == webhook_id)).all()
    assert "Kho số liệu" in notice.text_vi
    assert sorted(actions) == ["webhook_added", "webhook_stopped"]
    receiver.answers.clear()
    run_write(office.engine, lambda s: operations.resume(s, office.context, webhook_id))
    assert send(sender, webhook_id) == 1, "nothing is lost by it"


def test_webhook_with_a_gone_receiver_is_stopped_at_once(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    file(tablet, 1)
    receiver.answers.append(410)
    send(sender, webhook_id)
    assert row_of(office, webhook_id).state == "stopped"


def refuses(*numbers: int, status: int = 422) -> Callable[[Any, bytes], None]:
    """Refuse the events with these numbers, whenever they come; take the others."""

    def answer(handler: Any, body: bytes) -> None:
        handler.send_response(status if json.loads(body)["data"]["number"] in numbers else 204)
        handler.end_headers()

    return answer


def numbers(receiver: Receiver) -> list[int]:
    return [json.loads(body)["data"]["number"] for _, body in receiver.taken]


def refused(office: Office, webhook_id: str) -> list[tuple[int, int, int]]:
    with snapshot(office.engine) as session:
        rows = queries.refused_messages(session, office.settings.tenant, webhook_id)
        return [(row.event_no, row.status, row.attempts) for row in rows]


@pytest.mark.parametrize(("status", "tries"), [(422, 5), (500, 8), (410, 1)])
def test_message_that_alone_is_refused_is_refused_and_sent_again_by_hand(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver, status: int, tries: int
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    for n in (1, 2, 3):
        file(tablet, n)
    receiver.answers += [refuses(1, status=status)] * 20
    begun = office.clock.now()
    while not refused(office, webhook_id):
        send(sender, webhook_id)
        office.clock.instant = max(office.clock.instant, row_of(office, webhook_id).next_try_at)
    assert refused(office, webhook_id) == [(1, status, tries)]
    assert numbers(receiver) == [1] * tries + [2, 3]
    assert office.clock.now() - begun < timedelta(hours=6)
    row = row_of(office, webhook_id)
    assert (row.state, row.delivered_no, row.attempt_count, row.failing_since) == ("active", 3, 0, None)
    assert send_again(office.runtime, office.context, webhook_id, 1).failed is not None
    assert refused(office, webhook_id) == [(1, status, tries)]
    receiver.answers.clear()
    assert send_again(office.runtime, office.context, webhook_id, 1).failed is None
    assert len(set(ids(receiver))) == 3, "the same id again"
    assert refused(office, webhook_id) == []
    with pytest.raises(AppError):
        send_again(office.runtime, office.context, webhook_id, 1)


def test_receiver_that_refuses_everything_gets_all_events_later_in_order(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    """With a wrong secret every message is refused: none of them is the one at fault."""
    webhook_id, _ = add_webhook(office, receiver.url)
    for n in (1, 2):
        file(tablet, n)
    receiver.answers += [401] * 8
    for _ in range(6):
        send(sender, webhook_id)
        office.clock.instant = row_of(office, webhook_id).next_try_at
    assert refused(office, webhook_id) == []
    assert numbers(receiver) == [1, 1, 1, 1, 1, 2, 1, 2]
    receiver.server.requests.clear()
    assert send(sender, webhook_id) == 2
    assert numbers(receiver) == [1, 2]


def test_replay_sends_passed_over_events(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    for n in (1, 2):
        file(tablet, n)
    receiver.answers += [refuses(1, status=410)] * 2
    send(sender, webhook_id)
    assert refused(office, webhook_id) == [(1, 410, 1)]
    run_write(office.engine, lambda s: operations.replay(s, office.context, webhook_id, 1))
    assert refused(office, webhook_id) == []
    assert send(sender, webhook_id) == 2


def test_only_events_of_the_chosen_kinds_are_sent(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url, EventKind.FROZEN)
    file(tablet, 1)
    assert send(sender, webhook_id) == 0
    assert receiver.taken == []
    assert sender.due() == [], "and what is not told is not looked for again"


def test_replay_from_an_event_and_from_an_instant(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    file(tablet, 1)
    office.clock.move(minutes=10)
    at = office.clock.now()
    for n in (2, 3):
        file(tablet, n)
    send(sender, webhook_id)
    first = ids(receiver)

    def replay(work: Callable[[Any], None]) -> list[str]:
        receiver.server.requests.clear()
        run_write(office.engine, work)
        send(sender, webhook_id)
        return ids(receiver)

    context = office.context
    assert replay(lambda s: operations.replay(s, context, webhook_id, 2)) == first[1:]
    assert replay(lambda s: operations.replay_since(s, context, webhook_id, at)) == first[1:]
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert replay(lambda s: operations.replay_since(s, context, webhook_id, long_ago)) == first
    for refused in (0, 4):
        with pytest.raises(AppError):
            replay(lambda s, no=refused: operations.replay(s, context, webhook_id, no))  # type: ignore[misc]
    later = office.clock.now() + timedelta(days=1)
    with pytest.raises(AppError):
        replay(lambda s: operations.replay_since(s, context, webhook_id, later))


def test_change_during_a_delivery_is_not_overwritten_by_it(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    file(tablet, 1)
    send(sender, webhook_id)
    file(tablet, 2)

    def replayed_meanwhile(handler: Any, _: bytes) -> None:
        run_write(office.engine, lambda s: operations.replay(s, office.context, webhook_id, 1))
        handler.send_response(200)
        handler.end_headers()

    receiver.answers.append(replayed_meanwhile)
    assert send(sender, webhook_id) == 0
    receiver.server.requests.clear()
    assert send(sender, webhook_id) == 2, "from the first event on"


def test_two_processes_never_send_at_a_time(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    file(tablet, 1)
    sender.collect()
    other, sent = WebhookSender(office.runtime), []

    def meanwhile(handler: Any, _: bytes) -> None:
        sent.append(other.send_to(webhook_id))
        handler.send_response(200)
        handler.end_headers()

    receiver.answers.append(meanwhile)
    assert sender.send_to(webhook_id) == 1
    assert sent == [0]
    assert len(receiver.taken) == 1


def test_paused_webhook_is_sent_nothing_and_goes_on_where_it_stood(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    run_write(office.engine, lambda s: operations.pause(s, office.context, webhook_id))
    file(tablet, 1)
    assert send(sender, webhook_id) == 0
    run_write(office.engine, lambda s: operations.resume(s, office.context, webhook_id))
    assert send(sender, webhook_id) == 1


def test_test_message_is_sent_at_once_signed_and_logged(office: Office, receiver: Receiver) -> None:
    webhook_id, secret = add_webhook(office, receiver.url)
    run_write(office.engine, lambda s: operations.pause(s, office.context, webhook_id))
    assert send_test(office.runtime, office.context, webhook_id).failed is None
    ((headers, body),) = receiver.taken
    assert Verifier(secret).verify(body, headers)["type"] == "webhook.test"
    receiver.answers.append(302)
    failed = send_test(office.runtime, office.context, webhook_id).failed
    assert failed is not None
    assert failed.status == 302
    with snapshot(office.engine) as session:
        page = queries.attempts(session, office.settings.tenant, webhook_id, PageStart())
    assert [(row.WebhookAttempt.status, row.WebhookAttempt.reason) for row in page.rows] == [
        (302, "redirect"),
        (204, None),
    ]


def test_slow_receiver_delays_no_other_webhook(office: Office, tablet: Tablet, receiver: Receiver) -> None:
    slow = Receiver()
    is_over = threading.Event()
    slow.answers.append(lambda *_: is_over.wait(8))
    add_webhook(office, slow.url, name="A")
    add_webhook(office, receiver.url, name="B")
    file(tablet, 1)
    try:
        with webhooks_running(office.runtime, look_every_s=0.05):
            until(lambda: len(receiver.taken) == 1 and len(slow.taken) == 1)
            file(tablet, 2)
            until(lambda: len(receiver.taken) == 2)
        assert len(slow.taken) == 1
    finally:
        is_over.set()
        slow.server.close()


def test_store_without_webhooks_is_only_queried_for_them(office: Office, statements: Statements) -> None:
    with statements(office.engine) as executed, webhooks_running(office.runtime, look_every_s=0.02):
        until(lambda: len(executed) > 8)
    written = [statement for statement in executed if not statement.startswith(("SELECT", "BEGIN", "PRAGMA"))]
    assert written == []
    assert {
        statement.split("FROM ")[1].split()[0] for statement in executed if statement.startswith("SELECT")
    } == {"webhook_feed"}


def test_old_events_and_attempts_go(
    office: Office, tablet: Tablet, sender: WebhookSender, receiver: Receiver
) -> None:
    webhook_id, _ = add_webhook(office, receiver.url)
    file(tablet, 1)
    send(sender, webhook_id)
    sender.drop_old()
    with snapshot(office.engine) as session:
        assert queries.replayable_events(session, office.settings.tenant).last_no == 1
    office.clock.move(days=91)
    sender.drop_old()
    with snapshot(office.engine) as session:
        assert queries.replayable_events(session, office.settings.tenant) == queries.ReplayableEvents()
        assert session.scalars(select(WebhookAttempt)).all() == []
    tablet.open_session()
    tablet.sign_in()
    file(tablet, 2)
    assert send(sender, webhook_id) == 1, "numbers go on"


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 6
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)
