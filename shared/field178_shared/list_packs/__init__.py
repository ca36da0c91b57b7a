"""Changes of the code lists by an office: numbered, signed rows that replace rows of the release."""

from field178_shared.list_packs.diff import RowChange, changes_between
from field178_shared.list_packs.pack import ListPack, lists_with
from field178_shared.list_packs.rules import PackFault, PackProblem, problems_of
from field178_shared.list_packs.tables import TABLES, ListTable, Row

__all__ = [
    "TABLES",
    "ListPack",
    "ListTable",
    "PackFault",
    "PackProblem",
    "Row",
    "RowChange",
    "changes_between",
    "lists_with",
    "problems_of",
]
