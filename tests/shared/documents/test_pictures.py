"""Pictures of the papers, kept and compared: a change of the drawing is seen before it is signed.

`FIELD178_RETAKE_GOLDEN=1` takes them anew; then look at them.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from tests.shared import builders
from tests.shared.documents.test_inspection_minutes_pdf import FINDINGS, answers, source
from tests.shared.documents.test_session_record_pdf import session

from field178_shared.codelists import load
from field178_shared.documents.commitment_pdf import commitment_pdf
from field178_shared.documents.inspection_minutes_pdf import inspection_minutes_pdf
from field178_shared.documents.session_record_pdf import session_record_pdf

KEPT = Path(__file__).with_name("pictures")
DPI = 50
# Two versions of the renderer smooth letters otherwise; a moved line differs by a multiple of this.
MOST_DIFFERENCE = 2.0


def minutes() -> bytes:
    given_answers = answers(fire_exits_clear={"v": "no", "note": "Thùng hàng chắn lối."})
    given = source(findings=FINDINGS, overall_result="violation_recorded", answers=given_answers)
    return inspection_minutes_pdf(given, load())


PAPERS = {
    "minutes": minutes,
    "commitment": lambda: commitment_pdf(source(), load()),
    "session": lambda: session_record_pdf(session(), load()),
    "not_inspected": lambda: inspection_minutes_pdf(source(**builders.not_inspected()), load()),
}


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_looks_as_it_was_kept(name: str, tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(PAPERS[name]())
    command = ("pdftoppm", "-gray", "-r", str(DPI), "-png", "paper.pdf", name)
    subprocess.run(command, cwd=tmp_path, check=True)
    pages = sorted(tmp_path.glob("*.png"))
    if os.environ.get("FIELD178_RETAKE_GOLDEN"):
        for old in KEPT.glob(f"{name}-*.png"):
            old.unlink()
        for page in pages:
            Image.open(page).quantize(16).save(KEPT / page.name, optimize=True)
    assert [page.name for page in pages] == sorted(page.name for page in KEPT.glob(f"{name}-*.png"))
    for page in pages:
        kept = Image.open(KEPT / page.name).convert("L")
        difference = ImageStat.Stat(ImageChops.difference(Image.open(page).convert("L"), kept)).mean[0]
        assert difference < MOST_DIFFERENCE, page.name
