"""The server process: plain http on loopback only, otherwise https by the TLS front."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from field178_server.http.application_runtime import runtime_of
from field178_server.http.load_shedding import threads_of
from field178_server.job_kinds import JOB_KINDS
from field178_server.jobs.worker import jobs_running
from field178_server.maintenance.check_process import faults_in_own_process
from field178_server.maintenance.daily import MaintenanceResult, maintenance_running, run_maintenance
from field178_server.office.indicators.team_figures import FiguresOfTeams
from field178_server.office.indicators.totals.updater import totals_running
from field178_server.office.mail.sender import mail_running
from field178_server.office.reminders.operations import remind_if_due
from field178_server.office.reminders.stopped_webhooks import announce_stopped
from field178_server.office.webhooks.delivery import webhooks_running
from field178_server.runtime import Runtime
from field178_server.security.certificates import certificate_of
from field178_server.serving.connection_limits import ConnectionCount, connections_allowed
from field178_server.serving.secret_rotation import finish_rotation
from field178_server.serving.tls_proxy import TlsFront
from field178_server.serving.waitress import bound
from field178_server.settings import SettingError, Settings, is_loopback
from field178_server.wsgi import application_of

Ready = Callable[[str], None]
_LOOPBACK = "127.0.0.1"
# Interval of the check whether the daily figures are due; the check costs a few statements.
_LOOK_FOR_FIGURES_S = 60.0
_OBJECTS_BETWEEN_COLLECTIONS = 20_000


class AddressError(Exception):
    """The server cannot listen on an address; arguments: address and the system's reason."""


def run_hourly(runtime: Runtime) -> MaintenanceResult:
    """Run the maintenance of the store, send the monthly reminder if it is due, and renew sealed secrets."""
    done = run_maintenance(runtime, faults_in_own_process)
    remind_if_due(runtime)
    finish_rotation(runtime)
    return done


def serve(settings: Settings, host: str, port: int, ready: Ready) -> None:
    """Run the server until SIGTERM; call `ready` with the URL when it listens. Raises AddressError.

    Behind a proxy that terminates TLS (FIELD178_TRUSTED_PROXIES) plain http is served, on loopback only.
    """
    ends_tls = settings.is_https and not settings.trusted_proxies
    if not ends_tls and not is_loopback(host):
        raise SettingError(f"http: {_LOOPBACK} only, not {host}; FIELD178_URL=https://…")
    application = application_of(settings)
    with ExitStack() as stack:
        stack.enter_context(maintenance_running(partial(run_hourly, runtime_of(application))))
        publish = FiguresOfTeams(runtime_of(application)).publish_if_due
        stack.enter_context(maintenance_running(publish, every_s=_LOOK_FOR_FIGURES_S))
        stack.enter_context(jobs_running(runtime_of(application), JOB_KINDS))
        stack.enter_context(mail_running(runtime_of(application)))
        stack.enter_context(totals_running(runtime_of(application)))
        stack.enter_context(webhooks_running(runtime_of(application), announce_stopped))
        connections = connections_allowed(handles_each=2 if ends_tls else 1)
        threads = threads_of(settings.threads)
        bind = partial(
            bound, application, threads=threads, connections=connections, is_https=settings.is_https
        )
        if ends_tls:
            server = stack.enter_context(bind((_LOOPBACK, 0)))
            count = ConnectionCount(connections, settings.connections_per_address)
            front = TlsFront(certificate_of(settings), count, server.take)
            with _listening_on(host, port):
                taken = stack.enter_context(front.listening(host, port))
        else:
            with _listening_on(host, port):
                server = stack.enter_context(bind((host, port)))
                server.accept_connections()
            taken = int(server.effective_port)
        _spare_the_collector()
        ready(f"{'https' if ends_tls else 'http'}://{host}:{taken}")
        server.run()


@contextmanager
def _listening_on(host: str, port: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AddressError(f"{host}:{port}", error.strerror) from error


def _spare_the_collector() -> None:
    """Freeze the objects of the start-up and run the garbage collector less often, to save CPU time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
