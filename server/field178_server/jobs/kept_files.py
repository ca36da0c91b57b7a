"""Files that jobs leave for people: each by the id of its job, kept for some days."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path

from field178_shared.errors import AppError, ErrorCode
from field178_shared.fsync import make_folder
from field178_shared.ids import is_uuid

KEPT_FOR = timedelta(days=7)
_PART = ".part"


class KeptFiles:
    """The files of a tenant below the data folder."""

    def __init__(self, data_dir: Path, tenant_id: str) -> None:
        self._folder = data_dir / "exports" / tenant_id

    def path_of(self, job_id: str) -> Path:
        """Return where the file of a job lies, or would lie."""
        # The id comes from an address: only one that is an id may become a name.
        if not is_uuid(job_id):
            raise AppError(ErrorCode.NOT_FOUND)
        return self._folder / job_id

    def begin(self, job_id: str) -> Path:
        """Return where the file of a job is written until it is whole."""
        make_folder(self._folder)
        return self.path_of(job_id).with_suffix(_PART)

    def remove(self, job_id: str) -> None:
        """Remove the file of a job, whole or not."""
        path = self.path_of(job_id)
        for one in (path, path.with_suffix(_PART)):
            one.unlink(missing_ok=True)

    def remove_old(self, now: datetime) -> int:
        """Remove the files of jobs that were queued longer ago than files are kept; return how many."""
        old = [path for path in self._folder.glob("*") if _queued_at(path.stem) < now - KEPT_FOR]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def _queued_at(job_id: str) -> datetime:
    """Return when a job was queued by its id; a name that is none is as old as can be."""
    if not is_uuid(job_id):
        return datetime.fromtimestamp(0).astimezone()
    return datetime.fromtimestamp((uuid.UUID(job_id).int >> 80) / 1000).astimezone()
