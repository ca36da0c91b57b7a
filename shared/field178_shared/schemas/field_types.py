"""Field classes in addition to marshmallow's: wire checks that marshmallow lacks, ids of lists in force.

Numbers, listed choices, short texts and small objects use marshmallow's own fields:
`fields.Integer(strict=True)`, `fields.String` with `validate.OneOf` or `validate.Length`, `fields.Nested`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set, Sized
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validate

from field178_shared.codelists import CodeLists, load
from field178_shared.errors import ErrorCode
from field178_shared.records.number_block import MINUTES_NUMBER
from field178_shared.schemas import checks
from field178_shared.schemas.checks import LARGEST_COUNT, Issues, issues_of, messages_of

NOTE_LENGTH = 200
OPINION_LENGTH = 300
REMARK_LENGTH = 500
MOST_ITEMS = 200

COUNT = validate.Range(0, 1_000_000)
MONEY = validate.Range(0, 1_000_000_000_000)
# Seconds: a tablet whose battery died may be decades behind.
CLOCK_OFFSET = validate.Range(-10_000_000_000, 10_000_000_000)
# Degrees times ten million: whole numbers alone cross the wire.
LATITUDE = validate.Range(-900_000_000, 900_000_000)
LONGITUDE = validate.Range(-1_800_000_000, 1_800_000_000)


JsonSchema = Mapping[str, object]
Field = fields.Field[Any]

FREE_TEXT = "x-free-text"
TYPED_MAXIMUM = "x-typed-maximum"


class Verbatim(fields.Raw):
    """A value of one exact form that is stored as received.

    marshmallow's Date, DateTime, Time, UUID and Boolean accept several forms ("20260228", upper case, "yes",
    1) and load objects; the wire has one form of each, and its text is signed, hashed and sent back
    unchanged.
    """

    check: ClassVar[staticmethod[[object], Issues]]
    described: ClassVar[JsonSchema]

    def _deserialize(
        self, value: object, attr: str | None, data: Mapping[str, object] | None, **kwargs: object
    ) -> object:
        if issues := type(self).check(value):
            raise ValidationError(messages_of(issues))
        return value


class LocalDate(Verbatim):
    """A date of Vietnam's calendar, YYYY-MM-DD."""

    check = staticmethod(checks.calendar_date)
    described: ClassVar[JsonSchema] = {"type": "string", "format": "date"}


class Instant(Verbatim):
    """A moment, RFC 3339 in UTC ending in Z, with as many digits of the second as the clock gave."""

    check = staticmethod(checks.instant)
    described: ClassVar[JsonSchema] = {"type": "string", "format": "date-time", "pattern": "Z$"}


class TimeOfDay(Verbatim):
    """A local time of day, HH:MM."""

    check = staticmethod(checks.time_of_day)
    described: ClassVar[JsonSchema] = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


class RecordId(Verbatim):
    """The id of a record: a UUID in lower case."""

    check = staticmethod(checks.record_id)
    described: ClassVar[JsonSchema] = {"type": "string", "format": "uuid"}


class ShortId(Verbatim):
    """An id that may also be the key of an object."""

    check = staticmethod(checks.short_id)
    described: ClassVar[JsonSchema] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}


