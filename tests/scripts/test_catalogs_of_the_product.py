import pytest
from scripts.catalog_files import DOMAINS
from scripts.catalog_rules import problems
from scripts.catalog_sources import texts_in


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_text_of_the_product_is_translated_current_and_fit_to_be_read(domain) -> None:
    assert list(problems(domain, texts_in(domain))) == []
