"""Schemas of records published to tablets: teams, people, lists, number blocks, figures."""

from __future__ import annotations

from typing import ClassVar

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import (
    MOST_ITEMS,
    Entries,
    Field,
    Filled,
    Instant,
    ListValue,
    LocalDate,
    RecordId,
    Sha256,
    ShortId,
    listed,
    listed_choice,
)
from field178_shared.schemas.plan import YEARS
from field178_shared.schemas.wire_schema import WireSchema
from field178_shared.wire.protocol import MAX_TEXT

LEVELS = frozenset({"commune", "district", "province", "national"})


class MembershipSchema(WireSchema):
    """The position of an officer in the team, and its first and last day; absent means without a limit."""

    position = fields.String(required=True, validate=listed_choice("team_position"))
    valid_from = LocalDate()
    valid_to = LocalDate()


class TeamSchema(RecordSchema):
    """An inter-agency inspection team, the decision that set it up, and the units it works in."""

    name = fields.String(required=True, validate=Filled(120))
    level = fields.String(required=True, validate=validate.OneOf(LEVELS))
    unit_ids = ListValue(
        fields.String(validate=listed("units")),
        required=True,
        validate=validate.Length(max=MOST_ITEMS),
    )
    standing_agency = fields.String(required=True, validate=listed("agencies"))
    decision_number = fields.String(validate=validate.Length(max=60))
    decision_date = LocalDate()
    deciding_agency = fields.String(validate=listed("agencies"))
    valid_from = LocalDate()
    valid_to = LocalDate()
    members = Entries(values=fields.Nested(MembershipSchema))


class PersonSchema(RecordSchema):
    """An officer with an account; other people are never stored as persons."""

    display_name = fields.String(required=True, validate=Filled(120))
    agency = fields.String(required=True, validate=listed("agencies"))
    role = fields.String(required=True, validate=listed("roles"))


_VERSION = validate.Range(1, 1_000_000)


class ListPackSchema(RecordSchema):
    """The pack in force: its number, the hash of all its rows, and the office's signature of both.

    `taken`: number of the latest pack imported from another office, by the key of that office.
    """

    number = fields.Integer(strict=True, required=True, validate=_VERSION)
    content_hash = Sha256(required=True)
    signature = fields.String(required=True, validate=validate.Length(max=128))
    published_at = Instant(required=True)
    taken = Entries(values=fields.Integer(strict=True, validate=_VERSION))


class ListRowsSchema(RecordSchema):
    """Changed rows of one table, each as the JSON text that the signature covers."""

    table = fields.String(required=True, validate=validate.Length(max=64))
    rows = Entries(required=True, values=fields.String(validate=validate.Length(max=MAX_TEXT)))


_SERIAL = validate.Range(1, 999_999)


class NumberBlockSchema(RecordSchema):
    """Numbers `from` to `to` of the team's series of a year; `code` names the tablet's life among them."""

    class Meta(RecordSchema.Meta):
        """Members whose wire name is a keyword of Python."""

        include: ClassVar[dict[str, Field]] = {
            "from": fields.Integer(strict=True, required=True, validate=_SERIAL)
        }

    device = RecordId(required=True)
    incarnation = RecordId(required=True)
    year = fields.Integer(strict=True, required=True, validate=validate.Range(2000, 9999))
    to = fields.Integer(strict=True, required=True, validate=_SERIAL)
    code = ShortId()


_NUMBER = validate.Range(-1_000_000_000_000, 1_000_000_000_000)


class AreaFigureSchema(WireSchema):
    """A figure: numerator, denominator, tenths of value and bounds, and the part in review.

    `counted` of `countable` entities of a kind have a known number; `sent_months` of `ended_months` were
    sent. Both are present only if something is missing.
    """

    num = fields.Integer(strict=True, required=True, validate=_NUMBER)
    den = fields.Integer(strict=True, validate=_NUMBER)
    tenths = fields.Integer(strict=True, validate=_NUMBER)
    low_tenths = fields.Integer(strict=True, validate=_NUMBER)
    high_tenths = fields.Integer(strict=True, validate=_NUMBER)
    counted = fields.Integer(strict=True, validate=_NUMBER)
    countable = fields.Integer(strict=True, validate=_NUMBER)
    countable_kind = ShortId()
    sent_months = fields.Integer(strict=True, validate=_NUMBER)
    ended_months = fields.Integer(strict=True, validate=_NUMBER)
    waiting = fields.Integer(strict=True, validate=_NUMBER)


class LeftOutSchema(WireSchema):
    """Numbers of records left out of the area's figures: places, visits and sessions of divided communes."""

    unit_ids = ListValue(ShortId(), validate=validate.Length(max=MOST_ITEMS))
    establishments = fields.Integer(strict=True, validate=_NUMBER)
    zones = fields.Integer(strict=True, validate=_NUMBER)
    schools = fields.Integer(strict=True, validate=_NUMBER)
    visits = fields.Integer(strict=True, validate=_NUMBER)
    sessions = fields.Integer(strict=True, validate=_NUMBER)
    events_until = LocalDate()


class IndicatorFiguresSchema(RecordSchema):
    """The figures of one area and year by indicator; `as_of` is the instant they were counted at."""

    year = fields.Integer(strict=True, required=True, validate=YEARS)
    as_of = Instant(required=True)
    figures = Entries(required=True, values=fields.Nested(AreaFigureSchema))
    left_out = fields.Nested(LeftOutSchema)
