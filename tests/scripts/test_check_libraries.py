import sysconfig
from pathlib import Path

import pytest
from scripts import check_libraries

LIBRARY = next(Path(sysconfig.get_paths()["platlib"]).glob("_cffi_backend*.so"))


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_library_that_is_there_is_no_fault(tmp_path: Path) -> None:
    put(tmp_path, "one.so", LIBRARY.read_bytes())
    assert check_libraries.main([str(tmp_path)]) == 0


def test_a_missing_library_fails_and_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, "one.so.2", LIBRARY.read_bytes().replace(b"libc.so.6", b"libc.so.9"))
    assert check_libraries.main([str(tmp_path)]) == 1
    assert f"not found: libc.so.9: needed by {tmp_path / 'one.so.2'}" in capsys.readouterr().out


def test_a_file_of_another_platform_is_skipped_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = LIBRARY.read_bytes()
    put(tmp_path, "good.so", whole)
    put(tmp_path, "other.so", whole[:18] + b"\x01\x02" + whole[20:])
    put(tmp_path, "musl.so", whole.replace(b"libc.so.6", b"musl.so.6"))
    put(tmp_path, "text.so", b"no library")
    assert check_libraries.main([str(tmp_path)]) == 0
    output = capsys.readouterr().out
    assert f"skipped, made for another processor: {tmp_path / 'other.so'}" in output
    assert f"skipped, made for musl: {tmp_path / 'musl.so'}" in output
    assert "text.so" not in output


def test_a_folder_without_programs_proves_nothing(tmp_path: Path) -> None:
    assert check_libraries.main([str(tmp_path)]) == 1
