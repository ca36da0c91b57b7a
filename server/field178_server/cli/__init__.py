"""The command `field178` of the server's operator, with a module per group of commands."""

from __future__ import annotations

import signal
from types import FrameType

import click

from field178_server.cli.command_table import CommandTable, Table
from field178_server.cli.language import _

COMMANDS: Table = {
    "init": ("setup.init", _("Set up data folder, store, keys and, for https, the certificate.")),
    "upgrade": (
        "upgrade.upgrade",
        _(
            "Bring the store of a stopped server to this version, and check it; any fault puts it back as it "
            "was. Run before each start by the service."
        ),
    ),
    "serve": ("setup.serve", _("Serve tablets and browsers until the process is told to end.")),
    "check": (
        "setup.check",
        _("Check engine, migrations, keys, permissions, digests; exit code 1 on a fault."),
    ),
    "health": (
        "health.health",
        _("Check backups, disk, certificate, jobs and the store; exit code 1 when one needs attention."),
    ),
    "tidy": (
        "setup.tidy",
        _(
            "Finish erasures, give late uploads up; once a day remove files that nothing names, check. "
            "`serve` does it by itself; run it once an hour beside gunicorn."
        ),
    ),
    "project": (
        "project.project",
        _(
            "Write the rows of lists and reports again from the stored records; an interrupted run goes on "
            "where it was. With --check it only compares; exit code 1 on a difference."
        ),
    ),
    "indicators": (
        "indicators.indicators",
        _("Print the figures of a plan for a year: numerator, denominator, value, target."),
    ),
    "user": ("people.user", _("Accounts of officers.")),
    "team": ("people.team", _("Inspection teams.")),
    "lists": ("lists.lists", _("Lists and law: gaps of a day, changes by a signed pack or a worksheet.")),
    "enrol-code": ("tablets.enrol_code", _("Print a one-time code for one tablet; good for 10 minutes.")),
    "devices": (
        "tablet_lists.devices",
        _("List the tablets: id, label, officer, scopes, enrolled, last seen, state."),
    ),
    "revoke": ("tablets.revoke", _("Take everything from a tablet; it keeps only what it has not sent yet.")),
    "order": (
        "tablets.order",
        _(
            "Order a tablet: lock, read-wipe (deletes what may be read), full-wipe (deletes everything), "
            "open (after lock or read-wipe). It obeys at its next contact."
        ),
    ),
    "withdraw-order": ("tablets.withdraw_order", _("Withdraw the order that a tablet has not received yet.")),
    "orders": ("tablets.list_orders", _("List the orders to a tablet: when, why, and what it answered.")),
    "grant": (
        "tablets.grant",
        _("Grant a scope to a tablet, whatever its officers may read; oversight is told."),
    ),
    "ungrant": ("tablets.ungrant", _("Take a scope from a tablet.")),
    "expire-sessions": (
        "tablets.expire_sessions",
        _("End every session of tablets and browsers; both sign in again."),
    ),
    "minutes-numbers": (
        "tablets.minutes_numbers",
        _("List the blocks of minutes numbers: team, numbers, tablet, the highest used, state."),
    ),
    "move": ("records.move", _("Move a record, with its conflicts and review, to another scope.")),
    "review": ("records.review", _("Decide on a filed record as the office does in the console.")),
    "merge": (
        "records.merge",
        _("Merge a record into another one of its type: it is deleted, and its id leads to the other."),
    ),
    "unmerge": (
        "records.unmerge",
        _("Give a merged record its own life back; what waits at the other one stays there."),
    ),
    "compact": (
        "records.compact",
        _(
            "Forget what left a scope or was deleted there; tablets behind it compare it anew. Without "
            "SCOPE, in all scopes, only what is 90 days old and was read by every tablet seen in the "
            "last 180 days."
        ),
    ),
    "salvage": (
        "recovery.divergent_records",
        _("Records that tablets have and the server does not: what becomes of them."),
    ),
    "rescue-import": (
        "tablets.import_offline_export",
        _("Take in the unsent work of a tablet from its rescue file; twice is once."),
    ),
    "purge": ("erasure.erase", _("Remove the content of a record for good; two officers decide.")),
    "notice": ("notices.notice", _("What every tablet is shown for a while.")),
    "backup": (
        "backups.backup",
        _("Back the store up while the server runs, and prove the backup by restoring it."),
    ),
    "office-key": (
        "office_key.office_key",
        _("The key that backups are sealed for; two of its three papers open them."),
    ),
    "restore": (
        "backups.restore",
        _("Restore a backup into an empty data folder and store; tablets then send again."),
    ),
    "drill": ("backups.drill", _("Try a restore in a scratch place, away from the office's data.")),
    "demo": (
        "demonstration.demo",
        _("Fill an empty store with the made-up district: a year of approved records, accounts to sign in."),
    ),
    "conformance": (
        "conformance.conformance",
        _(
            "Play the cases of the sync protocol against a test server: a line for each rule, exit code 1 on "
            "a failure. It writes accounts, tablets and records."
        ),
    ),
    "conformance-day": (
        "conformance.conformance_day",
        _(
            "Serve a recorded day of the sync protocol to a client under test and print how its requests "
            "differ; exit code 1 if one does."
        ),
    ),
    "rotate-keys": (
        "keys.rotate_keys",
        _("Create new keys for sessions, links, forms and stored secrets; tablets stay enrolled."),
    ),
    "confirm-access": (
        "access.confirm_access",
        _("Confirm rights that `check` names (access: ...), after their officer or administrator said so."),
    ),
    "plan-days": (
        "plan_days.plan_days",
        _("List the days to whose unannounced visits the office committed, and what differs from the lists."),
    ),
    "new-epoch": ("backups.new_epoch", _("Begin a new history: after EVERY restore of the store.")),
    "mark-backed-up": (
        "backups.mark_backed_up",
        _("Tell tablets that a backup, proved by restoring it, holds everything stored so far."),
    ),
    "root": (
        "backups.root",
        _(
            "Append a root over what was acknowledged since the last one and show the newest, or the "
            "one at INDEX."
        ),
    ),
}


@click.group(cls=CommandTable, table=COMMANDS, help=_("Field notebook 178: the server's own commands."))
@click.version_option(package_name="field178", message="field178 %(version)s")
def main() -> None:
    """Run a command of the operator."""


def run() -> None:
    """Run a command in its own process; SIGTERM and SIGHUP end it as Ctrl-C does, after its clean-ups."""
    # Windows has no SIGHUP, `nohup` ignores it, and `serve` has its own handlers.
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)
    main(prog_name="field178")


def _end(number: int, _frame: FrameType | None) -> None:
    # A second signal would cut the clean-ups short.
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)
