"""Form of a new notice with its checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from flask import request

from field178_server.console.shell.form_fields import InputField
from field178_server.console.text.localize import Localizer
from field178_server.console.text.parse_values import Control
from field178_server.database.tables.notice import INFO
from field178_server.office.notices.operations import MAX_TEXT, Announcement, NoticeText
from field178_shared.errors import ErrorCode, message
from field178_shared.text.i18n import N_
from field178_shared.text.normalisation import by_label
from field178_shared.time.clock import VIETNAM

SHOWN_FOR = timedelta(days=7)
LONGEST = timedelta(days=366)
TEXT_VI, TEXT_EN, AUDIENCE, SINCE, UNTIL = "text_vi", "text_en", "audience", "since", "until"
EVERYBODY = "all"
VI, EN = N_("Text in Vietnamese"), N_("Text in English")
_TOO_LATE = N_("A notice is shown for a year at most.")
_PAST = N_("This day is over.")

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class NoticeForm:
    """Form of a new notice: typed values, and errors by field."""

    typed: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def blank(cls, today: date) -> NoticeForm:
        """Return a form for a notice to everybody, of a week from today on."""
        until = today + SHOWN_FOR
        return cls({AUDIENCE: EVERYBODY, SINCE: today.isoformat(), UNTIL: until.isoformat()})

    @classmethod
    def sent(cls) -> NoticeForm:
        """Return the form of the request."""
        names = (TEXT_VI, TEXT_EN, AUDIENCE, SINCE, UNTIL)
        return cls({name: request.form.get(name, "").strip() for name in names})

    def announcement(self, today: date) -> Announcement:
        """Return the notice; an empty English text is replaced by the Vietnamese text."""
        vi, since = self.typed[TEXT_VI], _day(self.typed[SINCE]) or today
        until = _day(self.typed[UNTIL]) or today
        return Announcement(
            INFO,
            NoticeText(vi, self.typed[TEXT_EN] or vi),
            until=_midnight(until + timedelta(days=1)),
            since=_midnight(since) if since > today else None,
            audience=None if self.typed[AUDIENCE] == EVERYBODY else self.typed[AUDIENCE],
        )

    def checked(self, audiences: Options, today: date, localizer: Localizer) -> dict[str, str]:
        """Return the errors by field."""
        say, language, typed = localizer.say, localizer.language, self.typed
        since, until = _day(typed[SINCE]), _day(typed[UNTIL])
        faults = (
            (TEXT_VI, not typed[TEXT_VI], message(ErrorCode.REQUIRED, language)),
            (TEXT_VI, len(typed[TEXT_VI]) > MAX_TEXT, message(ErrorCode.TOO_LONG, language)),
            (TEXT_EN, len(typed[TEXT_EN]) > MAX_TEXT, message(ErrorCode.TOO_LONG, language)),
            (AUDIENCE, typed[AUDIENCE] not in dict(audiences), message(ErrorCode.UNKNOWN_CHOICE, language)),
            (SINCE, bool(typed[SINCE]) and since is None, message(ErrorCode.BAD_DATE, language)),
            (UNTIL, until is None, message(ErrorCode.BAD_DATE, language)),
            (UNTIL, until is not None and until < today, say(_PAST)),
            (
                UNTIL,
                until is not None and until < (since or today),
                message(ErrorCode.END_BEFORE_START, language),
            ),
            (UNTIL, until is not None and until > today + LONGEST, say(_TOO_LATE)),
        )
        errors: dict[str, str] = {}
        for name, is_wrong, text in faults:
            if is_wrong:
                errors.setdefault(name, text)
        return errors

    def fields(self, audiences: Options, localizer: Localizer) -> tuple[InputField, ...]:
        """Return the fields in their order."""
        say = localizer.say
        return (
            self._field(
                TEXT_VI,
                say(VI),
                Control("long", MAX_TEXT),
                say(N_("No names, telephone or identity numbers. Tablets show it in the inbox.")),
                is_required=True,
            ),
            self._field(
                TEXT_EN,
                say(EN),
                Control("long", MAX_TEXT),
                say(N_("Left empty, readers of English see the Vietnamese text.")),
            ),
            self._field(SINCE, say(N_("Shown from (empty: at once)")), Control("date")),
            self._field(UNTIL, say(N_("Shown until the end of")), Control("date"), is_required=True),
            self._field(
                AUDIENCE, say(N_("For whom")), Control("choice", options=tuple(audiences)), is_required=True
            ),
        )

    def _field(
        self, name: str, label: str, control: Control, help: str = "", *, is_required: bool = False
    ) -> InputField:
        typed, error = (self.typed.get(name, ""),), self.errors.get(name, "")
        return InputField(name, label, control, typed, help, error=error, is_required=is_required)


def audience_options(teams: Options, localizer: Localizer, today: date) -> Options:
    """Return the possible audiences: everybody, then teams, roles, and agencies of the day."""
    lists, say = localizer.lists, localizer.say
    agencies = by_label(
        (agency, localizer.label(lists.agencies, agency)) for agency in lists.agencies.on(today)
    )
    roles = [(role, localizer.label(lists.roles, role)) for role in lists.roles]
    return (
        (EVERYBODY, say(N_("Everybody"))),
        *((f"team:{team_id}", say(N_("Team: {name}")).format(name=name)) for team_id, name in teams),
        *((f"role:{role}", say(N_("Role: {name}")).format(name=name)) for role, name in roles),
        *((f"agency:{agency}", say(N_("Agency: {name}")).format(name=name)) for agency, name in agencies),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)
