"""Fields of a media post for people, in the order of its form."""

from field178_shared.schemas.fields.envelope import BY_TABLET, UNIT
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.schemas.fields.worker_census import with_envelope
from field178_shared.text.i18n import N_

FIELDS = with_envelope(
    FieldSpec("outlet_id", N_("Media outlet"), FieldKind.CHOICE, choices="media_outlets"),
    UNIT.within(off_tablet=BY_TABLET),
    FieldSpec("published_on", N_("Published on"), FieldKind.DATE),
    FieldSpec("genre_id", N_("Genre"), FieldKind.CHOICE, choices="media_genre"),
    FieldSpec("title", N_("Title"), is_free_text=True, help=N_("No name of any person.")),
    FieldSpec("url", N_("Address of the page"), example="https://"),
    FieldSpec(
        "broadcast_log",
        N_("Entry of the broadcast log"),
        is_document_number=True,
        example=N_("for example 12/2026"),
    ),
    FieldSpec("duration_minutes", N_("Duration"), FieldKind.NUMBER, unit=N_("minutes")),
    FieldSpec(
        "broadcast_times",
        N_("Times broadcast"),
        FieldKind.NUMBER,
        help=N_("An item that is broadcast again is entered once, with the number of times."),
    ),
    FieldSpec("topic_ids", N_("Outreach topics"), FieldKind.CHOICE, choices="topics"),
)
