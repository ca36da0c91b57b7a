"""`init` and `check`."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.full_disk import no_room_beyond
from tests.server.cli.command import Command
from tests.server.cli.test_records import ESTABLISHMENT, Field, tablet
from tests.server.pictures import bytes_of, jpeg, sha256

from field178_server.attachments import upload_rows
from field178_server.attachments.storage.file_store import file_store_of
from field178_server.attachments.upload_rows import UploadRequest
from field178_server.database.models import Blob, StoreCheck, Upload
from field178_server.security import certificates
from field178_shared.crypto.pinning import pin_of


def test_a_server_is_set_up_with_everything_it_needs(command: Command) -> None:
    output = command.json("init")
    assert output["tenant"] == "main"
    assert len(str(output["receipt_key"])) == 43
    assert command("check") == "Mọi thứ đều ổn.\n"


def test_setting_up_again_keeps_keys_and_history(command: Command) -> None:
    assert command.json("init") == command.json("init")


@contextmanager
def closing_descriptor(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@pytest.fixture
def open_mask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def loose(folder: Path) -> list[str]:
    every = [folder, *folder.rglob("*")]
    # A certificate is for everybody.
    return [str(path) for path in every if path.suffix != ".crt" and path.stat().st_mode & 0o077]


def test_only_the_owner_can_read_the_files_of_the_server(command: Command, open_mask: None) -> None:
    command("init", "--url", "https://so178.example")
    command("user", "add", "an", "--role", "inspector", "--generate")
    assert (command.folder / "field178.sqlite").exists()
    assert loose(command.folder) == []
    for path in (command.folder, *command.folder.glob("*.*")):
        path.chmod(0o777)
    command("init")
    assert loose(command.folder) == []


@pytest.mark.parametrize("arguments", [("serve", "--port", "0"), ("enrol-code", "--user", "an")])
def test_commands_before_init_name_the_command_to_run(command: Command, arguments: tuple[str, ...]) -> None:
    result = command.run(*arguments)
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "field178 init" in result.output


def test_no_account_exists_by_default(command: Command) -> None:
    command("init")
    assert command.rows("user", "list") == []


def pin_in(certificate: Path) -> str:
    return pin_of(certificates.chain_in(certificate)[-1])


def test_https_brings_an_authority_whose_pin_is_in_the_link(command: Command) -> None:
    output = command.json("init", "--url", "https://so178.huyen.example:8443")
    assert output["url"] == "https://so178.huyen.example:8443"
    assert output["ca_pin"] == pin_in(command.folder / "tls" / certificates.CA_CERTIFICATE)
    command("user", "add", "an", "--role", "inspector", "--generate")
    link = str(command.json("enrol-code", "--user", "an")["link"])
    assert link.startswith("field178:enrol?u=https://so178.huyen.example:8443&c=")
    assert f"&p={output['ca_pin']}&k={output['receipt_key']}" in link


def test_link_behind_a_proxy_without_a_certificate_has_no_pin(command: Command) -> None:
    command.set(URL="https://so178.example", TRUSTED_PROXIES="1")
    command("init")
    command("user", "add", "an", "--role", "inspector", "--generate")
    assert not (command.folder / "tls").exists()
    assert "&p=" not in str(command.json("enrol-code", "--user", "an")["link"])


def test_own_certificate_is_stored_in_the_settings(command: Command, tmp_path: Path) -> None:
    command("init", "--url", "https://so178.example")
    own = tmp_path / "own"
    shutil.copytree(command.folder / "tls", own)
    shutil.rmtree(command.folder / "tls")
    output = command.json(
        "init", "--certificate", str(own / certificates.CERTIFICATE), "--key", str(own / certificates.KEY)
    )
    assert output["ca_pin"] == pin_in(own / certificates.CA_CERTIFICATE)
    assert not (command.folder / "tls").exists()


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE scope SET live_count = live_count + 1 WHERE scope = 'ref'", "scope: ref digest"),
        (
            "UPDATE record SET body = packed(replace(unpacked(body), 'team_lead', 'inspector')) "
            "WHERE type = 'person'",
            "record: ",
        ),
        ("UPDATE record SET deleted = 1, rev = rev + 1 WHERE type = 'team'", "scope: team:"),
        ("UPDATE alembic_version SET version_num = '0000'", "migrations: "),
        ("DROP TABLE webhook_attempt", "schema: table webhook_attempt is missing"),
        ("DROP INDEX ix_audit_tenant_id_at", "schema: index audit.ix_audit_tenant_id_at is missing"),
        ("ALTER TABLE officer DROP COLUMN mail_topics", "schema: column officer.mail_topics is missing"),
        ("ALTER TABLE officer ADD COLUMN nickname TEXT", "schema: column officer.nickname is unknown"),
    ],
)
def test_check_prints_differences_and_exits_with_one(field178: Command, statement: str, named: str) -> None:
    field178.change_store(statement)
    result = field178.run("check")
    assert result.exit_code == 1
    assert named in result.output


def test_rows_that_differ_from_their_records_are_counted_by_table(field178: Command, tablet: Field) -> None:
    tablet.file("establishment", ESTABLISHMENT)
    field178.change_store("UPDATE establishment_row SET name = 'x'")
    result = field178.run("check")
    assert (result.exit_code, result.stdout) == (1, "rows: establishment_row 1\n")


def test_rights_changed_in_the_database_are_named_until_they_are_confirmed(field178: Command) -> None:
    field178("root")
    field178.change_store("UPDATE officer SET role = 'admin' WHERE login = 'an'")
    result = field178.run("check")
    assert result.exit_code == 1
    access, part, officer_id, kind = result.stdout.split()
    assert (access, part, kind) == ("access:", "account", "altered")
    assert field178.run("confirm-access", "other").exit_code == 1
    assert field178.json("confirm-access", officer_id) == {"confirmed": officer_id}
    assert field178("check") == "Mọi thứ đều ổn.\n"


def test_table_and_index_that_an_operator_added_are_no_faults(field178: Command) -> None:
    field178.change_store("CREATE TABLE notes (id INTEGER)")
    field178.change_store("CREATE INDEX own_index ON officer (name)")
    assert field178("check") == "Mọi thứ đều ổn.\n"


@pytest.mark.parametrize(
    ("revision", "remedy"), [("0051", "field178 upgrade"), ("9999", "phiên bản mới hơn")]
)
def test_store_of_another_version_is_refused_in_one_sentence(
    field178: Command, revision: str, remedy: str
) -> None:
    field178.change_store(f"UPDATE alembic_version SET version_num = '{revision}'")
    for arguments in (("serve", "--port", "0"), ("enrol-code", "--user", "an"), ("backup",)):
        result = field178.run(*arguments)
        assert result.exit_code == 1
        assert result.output.count("\n") == 1
        assert remedy in result.output
        assert revision in result.output


def test_init_does_not_touch_a_store_of_a_newer_version(field178: Command) -> None:
    field178.change_store("UPDATE alembic_version SET version_num = '9999'")
    result = field178.run("init")
    assert result.exit_code == 1
    assert "phiên bản mới hơn" in result.output
    assert "9999" in field178.run("check").output


def test_older_store_is_not_upgraded_under_a_running_server(field178: Command) -> None:
    field178.change_store("UPDATE alembic_version SET version_num = '0051'")
    with closing_descriptor(os.open(field178.folder, os.O_RDONLY)) as folder:
        fcntl.flock(folder, fcntl.LOCK_EX)
        result = field178.run("init")
    assert result.exit_code == 1
    assert "đang phục vụ" in result.output
    assert result.output.count("\n") == 1


def test_database_that_does_not_answer_is_named_with_its_reason(command: Command) -> None:
    command.set(DATABASE_URL="postgresql+psycopg://field178:mat-khau@127.0.0.1:1/field178")
    result = command.run("init")
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert "127.0.0.1:1/field178" in result.output
    assert "refused" in result.output
    assert "mat-khau" not in result.output


def test_a_key_that_others_read_is_named(field178: Command) -> None:
    key = field178.folder / "keys/main/receipt.key"
    key.chmod(0o644)
    result = field178.run("check", "--json")
    assert result.exit_code == 1
    assert str(key) in result.output


def test_lost_key_is_reported_and_not_replaced(field178: Command) -> None:
    (field178.folder / "keys/main/receipt.key").unlink()
    assert "receipt.key" in field178.run("check").output
    assert "bản sao lưu" in field178.run("serve", "--port", "0").output
    assert field178.run("init").exit_code == 1
    assert not (field178.folder / "keys/main/receipt.key").exists()


def test_a_setting_that_cannot_be_ends_with_two_and_its_name(command: Command) -> None:
    command.set(THREADS="many")
    result = command.run("check")
    assert result.exit_code == 2
    assert "FIELD178_THREADS" in result.output


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set as on Linux")
def test_full_disk_is_reported_in_one_line(field178: Command) -> None:
    with no_room_beyond(0):
        result = field178.run("user", "add", "binh", "--role", "reviewer", "--generate")
    assert result.exit_code == 1
    assert "[storage_full]" in result.output
    assert len(result.output.splitlines()) == 1
    field178("user", "add", "binh", "--role", "reviewer", "--generate")


__all__ = ["tablet"]

PICTURE = jpeg()
HASH = sha256(PICTURE)
LONG = timedelta(days=31)


def stored(field178: Command, tablet: Field) -> None:
    """A file whose upload was done, and one whose upload was begun, both long ago and named by nothing."""
    at = field178.operator()
    store, now = file_store_of(at.settings), at.clock.now() - LONG
    for upload_id, data in (("done", PICTURE), ("late", jpeg(8, 8))):
        request = UploadRequest(sha256(data), len(data), "image/jpeg", "r", "")
        store.begin(upload_id)
        row = at.write(
            lambda session, key=upload_id, w=request: upload_rows.begin(
                session, (at.tenant_id, key), tablet.tablet.device, w, "open", now
            )
        )
        if upload_id == "done":
            (at.settings.data_dir / "uploads" / at.tenant_id / "done").write_bytes(data)
            store.publish("done", HASH)
            at.write(lambda session, row=row: upload_rows.complete(session, row, now))
    at.write(lambda session: session.execute(update(Blob).values(unnamed_since=now)))
    at.close()


def test_tidy_does_the_daily_work_of_serve(field178: Command, tablet: Field) -> None:
    stored(field178, tablet)
    trial = {"files_removed": 1, "bytes_removed": len(PICTURE), "strays_removed": 0, "files_unnamed": 0}
    assert field178.json("tidy", "--dry-run") == trial
    done = {"purges_left": 0, "uploads_given_up": 1, "checked": True}
    assert field178.json("tidy") == done | trial
    at = field178.operator()
    assert bytes_of(file_store_of(at.settings), HASH) is None
    assert at.read(lambda session: [row.state for row in session.query(Upload)]) == ["gone"]
    assert at.read(lambda session: [row.fault_count for row in session.query(StoreCheck)]) == [0]
    at.close()
    again = field178.json("tidy")
    assert (again["checked"], again["files_removed"], again["uploads_given_up"]) == (False, 0, 0)
