"""Changes a PIN to and fro until it is killed: `python pin_process.py FOLDER OFFICER PIN PIN`."""

import sys
from pathlib import Path

from field178_mobile.vault import GuessCost, Vault
from field178_mobile.vault.device_secret import FileKeyStore
from field178_shared.time.clock import SystemClock


def run(folder: Path, officer: str, pin: str, other: str) -> None:
    cost = GuessCost(memory_kib=64, passes=1)
    vault = Vault(folder, SystemClock(), cost=cost, key_store=FileKeyStore(folder / "device.key"))
    while True:
        vault.change_pin(officer, pin, other)
        pin, other = other, pin
        print("changed", flush=True)


if __name__ == "__main__":
    run(Path(sys.argv[1]), *sys.argv[2:])
