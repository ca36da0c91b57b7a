"""The lengths and ranges that several record types share."""

from marshmallow import validate

NOTE_LENGTH = 200
OPINION_LENGTH = 300
REMARK_LENGTH = 500
MOST_ITEMS = 200

COUNT = validate.Range(0, 1_000_000)
MONEY = validate.Range(0, 1_000_000_000_000)
# Degrees times ten million: whole numbers alone cross the wire.
LATITUDE = validate.Range(-900_000_000, 900_000_000)
LONGITUDE = validate.Range(-1_800_000_000, 1_800_000_000)
