"""The outbox on both engines: one digest per officer and day, each e-mail claimed once."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session
from tests.world import OFFICER, World

from field178_server.audit.operation_context import OperationContext
from field178_server.database.models import Device, Mail, Officer
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.mail import operations, queries
from field178_server.office.mail.transport import MailReason, MailRefused
from field178_server.records.keyset import PageStart
from field178_shared.codelists import load
from field178_shared.ids import IdSource


def link(path: str) -> str:
    return f"https://so178.example{path}"


def queue(world: World) -> int:
    context = OperationContext(world.tenant_id, world.clock, IdSource(world.clock, random.Random(7)), load())
    return run_write(world.engine, lambda session: operations.queue_digests(session, context, link))


def claim(world: World) -> Any:
    return run_write(world.engine, lambda s: operations.claim_next(s, world.tenant_id, world.clock.now()))


def silent_tablet(world: World) -> None:
    world.tablet()
    world.change_rows(Officer, role="reviewer", email="an@huyen.example")
    world.change_rows(Device, last_seen_at=world.clock.now() - timedelta(days=3))


def test_one_digest_an_officer_a_day_while_something_waits(world: World) -> None:
    assert queue(world) == 0
    silent_tablet(world)
    assert [queue(world), queue(world)] == [1, 0]
    world.clock.move(days=1)
    assert queue(world) == 1
    world.change_rows(Device, last_seen_at=world.clock.now())
    world.clock.move(days=1)
    assert queue(world) == 0
    assert {mail.officer_id for mail in world.rows(Mail)} == {OFFICER}


def test_closed_account_gets_no_mail(world: World) -> None:
    silent_tablet(world)
    world.change_rows(Officer, disabled_at=world.clock.now())
    assert queue(world) == 0


def test_an_e_mail_is_claimed_once_and_again_after_its_pause(world: World) -> None:
    silent_tablet(world)
    queue(world)
    claimed = claim(world)
    assert claimed.address == "an@huyen.example"
    assert "https://so178.example/tablets" in claimed.text
    assert claim(world) is None

    def refuse(session: Session) -> None:
        refused = MailRefused(MailReason.NO_ANSWER)
        operations.note_refused(session, world.tenant_id, claimed.mail_id, refused, world.clock.now())

    run_write(world.engine, refuse)
    assert claim(world) is None
    world.clock.move(minutes=1)
    assert claim(world).mail_id == claimed.mail_id
    run_write(
        world.engine,
        lambda s: operations.note_sent(s, world.tenant_id, claimed.mail_id, world.clock.now()),
    )
    world.clock.move(hours=1)
    assert claim(world) is None
    with snapshot(world.engine) as session:
        page = queries.mail_page(session, world.tenant_id, "sent", PageStart())
    assert [row.Mail.mail_id for row in page.page.rows] == [claimed.mail_id]
    assert page.counts == {"waiting": 0, "sent": 1, "failed": 0}


def test_e_mails_of_a_past_quarter_are_removed(world: World) -> None:
    silent_tablet(world)
    queue(world)
    world.change_rows(Mail, state="sent", ended_at=world.clock.now())
    world.clock.move(days=91)
    queue(world)
    assert [mail.day for mail in world.rows(Mail)] == [(world.clock.now() + timedelta(hours=7)).date()]
