import pytest

from field178_shared.text.i18n import DOMAINS, LANGUAGES, N_, catalog_folder, translator


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_domain_has_a_vietnamese_catalog(domain) -> None:
    assert (catalog_folder(domain) / "vi" / "LC_MESSAGES" / f"{domain}.mo").is_file()


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_text_without_translation_is_shown_as_it_is(domain, language) -> None:
    assert translator(language, domain)("A text that no catalog holds") == "A text that no catalog holds"


def test_an_unknown_language_reads_vietnamese() -> None:
    assert translator("fr", "tablet").__self__._info["language"] == "vi"


def test_an_unknown_domain_is_refused() -> None:
    with pytest.raises(KeyError):
        translator("vi", "watch")


def test_a_missing_catalog_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("field178_shared.text.i18n.catalog_folder", lambda domain: tmp_path)
    with pytest.raises(FileNotFoundError):
        translator.__wrapped__("vi", "tablet")


def test_a_package_that_is_not_installed_is_named(monkeypatch) -> None:
    monkeypatch.setitem(DOMAINS, "tablet", "field178_absent")
    with pytest.raises(LookupError, match="tablet"):
        catalog_folder("tablet")


def test_a_marked_text_stays_english_until_it_is_shown() -> None:
    assert N_("Save") == "Save"
