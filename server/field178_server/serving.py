"""How a server of these settings is served: http on loopback by waitress, https by gunicorn, nothing else."""

from __future__ import annotations

from collections.abc import Callable

from field178_server.settings import SettingError, Settings, is_loopback
from field178_server.tls import certificate_of
from field178_server.wsgi import application_of

Ready = Callable[[str], None]


def serve(settings: Settings, host: str, port: int, ready: Ready) -> None:
    """Serve until SIGTERM; `ready` gets the address once connections are taken.

    Behind a proxy that ends TLS (FIELD178_TRUSTED_PROXIES) plain http is served, on loopback only.
    """
    if settings.is_https and not settings.trusted_proxies:
        from field178_server import gunicorn_serving  # only one of the two is ever needed

        gunicorn_serving.serve(
            lambda: application_of(settings),
            (host, port),
            certificate_of(settings),
            settings.threads,
            lambda found: ready(f"https://{host}:{found}"),
        )
        return
    if not is_loopback(host):
        raise SettingError(f"http: 127.0.0.1 only, not {host}; FIELD178_URL=https://…")
    from field178_server import waitress_serving

    waitress_serving.serve(
        application_of(settings),
        host,
        port,
        settings.threads,
        lambda found: ready(f"http://{host}:{found}"),
    )
