"""What the keys of a typing method mean (TCVN 5712 names neither; these are the rules people know)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NONE, HUYEN, HOI, NGA, SAC, NANG = range(6)


@dataclass(frozen=True, slots=True)
class Mark:
    """A key that puts a mark on letters: {letter: mark}; `or_else` is written where there is none."""

    on: Mapping[str, str]
    or_else: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A typing method: its tone keys and its mark keys, in lower case."""

    tones: Mapping[str, int]
    marks: Mapping[str, Mark]


TELEX = Method(
    tones={"z": NONE, "f": HUYEN, "r": HOI, "x": NGA, "s": SAC, "j": NANG},
    marks={
        "a": Mark({"a": "^"}),
        "e": Mark({"e": "^"}),
        "o": Mark({"o": "^"}),
        "d": Mark({"d": "-"}),
        "w": Mark({"a": "(", "o": "+", "u": "+"}, or_else=("u", "+")),
    },
)
VNI = Method(
    tones={"0": NONE, "2": HUYEN, "3": HOI, "4": NGA, "1": SAC, "5": NANG},
    marks={
        "6": Mark({"a": "^", "e": "^", "o": "^"}),
        "7": Mark({"o": "+", "u": "+"}),
        "8": Mark({"a": "("}),
        "9": Mark({"d": "-"}),
    },
)
METHODS: Mapping[str, Method] = {"telex": TELEX, "vni": VNI}
