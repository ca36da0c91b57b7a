import pytest

from field178_shared.indicators.suppression import hidden_cells, is_small


def test_one_to_four_is_small_and_nothing_is_not() -> None:
    assert [number for number in (None, 0, 1, 4, 5, 12.5) if is_small(number)] == [1, 4]


@pytest.mark.parametrize(
    ("numbers", "hidden"),
    [
        ((), set()),
        ((5, 9, 0), set()),
        ((3,), {0}),
        ((3, 0), {0}),
        # 17 less 9 and 6 would be the 2 that is hidden.
        ((9, 2, 6), {1, 2}),
        ((1, 4, 30), {0, 1}),
    ],
)
def test_no_hidden_cell_is_what_is_left_of_the_total(numbers: tuple[int, ...], hidden: set[int]) -> None:
    assert hidden_cells(numbers) == hidden
