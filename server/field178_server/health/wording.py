"""Wording of the checks: value, facts, limit and remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from field178_server.health.checks import Check, CheckName, Figure, Level
from field178_shared.errors import ErrorCode
from field178_shared.text.formats import date_text, datetime_text, number_text
from field178_shared.text.i18n import N_, translator
from field178_shared.time.clock import VIETNAM

# Also used by the command line.
CERTIFICATE_REMEDY = N_("Give the whole chain (fullchain.pem) for the name in FIELD178_URL, and its key.")
ADDRESS_REMEDY = N_(
    "A proxy in front: set FIELD178_TRUSTED_PROXIES and name its chain in FIELD178_TLS_CERTIFICATE;"
    " otherwise start the server again. See “Certificate” in the operations guide."
)
_IN_GIB = 10_240
_IN_DAYS = 48


@dataclass(frozen=True, slots=True)
class CheckWords:
    """A check in words; `facts` follow the value, `remedy` is empty if no action is needed."""

    title: str
    level: str
    value: str
    facts: tuple[str, ...]
    limit: str
    remedy: str


def words_of(check: Check, language: str) -> CheckWords:
    """Return a check in words."""
    words = _Words(check, language)
    return CheckWords(
        title=words.translate(TITLES[check.name]),
        level=words.translate(LEVELS[check.level]),
        value=_VALUES[check.name](words),
        facts=tuple(fact for fact in _FACTS[check.name](words) if fact),
        limit=words.limit(),
        remedy=words.remedy(),
    )


def attempt_fault(code: str, language: str) -> str:
    """Return the reason of a failed backup; a code without a sentence is a difference after the restore."""
    return translator(language, "console")(ATTEMPT_FAULTS.get(code, _DIFFERENCE)).format(code=code)


@dataclass(frozen=True, slots=True)
class _Words:
    check: Check
    language: str

    def translate(self, msgid: str, **values: str) -> str:
        return translator(self.language, "console")(msgid).format(**values)

    def figure(self, name: str) -> Figure:
        return self.check.figures.get(name)

    def number(self, name: str) -> str:
        figure = self.figure(name)
        return number_text(figure, self.language) if isinstance(figure, int) else ""

    def instant(self, name: str) -> str:
        figure = self.figure(name)
        return (
            datetime_text(figure.astimezone(VIETNAM), self.language) if isinstance(figure, datetime) else ""
        )

    def day(self, name: str) -> str:
        figure = self.figure(name)
        return date_text(figure.astimezone(VIETNAM), self.language) if isinstance(figure, datetime) else ""

    def size(self, name: str) -> str:
        figure = self.figure(name)
        if not isinstance(figure, int):
            return ""
        amount, unit = (figure, "MB") if figure < _IN_GIB else (figure >> 10, "GB")
        return f"{number_text(amount, self.language)} {unit}"

    def limit(self) -> str:
        name, text = _LIMITS.get(self.check.name, ("", ""))
        if self.figure(name) is None:
            return ""
        shown = self.size(name) if name.endswith("_mb") else self.number(name)
        return self.translate(text, count=shown)

    def remedy(self) -> str:
        text = _REMEDIES.get((self.check.name, self.check.reason)) or _REMEDIES.get((self.check.name, ""))
        if not text or not self.check.needs_attention:
            return ""
        return self.translate(text, what=str(self.figure("what") or ""), why=self.why())

    def why(self) -> str:
        codes = str(self.figure("why") or "").split(", ")
        return " ".join(attempt_fault(code, self.language) for code in codes if code)


def _backup_value(words: _Words) -> str:
    hours = words.figure("age_hours")
    if not isinstance(hours, int):
        return words.translate(N_("No proved backup yet"))
    if hours < 1:
        return words.translate(N_("Less than an hour ago"))
    if hours == 1:
        return words.translate(N_("An hour ago"))
    if hours < _IN_DAYS:
        return words.translate(N_("{count} hours ago"), count=number_text(hours, words.language))
    return words.translate(N_("{count} days ago"), count=number_text(hours // 24, words.language))


def _backup_facts(words: _Words) -> Iterator[str]:
    if words.figure("taken_at"):
        yield words.translate(
            N_("Taken {when} · {size}"), when=words.instant("taken_at"), size=words.size("size_mb")
        )
        yield words.translate(N_("In {folder}"), folder=str(words.figure("folder")))
        yield words.translate(N_("Proved by restoring it, {when}"), when=words.instant("proved_at"))


def _drill_value(words: _Words) -> str:
    return words.instant("drilled_at") or words.translate(N_("Not done yet"))


def _drill_facts(words: _Words) -> Iterator[str]:
    text = N_("Overdue since {day}") if words.check.reason == "due" else N_("Next one until {day}")
    yield words.translate(text, day=words.day("due_at"))


def _free(words: _Words) -> str:
    return words.translate(N_("{size} free"), size=words.size("free_mb"))


def _place_value(words: _Words) -> str:
    return words.translate(N_("Not there")) if words.check.reason == "no_folder" else _free(words)


def _place_facts(words: _Words) -> Iterator[str]:
    yield words.translate(N_("In {folder}"), folder=str(words.figure("folder")))
    if words.figure("on_data_disk") and words.check.reason != "no_folder":
        yield words.translate(
            N_(
                "On the same disk as the data: lost together with it. Copy them to another disk, or name"
                " a folder there in FIELD178_BACKUP_DIR."
            )
        )


def _folder_facts(words: _Words) -> Iterator[str]:
    yield words.translate(N_("In {folder}"), folder=str(words.figure("folder")))


def _certificate_value(words: _Words) -> str:
    match words.check.reason:
        case "plain_http":
            return words.translate(N_("None: served on this machine alone"))
        case "proxy":
            return words.translate(N_("Kept by the proxy in front"))
        case "unreadable":
            return words.translate(N_("Cannot be read"))
        case "ended":
            return words.translate(N_("Expired"))
        case "refused":
            return words.translate(N_("Refused by tablets: {reason}"), reason=str(words.figure("reason")))
        case "other_key":
            return words.translate(
                N_("{count} tablets trust another certificate"), count=words.number("tablets")
            )
    return words.translate(N_("{count} days left"), count=words.number("days_left"))


def _certificate_facts(words: _Words) -> Iterator[str]:
    if words.figure("ends_at"):
        yield words.translate(N_("Until {when}"), when=words.instant("ends_at"))
    yield str(words.figure("file") or "")


def _address_value(words: _Words) -> str:
    match words.check.reason:
        case "other":
            return words.translate(N_("Another certificate than the enrolment codes name"))
        case "refused":
            return words.translate(N_("Refused by tablets: {reason}"), reason=str(words.figure("reason")))
        case "unreachable":
            return words.translate(N_("Not reached from this machine: try it from another network"))
    return words.translate(N_("A tablet trusts it"))


def _address_facts(words: _Words) -> Iterator[str]:
    yield str(words.figure("url"))


def _integrity_value(words: _Words) -> str:
    if words.figure("faults"):
        return words.translate(N_("{count} differences"), count=words.number("faults"))
    return (
        words.translate(N_("Everything agrees"))
        if words.figure("checked_at")
        else words.translate(N_("Not checked yet"))
    )


def _integrity_facts(words: _Words) -> Iterator[str]:
    yield words.instant("checked_at")


def _jobs_value(words: _Words) -> str:
    return words.translate(
        N_("{waiting} waiting, {failed} failed in 24 hours"),
        waiting=words.number("waiting"),
        failed=words.number("failed"),
    )


def _count_value(words: _Words) -> str:
    return words.translate(N_("{count} waiting"), count=words.number("count"))


def _factor_value(words: _Words) -> str:
    return words.translate(N_("{count} accounts that need one have none"), count=words.number("count"))


def _no_facts(words: _Words) -> Iterator[str]:
    yield from ()


def _oldest(words: _Words) -> Iterator[str]:
    if words.figure("oldest"):
        yield words.translate(N_("The oldest since {when}"), when=words.instant("oldest"))


def _webhooks_value(words: _Words) -> str:
    if words.figure("failing"):
        return words.translate(N_("{count} take nothing"), count=words.number("failing"))
    return words.translate(N_("{count} in use"), count=words.number("count"))


def _version_value(words: _Words) -> str:
    return str(words.figure("product"))


def _version_facts(words: _Words) -> Iterator[str]:
    yield words.translate(N_("Migration of the store: {name}"), name=str(words.figure("migration") or "—"))


TITLES: Mapping[CheckName, str] = {
    CheckName.BACKUP: N_("Last backup"),
    CheckName.DRILL: N_("Restore drill"),
    CheckName.BACKUP_PLACE: N_("Place of the backups"),
    CheckName.DISK: N_("Disk of the data"),
    CheckName.CERTIFICATE: N_("TLS certificate"),
    CheckName.ADDRESS: N_("Address of the server, as a tablet meets it"),
    CheckName.INTEGRITY: N_("Daily check of the store"),
    CheckName.JOBS: N_("Jobs"),
    CheckName.QUARANTINE: N_("Changes held back"),
    CheckName.UPLOADS: N_("Files being sent"),
    CheckName.WEBHOOKS: N_("Webhooks"),
    CheckName.SECOND_FACTOR: N_("Second factor"),
    CheckName.VERSION: N_("Version"),
}
LEVELS: Mapping[Level, str] = {
    Level.OK: N_("In order"),
    Level.UNKNOWN: N_("Not checked"),
    Level.ATTENTION: N_("Take care of it"),
    Level.FAULT: N_("Not in order"),
}
_VALUES: Mapping[CheckName, Callable[[_Words], str]] = {
    CheckName.BACKUP: _backup_value,
    CheckName.DRILL: _drill_value,
    CheckName.BACKUP_PLACE: _place_value,
    CheckName.DISK: _free,
    CheckName.CERTIFICATE: _certificate_value,
    CheckName.ADDRESS: _address_value,
    CheckName.INTEGRITY: _integrity_value,
    CheckName.JOBS: _jobs_value,
    CheckName.QUARANTINE: _count_value,
    CheckName.UPLOADS: _count_value,
    CheckName.WEBHOOKS: _webhooks_value,
    CheckName.SECOND_FACTOR: _factor_value,
    CheckName.VERSION: _version_value,
}
_FACTS: Mapping[CheckName, Callable[[_Words], Iterator[str]]] = {
    CheckName.BACKUP: _backup_facts,
    CheckName.DRILL: _drill_facts,
    CheckName.BACKUP_PLACE: _place_facts,
    CheckName.DISK: _folder_facts,
    CheckName.CERTIFICATE: _certificate_facts,
    CheckName.ADDRESS: _address_facts,
    CheckName.INTEGRITY: _integrity_facts,
    CheckName.JOBS: _oldest,
    CheckName.QUARANTINE: _oldest,
    CheckName.UPLOADS: _oldest,
    CheckName.WEBHOOKS: _oldest,
    CheckName.SECOND_FACTOR: _no_facts,
    CheckName.VERSION: _version_facts,
}
_LIMITS: Mapping[CheckName, tuple[str, str]] = {
    CheckName.BACKUP: ("limit_hours", N_("At most {count} hours old")),
    CheckName.DRILL: ("limit_days", N_("Every {count} days")),
    CheckName.BACKUP_PLACE: ("needed_mb", N_("At least {count}, twice the last backup")),
    CheckName.DISK: ("limit_mb", N_("At least {count}")),
    CheckName.CERTIFICATE: ("limit_days", N_("At least {count} days")),
    CheckName.INTEGRITY: ("limit_hours", N_("Every {count} hours")),
    CheckName.JOBS: ("limit_minutes", N_("None waits longer than {count} minutes")),
    CheckName.QUARANTINE: ("limit_days", N_("None older than {count} days")),
}
_REMEDIES: Mapping[tuple[CheckName, str], str] = {
    (CheckName.BACKUP, "none"): N_("Take one now, and switch field178-backup.timer on."),
    (CheckName.BACKUP, "failed"): N_("The last attempt failed. {why} Take one again."),
    (CheckName.BACKUP, "late"): N_("Take one now; see whether field178-backup.timer runs."),
    (CheckName.BACKUP, "gone"): N_(
        "It is no longer where it was written. Is its disk mounted? Otherwise take one now."
    ),
    (CheckName.DRILL, "due"): N_(
        "On the server, with two holders of the office key: f178 drill --backup FOLDER, the newest backup."
    ),
    (CheckName.BACKUP_PLACE, "no_office_key"): N_(
        "Backups are made for the holders of the office key, and there is none: f178 office-key new --papers"
        " FOLDER, with a stick in the server."
    ),
    (CheckName.BACKUP_PLACE, "no_folder"): N_(
        "{what} is not there: mount its disk, or change FIELD178_BACKUP_DIR."
    ),
    (CheckName.BACKUP_PLACE, "not_writable"): N_(
        "The server may not write to {what}: give it to the account field178, and name it in ReadWritePaths"
        " of the service."
    ),
    (CheckName.BACKUP_PLACE, "no_client"): N_("{what} is missing: install postgresql-client."),
    (CheckName.BACKUP_PLACE, "too_small"): N_("Move old backups to another disk, or add a larger one."),
    (CheckName.DISK, "not_writable"): N_(
        "The disk takes nothing: look at it at once. Tablets keep everything."
    ),
    (CheckName.DISK, ""): N_("Move old backups to another disk, or add a larger one."),
    (CheckName.CERTIFICATE, "unreadable"): N_(
        "Bring the file back from the backup, then start the server again."
    ),
    (CheckName.CERTIFICATE, "refused"): CERTIFICATE_REMEDY,
    (CheckName.CERTIFICATE, "other_key"): N_(
        "They cannot send: bring the certificate with the former key back (certbot: --reuse-key), or enrol"
        " them again."
    ),
    (CheckName.ADDRESS, ""): ADDRESS_REMEDY,
    (CheckName.CERTIFICATE, ""): N_(
        "Renew it as in the operations guide, section “Certificate”, then start the server again."
    ),
    (CheckName.INTEGRITY, "faults"): N_(
        "Take a backup now, then see “When the check finds something” in the operations guide."
    ),
    (CheckName.INTEGRITY, "rights"): N_(
        "Rights were changed outside the program: close the account or revoke the tablet that the details"
        " name, tell the privacy officer, then see “When the check finds something” in the operations guide."
    ),
    (CheckName.INTEGRITY, "late"): N_(
        "On the server: f178 check --keep. Beside gunicorn: field178-tidy.timer."
    ),
    (CheckName.JOBS, "stuck"): N_("Jobs do not run: start the server again and look into its log."),
    (CheckName.JOBS, "failed"): N_("See why in the list of jobs."),
    (CheckName.QUARANTINE, "old"): N_("Ask the reviewers to decide under “Needs attention”."),
    (CheckName.SECOND_FACTOR, "lacking"): N_(
        "They are led to set one up at their next sign-in; the list of accounts marks them."
    ),
    (CheckName.SECOND_FACTOR, "optional"): N_(
        "FIELD178_SECOND_FACTOR=optional asks nobody for one: for demos alone. Take it out of settings.env."
    ),
    (CheckName.WEBHOOKS, "failing"): N_("See why in its attempts, and tell whoever runs the receiver."),
    (CheckName.VERSION, "not_installed"): N_(
        "Set the server up: f178 init. One in use: restore it from the backup."
    ),
    (CheckName.VERSION, "unreachable"): N_("The store does not answer: start it, and look into its log."),
    (CheckName.VERSION, "not_migrated"): N_("Stop the server, run f178 init, start it again."),
}
_DIFFERENCE = N_("What was restored differs ({code}).")
ATTEMPT_FAULTS: Mapping[str, str] = {
    "no_office_key": N_("There is no office key yet: f178 office-key new."),
    "no_folder": N_("The folder of FIELD178_BACKUP_DIR was not there."),
    "not_writable": N_("The server may not write to the folder of FIELD178_BACKUP_DIR."),
    "no_client": N_("The client programs of PostgreSQL are missing."),
    "client_failed": N_("A program of PostgreSQL failed; run f178 backup on the server to see its words."),
    "no_scratch": N_("The database account may not create a database to try the backup in."),
    "blob": N_("A stored file is missing or altered; proof.json beside the backup names it."),
    "busy_backup": N_("Another backup was under way."),
    "unwritable": N_("The disk or the store refused; run f178 backup on the server to see why."),
    "not_installed": N_("The store is not at the newest migration: f178 init."),
    ErrorCode.STORAGE_FULL.value: N_("The disk was full."),
}
