"""Wire schema of a number block: minutes numbers leased to one life of one tablet, by the server alone."""

from typing import ClassVar

from field178_shared.schemas.declared import RecordSchema, Value
from field178_shared.schemas.kinds import RECORD_ID, SHORT_ID, integer

_SERIAL = integer(1, 999_999)


class NumberBlockSchema(RecordSchema):
    """Numbers `from` to `to` of the team's series of a year; `code` names the tablet's life among them."""

    class Meta(RecordSchema.Meta):
        """Members whose wire name is a word of the language."""

        include: ClassVar = {"from": Value(_SERIAL, required=True)}

    device = Value(RECORD_ID, required=True)
    incarnation = Value(RECORD_ID, required=True)
    year = Value(integer(2000, 9999), required=True)
    to = Value(_SERIAL, required=True)
    code = Value(SHORT_ID)
