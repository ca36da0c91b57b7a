"""Tokens of data feeds: access, roles, limits, and audited reads."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from tests.server.api.odata.conftest import Feeds, basic

from field178_server.accounts import operations as accounts
from field178_server.audit.operation_context import OperationContext
from field178_server.audit.trail import Actor
from field178_server.database.models import Audit, FeedToken
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.office.odata import operations
from field178_shared.codelists import load


def context_of(feeds: Feeds) -> OperationContext:
    office = feeds.office
    actor = Actor("officer", office.officer_id("admin"))
    return OperationContext(office.settings.tenant, office.clock, office.runtime.ids, load(), actor)


def revoke(feeds: Feeds, token: str) -> None:
    run_write(
        feeds.office.engine,
        lambda session: operations.revoke_token(session, context_of(feeds), feeds.tokens[token]),
    )


def test_a_token_reads_as_bearer_and_as_the_password_of_basic(feeds: Feeds) -> None:
    token = feeds.token("chi")
    assert feeds.get("Visits", token).status_code == 200
    assert feeds.get("Visits", Authorization=basic(token)).status_code == 200
    assert feeds.get("Visits", Authorization=basic(token, user="")).status_code == 200


def test_without_a_token_both_ways_are_named(feeds: Feeds) -> None:
    for path in ("", "$metadata", "Visits", "Nothing"):
        answer = feeds.get(path)
        assert answer.status_code == 401
        assert [challenge.split()[0] for challenge in answer.headers.getlist("WWW-Authenticate")] == [
            "Basic",
            "Bearer",
        ]
        assert answer.get_json()["error"]["code"] == "token_refused"
        assert answer.headers["OData-Version"] == "4.0"


def test_a_wrong_token_is_refused(feeds: Feeds) -> None:
    for given in ("Bearer x", "Bearer f178d_" + "a" * 500, "Basic ???", "Basic", "Digest a=b"):
        assert feeds.get("Visits", Authorization=given).status_code == 401, given


def test_a_revoked_token_reads_no_more_at_once(feeds: Feeds) -> None:
    token, other = feeds.token("chi"), feeds.token("chi")
    assert feeds.get("Visits", token).status_code == 200
    revoke(feeds, token)
    assert feeds.get("Visits", token).status_code == 401
    assert feeds.get("Visits", other).status_code == 200


def test_a_token_ends_with_its_days(feeds: Feeds) -> None:
    token = feeds.token("chi", days=30)
    feeds.office.clock.move(days=29, hours=23)
    assert feeds.get("Visits", token).status_code == 200
    feeds.office.clock.move(hours=1)
    assert feeds.get("Visits", token).status_code == 401


def test_a_token_ends_with_the_account_of_its_officer(feeds: Feeds) -> None:
    token = feeds.token("chi")
    run_write(feeds.office.engine, lambda session: accounts.disable(session, context_of(feeds), "chi"))
    assert feeds.get("Visits", token).status_code == 401


def test_a_token_follows_the_role_of_its_officer(feeds: Feeds) -> None:
    token = feeds.token("chi")
    office = feeds.office

    def set_role(role: str) -> None:
        with office.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE officer SET role = ? WHERE login = 'chi'", (role,))

    set_role("leader_viewer")
    assert feeds.get("Visits", token).status_code == 404
    assert feeds.get("IndicatorFigures", token).status_code == 200
    set_role("admin")
    assert feeds.get("IndicatorFigures", token).status_code == 401


def test_role_without_access_to_data_gets_no_token(feeds: Feeds) -> None:
    for login in ("admin", "privacy_officer"):
        with pytest.raises(Exception, match="bad_request"):
            feeds.token(login)


def test_the_store_has_a_hash_and_no_token(feeds: Feeds) -> None:
    token = feeds.token("chi")
    with snapshot(feeds.office.engine) as session:
        row = session.scalars(select(FeedToken)).one()
        kept = [getattr(row, column.name) for column in FeedToken.__table__.columns]
    assert not [
        column for column in kept if token in str(column) or token.removeprefix("f178d_") in str(column)
    ]
    assert row.token_hash != operations.token_hash("another", token)


def test_creation_reads_and_revocation_of_a_token_are_audited(feeds: Feeds) -> None:
    token = feeds.token("chi")
    for path in ("", "$metadata", "Visits", "Visits?$top=1", "Visits/$count", "Units"):
        assert feeds.get(path, token).status_code == 200
    revoke(feeds, token)
    with snapshot(feeds.office.engine) as session:
        entries = session.execute(
            select(Audit.action, Audit.details, Audit.actor_id)
            .where(Audit.object_id == feeds.tokens[token])
            .order_by(Audit.audit_id)
        ).all()
        row = session.scalars(select(FeedToken)).one()
    read = [json.loads(entry.details)["table"] for entry in entries if entry.action == "feed_read"]
    assert [entry.action for entry in entries] == [
        "feed_token_made",
        "feed_token_accepted",
        "feed_read",
        "feed_read",
        "feed_token_revoked",
    ]
    assert read == ["Visits", "Units"]
    assert {entry.actor_id for entry in entries if entry.action == "feed_read"} == {
        feeds.office.officer_id("chi")
    }
    assert (row.requests, row.last_read_at) == (6, feeds.office.clock.now())


def test_each_day_is_written_anew(feeds: Feeds) -> None:
    token = feeds.token("chi")
    for _ in range(2):
        feeds.get("Visits", token)
        feeds.office.clock.move(days=1)
    with snapshot(feeds.office.engine) as session:
        assert len(session.scalars(select(Audit).where(Audit.action == "feed_read")).all()) == 2


def test_an_address_with_wrong_tokens_is_slowed_down_and_right_ones_are_not(feeds: Feeds) -> None:
    token = feeds.token("chi")
    answers = [feeds.get("Visits", "wrong").status_code for _ in range(31)]
    assert answers == [401] * 30 + [429]
    assert "Retry-After" in feeds.get("Visits", "wrong").headers
    assert feeds.get("Visits", token).status_code == 200


def test_a_token_has_a_limit_of_requests(feeds: Feeds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MOST_REQUESTS", 3)
    token = feeds.token("chi")
    answers = [feeds.get("Visits", token) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].get_json()["error"]["code"] == "slow_down"
    feeds.office.clock.move(minutes=11)
    assert feeds.get("Visits", token).status_code == 200
