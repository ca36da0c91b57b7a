"""Prune acknowledged changes that are in a backup verified by restore."""

from __future__ import annotations

from field178_mobile.store.database.context import DatabaseContext
from field178_mobile.store.database.key_value import put_number, put_text
from field178_mobile.store.outbox.changes import prunable
from field178_mobile.store.outbox.journal import Journal
from field178_mobile.store.outbox.receipt_digests import forget_changes

_JOURNAL_WORTH_REWRITING = 256 << 10


def prune(context: DatabaseContext, journal: Journal) -> tuple[()]:
    """Delete changes whose receipt is in a backup verified by restore; their receipts still count.

    MUST run only after an answer that proved the digest of the receipts.
    """
    with context.transaction("prune"):
        forget_changes(context, prunable(context))
    if journal.size > _JOURNAL_WORTH_REWRITING:
        # After the commit: a crash before this line leaves extra changes in the journal, never missing ones.
        kept_ids = {row[0] for row in context.connection.execute("SELECT id FROM outbox")}
        journal.keep_only(kept_ids)
        with context.transaction("journal"):
            put_text(context, "journal", journal.generation)
            put_number(context, "journal_end", journal.size)
    return ()
