"""Language of the operator: FIELD178_LANGUAGE, Vietnamese by default."""

from __future__ import annotations

import os

from field178_shared.text.i18n import translator

LANGUAGE = os.environ.get("FIELD178_LANGUAGE", "vi")
_ = translator(LANGUAGE, "console")
