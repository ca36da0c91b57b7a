"""Keys: who may open the tablet, and what it proves itself with."""

from field178_mobile.vault.model import Enrolment, GuessCost, TabletOfficer
from field178_mobile.vault.vault import Vault

__all__ = ["Enrolment", "GuessCost", "TabletOfficer", "Vault"]
