"""Keys: of the officers who may unlock the tablet, and of the device."""

from field178_mobile.vault.model import Enrolment, GuessCost, TabletOfficer
from field178_mobile.vault.vault import Vault

__all__ = ["Enrolment", "GuessCost", "TabletOfficer", "Vault"]
