"""Whom a digest tells of which team, commune and tablet."""

from __future__ import annotations

from datetime import date

import pytest

from field178_server.office.mail.digest import MailTopic, ReturnedRecord, WaitingMatters, topics_of
from field178_shared.codelists import load

LISTS = load()
TEAM, OTHER_TEAM = "team:a", "team:b"
UNIT, OTHER_UNIT = "unit:c1", "unit:c2"
EVERY = tuple(MailTopic)


def returned(name: str) -> ReturnedRecord:
    return ReturnedRecord(name, "", date(2026, 11, 24))


WAITING = WaitingMatters(
    returned=[(TEAM, returned("mine")), (OTHER_TEAM, returned("theirs")), (UNIT, returned("session"))],
    silent=[frozenset({TEAM, UNIT}), frozenset({OTHER_TEAM}), frozenset()],
    overdue={TEAM: 2, OTHER_TEAM: 30, UNIT: 500},
)


@pytest.mark.parametrize(
    ("role", "scopes", "told"),
    [
        ("team_lead", {TEAM}, (["mine"], 1, 2)),
        ("team_lead", {OTHER_TEAM}, (["theirs"], 1, 30)),
        ("team_lead", {TEAM, UNIT}, (["mine", "session"], 1, 502)),
        ("team_lead", {OTHER_UNIT}, ([], 0, 0)),
        ("team_lead", (), ([], 0, 0)),
        # Who manages tablets answers for each of them, also one without a scope.
        ("admin", {OTHER_UNIT}, ([], 3, 0)),
    ],
)
def test_digest_has_what_waits_in_the_own_area_alone(
    role: str, scopes: set[str], told: tuple[list[str], int, int]
) -> None:
    found = WAITING.digest(EVERY, role, tuple(scopes), LISTS)
    assert ([one.record_id for one in found.returned], found.silent_count, found.overdue_count) == told


@pytest.mark.parametrize("topic", [MailTopic.RETURNED, MailTopic.SILENT, MailTopic.OVERDUE])
def test_digest_has_chosen_topics_alone(topic: MailTopic) -> None:
    found = WAITING.digest((topic,), "team_lead", (TEAM,), LISTS)
    counts = (len(found.returned), found.silent_count, found.overdue_count)
    order = (MailTopic.RETURNED, MailTopic.SILENT, MailTopic.OVERDUE)
    assert [count > 0 for count in counts] == [topic is one for one in order]


def test_role_is_told_only_of_what_it_answers_for() -> None:
    assert topics_of("team_lead", LISTS) == (MailTopic.RETURNED, MailTopic.OVERDUE)
    assert topics_of("city_viewer", LISTS) == ()
    assert topics_of("no_such_role", LISTS) == ()
