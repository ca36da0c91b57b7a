"""Entry for WSGI servers: `gunicorn "field178_server.wsgi:application()"`, settings from the environment."""

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
from field178_server.http.request_log import configure_log
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import jobs_running
from field178_server.office.indicators.totals.updater import totals_running
from field178_server.office.mail.sender import mail_running
from field178_server.office.reminders.stopped_webhooks import announce_stopped
from field178_server.office.webhooks.delivery import webhooks_running
from field178_server.security.ownership import require_owner
from field178_server.security.private_files import make_private_folder
from field178_server.settings import Settings
from field178_shared.time.clock import clock_from_environment

TEMPORARY_FILES = "tmp"
# glibc gives each thread an arena of its own, and each keeps what its largest request once took.
_M_ARENA_MAX = -8
_ARENAS = 2


def application() -> Flask:
    """Build the application of this process; beside its requests run the threads of the server."""
    app = application_of(Settings.from_environment(os.environ))
    until_exit = ExitStack()
    until_exit.enter_context(jobs_running(runtime_of(app), JOB_KINDS))
    until_exit.enter_context(mail_running(runtime_of(app)))
    until_exit.enter_context(totals_running(runtime_of(app)))
    until_exit.enter_context(webhooks_running(runtime_of(app), announce_stopped))
    atexit.register(until_exit.close)
    return app


def application_of(settings: Settings) -> Flask:
    """Build the application of these settings and send its log to stderr.

    Raises WrongAccountError, and AlreadyServedError where another process serves the same SQLite store.
    """
    limit_malloc_arenas()
    require_owner(settings.data_dir)
    claim_store(settings)
    clock = clock_from_environment({"FIELD178_CLOCK_START": settings.clock_start})
    configure_log(sys.stderr, clock, settings.log_level)
    app = create_app(settings, clock)
    # Last: where no server was set up, nothing is made.
    _keep_temporary_files_in(settings.data_dir / TEMPORARY_FILES)
    return app


def limit_malloc_arenas() -> None:
    """Halve the resident memory of a server with eight threads; no effect where the C library has no arenas.

    Before the first thread: an arena that exists is not given back.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_ARENA_MAX, _ARENAS)


def _keep_temporary_files_in(folder: Path) -> None:
    """Make this process and what it starts (SQLite, pg_dump) independent of the system's /tmp.

    A service may have none that it can write. Large requests and answers wait there, in files without a name.
    """
    make_private_folder(folder)
    os.environ["TMPDIR"] = str(folder.absolute())
    tempfile.tempdir = None  # forget the place that was looked up before
