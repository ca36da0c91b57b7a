import hashlib

from field178_shared.dictionaries import NUMBERS, dictionary

SHA256 = {1: "d3c40b3293512448d4558a5645a9690823431735c8854f183ba5733104bc07a4"}


def test_a_released_dictionary_never_changes() -> None:
    # Both sides count on the same bytes: whoever needs others makes a dictionary with the next number.
    assert {number: hashlib.sha256(dictionary(number)).hexdigest() for number in NUMBERS} == SHA256
    assert {len(dictionary(number)) for number in NUMBERS} == {32 << 10}
