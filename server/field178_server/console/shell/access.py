"""Access to pages in rights of the code list `app_roles`, and the accesses that capabilities share."""

from __future__ import annotations

from dataclasses import dataclass

from field178_server.records.access import RECORD_RIGHTS
from field178_shared.codelists import CodeLists


@dataclass(frozen=True, slots=True)
class Access:
    """Any one of these rights opens the page; no right named: any officer. Public asks for no officer."""

    rights: frozenset[str] = frozenset()
    is_public: bool = False

    def is_open_to(self, role: str, lists: CodeLists) -> bool:
        """Tell whether a role may open the page; an unknown role may open none."""
        if self.is_public or not self.rights:
            return True
        entry = lists.roles.get(role)
        return entry is not None and bool(entry.rights & self.rights)


def any_of(*rights: str) -> Access:
    """Return the access of officers with at least one of these rights."""
    return Access(frozenset(rights))


PUBLIC = Access(is_public=True)
SIGNED_IN = Access()
READ = any_of(*RECORD_RIGHTS)
REVIEW = any_of("review")
REGISTER = any_of(*RECORD_RIGHTS, "edit_register")
EDIT_REGISTER = any_of("edit_register")
TABLETS = any_of("manage_devices", "review")
MANAGE_TABLETS = any_of("manage_devices")
ADMINISTER = any_of("manage_users")
NOTICES = any_of("manage_users", "review")
