"""Answers of a checklist: `answers.<item id> = {v, note?, src?}`, each item with its own kind of value."""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import ClassVar

from marshmallow import fields, validate

from field178_shared.codelists import load
from field178_shared.codelists.checklist import YES_NO, YES_NO_PARTIAL, AnswerKind, ChecklistItem
from field178_shared.schemas.field_types import MONEY, NOTE_LENGTH, Count, Field, FreeText, LocalDate
from field178_shared.schemas.listed import listed_choice
from field178_shared.schemas.wire_schema import WireSchema
from field178_shared.wire.protocol import MAX_TEXT

SOURCES = frozenset({"section", "same_as_last"})

_LISTS = load()
_VALUES: dict[AnswerKind, Field] = {
    AnswerKind.YES_NO: fields.String(validate=validate.OneOf(YES_NO)),
    AnswerKind.YES_NO_PARTIAL: fields.String(validate=validate.OneOf(YES_NO_PARTIAL)),
    AnswerKind.COUNT: Count(),
    AnswerKind.MONEY: fields.Integer(strict=True, validate=MONEY),
    AnswerKind.DATE: LocalDate(),
}


class UnknownAnswerSchema(WireSchema):
    """An answer to an item that no list here has: kept as received; its note is free text like any other."""

    note = FreeText(NOTE_LENGTH)


# One object for each kind of value, not for each item and each version of the lists.
@cache
def _value_of(answer: AnswerKind, choice_list: str | None, max_length: int | None) -> Field:
    if choice_list is not None:
        return fields.String(validate=listed_choice(choice_list))
    return _VALUES.get(answer) or FreeText(max_length or MAX_TEXT)


@cache
def _answer_schema(value: Field) -> type[WireSchema]:
    class AnswerSchema(WireSchema):
        """An answer, a note and where the answer came from.

        `v` may be missing: a note without an answer is a draft's or a merge's honest leftover, and whether
        an item still needs its answer is a rule that knows the kind of establishment.
        """

        v = value
        note = FreeText(NOTE_LENGTH)
        src = fields.String(validate=validate.OneOf(SOURCES))

    return AnswerSchema


def _answer_to(item: ChecklistItem) -> fields.Nested:
    return fields.Nested(_answer_schema(_value_of(item.answer, item.choice_list, item.max_length)))


_DECLARED = {item.id: _answer_to(item) for item in _LISTS.items.values()}


@lru_cache(maxsize=1)
def _of_the_pack(_version: str) -> Mapping[str, fields.Nested]:
    return {item.id: _answer_to(item) for item in load().items.values() if item.id not in _DECLARED}


class AnswersSchema(WireSchema):
    """An answer for each item of the checklist."""

    class Meta(WireSchema.Meta):
        """One member for each item known when the schema is first used."""

        include: ClassVar[Mapping[str, Field]] = _DECLARED

    others = UnknownAnswerSchema

    @classmethod
    def further(cls) -> Mapping[str, fields.Nested]:
        """Return the answers to the items that the office added."""
        return _of_the_pack(load().version)
