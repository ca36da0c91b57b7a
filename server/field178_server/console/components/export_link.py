"""Link from a list to the export of the same records."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import url_for

from field178_server.console.shell.links import with_query
from field178_server.console.shell.lists import ListAddress
from field178_server.http.auth import current_officer
from field178_server.office.exports.kinds import kinds_of
from field178_shared.codelists import load


def export_href(address: ListAddress, what: str) -> str:
    """Return the address of the export form with the filters of a list, "" if the role has no such export."""
    kinds = {kind.key for kind in kinds_of(current_officer().role, load())}
    query = urlencode([("what", what), *address.given("since", "until", "unit")])
    return with_query(url_for("console.exports.index"), query) if what in kinds else ""
