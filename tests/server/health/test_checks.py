"""What each check finds: age of the backup, its place, disk, certificate, integrity, jobs, quarantine."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.office_keys import give_office_key
from tests.server.office_scene import Office, copy_of

from field178_server.backup import create as backup
from field178_server.backup import log, postgresql_clients
from field178_server.backup.job import BACKUP
from field178_server.backup.office_key import OFFICE_KEY_FILE
from field178_server.database.engine import create_engine_for
from field178_server.database.models import Job
from field178_server.database.unit_of_work import run_write, snapshot
from field178_server.health import checks
from field178_server.health.checks import Check, CheckName, Level
from field178_server.health.wording import words_of
from field178_server.jobs import queue
from field178_server.maintenance import check_log
from field178_server.security import certificates
from field178_server.settings import Settings
from field178_shared.time.clock import SystemClock


@pytest.fixture
def office(furnished: Path, tmp_path: Path) -> Iterator[Office]:
    office = Office(copy_of(furnished, tmp_path / "data", min_free_mb=0))
    yield office
    office.close()


def check(office: Office, name: CheckName, settings: Settings | None = None) -> Check:
    with snapshot(office.engine) as session:
        results = checks.checks_of(session, settings or office.settings, office.clock.now())
    return {result.name: result for result in results}[name]


def judged(office: Office, name: CheckName, settings: Settings | None = None) -> tuple[Level, str]:
    result = check(office, name, settings)
    for language in ("vi", "en"):
        words = words_of(result, language)
        assert bool(words.remedy) == result.needs_attention, words
        assert "{" not in " ".join((words.title, words.value, *words.facts, words.limit, words.remedy))
    return result.level, result.reason


def take(office: Office) -> backup.CreatedBackup:
    to = office.settings.effective_backup_dir
    return backup.create(office.settings, office.engine, office.context, to)


def test_backup_is_judged_by_its_age(office: Office) -> None:
    assert judged(office, CheckName.BACKUP) == (Level.FAULT, "none")
    take(office)
    assert judged(office, CheckName.BACKUP) == (Level.OK, "")
    office.clock.move(hours=37)
    assert judged(office, CheckName.BACKUP) == (Level.ATTENTION, "late")
    office.clock.move(hours=36)
    assert judged(office, CheckName.BACKUP) == (Level.FAULT, "late")


def test_backup_that_is_no_longer_there_does_not_count(office: Office) -> None:
    shutil.rmtree(take(office).folder)
    assert judged(office, CheckName.BACKUP) == (Level.FAULT, "gone")


def test_failed_attempt_after_a_good_one_is_reported_with_its_reason(office: Office) -> None:
    take(office)
    office.clock.move(hours=1)
    run_write(
        office.engine,
        lambda session: log.note_failed(session, office.context, office.clock.now(), "storage_full"),
    )
    assert judged(office, CheckName.BACKUP) == (Level.ATTENTION, "failed")
    assert "Ổ đĩa đầy." in words_of(check(office, CheckName.BACKUP), "vi").remedy


def test_first_attempt_that_failed_is_no_backup(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "faults_of", lambda *_: ["blob: 00"])
    take(office)
    assert judged(office, CheckName.BACKUP) == (Level.FAULT, "failed")


def test_drill_is_due_each_year(office: Office) -> None:
    taken = take(office)
    assert judged(office, CheckName.DRILL) == (Level.OK, "")
    office.clock.move(days=367)
    assert judged(office, CheckName.DRILL) == (Level.ATTENTION, "due")
    assert words_of(check(office, CheckName.DRILL), "vi").facts[0].startswith("Quá hạn từ ")
    digest, now = taken.proof.envelope_sha256, office.clock.now()
    run_write(office.engine, lambda session: log.note_drill(session, "main", digest, now))
    assert judged(office, CheckName.DRILL) == (Level.OK, "")


def test_place_of_the_backups(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = CheckName.BACKUP_PLACE
    assert judged(office, name) == (Level.OK, "")
    assert check(office, name).figures["on_data_disk"] is True
    (office.settings.key_dir / OFFICE_KEY_FILE).unlink()
    assert judged(office, name) == (Level.FAULT, "no_office_key")
    give_office_key(office.settings.key_dir)
    elsewhere = replace(office.settings, backup_dir=tmp_path / "disk")
    assert judged(office, name, elsewhere) == (Level.FAULT, "no_folder")
    (tmp_path / "disk").mkdir()
    assert judged(office, name, elsewhere) == (Level.OK, "")
    postgres = replace(elsewhere, database_url="postgresql+psycopg://nobody@localhost/none")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgresql_clients, "_FOLDERS", ())
    assert judged(office, name, postgres) == (Level.FAULT, "no_client")
    take(office)
    monkeypatch.setattr(checks, "free_mb", lambda _: 1)
    assert judged(office, name) == (Level.ATTENTION, "too_small")


def test_disk_of_the_data(office: Office) -> None:
    assert judged(office, CheckName.DISK) == (Level.OK, "")
    free = check(office, CheckName.DISK).figures["free_mb"]
    assert isinstance(free, int)
    little = replace(office.settings, min_free_mb=free * 3 // 4)
    assert judged(office, CheckName.DISK, little) == (Level.ATTENTION, "low")
    less = replace(office.settings, min_free_mb=free * 2)
    assert judged(office, CheckName.DISK, less) == (Level.ATTENTION, "files_refused")
    none = replace(office.settings, min_free_mb=free * 16)
    assert judged(office, CheckName.DISK, none) == (Level.FAULT, "changes_refused")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (400, (Level.OK, "")),
        (20, (Level.ATTENTION, "ends")),
        (3, (Level.FAULT, "ends")),
        (-2, (Level.FAULT, "ended")),
    ],
)
def test_certificate_is_judged_by_the_days_left(
    office: Office, days: int, expected: tuple[Level, str]
) -> None:
    https = replace(office.settings, url="https://so178.huyen.example")
    made = SystemClock().now() + timedelta(days=days, hours=1) - certificates.CERTIFICATE_LIFE
    certificates.create(https.tls_dir, "so178.huyen.example", made)
    assert judged(office, CheckName.CERTIFICATE, https) == expected
    assert check(office, CheckName.CERTIFICATE, https).figures["days_left"] == days


def test_certificate_that_is_not_the_servers_own(office: Office) -> None:
    assert judged(office, CheckName.CERTIFICATE) == (Level.OK, "plain_http")
    https = replace(office.settings, url="https://so178.huyen.example")
    assert judged(office, CheckName.CERTIFICATE, replace(https, trusted_proxies=1)) == (Level.OK, "proxy")
    assert judged(office, CheckName.CERTIFICATE, https) == (Level.FAULT, "unreadable")


def test_address_that_this_machine_does_not_reach_is_not_called_in_order(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    https = replace(office.settings, url=f"https://127.0.0.1:{port}", trusted_proxies=1)
    (address,) = checks.address_checks(https)
    assert (address.level, address.reason, address.needs_attention) == (Level.UNKNOWN, "unreachable", False)
    assert words_of(address, "vi").level == "Chưa kiểm được"


def test_integrity_is_judged_by_result_and_age(office: Office) -> None:
    assert judged(office, CheckName.INTEGRITY) == (Level.UNKNOWN, "")
    office.clock.move(hours=49)
    assert judged(office, CheckName.INTEGRITY) == (Level.ATTENTION, "late")
    for faults, expected in (
        ([], (Level.OK, "")),
        (["scope: ref digest"], (Level.FAULT, "faults")),
        (["access: account x altered"], (Level.FAULT, "rights")),
    ):
        now = office.clock.now()
        run_write(office.engine, lambda session, f=faults, at=now: check_log.keep(session, "main", at, f))
        assert judged(office, CheckName.INTEGRITY) == expected


def test_jobs_that_wait_too_long_or_failed(office: Office) -> None:
    job_id = run_write(office.engine, lambda session: queue.add(session, office.context, BACKUP, {}))
    assert judged(office, CheckName.JOBS) == (Level.OK, "")
    office.clock.move(minutes=61)
    assert judged(office, CheckName.JOBS) == (Level.ATTENTION, "stuck")
    failed = update(Job).where(Job.job_id == job_id).values(state="failed", ended_at=office.clock.now())
    run_write(office.engine, lambda session: session.execute(failed))
    assert judged(office, CheckName.JOBS) == (Level.ATTENTION, "failed")
    office.clock.move(hours=25)
    assert judged(office, CheckName.JOBS) == (Level.OK, "")


def test_store_that_does_not_answer_is_a_fault_beside_those_of_the_machine(office: Office) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=1"
    engine = create_engine_for(url)
    results = checks.checks_of_server(engine, replace(office.settings, database_url=url), office.clock.now())
    engine.dispose()
    assert [result.name for result in results] == [CheckName.DISK, CheckName.CERTIFICATE, CheckName.VERSION]
    assert (results[-1].level, results[-1].reason) == (Level.FAULT, "unreachable")


def test_every_reason_that_is_bad_has_words(office: Office) -> None:
    """Check the texts of conditions that a test cannot bring about, in both languages."""
    for name, reason in (
        (CheckName.VERSION, "not_installed"),
        (CheckName.VERSION, "unreachable"),
        (CheckName.VERSION, "not_migrated"),
        (CheckName.QUARANTINE, "old"),
        (CheckName.DISK, "not_writable"),
        (CheckName.BACKUP_PLACE, "not_writable"),
    ):
        shown = Check(name, Level.FAULT, reason, {"product": "0.2.0", "free_mb": 1, "count": 3})
        assert words_of(shown, "vi").remedy != words_of(shown, "en").remedy != ""
