"""Names of the kinds of access requests, for the pages of requests and of accounts."""

from __future__ import annotations

from collections.abc import Mapping

from field178_server.database.tables.access import ACCOUNT, MEMBERSHIP, PASSWORD, RIGHTS
from field178_shared.text.i18n import N_

ACCESS_REQUEST_KINDS: Mapping[str, str] = {
    PASSWORD: N_("Another password"),
    ACCOUNT: N_("An open account"),
    RIGHTS: N_("Wider rights"),
    MEMBERSHIP: N_("A place in a team"),
}
