"""Files of the failed attempts: sealed under a key of the device, in the vault's file and beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from field178_mobile.ports import Json
from field178_mobile.private_file import read_json, write_json
from field178_mobile.vault import base64url
from field178_shared.crypto.sealed_box import RandomBytes, opened_under, sealed_under

_MEMBER = "attempts"


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failed attempts of an officer, and the seconds that are left of the wait."""

    failures: int = 0
    left_s: int = 0


class AttemptsFiles:
    """Two sealed copies of the attempts of all officers; the newer valid copy holds."""

    def __init__(self, vault: Path, beside: Path, key: bytes, random_bytes: RandomBytes) -> None:
        self._vault = vault
        self._beside = beside
        self._key = key
        self._random_bytes = random_bytes
        self._serial = 0

    def read(self) -> dict[str, Attempts] | None:
        """Return the attempts by officer, None without a valid copy."""
        copies = [copy for file in (self._vault, self._beside) if (copy := self._copy(file)) is not None]
        if not copies:
            return None
        self._serial, officers = max(copies, key=lambda copy: copy[0])
        return officers

    def write(self, officers: dict[str, Attempts]) -> None:
        """Replace both copies, durably."""
        self._serial += 1
        rows = {name: [item.failures, item.left_s] for name, item in officers.items()}
        content = json.dumps([self._serial, rows]).encode()
        text = base64url.encode(sealed_under(self._key, _MEMBER, content, self._random_bytes))
        write_json(self._vault, {**read_json(self._vault), _MEMBER: text})
        write_json(self._beside, {_MEMBER: text})

    def failures_of_version_1(self) -> dict[str, int]:
        """Return the failed attempts that a version before the sealed copies wrote."""
        counts = {
            name: entry.get("failures")
            for name, entry in _object_of(self._beside).items()
            if isinstance(entry, dict)
        }
        return {name: count for name, count in counts.items() if isinstance(count, int)}

    def _copy(self, file: Path) -> tuple[int, dict[str, Attempts]] | None:
        try:
            sealed = base64url.decode(str(_object_of(file).get(_MEMBER)))
            content = opened_under(self._key, _MEMBER, sealed)
        except ValueError:  # not even text of ours
            return None
        if content is None:
            return None
        serial, rows = json.loads(content)
        return serial, {name: Attempts(*row) for name, row in rows.items()}


def _object_of(file: Path) -> Json:
    try:
        return read_json(file)
    except ValueError:  # a damaged file counts as a missing one
        return {}
