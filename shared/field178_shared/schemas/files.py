"""Schema of a record's files; their bytes travel apart (docs/sync-protocol.md §9.1)."""

from marshmallow import fields, validate

from field178_shared.schemas.field_types import Flag, FreeText, Instant, Sha256
from field178_shared.schemas.listed import listed, listed_choice
from field178_shared.schemas.wire_schema import WireSchema

MAX_FILE_BYTES = 64 << 20
# Pages with signatures and names on them: for the team and the reviewer, every look written down.
RESTRICTED_KINDS = frozenset({"scan_minutes_first_page", "scan_document"})


class AttachmentSchema(WireSchema):
    """A file by its hash, and what it shows."""

    sha256 = Sha256(required=True)
    size = fields.Integer(strict=True, required=True, validate=validate.Range(1, MAX_FILE_BYTES))
    content_type = fields.String(required=True, validate=validate.Length(max=100))
    evidence_kind = fields.String(validate=listed_choice("evidence_kind"))
    caption = FreeText(120)
    taken_at = Instant()
    # The item of the checklist, or the violation under it, that the picture shows.
    checklist_item_id = fields.String(validate=listed("items"))
    # An officer looked: no face, no paper that names a person is left to be seen.
    screened = Flag()
