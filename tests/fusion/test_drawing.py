"""One picture to judge every layout and mode by."""

import io
from pathlib import Path
from typing import Any

from django.core.management import call_command
from PIL import Image

from fusion import drawing
from fusion.options import COMPOSITIONS, COUNTS, MODES
from tests.imaging.fusion.eyes import iris


def test_the_command_draws_every_layout_in_every_mode(db: None, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(drawing, "CELL", 48)
    monkeypatch.setattr(drawing, "_eyes", lambda folder, seed: (iris(number, 96) for number in range(drawing.EYES)))
    out, said = tmp_path / "sheet.png", io.StringIO()
    call_command("contact_sheet", "fusion", "--out", str(out), stdout=said)
    lines = sum(most - fewest + 1 for fewest, most in COUNTS.values()) + len(COMPOSITIONS)
    with Image.open(out) as sheet:
        assert sheet.size == (len(MODES) * 54 + 6, lines * 54 + 6)
        assert len(sheet.getcolors(1_000_000)) > 1000
    assert said.getvalue().startswith(f"{lines - len(COMPOSITIONS)} layouts in {len(MODES)} modes on ")
