"""Settings: from the environment or the data folder, frozen, documented."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from field178_server.settings import (
    VARIABLES,
    SettingError,
    Settings,
    is_loopback,
    read_settings_file,
    write_settings_file,
)

DOCUMENT = Path(__file__).parents[2] / "docs/settings.md"


def documented() -> dict[str, str]:
    rows = re.findall(r"^\| `(FIELD178_\w+)` \| (.*?) \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    return dict(rows)


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    assert set(documented()) == set(VARIABLES.values())


@pytest.mark.parametrize(("text", "days"), [("1", 1), ("30", 30), ("0", 0), ("31", 0), ("x", 0)])
def test_lease_of_tablets_has_1_to_30_days(text: str, days: int, tmp_path: Path) -> None:
    environment = {"FIELD178_DATA_DIR": str(tmp_path), "FIELD178_TABLET_LEASE_DAYS": text}
    if days:
        assert Settings.from_environment(environment).tablet_lease_days == days
    else:
        with pytest.raises(SettingError):
            Settings.from_environment(environment)


def test_the_documented_defaults_are_the_defaults() -> None:
    defaults = Settings()
    for name, variable in VARIABLES.items():
        default = re.fullmatch(r"`([^`]*)`", documented()[variable])
        if default:
            assert default[1] == str(getattr(defaults, name)), variable
        else:
            assert getattr(defaults, name) in ("", None), variable


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().tenant = "other"  # type: ignore[misc]


def test_the_environment_wins_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    write_settings_file(
        tmp_path / "settings.env", {"FIELD178_URL": "https://a.example", "FIELD178_TENANT": "an lão"}
    )
    settings = Settings.from_environment(
        {"FIELD178_DATA_DIR": str(tmp_path), "FIELD178_URL": "https://b.example", "FIELD178_THREADS": "3"}
    )
    assert (settings.url, settings.tenant, settings.threads, settings.language) == (
        "https://b.example",
        "an lão",
        3,
        "vi",
    )


def test_settings_file_reads_back_written_values(tmp_path: Path) -> None:
    values = {"FIELD178_URL": "https://x.example/?a=b#c", "FIELD178_TENANT": 'it\'s "so" $HOME'}
    write_settings_file(tmp_path / "settings.env", values)
    assert read_settings_file(tmp_path / "settings.env") == values
    assert read_settings_file(tmp_path / "absent.env") == {}


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("FIELD178_THREADS", "many"),
        ("FIELD178_THREADS", "-1"),
        ("FIELD178_THREADS", "٣"),
        ("FIELD178_URL", "so178.example"),
        ("FIELD178_LANGUAGE", "fr"),
        ("FIELD178_PASSWORD_COST", "cheap"),
        ("FIELD178_LOG_LEVEL", "loud"),
        ("FIELD178_CLOCK_START", "yesterday"),
        ("FIELD178_CLOCK_START", "2026-11-24T08:00:00"),
        ("FIELD178_TLS_KEY", "/only/the/key"),
        ("FIELD178_SMTP_URL", "mail.huyen.example"),
        ("FIELD178_SMTP_URL", "http://mail.huyen.example"),
        ("FIELD178_SMTP_URL", "smtp://mail.huyen.example:port"),
        ("FIELD178_SMTP_URL", "smtp://so178:mật@mail.huyen.example"),
        ("FIELD178_SMTP_SENDER", "so178"),
        ("FIELD178_MAIL_HOURS", "21-7"),
        ("FIELD178_MAIL_HOURS", "7-25"),
        ("FIELD178_MAIL_HOURS", "ban ngày"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(variable: str, text: str) -> None:
    with pytest.raises(SettingError, match=variable):
        Settings.from_environment({variable: text})


def test_without_an_address_the_store_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).effective_database_url == f"sqlite:///{tmp_path}/field178.sqlite"
    assert Settings(database_url="postgresql://x/y").effective_database_url == "postgresql://x/y"


def test_a_refused_e_mail_server_does_not_show_its_password() -> None:
    with pytest.raises(SettingError) as refused:
        Settings.from_environment({"FIELD178_SMTP_URL": "smtp://so178:secret@:587"})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "is_so"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("192.168.1.2", False)],
)
def test_loopback_is_this_machine_only(host: str, is_so: bool) -> None:
    assert is_loopback(host) is is_so
