"""Validation of record data by schemas and rules, behind the port `TypeRules`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from field178_server.replication.policy import fast_validation
from field178_shared import rules, schemas
from field178_shared.codelists import CodeLists, load
from field178_shared.errors import ErrorCode
from field178_shared.merge import Data
from field178_shared.schemas import RecordTypeRules

Problems = dict[str, list[str]]


class TypeRules(Protocol):
    """Port: the record types and the validation of a record's data."""

    @property
    def types(self) -> Mapping[str, RecordTypeRules]:
        """The types by name."""
        ...

    def accepts(self, type_name: str, data: Data) -> bool:
        """Return whether data is certainly valid: by its schema, without nulls and bad paths.

        False means unknown. The type MUST be one of `types`.
        """
        ...

    def problem(
        self, type_name: str, data: Data, before: Data | None = None, *, is_accepted: bool = False
    ) -> tuple[ErrorCode, Problems] | None:
        """Return the code (schema or rule) and problems by path of invalid data, or None.

        The schema does not check values that the record had `before`.
        """
        ...


@dataclass(frozen=True, slots=True)
class DeclaredTypes:
    """The declared record types: marshmallow schemas first, then the rules across fields."""

    lists: CodeLists

    @property
    def types(self) -> Mapping[str, RecordTypeRules]:
        """The types by name."""
        return schemas.TYPES

    def accepts(self, type_name: str, data: Data) -> bool:
        """Return whether data is certainly valid: by its schema, without nulls and bad paths."""
        return fast_validation.accepts(type_name, data)

    def problem(
        self, type_name: str, data: Data, before: Data | None = None, *, is_accepted: bool = False
    ) -> tuple[ErrorCode, Problems] | None:
        """Return the code (schema or rule) and problems by path of invalid data, or None."""
        if not is_accepted and (problems := schemas.validate(type_name, data, before)):
            return ErrorCode.SCHEMA, problems
        if problems := rules.errors(type_name, data, self.lists):
            return ErrorCode.RULE, problems
        return None


@cache
def declared_types() -> DeclaredTypes:
    """Return the declared types with the packaged code lists."""
    return DeclaredTypes(load())
