import subprocess
import sys
from pathlib import Path

import pytest

from field178_shared.extras import end_without

WITHOUT = """
import sys
class Without:
    def find_spec(self, name, path=None, target=None):
        if name in {missing!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Without())
from {module} import main
main()
"""


@pytest.mark.parametrize(
    ("module", "missing", "line"),
    [
        ("field178_server.command", ("click", "flask"), "field178 cần phần [server] (thiếu click)"),
        ("field178_mobile.app", ("kivy",), "field178-tablet cần phần [mobile] (thiếu kivy)"),
    ],
)
def test_a_program_without_its_extra_names_it_in_one_line(
    tmp_path: Path, module: str, missing: tuple[str, ...], line: str
) -> None:
    script = WITHOUT.format(module=module, missing=missing)
    own = {"FIELD178_TABLET_DIR": str(tmp_path), "FIELD178_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=own, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith(line)
    assert "pip install 'field178[" in done.stderr


def test_a_missing_module_of_ours_is_a_fault_and_no_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError):
        end_without("server", "field178", ModuleNotFoundError("gone", name="field178_server.cli.gone"))
