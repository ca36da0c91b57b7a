"""Access requests in the store: who may decide, and what the operator of the server may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from tests.server.office_scene import Office, copy_of

from field178_server.accounts import access_requests, officers
from field178_server.accounts import operations as accounts
from field178_server.accounts.operations import AccountRequest
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.models import AccessRequest, Notice
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.access_requests import operations, queries
from field178_server.security.keyring import Purpose
from field178_shared.codelists import load
from field178_shared.errors import AppError, ErrorCode


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    office = Office(copy_of(furnished, tmp_path / "data"))
    for login, role in (("quantri", "admin"), ("hoa", "privacy_officer"), ("lan", "leader_viewer")):
        request = AccountRequest(login, login, role, None, ())
        run_write(office.engine, lambda s, w=request: accounts.add(s, office.context, w, (), "hash"))
    yield office
    office.close()


def acting(office: Office, login: str) -> OperationContext:
    return replace(office.context, actor=Actor("officer", office.officer_id(login)))


def ask(office: Office, login: str, by: str) -> AccessRequest:
    """Ask for another password of an officer, who chooses it at once."""
    officer_id, context = office.officer_id(login), acting(office, by)

    def write(session: object) -> None:
        operations.ask_password(session, context, officer_id, by_mail=False)
        (request,) = access_requests.open_of(session, "main", officer_id)
        request.password_hash = "chosen"

    run_write(office.engine, write)
    with snapshot(office.engine) as session:
        return session.scalars(select(AccessRequest).order_by(AccessRequest.request_id.desc())).first()


def confirm(office: Office, request: AccessRequest, by: str) -> None:
    key, context = office.runtime.keyring.key(Purpose.PASSWORD_LINKS), acting(office, by)
    code = access_requests.check_code(key, request)
    run_write(
        office.engine,
        lambda s: operations.confirm(s, context, key, request.request_id, code, by_mail=False),
    )


def password_of(office: Office, login: str) -> str | None:
    with snapshot(office.engine) as session:
        return officers.by_login_or_id(session, "main", login).password_hash


def test_who_asked_is_never_the_second_person_whatever_the_role(office: Office) -> None:
    request = ask(office, "an", by="hoa")
    for login in ("hoa", "an"):
        with pytest.raises(AppError) as raised:
            confirm(office, request, login)
        assert raised.value.code is ErrorCode.SECOND_PERSON_NEEDED
    confirm(office, request, "lan")
    assert password_of(office, "an") == "chosen"


def test_who_may_confirm_is_counted_without_asker_and_officer(office: Office) -> None:
    request = ask(office, "lan", by="hoa")
    with snapshot(office.engine) as session:
        assert queries.confirmers_of(session, "main", request, load()) == set()
        assert queries.count_open(session, "main") == 1


def test_operator_decides_and_oversight_and_administration_are_told(office: Office) -> None:
    request = ask(office, "an", by="quantri")
    run_write(
        office.engine,
        lambda s: operations.take_effect_alone(s, office.context, request.request_id, "gấp", by_mail=False),
    )
    assert password_of(office, "an") == "chosen"
    with snapshot(office.engine) as session:
        notices = session.scalars(select(Notice).where(Notice.text_en.contains("second person, by"))).all()
        told_ids = {notice.officer_id for notice in notices}
    assert told_ids == {office.officer_id(login) for login in ("quantri", "hoa", "lan")}
    assert "operator of the server" in notices[0].text_en
