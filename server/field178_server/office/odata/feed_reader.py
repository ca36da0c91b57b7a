"""The reader of a data feed: an officer with the present rights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from field178_server.accounts.officers import OfficerContext
from field178_server.records.access import AGGREGATES_ONLY, AccessFilter, access_of
from field178_shared.codelists import CodeLists


@dataclass(frozen=True, slots=True)
class FeedReader:
    """The officer of a token, the lists in force, and the local day."""

    token_id: str
    officer: OfficerContext
    lists: CodeLists
    today: date

    @property
    def tenant_id(self) -> str:
        """Id of the officer's tenant."""
        return self.officer.tenant_id

    @property
    def access(self) -> AccessFilter:
        """Access filter of the officer."""
        return access_of(self.officer.role, self.officer.scopes)

    @property
    def is_external(self) -> bool:
        """Whether the officer's role reads aggregates only; small numbers are then hidden."""
        return self.lists.roles[self.officer.role].scope == AGGREGATES_ONLY
