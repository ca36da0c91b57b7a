"""Access state: each part that is edited in the database is named, each action of the product is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session
from tests.server.office_scene import PASSWORD, Office, Tablet, copy_of

from field178_server.accounts import operations as accounts
from field178_server.audit import access_state, verify
from field178_server.database.models import (
    AccessState,
    Audit,
    Device,
    DeviceScope,
    FeedToken,
    Officer,
    OfficerScope,
    Root,
    Tenant,
    Webhook,
)
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.devices import heartbeat, orders
from field178_server.devices.heartbeat import Heartbeat
from field178_server.maintenance.integrity import faults_of_store
from field178_server.office.tablets import operations as tablets
from field178_server.security.passwords import Passwords
from field178_server.serving.secret_rotation import finish_rotation
from field178_shared.device_orders import OrderKind, OrderOutcome, OrderReceipt
from field178_shared.errors import AppError
from field178_shared.time.clock import to_wire

CHI = Officer.login == "chi"


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    """An office with a tablet of `an`, and a root after it."""
    made = Office(copy_of(furnished, tmp_path / "data"))
    Tablet(made).ready()
    assert extend(made)
    yield made
    made.close()


def extend(office: Office) -> bool:
    runtime = office.runtime
    return verify.extend(office.engine, runtime.tenant_id, runtime.keyring.receipt, office.clock)


def faults(office: Office) -> list[str]:
    return faults_of_store(office.engine, office.settings.tenant, office.runtime.keyring.receipt_key)


def write(office: Office, *statements: Any) -> None:
    for statement in statements:
        run_write(office.engine, lambda session, each=statement: session.execute(each))


def parts(office: Office) -> set[str]:
    with snapshot(office.engine) as session:
        changes = access_state.contradictions(session, office.settings.tenant)
    return {f"{change.part} {change.kind}" for change in changes}


def actions(office: Office) -> list[str]:
    with snapshot(office.engine) as session:
        return list(session.scalars(select(Audit.action).order_by(Audit.audit_id)))


@pytest.mark.parametrize(
    ("edit", "named"),
    [
        (update(Officer).where(CHI).values(role="admin"), "account altered"),
        (update(Officer).where(CHI).values(password_hash="x"), "password altered"),
        (update(Officer).where(CHI).values(totp_secret="x"), "one-time codes altered"),
        (delete(OfficerScope).where(OfficerScope.scope.like("team:%")), "scopes altered"),
        (update(Device).values(public_key="x"), "tablet key altered"),
        (delete(DeviceScope).where(DeviceScope.scope.like("unit:%")), "tablet scopes altered"),
        (delete(DeviceScope), "tablet scopes missing"),
        (update(Tenant).values(payload_key=b"x"), "store altered"),
        (update(Tenant).values(session_generation=-1), "sessions altered"),
    ],
)
def test_an_edit_in_the_database_is_named_before_and_after_the_next_root(
    office: Office, edit: Any, named: str
) -> None:
    assert faults(office) == []
    write(office, edit)
    assert parts(office) == {named}
    assert any(fault.startswith("access: ") and fault.endswith(named.split()[-1]) for fault in faults(office))
    assert extend(office)
    assert parts(office) == set()
    assert any(fault.endswith("(in the audit trail)") for fault in faults(office))
    assert actions(office).count(access_state.CONTRADICTED) == 1


def test_an_added_account_token_or_webhook_is_named(office: Office) -> None:
    tenant, chi, now = office.settings.tenant, office.officer_id("chi"), office.clock.now()
    made = {"tenant_id": tenant, "made_by": chi, "made_at": now}
    token = {"token_id": "t", "token_hash": "0" * 64, "label": "x", "officer_id": chi}
    webhook = {
        "webhook_id": "w",
        "name": "x",
        "url": "https://x",
        "kinds": "",
        "secret": b"",
        "delivered_no": 0,
    }
    officer = {
        "officer_id": "o",
        "login": "o",
        "name": "o",
        "agency": "a",
        "role": "admin",
        "created_at": now,
    }
    write(
        office,
        insert(FeedToken).values(**made, **token, expires_at=now.replace(year=2030)),
        insert(Webhook).values(**made, **webhook, next_try_at=now),
        insert(Officer).values(tenant_id=tenant, **officer),
        insert(OfficerScope).values(tenant_id=tenant, officer_id="o", scope="office"),
    )
    added = {
        "account added",
        "password added",
        "one-time codes added",
        "scopes added",
        "number of passkeys added",
    }
    assert parts(office) == {"data token added", "webhook added", *added}


def test_actions_of_the_product_explain_what_they_change(office: Office) -> None:
    def act(session: Any) -> None:
        context = office.context
        request = accounts.AccountRequest("dung", "Dung", "admin", None, ())
        officer_id = accounts.add(session, context, request, ["Đội 178"], "x")
        accounts.set_password(session, context, "chi", "y")
        accounts.disable(session, context, officer_id)
        device_id = session.scalars(select(Device.device_id)).one()
        tablets.rename(session, context, device_id, "Máy 2")
        tablets.revoke(session, context, device_id)
        tablets.expire_sessions(session, context)
        tablets.new_epoch(session, context)

    run_write(office.engine, act)
    assert parts(office) == set()
    assert faults(office) == []
    assert extend(office)
    assert access_state.CONTRADICTED not in actions(office)
    assert faults(office) == []


def test_a_tablet_that_was_wiped_by_order_is_revoked_with_an_entry(office: Office) -> None:
    tablet = Tablet(office).ready()
    assert extend(office)
    key, kind = office.runtime.keyring.receipt, OrderKind.FULL_WIPE
    number = run_write(
        office.engine, lambda session: orders.give(session, office.context, tablet.device, kind, "Mất", key)
    )
    receipt = OrderReceipt(tablet.device, number, OrderOutcome.DONE, to_wire(office.clock.now()))
    receipt = replace(receipt, sig=tablet.sign(receipt.signed_text))
    run_write(office.engine, lambda session: orders.take_receipt(session, office.context, receipt))
    assert parts(office) == set()


def test_an_altered_entry_of_the_trail_does_not_stop_the_check(office: Office) -> None:
    write(office, update(Officer).where(CHI).values(role="admin"))
    assert extend(office)
    write(office, update(Audit).where(Audit.action == access_state.CONTRADICTED).values(details="x"))
    assert any(fault.startswith("access: entry ") for fault in faults(office))


def test_an_entry_explains_only_what_its_action_changes(office: Office) -> None:
    run_write(office.engine, lambda session: accounts.set_password(session, office.context, "chi", "y"))
    write(office, update(Officer).where(CHI).values(role="admin"))
    assert parts(office) == {"account altered"}


def confirm(office: Office, login: str) -> None:
    officer_id = office.officer_id(login)
    office.clock.move(seconds=1)
    run_write(office.engine, lambda session: access_state.confirm(session, office.context, officer_id))


def test_a_sealed_secret_is_sealed_again_with_an_entry(office: Office) -> None:
    write(office, update(Officer).where(CHI).values(totp_secret="JBSWY3DPEHPK3PXP"))
    assert extend(office)
    confirm(office, "chi")
    assert extend(office) is False
    assert faults(office) == []
    assert finish_rotation(office.runtime) == 1
    assert faults(office) == []


def test_a_confirmed_object_is_named_no_more(office: Office) -> None:
    with pytest.raises(AppError, match="not_found"):
        confirm(office, "chi")
    for role in ("admin", "leader"):
        for is_in_trail in (False, True):
            office.clock.move(hours=1)
            write(office, update(Officer).where(CHI).values(role=f"{role}{is_in_trail}"))
            if is_in_trail:
                assert extend(office)
            assert len(faults(office)) == 1
            confirm(office, "chi")
            assert faults(office) == []
            office.clock.move(hours=1)
            assert extend(office)
            assert faults(office) == []


@pytest.mark.parametrize("edit", [update(AccessState).values(lines="{}"), delete(AccessState)])
def test_lines_that_are_not_those_of_the_root_are_named(office: Office, edit: Any) -> None:
    write(office, edit)
    assert faults(office) == ["access: lines of root 2 altered"]
    write(office, update(Officer).where(CHI).values(role="admin"))
    office.clock.move(hours=1)
    # The next root hides the edits, and so names the lines in the trail.
    assert extend(office)
    assert faults(office) == ["access: lines of root 2 altered (in the audit trail)"]


def test_a_root_follows_within_the_hour_though_nothing_came(office: Office) -> None:
    assert not extend(office)
    office.clock.move(minutes=30)
    assert not extend(office)
    office.clock.move(minutes=30)
    assert extend(office)
    assert faults(office) == []
    with snapshot(office.engine) as session:
        assert len(session.scalars(select(Root)).all()) == 3


def test_a_password_hashed_anew_at_sign_in_is_explained(office: Office) -> None:
    outdated = Passwords("production").hash(PASSWORD)
    run_write(office.engine, lambda session: accounts.set_password(session, office.context, "an", outdated))
    office.clock.move(hours=1)
    assert extend(office)
    assert Tablet(office).ready()
    assert "password_hash_renewed" in actions(office)
    assert parts(office) == set()


def test_pins_of_a_tablet_that_follows_a_new_certificate_are_no_contradiction(office: Office) -> None:
    now = office.clock.now()
    seen = Heartbeat(now, "1.0", to_wire(now), keys=1, pins="pin-of-the-new-authority")

    def note(session: Session) -> None:
        device_id = session.scalars(select(Device.device_id)).one()
        heartbeat.note(session, office.settings.tenant, device_id, seen)

    run_write(office.engine, note)
    assert parts(office) == set()


def test_part_whose_columns_a_version_changed_begins_anew(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    wider = [
        replace(part, columns=(*part.columns, "language")) if part.name == "account" else part
        for part in access_state.PARTS
    ]
    monkeypatch.setattr(access_state, "PARTS", wider)
    assert parts(office) == set()
    assert extend(office)
    write(office, update(Officer).where(CHI).values(language="en", role="admin"))
    assert "account altered" in parts(office)
