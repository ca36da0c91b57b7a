"""Actions on views of lists: keep the present one under a name, forget one."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.shell.blueprint import console
from field178_server.console.shell.links import with_query
from field178_server.console.shell.lists import LISTS_WITH_VIEWS, own_views
from field178_server.database.unit_of_work import run_write
from field178_server.http.application_runtime import current_runtime
from field178_server.office.views import operations as views
from field178_server.office.views.operations import ListView
from field178_shared.errors import AppError, ErrorCode


@console.post("/views")
def keep_view() -> AnyResponse:
    """Keep the filters, columns and order of a list under a name; without a name nothing is kept."""
    name, query = request.form.get("name", ""), request.form.get("query", "")
    endpoint = _endpoint()
    if name.strip():
        view = ListView(name, query)
        run_write(current_runtime().engine, lambda session: views.keep(session, own_views(endpoint), view))
    return redirect(with_query(url_for(endpoint), query), 303)


@console.post("/views/forget")
def forget_view() -> AnyResponse:
    """Forget a view."""
    endpoint, name = _endpoint(), request.form.get("name", "")
    run_write(current_runtime().engine, lambda session: views.forget(session, own_views(endpoint), name))
    return redirect(url_for(endpoint), 303)


def _endpoint() -> str:
    endpoint = f"console.{request.form.get('list', '')}"
    if endpoint not in LISTS_WITH_VIEWS:
        raise AppError(ErrorCode.BAD_REQUEST)
    return endpoint
