import gettext
import io

import pytest
from scripts import catalog_files, catalogs
from scripts.catalog_files import Catalog, compiled, read_catalog
from scripts.catalog_rules import placeholders, problems
from scripts.catalog_sources import texts_in, texts_of_kv, texts_of_python, texts_of_template


@pytest.fixture
def tablet(tmp_path, monkeypatch):
    """One domain of its own with one screen."""
    monkeypatch.setattr(catalog_files, "DOMAINS", {"tablet": tmp_path})
    for module in ("scripts.catalogs", "scripts.catalog_sources"):
        monkeypatch.setattr(f"{module}.DOMAINS", {"tablet": tmp_path})
    (tmp_path / "screen.py").write_text('title = _("Save {name}")\n', encoding="utf-8")
    return tmp_path


def _write(folder, body: str) -> None:
    po = folder / "translations" / "vi" / "LC_MESSAGES" / "tablet.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_text(catalog_files.HEADER.format(language="vi") + body, encoding="utf-8")


def test_texts_of_python_files_are_found() -> None:
    source = b"""_("One")
self._("Two " "halves")
N_("Three")
_(name)
# _("Four")
say("Five", "six")
say(words.get(kind, N_("Seven")))
"""
    assert list(texts_of_python(source)) == ["One", "Two halves", "Three", "Five", "Seven"]


def test_texts_of_templates_are_found() -> None:
    source = '<p>{{ _("One") }}{# _("Two") #}</p>{% if _("Three") %}{% endif %}'
    assert list(texts_of_template(source.encode())) == ["One", "Three"]


def test_texts_of_kivy_files_are_found() -> None:
    source = """#:import _ x
<Screen>:
    # _("Comment")
    Label:
        text: _("One") if root.on else _('Tw\\'o')
        hint: app._("Not this one")
        tip: _("Half " "and half").format(1)
        colour: theme_("None")
"""
    assert list(texts_of_kv(source.encode())) == ["One", "Tw'o", "Half and half"]


def test_a_new_text_is_appended_untranslated_once(tablet) -> None:
    _write(tablet, '\nmsgid "Old"\nmsgstr "Cũ"\n')
    assert catalogs.extract() == ["tablet: to translate: 'Save {name}'"]
    assert catalogs.extract() == []
    assert read_catalog("tablet", "vi").messages == {"Old": "Cũ", "Save {name}": ""}


def test_a_complete_catalog_has_no_problem_once_it_is_compiled(tablet) -> None:
    _write(tablet, '\nmsgid "Save {name}"\nmsgstr "Lưu {name}"\n')
    catalogs.compile_all()
    assert catalogs.check() == []
    assert catalogs.compile_all() == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "missing: 'Save {name}'"),
        ('\nmsgid "Save {name}"\nmsgstr ""\n', "not translated: 'Save {name}'"),
        ('\n#, fuzzy\nmsgid "Save {name}"\nmsgstr "Lưu {name}"\n', "fuzzy: 'Save {name}'"),
        ('\nmsgid "Save {name}"\nmsgstr "Lưu"\n', "placeholders differ: 'Save {name}'"),
        (
            '\nmsgid "Save {name}"\nmsgstr "Lưu gái gọi {name}"\n',
            "'gái gọi' is on the list of words to avoid",
        ),
        ('\nmsgid "Comment"\nmsgstr "Ý kiến"\n', "'nhận xét' is the term: 'Comment'"),
        ('\nmsgid "Gone"\nmsgstr "Mất"\n', "shown nowhere: 'Gone'"),
        (2 * '\nmsgid "Save {name}"\nmsgstr "Lưu {name}"\n', 'stands 2 times: msgid "Save {name}"'),
    ],
)
def test_problems_of_a_catalog_are_reported(tablet, body, problem) -> None:
    _write(tablet, body)
    catalogs.compile_all()
    listed = list(problems("tablet", texts_in("tablet")))
    assert [line for line in listed if line.startswith(problem)], listed


def test_a_catalog_that_was_not_compiled_again_is_stale(tablet) -> None:
    _write(tablet, '\nmsgid "Save {name}"\nmsgstr "Lưu {name}"\n')
    catalogs.compile_all()
    _write(tablet, '\nmsgid "Save {name}"\nmsgstr "Cất {name}"\n')
    assert catalogs.check() == ["tablet: tablet.mo is stale: run scripts/catalogs.py compile"]
    assert catalogs.main(["check"]) == 1


def test_a_compiled_catalog_is_read_by_gettext() -> None:
    texts = {"Save": "Lưu", 'A "b"\nc': "Một", "Empty": ""}
    catalog = gettext.GNUTranslations(io.BytesIO(compiled(Catalog.of("tablet", "vi", texts))))
    assert [catalog.gettext(text) for text in texts] == ["Lưu", "Một", "Empty"]


def test_placeholders_are_compared_by_name() -> None:
    assert placeholders("{count} of {total:d}") == {"count", "total"}
    assert placeholders("100 {") == {"100 {"}
