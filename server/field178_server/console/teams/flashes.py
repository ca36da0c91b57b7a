"""Messages about actions on teams."""

from __future__ import annotations

from field178_shared.text.i18n import N_

FLASHES = {
    "member_waits": N_("Asked for: {title}. The new member waits for a second person."),
    "team_saved": N_("Saved: {title}. The tablets of the team get it at their next sync."),
    "member_saved": N_("Members saved: {title}. The tablets of the team get it at their next sync."),
}
