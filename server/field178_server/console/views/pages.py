"""Actions on views of lists: keep the present one under a name, forget one."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from field178_server.console.components.saved_views import own_views
from field178_server.console.shell.links import with_query
from field178_server.console.shell.page import current_page
from field178_server.database.unit_of_work import run_write
from field178_server.office.views import operations as views
from field178_server.office.views.operations import ListView
from field178_shared.errors import AppError, ErrorCode

_LISTS = {
    "establishments": "console.establishments.index",
    "visits": "console.filed_records.visits",
    "sessions": "console.filed_records.sessions",
}


def keep() -> AnyResponse:
    """Save the filters, columns and order of a list under a name; without a name nothing is saved."""
    name, query = request.form.get("name", ""), request.form.get("query", "")
    list_name = request.form.get("list", "")
    endpoint = _endpoint(list_name)
    if name.strip():
        view = ListView(name, query)
        engine = current_page().runtime.engine
        run_write(engine, lambda session: views.save_view(session, own_views(list_name), view))
    return redirect(with_query(url_for(endpoint), query), 303)


def forget() -> AnyResponse:
    """Forget a view."""
    list_name, name = request.form.get("list", ""), request.form.get("name", "")
    endpoint = _endpoint(list_name)
    run_write(
        current_page().runtime.engine, lambda session: views.delete_view(session, own_views(list_name), name)
    )
    return redirect(url_for(endpoint), 303)


def _endpoint(list_name: str) -> str:
    if list_name not in _LISTS:
        raise AppError(ErrorCode.BAD_REQUEST)
    return _LISTS[list_name]
