"""`make quick` runs the tests whose imports lead to a change, and no others."""

from __future__ import annotations

from scripts.quick_tests import EVERYTHING, modules_of, reached_tests


def test_change_of_a_module_reaches_tests_that_import_it_directly_or_not() -> None:
    tests = set(reached_tests(["shared/field178_shared/formulas/parse.py"]))
    assert "tests/shared/formulas/test_refusals.py" in tests
    assert "tests/server/office/indicators/test_numbers.py" in tests


def test_change_of_the_server_reaches_no_test_of_the_tablet() -> None:
    tests = set(reached_tests(["server/field178_server/office/mail/digest.py"]))
    assert "tests/server/office/mail/test_digest.py" in tests
    assert not [test for test in tests if test.startswith("tests/mobile/")]


def test_change_of_a_tablet_screen_reaches_no_test_of_the_server() -> None:
    tests = set(reached_tests(["mobile/field178_mobile/features/census/screens/census_form.kv"]))
    assert "tests/mobile/screens/test_census.py" in tests
    assert not [test for test in tests if test.startswith("tests/server/")]


def test_file_that_is_no_module_counts_as_the_modules_beside_it() -> None:
    template = "server/field178_server/console/webhooks/templates/form.html"
    assert "field178_server.console.webhooks.pages" in set(modules_of(template))


def test_change_of_a_helper_reaches_the_tests_that_import_it() -> None:
    tests = set(reached_tests(["tests/e2e/foreign_client.py"]))
    assert "tests/e2e/test_first_pushes.py" in tests
    assert "tests/shared/formulas/test_refusals.py" not in tests


def test_change_of_a_common_dependency_reaches_more_tests() -> None:
    assert len(set(reached_tests([EVERYTHING[0]]))) > len(set(reached_tests(["tests/e2e/foreign_client.py"])))


def test_change_of_a_document_reaches_no_test() -> None:
    assert set(reached_tests(["docs/android.md"])) == set()
