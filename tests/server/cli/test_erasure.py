"""Commands `purge request`, `confirm`, `withdraw`, `list`: two officers, and the tablet afterwards."""

from __future__ import annotations

import pytest
from tests.server.cli.command import Command
from tests.server.cli.test_records import ESTABLISHMENT, Field, tablet
from tests.server.office_scene import PASSWORD

__all__ = ["tablet"]

REASON = "establishment_request"


@pytest.fixture
def record(field178: Command, tablet: Field) -> str:
    for login in ("binh", "chi"):
        field178("user", "add", login, "--role", "privacy_officer", stdin=PASSWORD + "\n")
    return tablet.file("establishment", ESTABLISHMENT)


def test_erasure_by_two_officers_reaches_the_tablet(field178: Command, tablet: Field, record: str) -> None:
    field178("purge", "request", record, "--by", "binh", "--reason", REASON)
    (listed,) = field178.rows("purge", "list")
    assert [listed[at] for at in (0, 1, 4)] == [record, "requested", REASON]
    assert field178.json("purge", "confirm", record, "--by", "chi")["erased"] is True
    left = tablet.records()[record]
    assert (left["rev"], set(left["data"])) == (2, {"purged"})
    (listed,) = field178.rows("purge", "list")
    assert [listed[at] for at in (1, -1)] == ["purged", "True"]
    assert field178("check")


def test_requester_of_an_erasure_cannot_confirm_but_may_withdraw_it(field178: Command, record: str) -> None:
    field178("purge", "request", record, "--by", "binh", "--reason", REASON)
    assert "second_person_needed" in field178.run("purge", "confirm", record, "--by", "binh").output
    assert "forbidden" in field178.run("purge", "confirm", record, "--by", "an").output
    field178("purge", "withdraw", record, "--by", "binh")
    assert field178.rows("purge", "list") == []
