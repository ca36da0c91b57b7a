"""Folders of staged imports: rows of an uploaded file, for a week or until a record of it is erased."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from field178_shared.errors import AppError, ErrorCode
from field178_shared.ids import is_uuid, made_at

KEPT_FOR = timedelta(days=7)


class StagedImports:
    """Folders of a tenant's imports in the data folder, one for each import."""

    def __init__(self, data_dir: Path, tenant_id: str) -> None:
        self._folder = data_dir / "register_imports" / tenant_id

    def path_of(self, import_id: str) -> Path:
        """Return the folder of an import; AppError(not_found) for what is no id, as an address may have."""
        if not is_uuid(import_id):
            raise AppError(ErrorCode.NOT_FOUND)
        return self._folder / import_id

    def remove(self, import_id: str) -> None:
        """Delete the rows and the workbook of refused rows of an import."""
        shutil.rmtree(self.path_of(import_id), ignore_errors=True)

    def remove_old(self, now: datetime) -> int:
        """Delete the folders of imports uploaded more than a week ago; return their number."""
        old = [
            folder
            for folder in self._folder.glob("*")
            if (uploaded_at := made_at(folder.name)) is not None and uploaded_at < now - KEPT_FOR
        ]
        for folder in old:
            shutil.rmtree(folder, ignore_errors=True)
        return len(old)
