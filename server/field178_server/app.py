"""The application factory: creates a Flask application from settings; no side effects at import."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from field178_server.api import init_api
from field178_server.console import init_console
from field178_server.database import migrations
from field178_server.database.engine import readonly
from field178_server.database.flask_extension import init_database
from field178_server.http.application_runtime import init_runtime
from field178_server.http.headers import init_headers
from field178_server.http.lists_in_force import init_lists
from field178_server.http.load_shedding import init_load_shedding
from field178_server.http.problem_details import init_errors
from field178_server.http.request_log import init_request_log
from field178_server.records import typed_value
from field178_server.runtime import Runtime
from field178_server.security.keyring import load_keys
from field178_server.security.passwords import Passwords
from field178_server.settings import Settings
from field178_shared.ids import IdSource
from field178_shared.time.clock import Clock, clock_from_environment
from field178_shared.wire.protocol import MAX_BODY_BYTES


def create_app(settings: Settings, clock: Clock | None = None, ids: IdSource | None = None) -> Flask:
    """Return the application of one tenant; the data folder MUST be installed by `field178 init`."""
    app = Flask(__name__, static_folder=None)
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES // 2,
        MAX_FORM_PARTS=1000,
        FIELD178_LANGUAGE=settings.language,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # Flask's default provider has the switch
    clock = clock or clock_from_environment({"FIELD178_CLOCK_START": settings.clock_start})
    engine = init_database(app, settings.effective_database_url)
    runtime = Runtime(
        settings,
        engine,
        clock,
        ids or IdSource(clock),
        load_keys(settings.key_dir),
        Passwords(settings.password_cost),
    )
    migrations.require_newest(readonly(engine))
    init_runtime(app, runtime)
    typed_value.prepare()
    init_request_log(app)
    init_headers(app, is_https=settings.is_https)
    init_load_shedding(app, settings.threads)
    init_errors(app)
    init_lists(app)
    init_api(app, settings.threads)
    init_console(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app
