import unicodedata
from datetime import date

import yaml
from scripts.codelists import DATA, LOADER, main, packaged

from field178_shared.codelists import demo, load, loading


def test_packaged_json_equals_the_yaml() -> None:
    assert main(["check"]) == 0
    for path, text in packaged().items():
        assert path.read_text(encoding="utf-8") == text


def test_a_changed_yaml_makes_the_package_stale(tmp_path, monkeypatch) -> None:
    for path in DATA.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("scripts.codelists.DATA", tmp_path)
    assert main(["check"]) == 1
    assert main(["build"]) == 0
    assert main(["check"]) == 0
    words = tmp_path / "vocabulary.yaml"
    words.write_text(words.read_text("utf-8").replace("tone:", "mood:"), encoding="utf-8")
    assert main(["check"]) == 1


def test_every_list_is_stored_composed() -> None:
    for path in DATA.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", text), path.name


def test_every_yaml_list_is_packaged_under_its_own_name() -> None:
    for path in DATA.glob("*.yaml"):
        assert yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)["codelist"] == path.stem


def test_the_lists_are_read_once() -> None:
    assert load() is load()


def test_the_demo_data_is_no_part_of_the_lists() -> None:
    assert "GL-001" not in loading.LISTS_FILE.read_text(encoding="utf-8")
    establishments = demo()["establishments"]
    assert isinstance(establishments, list)
    assert len(establishments) == 127


def test_dates_arrive_as_dates() -> None:
    assert load().units["c11629_v2"].valid_from == date(2025, 7, 1)
