"""What the pixel room does, without its pixels: the same files and the same answer, in milliseconds."""

import json
from pathlib import Path
from typing import Any

from PIL import Image

from processing.imaging.errors import ImageRefused

OUTLINES = {
    "pupil": {"cx": 320.0, "cy": 240.0, "a": 40.0, "b": 38.0, "angle": 0.5},
    "limbus": {"cx": 321.0, "cy": 241.0, "a": 120.0, "b": 118.0, "angle": 0.0},
    "upper_lid": [[200.0, 170.0], [320.0, 140.0], [440.0, 170.0]],
    "lower_lid": None,
}


def iris(work: Path, request: dict[str, Any], report: Any) -> dict[str, Any]:
    for step in ("load", "segment", "reflections", "enhance", "save"):
        report(step, 1.0)
    content = (work / request["source"]).read_bytes()
    if b"closed" in content and not request["use_anyway"]:
        refused = ImageRefused(
            "eye_closed", "Only 31 % of the iris can be seen; 62 % are needed.", "Open the eye wide."
        )
        refused.facts = {"gate": {"usable_pct": 31.0}, "geometry": OUTLINES, "engine": "stand-in"}
        raise refused
    out = work / "out"
    out.mkdir(exist_ok=True)
    _pictures(out)
    if request.get("mask"):
        (out / "mask.png").write_bytes((work / request["mask"]).read_bytes())
    geometry = request["circles"] or OUTLINES
    (out / "geometry.json").write_text(json.dumps(geometry))
    (work / "request.json").write_text(json.dumps(request))
    return {
        "version": 1,
        "engine": f"stand-in-{request['engine']}",
        "confidence": 0.9,
        "agreement": None,
        "gate": {"coverage_pct": 11.5},
        "removed_area_pct": 1.5,
        "geometry": geometry,
        "width": 64,
        "height": 64,
        "seconds": {"load": 0.1},
    }


def enhance(work: Path, request: dict[str, Any], report: Any) -> dict[str, Any]:
    report("load", 1.0)
    out = work / "out"
    out.mkdir(exist_ok=True)
    _pictures(out, names=("result.jpg", "256.webp"))
    return {"engine": "stand-in", "width": 1280, "height": 960}


def _pictures(out: Path, names: tuple[str, ...] = ("result.jpg", "256.webp", "mask.png", "polar.png")) -> None:
    for name in names:
        Image.new("L" if name == "mask.png" else "RGB", (64, 64), 128).save(out / name)
