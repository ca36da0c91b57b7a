"""Message about a revoked feed token."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from field178_shared.text.i18n import N_

FLASHES: Mapping[str, str] = MappingProxyType(
    {
        "feed_token_revoked": N_("Revoked: {title}. Programs that use it read nothing from now on."),
    }
)
