"""Fields of a review for people; its page is the page of the reviewed record."""

from field178_shared.schemas.fields.envelope import BY_OFFICE, CLOCK_OFFSET, CLOCKS, RECORD_CODE
from field178_shared.schemas.fields.spec import FieldKind, FieldSpec
from field178_shared.text.i18n import N_

_BESIDE = "stands beside the record that is reviewed"


def _field(
    path: str, label: str, kind: FieldKind = FieldKind.CODE, *, is_free_text: bool = False
) -> FieldSpec:
    return FieldSpec(path, label, kind, is_free_text=is_free_text, off_tablet=BY_OFFICE, off_console=_BESIDE)


FIELDS = (
    _field("record", N_("Reviewed record")),
    _field("record_rev", N_("Reviewed revision"), FieldKind.NUMBER),
    _field("state", N_("Decision of the review")),
    _field("reason", N_("Reason"), FieldKind.LONG_TEXT, is_free_text=True),
    _field("handed_to", N_("Handed over to"), FieldKind.PERSON),
    _field("decided_by", N_("Decided by"), FieldKind.PERSON),
    _field("decided_at", N_("Decided at"), FieldKind.INSTANT),
    _field("comments", N_("Comments"), FieldKind.GROUP),
    _field("comments.*", N_("Comment"), FieldKind.GROUP),
    _field("comments.*.path", N_("Commented field")),
    _field("comments.*.text", N_("Text of the comment"), FieldKind.LONG_TEXT, is_free_text=True),
    _field("comments.*.user", N_("Officer"), FieldKind.PERSON),
    _field("comments.*.at", N_("Time"), FieldKind.INSTANT),
    _field("comments.*.done_rev", N_("Answered by revision"), FieldKind.NUMBER),
    _field("comments.*.thread", N_("First comment of the thread")),
    _field("comments.*.closed_by", N_("Closed by"), FieldKind.PERSON),
    _field("comments.*.closed_at", N_("Closed at"), FieldKind.INSTANT),
    RECORD_CODE.within(off_console=_BESIDE),
    CLOCK_OFFSET.within(off_console=_BESIDE),
    *CLOCKS,
)
