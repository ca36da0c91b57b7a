"""Files that jobs create for people, named by job id and kept for some days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from field178_shared.errors import AppError, ErrorCode
from field178_shared.fsync import make_folder
from field178_shared.ids import is_uuid, made_at

KEPT_FOR = timedelta(days=7)
_PART = ".part"
_EPOCH = datetime.fromtimestamp(0, UTC)


class JobFiles:
    """The job files of a tenant in the data folder."""

    def __init__(self, data_dir: Path, tenant_id: str) -> None:
        self._folder = data_dir / "exports" / tenant_id

    def path_of(self, job_id: str) -> Path:
        """Return the path of a job's file, existing or not."""
        # The id comes from a URL: only a valid id may become a file name.
        if not is_uuid(job_id):
            raise AppError(ErrorCode.NOT_FOUND)
        return self._folder / job_id

    def begin(self, job_id: str) -> Path:
        """Return the path of a job's incomplete file."""
        make_folder(self._folder)
        return self.path_of(job_id).with_suffix(_PART)

    def remove(self, job_id: str) -> None:
        """Delete the file of a job, complete or not."""
        path = self.path_of(job_id)
        for file in (path, path.with_suffix(_PART)):
            file.unlink(missing_ok=True)

    def remove_old(self, now: datetime) -> int:
        """Delete the files of jobs queued before the time limit of files; return their number."""
        old = self.queued_before(now - KEPT_FOR)
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def queued_before(self, instant: datetime) -> list[Path]:
        """Return the files of jobs queued before an instant."""
        # A name that is no id is no job's: it goes with the oldest.
        return [path for path in self._folder.glob("*") if (made_at(path.stem) or _EPOCH) < instant]
