"""Fields of the field's answer to a comment; it stands at the comment, on the page of the reviewed record."""

from field178_shared.schemas.fields.envelope import BY_TABLET, CLOCK_OFFSET, CLOCKS, RECORD_CODE
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import N_

_BESIDE = "stands at the comment that it answers"

FIELDS = (
    FieldSpec("record", N_("Reviewed record"), FieldKind.CODE, off_tablet=BY_TABLET, off_console=_BESIDE),
    FieldSpec("comment", N_("Comment"), FieldKind.CODE, off_tablet=BY_TABLET, off_console=_BESIDE),
    FieldSpec(
        "text",
        N_("Answer"),
        FieldKind.LONG_TEXT,
        is_free_text=True,
        off_tablet="typed at the comment, in no form of its own",
        off_console=_BESIDE,
    ),
    FieldSpec("at", N_("Time"), FieldKind.INSTANT, off_tablet=BY_TABLET, off_console=_BESIDE),
    RECORD_CODE.within(off_console=_BESIDE),
    CLOCK_OFFSET.within(off_console=_BESIDE),
    *CLOCKS,
)
