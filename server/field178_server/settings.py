"""Settings of one server process: read once from the environment and the data folder, then frozen."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from field178_shared.crypto.signatures import is_public_key
from field178_shared.text.formats import is_mail_address, parse_whole_number
from field178_shared.wire.protocol import LEASE_DAYS, MOST_LEASE_DAYS

SETTINGS_FILE = "settings.env"
BACKUPS = "backups"
BACKUP_WORK = "backup-work"
UPGRADE_WORK = "upgrade-work"
PREFIX = "FIELD178_"
_CHOICES = {
    "password_cost": ("production", "test"),
    "second_factor": ("required", "optional"),
    "language": ("vi", "en"),
    "log_level": ("debug", "info", "warning", "error"),
}
_DAY_HOURS = 24
_LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


class SettingError(ValueError):
    """An invalid setting; the message has the variable and its valid values."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the server; the field `data_dir` is the variable FIELD178_DATA_DIR (docs/settings.md)."""

    data_dir: Path = Path("field178-data")
    database_url: str = ""
    url: str = "http://127.0.0.1:8178"
    tenant: str = "main"
    language: str = "vi"
    clock_start: str = ""
    threads: int = 24
    log_level: str = "info"
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    trusted_proxies: int = 0
    connections_per_address: int = 64
    password_cost: str = "production"  # noqa: S105  # a word, not a password
    second_factor: str = "required"
    enrol_attempts_per_address: int = 30
    enrol_attempts_per_prefix: int = 10
    sign_in_attempts_per_address: int = 60
    sign_in_attempts_per_login: int = 10
    upload_file_mb: int = 64
    upload_device_mb: int = 10_000
    upload_tenant_mb: int = 200_000
    unnamed_files_days: int = 30
    tablet_lease_days: int = LEASE_DAYS
    min_free_mb: int = 1024
    backup_dir: Path | None = None
    blobs_url: str = ""
    blobs_endpoint: str = ""
    blobs_keys: Path | None = None
    lists_signers: str = ""
    # Contains a password.
    smtp_url: str = field(default="", repr=False)
    smtp_sender: str = ""
    smtp_ca: Path | None = None
    mail_hours: str = "7-21"
    webhook_hosts: str = ""
    webhook_ca: Path | None = None
    map_file: Path | None = None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Read the settings; environment variables take precedence over the file in the data folder."""
        folder = data_folder(environment)
        merged = {**read_settings_file(folder / SETTINGS_FILE), **environment}
        texts = {name: text for name in VARIABLES if (text := merged.get(VARIABLES[name], ""))}
        return cls._from_texts({**texts, "data_dir": str(folder)})

    @classmethod
    def _from_texts(cls, texts: Mapping[str, str]) -> Settings:
        numbers = {name: _number(name, texts[name]) for name in _NUMBERS if name in texts}
        words = {name: texts[name] for name in _WORDS if name in texts}
        paths = {name: Path(texts[name]).absolute() for name in _PATHS if name in texts}
        settings = cls(**words, **numbers, **paths)  # type: ignore[arg-type]  # the three groups are disjoint
        settings._check()
        return settings

    def _check(self) -> None:
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise SettingError(f"{VARIABLES[name]}: {' | '.join(choices)}")
        if not self.url.startswith(("http://", "https://")):
            raise SettingError(f"{PREFIX}URL: http://… | https://…")
        if self.clock_start and not _is_instant(self.clock_start):
            raise SettingError(f"{PREFIX}CLOCK_START: 2026-11-24T08:00:00Z")
        if self.blobs_url and not self.blobs_url.startswith("s3://"):
            raise SettingError(f"{PREFIX}BLOBS_URL: s3://bucket/prefix")
        if self.blobs_endpoint and not self.blobs_endpoint.startswith(("http://", "https://")):
            raise SettingError(f"{PREFIX}BLOBS_ENDPOINT: http://… | https://…")
        self._check_lease()
        self._check_signers()
        self._check_mail()
        # Behind a proxy only its chain is set, for the pins of enrolment codes; the proxy has the key.
        needs_key = self.tls_certificate is not None and not self.trusted_proxies
        if (
            (self.tls_key is None)
            if needs_key
            else (self.tls_certificate is None and self.tls_key is not None)
        ):
            raise SettingError(f"{PREFIX}TLS_CERTIFICATE + {PREFIX}TLS_KEY")

    def _check_lease(self) -> None:
        if not 1 <= self.tablet_lease_days <= MOST_LEASE_DAYS:
            raise SettingError(f"{PREFIX}TABLET_LEASE_DAYS: 1-{MOST_LEASE_DAYS}")

    def _check_signers(self) -> None:
        if not all(is_public_key(key) for key in self.trusted_signers):
            raise SettingError(f"{PREFIX}LISTS_SIGNERS: KEY KEY …")

    def _check_mail(self) -> None:
        if self.smtp_url and not _is_smtp(self.smtp_url):
            raise SettingError(f"{PREFIX}SMTP_URL: smtp://user:password@host:587 | smtps://…")
        if (self.smtp_url or self.smtp_sender) and not is_mail_address(self.smtp_sender):
            raise SettingError(f"{PREFIX}SMTP_SENDER: so178@huyen.example")
        if not self.hours_of_mail:
            raise SettingError(f"{PREFIX}MAIL_HOURS: 7-21 | 0-24")

    @property
    def sends_mail(self) -> bool:
        """Return whether a mail server is configured."""
        return bool(self.smtp_url)

    @property
    def hours_of_mail(self) -> range:
        """Hours of the day in which mails about returned records are sent; empty for an invalid text."""
        first, end = (parse_whole_number(text, 2) for text in self.mail_hours.partition("-")[::2])
        if first is None or end is None or end > _DAY_HOURS:
            return range(0)
        return range(first, end)

    @property
    def private_hosts(self) -> frozenset[str]:
        """Receivers of webhooks that may have an address in the office's own network."""
        return frozenset(self.webhook_hosts.lower().split())

    @property
    def is_https(self) -> bool:
        """Return whether the public URL of the server is https."""
        return self.url.startswith("https://")

    @property
    def trusted_signers(self) -> frozenset[str]:
        """Public keys of the offices whose list packs are accepted."""
        return frozenset(self.lists_signers.split())

    @property
    def effective_database_url(self) -> str:
        """URL of the database: the setting, else a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'field178.sqlite'}"

    @property
    def effective_backup_dir(self) -> Path:
        """Folder of the backups: the setting, else `backups` in the data folder."""
        return self.backup_dir or self.data_dir / BACKUPS

    @property
    def key_dir(self) -> Path:
        """Folder of the tenant's keys."""
        return self.data_dir / "keys" / self.tenant

    @property
    def tls_dir(self) -> Path:
        """Folder of the own certificate authority and the server's certificate."""
        return self.data_dir / "tls"


