"""Hostile files: each refused with a sentence or processed, within 10 seconds and 1 GB, and the process lives on."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import synthetic
from tests.imaging.conftest import ROOT, files_of, need

SECONDS, MEGABYTES = 10, 1024
"""Processor seconds: a busy machine must not fail what an idle one does in two."""

CHILD = """
import json, pathlib, sys, time
from processing.imaging import ingest
from processing.imaging.errors import ImageRefused
def peak():
    # Not ru_maxrss: that remembers the size of the process this one was started from.
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
work = pathlib.Path(sys.argv[1])
started = time.process_time()
try:
    result = ingest.run(work, {"source": sys.argv[2], "wanted": None}, lambda step, fraction: None)
    answer = {"renditions": len(result["renditions"]), "exif": result["exif"]}
except ImageRefused as refused:
    answer = {"code": refused.code, "detail": refused.detail, "suggestion": refused.suggestion}
answer["seconds"] = time.process_time() - started
answer["megabytes"] = peak()
print(json.dumps(answer))
"""


def in_a_child(work: Path, source: str) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, str(work), source],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return json.loads(ran.stdout.splitlines()[-1])


def assert_survived(answer: dict[str, Any]) -> None:
    assert answer["seconds"] <= SECONDS
    assert answer["megabytes"] <= MEGABYTES
    if "code" in answer:
        assert answer["detail"].endswith(".")
        assert answer["suggestion"].endswith(".")
    else:
        assert answer["renditions"] == 9


MUST_BE_REFUSED = {
    "empty.jpg": "corrupt_image",
    "eps_named_as.jpg": "unsupported_format",
    "gif_js_polyglot.gif": "corrupt_image",
    "html_named_as.png": "unsupported_format",
    "mvg_imagemagick.png": "unsupported_format",
    "one_byte.png": "unsupported_format",
    "only_soi.jpg": "corrupt_image",
    "png_bomb_12000x12000_rgb8.png": "too_many_pixels",
    "png_bomb_30000x30000_1bit.png": "too_many_pixels",
    "png_lying_ihdr_2e31.png": "too_many_pixels",
    "svg_billion_laughs.svg": "unsupported_format",
    "svg_named_as.jpg": "unsupported_format",
    "svg_xxe.svg": "unsupported_format",
    "truncated_half.jpg": "corrupt_image",
}


@pytest.mark.parametrize("path", files_of("bad"), ids=lambda path: path.name)
def test_every_hostile_file_is_refused_or_processed_within_its_bounds(path: Path, tmp_path: Path) -> None:
    (tmp_path / "original").write_bytes(need(path).read_bytes())
    answer = in_a_child(tmp_path, "original")
    assert_survived(answer)
    if path.name in MUST_BE_REFUSED:
        assert answer.get("code") == MUST_BE_REFUSED[path.name]
    elif path.suffix in {".jpg", ".png", ".gif"}:
        assert "code" not in answer, answer


BOMBS = {
    "progressive jpeg": lambda: synthetic.flat_file("jpeg", 10_000, 10_000, interlace=True),
    "interlaced png": lambda: synthetic.flat_file("png", 10_000, 10_000, interlace=True),
    "one-strip tiff": lambda: synthetic.flat_file("tiff", 10_000, 10_000, compression="deflate"),
    "gif": lambda: synthetic.flat_file("gif", 10_000, 10_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_the_largest_allowed_pictures_stay_within_their_bounds(name: str, tmp_path: Path) -> None:
    (tmp_path / "original").write_bytes(BOMBS[name]())
    assert_survived(in_a_child(tmp_path, "original"))


FUZZ = """
import collections, json, pathlib, random, sys
from processing.imaging import ingest
from processing.imaging.errors import ImageRefused
from tests import synthetic
work, kind, rounds = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
block = synthetic.exif(taken="2024:05:06 07:08:09", position=(35.0, 135.7), tags={271: "Canon"})
whole = synthetic.encoded(synthetic.scene(160, 120), kind, **({} if kind == "gif" else {"exif": block}))
seen, chance = collections.Counter(), random.Random(7)
for number in range(rounds):
    data = bytearray(whole)
    for _ in range(chance.choice((1, 3, 30))):
        near = chance.choice((64, 1024, len(data)))
        data[chance.randrange(min(near, len(data)))] = chance.randrange(256)
    if chance.random() < 0.2:
        del data[chance.randrange(len(data)):]
    (work / "original").write_bytes(data)
    try:
        ingest.run(work, {"source": "original", "wanted": [[256, "jpeg"]]}, lambda step, fraction: None)
        seen["processed"] += 1
    except ImageRefused as refused:
        assert refused.detail.endswith(".")
        seen["refused"] += 1
print(json.dumps(seen))
"""


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif", "tiff", "heic", "avif"])
def test_scratched_files_are_refused_or_processed_and_nothing_else(kind: str, tmp_path: Path) -> None:
    rounds = 25
    ran = subprocess.run(
        [sys.executable, "-c", FUZZ, str(tmp_path), kind, str(rounds)],
        capture_output=True, text=True, cwd=ROOT, timeout=280, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    seen = json.loads(ran.stdout.splitlines()[-1])
    assert sum(seen.values()) == rounds
    assert seen["refused"] > 0
