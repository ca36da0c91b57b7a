"""Which tests `make test` leaves to `make prove`: twins on PostgreSQL, long forms, planted bugs.

--engines=all: every twin. A twin is the PostgreSQL half of a test that runs once on each engine; by default
only those of DIFFERENTIAL run. A test for PostgreSQL alone is no twin and always runs.
--long: tests marked `long`, and every planted bug.
The run ends with how many tests of which kind were left out.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.contract import planted

TESTS = Path(__file__).parent
# Files that compare the engines: locks, isolation, SQL of one dialect, types, refusals of a full store.
DIFFERENTIAL = frozenset(
    {
        "contract/test_interleavings.py",
        "contract/test_lock_order.py",
        "contract/test_purge_moments.py",
        "contract/test_recorded_requests.py",
        "contract/test_store_contract.py",
        "contract/test_tenants.py",
        "contract/test_uploads_meet.py",
        "e2e/test_lost_answers.py",
        "e2e/test_restore.py",
        "server/accounts/test_rate_limit.py",
        "server/api/test_claims_at_once.py",
        "server/api/test_storage_full.py",
        "server/attachments/test_garbage_collection.py",
        "server/attachments/test_secure_delete.py",
        "server/audit/test_links_at_once.py",
        "server/backup/test_create.py",
        "server/database/migrations/test_migrations.py",
        "server/database/migrations/test_projections.py",
        "server/database/test_engine.py",
        "server/database/test_packed_text.py",
        "server/database/fast/test_prepared.py",
        "server/maintenance/projections/test_run.py",
        "server/maintenance/test_integrity.py",
        "server/office/erasure/test_operations.py",
        "server/office/establishments/test_duplicate_candidates.py",
        "server/office/odata/test_feed_table.py",
        "server/office/filed_records/test_words.py",
        "server/office/indicators/totals/test_totals.py",
        "server/office/plan/test_planned_at_once.py",
        "server/office/search/test_queries.py",
        "server/office/webhooks/test_collection.py",
        "server/records/test_batch.py",
        "server/records/test_register_of_visits.py",
        "server/records/test_searched_texts.py",
        "server/replication/pull/test_pull.py",
        "server/replication/pull/test_repair.py",
        "server/replication/push/test_push.py",
        "server/replication/push/test_refused_changes.py",
        "server/replication/test_compaction.py",
        "server/replication/test_number_blocks.py",
        "server/serving/test_installation.py",
    }
)


def add_options(parser: pytest.Parser) -> None:
    """Add `--engines` and `--long`."""
    parser.addoption(
        "--engines", choices=("differential", "all"), default="differential", help="twins to run"
    )
    parser.addoption("--long", action="store_true", help="run long forms and every planted bug")


def select(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `make prove` runs, and say how much that is."""
    left_out: Counter[str] = Counter()
    bugs = [] if planted.is_recorded() else [item.name for item in items if _is_planted(item)]
    run = planted.drawn(bugs)
    kept = []
    for item in items:
        if reason := _reason(config, item, run):
            left_out[reason] += 1
        else:
            kept.append(item)
    items[:] = kept
    if left_out:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(left_out.items()))
        config.stash[LEFT_OUT] = f"left to `make prove`: {reasons}"


LEFT_OUT = pytest.StashKey[str]()


def _reason(config: pytest.Config, item: pytest.Item, drawn: set[str]) -> str:
    if config.getoption("--engines") != "all" and item.get_closest_marker("twin") and not _compares(item):
        return "twins on PostgreSQL"
    if config.getoption("--long"):
        return ""
    if item.get_closest_marker("long"):
        return "long forms"
    if _is_planted(item) and item.name not in drawn:
        return "planted bugs"
    return ""


def _is_planted(item: pytest.Item) -> bool:
    return item.get_closest_marker("planted") is not None


def _compares(item: pytest.Item) -> bool:
    return item.path.relative_to(TESTS).as_posix() in DIFFERENTIAL
