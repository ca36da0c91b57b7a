"""Keys of the typing methods, by common usage (TCVN 5712 does not define them)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NONE, HUYEN, HOI, NGA, SAC, NANG = range(6)


@dataclass(frozen=True, slots=True)
class ToneMark:
    """Key that puts a mark on letters: {letter: mark}; `or_else` is inserted without a matching letter."""

    on: Mapping[str, str]
    or_else: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A typing method: its tone keys and its mark keys, in lower case."""

    tones: Mapping[str, int]
    marks: Mapping[str, ToneMark]


TELEX = Method(
    tones={"z": NONE, "f": HUYEN, "r": HOI, "x": NGA, "s": SAC, "j": NANG},
    marks={
        "a": ToneMark({"a": "^"}),
        "e": ToneMark({"e": "^"}),
        "o": ToneMark({"o": "^"}),
        "d": ToneMark({"d": "-"}),
        "w": ToneMark({"a": "(", "o": "+", "u": "+"}, or_else=("u", "+")),
    },
)
VNI = Method(
    tones={"0": NONE, "2": HUYEN, "3": HOI, "4": NGA, "1": SAC, "5": NANG},
    marks={
        "6": ToneMark({"a": "^", "e": "^", "o": "^"}),
        "7": ToneMark({"o": "+", "u": "+"}),
        "8": ToneMark({"a": "("}),
        "9": ToneMark({"d": "-"}),
    },
)
METHODS: Mapping[str, Method] = {"telex": TELEX, "vni": VNI}
