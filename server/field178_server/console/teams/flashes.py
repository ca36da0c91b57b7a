"""Messages about actions on teams."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "team_saved": N_("Saved: {title}. The tablets of the team get it at their next sync."),
    "member_saved": N_("Members saved: {title}. The tablets of the team get it at their next sync."),
}
