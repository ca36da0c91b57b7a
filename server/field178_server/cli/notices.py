"""Group of the commands for notices to all tablets: `notice announce`, `notice list`, `notice withdraw`."""

from __future__ import annotations

from field178_server.cli.command_table import CommandTable
from field178_server.cli.language import _

notice = CommandTable(
    "notice",
    {
        "announce": (
            "notice_changes.announce",
            _("Show a notice; removal and reform let tablets accept a mass removal unasked."),
        ),
        "list": ("notice_lists.list_shown", _("List what is shown now: id, kind, until, text.")),
        "withdraw": ("notice_changes.withdraw", _("Take a notice down before its time.")),
    },
)
