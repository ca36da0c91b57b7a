"""Forms of a webhook and of a replay, with their checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time

from flask import request

from field178_server.console.shell.form_fields import InputField
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control
from field178_server.database.models import Webhook
from field178_server.office.webhooks.events import EventKind
from field178_server.office.webhooks.http_post import MAX_URL
from field178_server.office.webhooks.operations import MAX_NAME, WebhookSettings, fingerprint_of
from field178_server.replication.policy.record_validation import Problems
from field178_shared.errors import ErrorCode, message
from field178_shared.text.formats import parse_date, parse_whole_number
from field178_shared.text.i18n import N_
from field178_shared.time.clock import VIETNAM

NAME, URL, KINDS = "name", "url", "kinds"
SINCE, FIRST_NO = "since", "first_no"
KIND_LABELS: Mapping[str, str] = {
    EventKind.CREATED: N_("A record was filed"),
    EventKind.EDITED: N_("A record was changed"),
    EventKind.REVIEWED: N_("A record was decided on"),
    EventKind.RETURNED: N_("A record was returned for correction"),
    EventKind.FROZEN: N_("A report was frozen"),
}


@dataclass(frozen=True, slots=True)
class WebhookForm:
    """Form of a webhook: typed values, errors by field, fingerprint of the row when the form was shown."""

    name: str = ""
    url: str = ""
    kinds: tuple[str, ...] = tuple(EventKind)
    errors: Mapping[str, str] = field(default_factory=dict)
    seen: str = ""

    @classmethod
    def sent(cls) -> WebhookForm:
        """Return the form of the request."""
        form = request.form
        name, url = form.get(NAME, "").strip(), form.get(URL, "").strip()
        return cls(name, url, tuple(form.getlist(KINDS)), seen=form.get("seen", ""))

    @classmethod
    def of(cls, row: Webhook) -> WebhookForm:
        """Return the form of a webhook that is there."""
        return cls(row.name, row.url, tuple(row.kinds.split()), seen=fingerprint_of(row))

    @property
    def values(self) -> WebhookSettings:
        """The values for the operation."""
        return WebhookSettings(self.name, self.url, self.kinds)

    def refused(self, problems: Problems, localizer: Localizer) -> WebhookForm:
        """Return the form with the errors of its fields."""
        return replace(self, errors=errors_of(problems, localizer))

    def fields(self, localizer: Localizer) -> tuple[InputField, ...]:
        """Return the fields in their order."""
        say = localizer.say
        kinds = tuple((str(kind), say(text)) for kind, text in KIND_LABELS.items())
        return (
            self._field(NAME, say(N_("Name of the receiver")), Control("text", MAX_NAME), (self.name,)),
            self._field(
                URL,
                say(N_("Address of the receiver")),
                Control("text", MAX_URL),
                (self.url,),
                say(N_("Begins with https://. Messages are sent there by POST.")),
                "https://",
            ),
            self._field(KINDS, say(N_("What it is told of")), Control("choices", options=kinds), self.kinds),
        )

    def _field(
        self,
        name: str,
        label: str,
        control: Control,
        typed: tuple[str, ...],
        help: str = "",
        example: str = "",
    ) -> InputField:
        return InputField(
            name, label, control, typed, help, example, error=self.errors.get(name, ""), is_required=True
        )


@dataclass(frozen=True, slots=True)
class ReplayForm:
    """Form of a replay: a day or the number of an event as typed, and errors by field."""

    since: str = ""
    first_no: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def sent(cls) -> ReplayForm:
        """Return the form of the request."""
        return cls(request.form.get(SINCE, "").strip(), request.form.get(FIRST_NO, "").strip())

    def checked(self, localizer: Localizer) -> ReplayForm:
        """Return the form with its errors: it MUST have a day or an event number, not both."""
        language = localizer.language
        errors = {}
        if bool(self.since) == bool(self.first_no):
            errors[SINCE] = localizer.say(N_("Choose a day, or type the number of an event."))
        elif self.since and self.instant is None:
            errors[SINCE] = message(ErrorCode.BAD_DATE, language)
        elif self.first_no and self.number is None:
            errors[FIRST_NO] = message(ErrorCode.NOT_INTEGER, language)
        return ReplayForm(self.since, self.first_no, errors)

    @property
    def instant(self) -> datetime | None:
        """The beginning of the day in Việt Nam."""
        day = parse_date(self.since) or _iso(self.since)
        return datetime.combine(day, time(), VIETNAM) if day is not None else None

    @property
    def number(self) -> int | None:
        """The number of the event."""
        return parse_whole_number(self.first_no)

    def fields(self, localizer: Localizer) -> tuple[InputField, ...]:
        """Return the fields in their order."""
        say = localizer.say
        return (
            InputField(
                SINCE,
                say(N_("From this day on")),
                Control("date"),
                (self.since,),
                error=self.errors.get(SINCE, ""),
            ),
            InputField(
                FIRST_NO,
                say(N_("Or from the event with the number")),
                Control("number", 9),
                (self.first_no,),
                error=self.errors.get(FIRST_NO, ""),
            ),
        )


def errors_of(problems: Problems, localizer: Localizer) -> dict[str, str]:
    """Return the sentence of each field at fault."""
    return {name: message(ErrorCode(codes[0]), localizer.language) for name, codes in problems.items()}


def _iso(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007  # its day alone is read
    except ValueError:
        return None
