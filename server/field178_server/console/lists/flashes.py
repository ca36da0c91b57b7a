"""Message about published code lists."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from field178_shared.text.i18n import N_

FLASHES: Mapping[str, str] = MappingProxyType(
    {
        "lists_published": N_("Published. Tablets take the lists at their next sync."),
    }
)
