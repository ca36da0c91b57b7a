"""Errors of backup, restore and drill, with the reasons that the operator reads."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Reason why an operation on backups failed."""

    NOT_A_BACKUP = "not_a_backup"
    ALTERED = "altered"
    NEWER = "newer"
    OTHER_ENGINE = "other_engine"
    OTHER_TENANT = "other_tenant"
    FOLDER_NOT_EMPTY = "folder_not_empty"
    STORE_NOT_EMPTY = "store_not_empty"
    NOT_INSTALLED = "not_installed"
    NO_CLIENT = "no_client"
    CLIENT_FAILED = "client_failed"
    NO_SCRATCH = "no_scratch"
    DIFFERS = "differs"
    NO_FOLDER = "no_folder"
    NOT_WRITABLE = "not_writable"
    BUSY = "busy_backup"
    NO_OFFICE_KEY = "no_office_key"
    SHARE_WRONG = "share_wrong"
    OTHER_SHARES = "other_shares"


class BackupError(Exception):
    """Failure of an operation on backups; `what`: the file, folder, program or account concerned."""

    def __init__(self, reason: Reason, what: str) -> None:
        super().__init__(f"{reason}: {what}")
        self.reason = reason
        self.what = what
