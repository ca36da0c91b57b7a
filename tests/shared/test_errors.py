from field178_shared.errors import AppError, ErrorCode, message


def test_every_code_has_a_sentence_in_both_languages() -> None:
    for code in ErrorCode:
        assert code.vi.endswith(".")
        assert code.en.endswith(".")
        assert code.vi != code.en


def test_an_error_carries_its_code_details_and_status() -> None:
    error = AppError(ErrorCode.TOO_LARGE, limit=5, unit="bytes")
    assert (error.status, error.details) == (413, {"limit": 5, "unit": "bytes"})


def test_a_code_of_a_newer_server_is_shown_as_it_is() -> None:
    assert message("from_the_future", "vi") == "from_the_future"
    assert message("busy", "en") == ErrorCode.BUSY.en
