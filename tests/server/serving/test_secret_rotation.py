"""Rotation of the server secret: rows are sealed anew, tablets and officers go on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.server.office_scene import Office, copy_of

from field178_server.accounts import one_time_codes
from field178_server.accounts import operations as accounts
from field178_server.database.models import Officer, Webhook
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.webhooks import operations as webhooks
from field178_server.office.webhooks.attempts import secrets_of
from field178_server.office.webhooks.events import EventKind
from field178_server.office.webhooks.operations import WebhookSettings
from field178_server.office.webhooks.signature import secret_box
from field178_server.security.keyring import load_keys, rotate
from field178_server.serving.secret_rotation import finish_rotation

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    scene = Office(copy_of(furnished, tmp_path / "data", webhook_hosts="127.0.0.1"))
    yield scene
    scene.close()


def stored_secret(office: Office) -> str:
    with snapshot(office.engine) as session:
        return str(session.scalars(select(Officer.totp_secret).where(Officer.login == "chi")).one())


def test_the_store_has_no_one_time_secret_in_clear(office: Office) -> None:
    box = one_time_codes.secret_box(office.runtime.keyring)
    run_write(office.engine, lambda s: accounts.require_one_time_codes(s, office.context, box, "chi", SECRET))
    assert SECRET not in stored_secret(office)
    assert one_time_codes.opened(box, office.officer_id("chi"), stored_secret(office)) == SECRET


def test_a_secret_in_clear_of_an_older_version_is_sealed(office: Office) -> None:
    def put(session: object) -> None:
        officer = session.scalars(select(Officer).where(Officer.login == "chi")).one()  # type: ignore[attr-defined]
        officer.totp_secret = SECRET

    run_write(office.engine, put)
    assert finish_rotation(office.runtime) == 1
    assert SECRET not in stored_secret(office)
    assert finish_rotation(office.runtime) == 0


def test_after_a_rotation_and_a_restart_every_row_opens_with_the_new_secret_alone(office: Office) -> None:
    settings, box = office.settings, one_time_codes.secret_box(office.runtime.keyring)
    request = WebhookSettings("Sở", "http://127.0.0.1:9/in", tuple(EventKind))
    hosts = frozenset(("127.0.0.1",))
    webhook_id, signing = run_write(
        office.engine,
        lambda s: webhooks.add(s, office.context, secret_box(office.runtime.keyring), hosts, request),
    )
    run_write(office.engine, lambda s: accounts.require_one_time_codes(s, office.context, box, "chi", SECRET))
    rotate(settings.key_dir, lambda count: b"n" * count)
    restarted = Office(settings, office.clock)
    try:
        assert finish_rotation(restarted.runtime) == 2
        keyring = load_keys(settings.key_dir)
        assert keyring.secrets == (b"n" * 32,)
        codes = one_time_codes.secret_box(keyring)
        assert one_time_codes.opened(codes, restarted.officer_id("chi"), stored_secret(restarted)) == SECRET
        with snapshot(restarted.engine) as session:
            row = session.get_one(Webhook, (settings.tenant, webhook_id))
            assert secrets_of(row, secret_box(keyring), restarted.clock.now()) == (signing,)
    finally:
        restarted.close()
