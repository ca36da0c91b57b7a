"""Recipients of a digest by team, commune and tablet."""

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
    ("role", "scopes", "expected"),
    [
        ("team_lead", {TEAM}, (["mine"], 1, 2)),
        ("team_lead", {OTHER_TEAM}, (["theirs"], 1, 30)),
        ("team_lead", {TEAM, UNIT}, (["mine", "session"], 1, 502)),
        ("team_lead", {OTHER_UNIT}, ([], 0, 0)),
        ("team_lead", (), ([], 0, 0)),
        # The administrator is responsible for every tablet, also without a scope.
        ("admin", {OTHER_UNIT}, ([], 3, 0)),
    ],
)
def test_digest_lists_waiting_records_of_the_own_area_alone(
    role: str, scopes: set[str], expected: tuple[list[str], int, int]
) -> None:
    digest = WAITING.digest(EVERY, role, tuple(scopes), LISTS)
    assert ([row.record_id for row in digest.returned], digest.silent_count, digest.overdue_count) == expected


@pytest.mark.parametrize("topic", [MailTopic.RETURNED, MailTopic.SILENT, MailTopic.OVERDUE])
def test_digest_has_chosen_topics_alone(topic: MailTopic) -> None:
    digest = WAITING.digest((topic,), "team_lead", (TEAM,), LISTS)
    counts = (len(digest.returned), digest.silent_count, digest.overdue_count)
    order = (MailTopic.RETURNED, MailTopic.SILENT, MailTopic.OVERDUE)
    assert [count > 0 for count in counts] == [topic is other for other in order]


def test_role_has_only_the_mail_topics_of_its_work() -> None:
    assert topics_of("team_lead", LISTS) == (MailTopic.RETURNED, MailTopic.OVERDUE)
    assert topics_of("city_viewer", LISTS) == ()
    assert topics_of("no_such_role", LISTS) == ()
