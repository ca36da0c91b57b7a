"""Recipients of a report: without its addressee and without the authority that issues it (ND 30/2020)."""

from __future__ import annotations

import re
from collections.abc import Mapping

# First recipient of a document that has an addressee.
AS_ABOVE = "Như trên"
_ADDRESSED = re.compile(r"^\s*kính gửi\s*:?\s*(.+)$", re.IGNORECASE | re.MULTILINE)
_COMMITTEE = "ủy ban nhân dân"


def recipients_of(heading: Mapping[str, str]) -> str:
    """Return the printed lines of the recipients."""
    addressees = {
        _name(part) for line in _ADDRESSED.findall(heading["opening"]) for part in re.split(r"[;,]", line)
    }
    lines = [line for line in heading["recipients"].splitlines() if line.strip()]
    kept = [line for line in lines if not _is_issuer(_name(line), heading)]
    others = [line for line in kept if _name(line) not in addressees]
    is_addressed = len(others) < len(kept) and _name(AS_ABOVE) not in map(_name, others)
    return "\n".join([*([AS_ABOVE] if is_addressed else []), *others])


def _is_issuer(name: str, heading: Mapping[str, str]) -> bool:
    """Return whether a name is that of the issuing authority, with or without the name of its unit."""
    full = _name(heading["issuing_body"])
    if _name(heading["superior_body"]) == _COMMITTEE and not full.startswith(_COMMITTEE):
        full = f"{_COMMITTEE} {full}"
    is_level_of_it = name.startswith(f"{_COMMITTEE} ") and full.startswith(f"{name} ")
    return bool(name) and (name == full or is_level_of_it)


def _name(text: str) -> str:
    """Return a name without list marks, and with one spelling of the committee."""
    plain = " ".join(text.strip(" -;,.\t").casefold().split())
    return re.sub(r"^(?:uỷ ban nhân dân|ubnd)\b", _COMMITTEE, plain)
