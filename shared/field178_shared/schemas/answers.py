"""Answers of a checklist: `answers.<item id> = {v, note?, src?}`, each item with its own kind of value."""

from field178_shared.codelists import load
from field178_shared.codelists.checklist import AnswerKind, ChecklistItem
from field178_shared.schemas.kinds import (
    COUNT,
    DATE,
    MONEY,
    NOTE_LENGTH,
    Kind,
    Part,
    choice,
    free_text,
    keyed_by_name,
    members,
)
from field178_shared.wire.protocol import MAX_TEXT

YES_NO = frozenset({"yes", "no", "na"})
YES_NO_PARTIAL = YES_NO | {"partial"}
SOURCES = frozenset({"section", "same_as_last"})

_LISTS = load()
_KINDS = {
    AnswerKind.YES_NO: choice(YES_NO),
    AnswerKind.YES_NO_PARTIAL: choice(YES_NO_PARTIAL),
    AnswerKind.COUNT: COUNT,
    AnswerKind.MONEY: MONEY,
    AnswerKind.DATE: DATE,
}


def _value_of(item: ChecklistItem) -> Kind:
    if item.choice_list is not None:
        return choice(_LISTS.choice_ids(item.choice_list))
    return _KINDS.get(item.answer) or free_text(item.max_length or MAX_TEXT)


def _answer_to(item: ChecklistItem) -> Kind:
    # `v` may be missing: a note without an answer is a draft's or a merge's honest leftover, and whether
    # an item still needs its answer is a rule that knows the kind of establishment.
    return members(
        {
            "v": Part(_value_of(item)),
            "note": Part(free_text(NOTE_LENGTH)),
            "src": Part(choice(SOURCES)),
        }
    )


# An item of a younger checklist is kept as it came; its note is free text like any other.
_UNKNOWN_ITEM = members({"note": Part(free_text(NOTE_LENGTH))})

ANSWERS = keyed_by_name({item.id: _answer_to(item) for item in _LISTS.items.values()}, _UNKNOWN_ITEM)
