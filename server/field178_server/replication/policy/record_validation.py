"""Validation of content by the record types, behind one small port."""

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
from field178_shared.schemas import RecordType

Problems = dict[str, list[str]]


class TypeRules(Protocol):
    """Knows the record types and evaluates the content of a record."""

    @property
    def types(self) -> Mapping[str, RecordType]:
        """The types by name."""
        ...

    def accepts(self, type_name: str, data: Data) -> bool:
        """Tell whether content certainly keeps its schema, holds no null and no path that is bad.

        False says nothing about it. The type MUST be one of `types`.
        """
        ...

    def problem(
        self, type_name: str, data: Data, before: Data | None = None, *, is_accepted: bool = False
    ) -> tuple[ErrorCode, Problems] | None:
        """Return why this content may not be stored (schema or rule) and where, or None.

        The schema says nothing of a value that the record had `before`.
        """
        ...


@dataclass(frozen=True, slots=True)
class DeclaredTypes:
    """The types the product declares: marshmallow schemas first, then the rules across fields."""

    lists: CodeLists

    @property
    def types(self) -> Mapping[str, RecordType]:
        """The types by name."""
        return schemas.TYPES

    def accepts(self, type_name: str, data: Data) -> bool:
        """Tell whether content certainly keeps its schema, holds no null and no path that is bad."""
        return fast_validation.accepts(type_name, data)

    def problem(
        self, type_name: str, data: Data, before: Data | None = None, *, is_accepted: bool = False
    ) -> tuple[ErrorCode, Problems] | None:
        """Return why this content may not be stored (schema or rule) and where, or None."""
        if not is_accepted and (found := schemas.validate(type_name, data, before)):
            return ErrorCode.SCHEMA, found
        if found := rules.errors(type_name, data, self.lists):
            return ErrorCode.RULE, found
        return None


@cache
def declared_types() -> DeclaredTypes:
    """Return the declared types with the packaged code lists."""
    return DeclaredTypes(load())
