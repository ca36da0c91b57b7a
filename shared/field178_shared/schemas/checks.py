"""Plain-Python checks of one JSON value: the building blocks of object checks.

A check receives a present value (never None) and returns issues: pairs of a path below the value ("" is the
value itself) and a code. No issues is a shared empty tuple, so that valid values allocate nothing. None
counts as absent (docs/sync-protocol.md §2.2), so null members are skipped, and an entry that removals emptied
to `{}` counts as absent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import NamedTuple

from field178_shared.errors import ErrorCode
from field178_shared.ids import is_uuid
from field178_shared.records.number_block import is_minutes_number
from field178_shared.time.clock import from_wire
from field178_shared.wire.protocol import MAX_TEXT

# Largest count that tablet and office accept as input; larger numbers are typing errors. The wire accepts
# larger counts because records of older versions contain them.
LARGEST_COUNT = 99_999

Issue = tuple[str, ErrorCode]
Issues = Sequence[Issue]
Check = Callable[[object], Issues]


class CheckedMember(NamedTuple):
    """A named member of an object: its check, and whether it is required."""

    check: Check
    required: bool = False


FINE: Issues = ()
_REQUIRED: Issues = (("", ErrorCode.REQUIRED),)
_WRONG_TYPE: Issues = (("", ErrorCode.WRONG_TYPE),)
_TOO_LONG: Issues = (("", ErrorCode.TOO_LONG),)
_NOT_INTEGER: Issues = (("", ErrorCode.NOT_INTEGER),)
_OUT_OF_RANGE: Issues = (("", ErrorCode.OUT_OF_RANGE),)
_BAD_DATE: Issues = (("", ErrorCode.BAD_DATE),)
_BAD_TIME: Issues = (("", ErrorCode.BAD_TIME),)
_BAD_ID: Issues = (("", ErrorCode.BAD_ID),)
_BAD_MINUTES_NUMBER: Issues = (("", ErrorCode.BAD_MINUTES_NUMBER),)
_UNKNOWN_CHOICE: Issues = (("", ErrorCode.UNKNOWN_CHOICE),)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z")
_TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
_SHORT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def text(limit: int) -> Check:
    """Return a check for a text of at most `limit` characters."""

    def check(value: object) -> Issues:
        if type(value) is not str:
            return _WRONG_TYPE
        return FINE if len(value) <= limit else _TOO_LONG

    return check


def filled_text(limit: int) -> Check:
    """Return a check for a non-blank text; a blank text counts as absent."""
    plain = text(limit)

    def check(value: object) -> Issues:
        if type(value) is str and not value.strip():
            return _REQUIRED
        return plain(value)

    return check


def integer(minimum: int, maximum: int) -> Check:
    """Return a check for a whole number: no text, no float, no True."""

    def check(value: object) -> Issues:
        if type(value) is not int:
            return _NOT_INTEGER
        return FINE if minimum <= value <= maximum else _OUT_OF_RANGE

    return check


def choice(allowed: AbstractSet[str]) -> Check:
    """Return a check for an id of a list."""

    def check(value: object) -> Issues:
        if type(value) is not str:
            return _WRONG_TYPE
        return FINE if value in allowed else _UNKNOWN_CHOICE

    return check


def flag(value: object) -> Issues:
    """Check a boolean value."""
    return FINE if type(value) is bool else _WRONG_TYPE


def anything(value: object) -> Issues:
    """Check a value of unknown form: only the limits of every value."""
    if type(value) is str:
        return FINE if len(value) <= MAX_TEXT else _TOO_LONG
    if type(value) is float:
        return _NOT_INTEGER
    if type(value) is dict:
        return unknown_members(value.items())
    if type(value) is list:
        codes = {code for item in value for _, code in anything(item)}
        return tuple(("", code) for code in sorted(codes)) if codes else FINE
    return FINE


def unknown_members(items: Iterable[tuple[str, object]]) -> Issues:
    """Return the issues of members unknown to a schema: they are kept within the general limits."""
    return tuple(issue for name, value in items for issue in under(name, anything(value)))


def calendar_date(value: object) -> Issues:
    """Check a local date, YYYY-MM-DD."""
    if type(value) is not str:
        return _WRONG_TYPE
    if _DATE.fullmatch(value) is None:
        return _BAD_DATE
    try:
        date.fromisoformat(value)
    except ValueError:
        return _BAD_DATE
    return FINE


def instant(value: object) -> Issues:
    """Check an instant, RFC 3339 in UTC ending in Z."""
    if type(value) is not str:
        return _WRONG_TYPE
    if _INSTANT.fullmatch(value) is None or from_wire(value) is None:
        return _BAD_TIME
    return FINE


def time_of_day(value: object) -> Issues:
    """Check a local time of day, HH:MM."""
    if type(value) is not str:
        return _WRONG_TYPE
    return FINE if _TIME_OF_DAY.fullmatch(value) else _BAD_TIME


def record_id(value: object) -> Issues:
    """Check the id of a record."""
    return FINE if is_uuid(value) else _BAD_ID


def short_id(value: object) -> Issues:
    """Check an id that may also be the key of an object."""
    return FINE if type(value) is str and _SHORT_ID.fullmatch(value) else _BAD_ID


def sha256(value: object) -> Issues:
    """Check the name of a file's bytes."""
    return FINE if type(value) is str and _SHA256.fullmatch(value) else _BAD_ID


