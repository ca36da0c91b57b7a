"""Form of a new token with its checks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from flask import request

from field178_server.console.text.localize import Localizer
from field178_server.office.odata.operations import LIVES, MOST_LABEL, TokenRequest
from field178_shared.text.formats import parse_whole_number
from field178_shared.text.i18n import N_

_USUAL_DAYS = "180"
_DIGITS = 4
LABELS = {"label": N_("What it is for"), "officer": N_("Reads as"), "days": N_("Good for")}


@dataclass(frozen=True, slots=True)
class TokenForm:
    """Form of a new token: typed values, and errors by field."""

    label: str = ""
    officer: str = ""
    days: str = _USUAL_DAYS
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def typed(cls) -> TokenForm:
        """Return the form of the request."""
        sent = request.form
        label = " ".join(sent.get("label", "").split())
        return cls(label, sent.get("officer", ""), sent.get("days", ""))

    @property
    def request(self) -> TokenRequest:
        """The values for the operation."""
        return TokenRequest(self.label, self.officer, parse_whole_number(self.days, _DIGITS) or 0)


def errors_of(form: TokenForm, readers: Collection[str], localizer: Localizer) -> dict[str, str]:
    """Return the errors by field; `readers`: ids of the officers for whom a token can be made."""
    faults = (
        ("label", not form.label, N_("This field is needed.")),
        ("label", len(form.label) > MOST_LABEL, N_("At most 120 characters.")),
        ("officer", form.officer not in readers, N_("Choose the officer whose data it reads.")),
        ("days", form.request.days not in LIVES, N_("Choose for how long it is good.")),
    )
    return {name: localizer.say(text) for name, is_wrong, text in faults if is_wrong}
