"""Changes a PIN to and fro until it is killed; arguments: folder, officer, two PINs."""

import sys
from pathlib import Path

from tests.mobile.support import SystemKeyStore

from field178_mobile.vault import GuessCost, Vault


def run(folder: Path, officer: str, pin: str, other: str) -> None:
    cost = GuessCost(memory_kib=64, passes=1)
    vault = Vault(folder, cost=cost, key_store=SystemKeyStore(folder))
    while True:
        vault.change_pin(officer, pin, other)
        pin, other = other, pin
        print("changed", flush=True)


if __name__ == "__main__":
    run(Path(sys.argv[1]), *sys.argv[2:])