class Sha256(Verbatim):
    """The name of a file's bytes."""

    check = staticmethod(checks.sha256)
    described: ClassVar[JsonSchema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


class MinutesNumber(Verbatim):
    """A number of minutes: no free text, it is mailed and printed."""

    check = staticmethod(checks.minutes_number)
    described: ClassVar[JsonSchema] = {"type": "string", "pattern": f"^{MINUTES_NUMBER}$"}


class Flag(Verbatim):
    """A boolean value."""

    check = staticmethod(checks.flag)
    described: ClassVar[JsonSchema] = {"type": "boolean"}


class Anything(Verbatim):
    """A value of unknown form within the limits of every value; fields.Raw has no limits."""

    check = staticmethod(checks.anything)
    described: ClassVar[JsonSchema] = {}


class FreeText(fields.String):
    """A free text of sentences; only free texts are checked for privacy marks."""

    def __init__(self, max_length: int, *, required: bool = False) -> None:
        super().__init__(
            required=required, validate=validate.Length(max=max_length), metadata={FREE_TEXT: True}
        )


class Count(fields.Integer):
    """A counted number of people, places or items; forms accept at most LARGEST_COUNT."""

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(
            strict=True, required=required, validate=COUNT, metadata={TYPED_MAXIMUM: LARGEST_COUNT}
        )


class ListValue(fields.List[Any]):
    """A list, which the wire replaces as a whole: errors of items are errors of the list.

    fields.List reports item errors by number, but wire paths have no numbers. It also checks every item
    before the length; a list that is too long MUST NOT cost that time.
    """

    def _deserialize(
        self, value: object, attr: str | None, data: Mapping[str, object] | None, **kwargs: Any
    ) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("invalid")
        self._validate(value)
        codes: set[str] = set()
        for item in value:
            try:
                self.inner.deserialize(item, **kwargs)
            except ValidationError as error:
                codes.update(code for _, code in issues_of(error.messages))
        if codes:
            raise ValidationError(sorted(codes))
        return value


class Entries(fields.Dict):
    """An object of equal entries under ids that clients make, or under the ids of a list.

    fields.Dict puts "key" and "value" into the path of an error. Here the path is the entry's own, and an
    entry that removals left null or empty counts as absent (docs/sync-protocol.md §2.2).
    """

    key_field: fields.String | None
    value_field: Field

    def _deserialize(
        self, value: object, attr: str | None, data: Mapping[str, object] | None, **kwargs: Any
    ) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self.make_error("invalid")
        errors: dict[str, object] = {}
        for key, entry in value.items():
            if entry is None or entry == {}:
                continue
            try:
                if self.key_field is not None:
                    self.key_field.deserialize(key, **kwargs)
                self.value_field.deserialize(entry, **kwargs)
            except ValidationError as error:
                errors[key] = error.messages
        if errors:
            raise ValidationError(errors)
        return value


class Filled(validate.Length):
    """Validator of a non-empty value of at most `max` items; blank texts and empty lists count as absent.

    validate.Length accepts blanks, and has one message for too short and too long.
    """

    def __init__(self, max: int) -> None:
        super().__init__(min=1, max=max)

    def __call__(self, value: Sized) -> Any:
        """Return the value, or raise ValidationError."""
        if not (value.strip() if isinstance(value, str) else value):
            raise ValidationError(ErrorCode.REQUIRED.value)
        return super().__call__(value)


class IdsInForce(Set[str]):
    """The ids of a list that a record may carry, as a set that follows every change of the lists."""

    def __init__(self, of: Callable[[CodeLists], Iterable[str]]) -> None:
        self._of = of
        self._version = ""
        self._ids: frozenset[str] = frozenset()

    def __contains__(self, value: object) -> bool:
        """Return whether the list in force has the id."""
        return value in self._current()

    def __iter__(self) -> Iterator[str]:
        """Yield the ids."""
        return iter(self._current())

    def __len__(self) -> int:
        """Return the number of ids."""
        return len(self._current())

    def _current(self) -> frozenset[str]:
        lists = load()
        version = lists.version
        if self._version is not version:
            # `CodeLists.become` sets the version last, so content read after the new version is new.
            self._ids = frozenset(self._of(lists))
            self._version = version
        return self._ids


def listed(table: str) -> validate.OneOf:
    """Return the validator of an id of a table: a member of `CodeLists` that maps ids to rows."""
    return validate.OneOf(IdsInForce(lambda lists: getattr(lists, table)))


def listed_choice(name: str) -> validate.OneOf:
    """Return the validator of a value of a plain list."""
    return validate.OneOf(IdsInForce(lambda lists: lists.choice_ids(name)))
