"""Validation of record data by schemas and rules, behind the port `TypeRules`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from field178_server.records import typed_value
from field178_shared import rules, schemas
from field178_shared.codelists import CodeLists, load
from field178_shared.errors import ErrorCode
from field178_shared.merge import Data
from field178_shared.records.value import Value
from field178_shared.schemas import RecordTypeRules
from field178_shared.wire.protocol import Change

Problems = dict[str, list[str]]
RecordProblem = tuple[ErrorCode, Problems]


class TypeRules(Protocol):
    """Port: the record types and the validation of a record's data."""

    @property
    def types(self) -> Mapping[str, RecordTypeRules]:
        """The types by name."""
        ...

    def valid_value(self, change: Change) -> Value | None:
        """Return the content of a create that is certainly valid: by its schema, without nulls and bad paths.

        None means unknown.
        """
        ...

    def problem(self, type_name: str, data: Data, before: Data | None = None) -> RecordProblem | None:
        """Return the code (schema or rule) and problems by path of invalid data, or None.

        The schema does not check values that the record had `before`.
        """
        ...

    def contradiction(self, type_name: str, value: Value) -> RecordProblem | None:
        """Return the code and problems by path of fields that contradict each other, or None."""
        ...


@dataclass(frozen=True, slots=True)
class DeclaredTypes:
    """The declared record types: marshmallow schemas first, then the rules across fields."""

    lists: CodeLists

    @property
    def types(self) -> Mapping[str, RecordTypeRules]:
        """The types by name."""
        return schemas.TYPES

    def valid_value(self, change: Change) -> Value | None:
        """Return the content of a create that is certainly valid, or None."""
        return change.value or typed_value.decoded(change.type, change.content)

    def problem(self, type_name: str, data: Data, before: Data | None = None) -> RecordProblem | None:
        """Return the code (schema or rule) and problems by path of invalid data, or None."""
        if problems := schemas.validate(type_name, data, before):
            return ErrorCode.SCHEMA, problems
        return self.contradiction(type_name, schemas.lenient_value(type_name, data))

    def contradiction(self, type_name: str, value: Value) -> RecordProblem | None:
        """Return the code and problems by path of fields that contradict each other, or None."""
        problems = rules.errors(type_name, value, self.lists)
        return (ErrorCode.RULE, problems) if problems else None


@cache
def declared_types() -> DeclaredTypes:
    """Return the declared types with the packaged code lists."""
    return DeclaredTypes(load())
