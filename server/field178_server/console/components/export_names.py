"""Names of the kinds of exports."""

from __future__ import annotations

from collections.abc import Mapping

from field178_server.console.text.field_labels import type_name
from field178_server.console.text.localize import Localizer
from field178_server.office.exports.kinds import FIGURES, FOLLOW_UPS, REGISTER, SESSIONS, VISITS
from field178_shared.text.i18n import N_

_NAMES: Mapping[str, str] = {
    FIGURES: N_("Figures of the indicators"),
    REGISTER: N_("Register of establishments"),
    VISITS: N_("Visits"),
    SESSIONS: N_("Outreach sessions"),
    FOLLOW_UPS: N_("After visits"),
}


def export_name(kind: str, localizer: Localizer) -> str:
    """Return the name of a kind of export; exports of records have the name of the type."""
    return localizer.say(_NAMES[kind]) if kind in _NAMES else type_name(kind, localizer)
