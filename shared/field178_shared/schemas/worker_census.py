"""Wire schema of a worker census: the workers of one establishment counted on a day, outside a visit."""

from marshmallow import fields, validate

from field178_shared.schemas.declared import RecordSchema
from field178_shared.schemas.field_types import COUNT, NOTE_LENGTH, FreeText, LocalDate, RecordId
from field178_shared.schemas.listed import listed


class WorkerCensusSchema(RecordSchema):
    """Counts under the ids that the checklist of a visit gives them; never a name."""

    establishment_id = RecordId(required=True)
    counted_on = LocalDate(required=True)
    unit_id = fields.String(required=True, validate=listed("units"))
    workers_total = fields.Integer(strict=True, required=True, validate=COUNT)
    workers_female = fields.Integer(strict=True, validate=COUNT)
    workers_male = fields.Integer(strict=True, validate=COUNT)
    workers_sex_unstated = fields.Integer(strict=True, validate=COUNT)
    workers_contract = fields.Integer(strict=True, validate=COUNT)
    workers_health_check = fields.Integer(strict=True, validate=COUNT)
    workers_insured = fields.Integer(strict=True, validate=COUNT)
    source_document = fields.String(validate=validate.Length(max=120))
    note = FreeText(NOTE_LENGTH)
