"""Entry point for WSGI servers, with settings of the environment.

For instance `gunicorn "field178_server.wsgi:application()"`.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from flask import Flask

from field178_server.app import create_app
from field178_server.database.single_server import claim_store
from field178_server.http.application_runtime import runtime_of
from field178_server.http.process_log import configure_log
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import jobs_running
from field178_server.maintenance.upgrade_note import accept_upgrade
from field178_server.office.indicators.totals.updater import totals_running
from field178_server.office.mail.sender import mail_running
from field178_server.office.reminders.stopped_webhooks import announce_stopped
from field178_server.office.webhooks.delivery import webhooks_running
from field178_server.security.clear_copies import remove_abandoned
from field178_server.security.ownership import require_owner
from field178_server.security.private_files import make_private_folder
from field178_server.settings import Settings
from field178_shared.time.clock import clock_from_environment

TEMPORARY_FILES = "tmp"
# glibc gives each thread its own arena, which keeps the memory of its largest request.
_M_ARENA_MAX = -8
_ARENAS = 2


def application() -> Flask:
    """Return the application of this process and start the background threads of the server."""
    app = application_of(Settings.from_environment(os.environ))
    until_exit = ExitStack()
    until_exit.enter_context(jobs_running(runtime_of(app), JOB_KINDS))
    until_exit.enter_context(mail_running(runtime_of(app)))
    until_exit.enter_context(totals_running(runtime_of(app)))
    until_exit.enter_context(webhooks_running(runtime_of(app), announce_stopped))
    atexit.register(until_exit.close)
    return app


def application_of(settings: Settings) -> Flask:
    """Return the application of the settings, with its log on stderr.

    Raises WrongAccountError, AlreadyServedError if another process serves the same SQLite store, and
    UpgradeUnfinishedError.
    """
    limit_malloc_arenas()
    require_owner(settings.data_dir)
    claim_store(settings)
    accept_upgrade(settings)
    clock = clock_from_environment({"FIELD178_CLOCK_START": settings.clock_start})
    configure_log(sys.stderr, clock, settings.log_level)
    app = create_app(settings, clock)
    remove_abandoned(runtime_of(app).engine, settings.data_dir)
    # Last: without an installed server no folder is created.
    _keep_temporary_files_in(settings.data_dir / TEMPORARY_FILES)
    return app


def limit_malloc_arenas() -> None:
    """Limit the memory arenas of glibc: halves the resident memory of a server with eight threads.

    MUST run before the first thread: existing arenas are not released.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, _ARENAS)


def _keep_temporary_files_in(folder: Path) -> None:
    """Use a folder for temporary files of this process and its children (SQLite, pg_dump) instead of /tmp.

    A service may have no writable /tmp. Large requests and responses are buffered in unnamed temporary files.
    """
    make_private_folder(folder)
    os.environ["TMPDIR"] = str(folder.absolute())
    tempfile.tempdir = None  # discard the cached folder
