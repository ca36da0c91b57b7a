"""Wire schema of a worker census: the workers of one establishment counted on a day, outside a visit."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import NOTE_LENGTH, Count, FreeText, LocalDate, RecordId
from field178_shared.schemas.listed import listed


class WorkerCensusSchema(RecordSchema):
    """Counts under the ids that the checklist of a visit gives them; never a name."""

    establishment_id = RecordId(required=True)
    counted_on = LocalDate(required=True)
    unit_id = fields.String(required=True, validate=listed("units"))
    workers_total = Count(required=True)
    workers_female = Count()
    workers_male = Count()
    workers_sex_unstated = Count()
    workers_contract = Count()
    workers_health_check = Count()
    workers_insured = Count()
    source_document = fields.String(validate=validate.Length(max=120))
    note = FreeText(NOTE_LENGTH)
