"""Messages about data of agencies."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from field178_shared.text.i18n import N_

FLASHES: Mapping[str, str] = MappingProxyType(
    {
        "return_entered": N_("Entered: {title}."),
        "return_corrected": N_("Corrected: {title}."),
        "return_withdrawn": N_("Withdrawn: {title}. It counts no longer."),
    }
)