def minutes_number(value: object) -> Issues:
    """Check a number of minutes, 07/BB-ĐKT178."""
    if type(value) is not str:
        return _WRONG_TYPE
    return FINE if is_minutes_number(value) else _BAD_MINUTES_NUMBER


def list_of(item: Check, at_least: int, at_most: int) -> Check:
    """Return a check for a list. Lists are values: an issue of an item is an issue of the list."""

    def check(value: object) -> Issues:
        if type(value) is not list:
            return _WRONG_TYPE
        if len(value) < at_least:
            return _REQUIRED
        if len(value) > at_most:
            return _TOO_LONG
        issues = (_WRONG_TYPE if element is None else item(element) for element in value)
        codes = {code for of_element in issues for _, code in of_element}
        return tuple(("", code) for code in sorted(codes)) if codes else FINE

    return check


def members(named: Mapping[str, CheckedMember]) -> Check:
    """Return a check for an object with these members; unknown members are kept."""
    plan = tuple((name, check, required) for name, (check, required) in named.items())
    member_names = frozenset(named)

    def check(value: object) -> Issues:
        if type(value) is not dict:
            return _WRONG_TYPE
        issues_found: list[Issue] = []
        seen = 0
        for name, check_member, required in plan:
            member = value.get(name)
            if member is None:
                if required:
                    issues_found.append((name, ErrorCode.REQUIRED))
                continue
            seen += 1
            if issues := check_member(member):
                issues_found += under(name, issues)
        if seen != len(value):
            issues_found += unknown_members(
                (name, each) for name, each in value.items() if name not in member_names
            )
        return issues_found or FINE

    return check


def keyed(entry: Check, keys: AbstractSet[str] | None = None) -> Check:
    """Return a check for an object whose entries share one check, under any key or under listed keys."""

    def check(value: object) -> Issues:
        if type(value) is not dict:
            return _WRONG_TYPE
        issues_found: list[Issue] = []
        for key, member in value.items():
            if member is None or member == {}:
                continue
            if keys is not None and key not in keys:
                issues_found.append((key, ErrorCode.UNKNOWN_CHOICE))
            elif issues := entry(member):
                issues_found += under(key, issues)
        return issues_found or FINE

    return check


def kept(_key: str) -> Check:
    """Return the check of an undeclared key: the general limits of every value."""
    return anything


def keyed_by_name(entries: Mapping[str, Check], other: Callable[[str], Check] = kept) -> Check:
    """Return a check for an object with a check for each key; `other` supplies checks of further keys."""

    def check(value: object) -> Issues:
        if type(value) is not dict:
            return _WRONG_TYPE
        issues_found: list[Issue] = []
        for key, member in value.items():
            if member is None or member == {}:
                continue
            if issues := (entries.get(key) or other(key))(member):
                issues_found += under(key, issues)
        return issues_found or FINE

    return check


def under(name: str, issues: Issues) -> list[Issue]:
    """Return issues of a member as issues of the object that contains it."""
    return [(f"{name}.{path}" if path else name, code) for path, code in issues]


Messages = dict[str, list[str]]


def messages_of(issues: Issues) -> Messages:
    """Return {path: [codes]} of issues."""
    messages: Messages = {}
    for path, code in issues:
        messages.setdefault(path, []).append(code.value)
    return messages


def issues_of(messages: object) -> Issues:
    """Return the issues of nested marshmallow messages, with dotted paths."""
    if isinstance(messages, Mapping):
        return [issue for key, below in messages.items() for issue in under(key, issues_of(below))]
    return [("", ErrorCode(code)) for code in messages] if isinstance(messages, list) else []
