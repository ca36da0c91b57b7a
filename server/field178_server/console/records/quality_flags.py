"""Quality flags of a record: field, message, value, records to compare with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import url_for

from field178_server.console.text.field_labels import FieldContext, label_at, value_text
from field178_server.console.text.localize import Localizer
from field178_server.console.text.state_labels import flag_label
from field178_server.office.reviews.record import RecordPage
from field178_shared.errors import ErrorCode, message
from field178_shared.merge import read_path
from field178_shared.records.reading import text_of
from field178_shared.rules import Problem
from field178_shared.rules.usual_counts import SCHOOL, SESSION, ZONE
from field178_shared.text.i18n import N_
from field178_shared.text.privacy import lint


@dataclass(frozen=True, slots=True)
class FlagLink:
    """Link to a record to compare with."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class FlagView:
    """Quality flag: code, field, and the value that raised it."""

    code: str
    path: str
    label: str
    text: str
    short: str
    value: str
    links: tuple[FlagLink, ...] = ()


def flag_views(page: RecordPage, localizer: Localizer) -> tuple[FlagView, ...]:
    """Return the quality flags of a record."""
    return tuple(_flag(page, flag, localizer) for flag in page.flags)


def _flag(page: RecordPage, flag: Problem, localizer: Localizer) -> FlagView:
    path = flag.path.removesuffix(".v")
    context = FieldContext(page.record.type, path, page.record.data)
    value = _VALUES.get(flag.code, _nothing)
    return FlagView(
        code=flag.code.value,
        path=path,
        label=label_at(context, localizer),
        text=message(flag.code, localizer.language).removesuffix("."),
        short=flag_label(flag.code, localizer),
        value=value(page, flag, localizer),
        links=_links(page, flag, localizer),
    )


def _links(page: RecordPage, flag: Problem, localizer: Localizer) -> tuple[FlagLink, ...]:
    """Return the other records of the flag that the officer may read."""
    records = flag.details.get("records")
    others = [key for key in records if key in page.beside] if isinstance(records, list) else []
    return tuple(
        FlagLink(url_for("console.reviews.detail", record_id=key), _when(page.beside[key], localizer))
        for key in others
    )


def _when(data: Mapping[str, object], localizer: Localizer) -> str:
    if started := text_of(data, "started_at"):
        return localizer.say(N_("Visit of {day}")).format(day=localizer.instant(started))
    day = localizer.day(text_of(data, "session_date"))
    return localizer.say(N_("Session of {day}")).format(day=f"{day} {text_of(data, 'start_time')}".strip())


def _nothing(page: RecordPage, flag: Problem, localizer: Localizer) -> str:
    return ""


def _as_stored(page: RecordPage, flag: Problem, localizer: Localizer) -> str:
    return value_text(page.record.type, flag.path, read_path(page.record.data, flag.path), localizer)


def _hours(page: RecordPage, flag: Problem, localizer: Localizer) -> str:
    hours = localizer.number(flag.details.get("hours"))
    return localizer.say(N_("{count} hours")).format(count=hours)


def _beside_usual(page: RecordPage, flag: Problem, localizer: Localizer) -> str:
    count = localizer.number(read_path(page.record.data, flag.path))
    least, most = (localizer.number(flag.details.get(name)) for name in ("least", "most"))
    text = _LIMITS.get(flag.details.get("of"), N_("{count}; usual: {least} to {most}"))
    return localizer.say(text).format(count=count, least=least, most=most)


def _distance(page: RecordPage, flag: Problem, localizer: Localizer) -> str:
    accuracy, age = flag.details.get("accuracy_m"), flag.details.get("fix_age_s")
    metres = localizer.number(flag.details.get("metres"))
    parts = [localizer.say(N_("{metres} m away")).format(metres=metres)]
    if accuracy is not None:
        metres = localizer.number(accuracy)
        parts.append(localizer.say(N_("accurate to ±{metres} m")).format(metres=metres))
    if age is not None:
        seconds = localizer.number(age)
        parts.append(localizer.say(N_("fix {seconds} s old")).format(seconds=seconds))
    return "; ".join(parts)


def _files(page: RecordPage, flag: Problem, localizer: Localizer) -> str:
    come, named = (localizer.number(flag.details.get(name)) for name in ("come", "named"))
    return localizer.say(N_("received {come} of {named}")).format(come=come, named=named)


def _marks(page: RecordPage, flag: Problem, localizer: Localizer) -> str:
    text = flag.details.get("text") or read_path(page.record.data, flag.path)
    name = text_of(page.establishment.data, "name") if page.establishment else ""
    marks = lint(str(text), (name,) if name else (), localizer.language)
    return " · ".join(dict.fromkeys(mark.message for mark in marks))


_LIMITS: Mapping[object, str] = {
    SCHOOL: N_("{count}; pupils of the school: {most}"),
    ZONE: N_("{count}; workers of the industrial zone: {most}"),
    SESSION: N_("{count}; at one session usually at most {most} in all"),
}
_VALUES: Mapping[str, Callable[[RecordPage, Problem, Localizer], str]] = {
    ErrorCode.IN_FUTURE: _as_stored,
    ErrorCode.LONG_VISIT: _hours,
    ErrorCode.UNUSUAL_COUNT: _beside_usual,
    ErrorCode.FAR_FROM_POINT: _distance,
    ErrorCode.MISSING_PHOTOS: _files,
    ErrorCode.PERSONAL_DATA: _marks,
    ErrorCode.UNIT_NOT_VALID: _as_stored,
}
