"""Runs every bench in a process of its own, so that none warms another: python -m tests.bench [name …]."""

from __future__ import annotations

import subprocess
import sys

BENCHES = (
    "push_new_records",
    "pull_everything",
    "pull_into_tablet",
    "ten_changes",
    "nothing_to_sync",
    "quiet_tablet",
    "tablets_at_once",
    "photos",
    "slow_link",
    "slow_clients",
    "sign_in_rush",
    "load",
    "server_processes",
    "growth",
    "upgrade",
    "import_register",
    "data_feeds",
    "office_lists",
    "exports",
    "indicator_totals",
    "stale_totals",
    "indicators_page",
    "lists_and_names",
    "commands",
    "draft_save",
    "first_frame",
    "screens",
    "taps",
    "journeys",
    "round_trips",
)


def main(names: list[str]) -> int:
    """Run the commands of the named benches, or of all; return how many of them ended with an error."""
    broken = [
        name
        for name in names or BENCHES
        if subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode
    ]
    for name in broken:
        print(f"bench {name} broke", file=sys.stderr)
    return len(broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