VARIABLES: Mapping[str, str] = {setting.name: PREFIX + setting.name.upper() for setting in fields(Settings)}
_NUMBERS = tuple(setting.name for setting in fields(Settings) if setting.type == "int")
_PATHS = tuple(setting.name for setting in fields(Settings) if "Path" in str(setting.type))
_WORDS = tuple(setting.name for setting in fields(Settings) if setting.type == "str")


def data_folder(environment: Mapping[str, str]) -> Path:
    """Return the data folder of an environment."""
    return Path(environment.get(PREFIX + "DATA_DIR") or "field178-data")


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is a loopback address."""
    return host in _LOOPBACK or host.startswith("127.")


def read_settings_file(path: Path) -> dict[str, str]:
    """Return the FIELD178_ variables of a file of NAME=value lines; a missing file has none."""
    return settings_of_text(path.read_text("utf-8")) if path.is_file() else {}


def settings_of_text(text: str) -> dict[str, str]:
    """Return the FIELD178_ variables of the text of a settings file."""
    pairs = (word.partition("=") for word in shlex.split(text, comments=True))
    return {name: value for name, sign, value in pairs if sign and name.startswith(PREFIX)}


def write_settings_file(path: Path, values: Mapping[str, str]) -> None:
    """Write variables as NAME=value lines that both a shell and systemd can read."""
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in sorted(values.items())]
    path.touch(0o600)
    path.write_text("".join(lines), "utf-8")


def _is_smtp(url: str) -> bool:
    try:
        address = urlsplit(url)
        # Also the password MUST be ASCII: SMTP libraries send no other.
        is_typed = address.scheme in ("smtp", "smtps") and bool(address.hostname) and address.port != 0
        return is_typed and unquote(url).isascii()
    except ValueError:
        return False


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _number(name: str, text: str) -> int:
    number = parse_whole_number(text, 9)
    if number is None:
        raise SettingError(f"{VARIABLES[name]}: 0, 1, 2 …")
    return number
