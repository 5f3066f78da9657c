"""Poisson blending by sine transforms against cv2.seamlessClone, in one run; and how long and large a fusion gets.

    python -m benchmarks.blend [--rounds 3]

2048 x 2048 pixels, an ellipse of 1639 x 1475 as the mask, turn and turn about on one thread. Compositions are of four
pictures of 2048 pixels. A fusion's whole job (four irises read, laid, blended and saved) runs in a process of its own,
so that its peak is its.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np

from processing.imaging.fusion.blend import Mode
from processing.imaging.fusion.compose import Frame, composed
from processing.imaging.fusion.compose import Layout as Row
from processing.imaging.fusion.making import run_fusion
from processing.imaging.fusion.poisson import cloned
from processing.imaging.types import Pixels
from tests.imaging.fusion.eyes import iris, scene

SIDE, BOX = 2048, (1639, 1475)
LAYOUT = "quarters"
# Not getrusage: a child begins with its parent's peak there.
STATUS = Path("/proc/self/status")
TIMES, LEVELS, SECONDS, MEBIBYTES = 4.0, 1.0, 1.0, 600


def ellipse() -> Pixels:
    mask = np.zeros((SIDE, SIDE), np.uint8)
    cv2.ellipse(mask, (SIDE // 2, SIDE // 2), (BOX[1] // 2, BOX[0] // 2), 0, 0, 360, (255,), -1)
    return mask


def by_opencv(base: Pixels, over: Pixels, mask: Pixels, mixed: bool) -> Pixels:
    left, top, width, height = cv2.boundingRect(mask)
    flag = cv2.MIXED_CLONE if mixed else cv2.NORMAL_CLONE
    found = cv2.seamlessClone(over, base, mask.copy(), (left + width // 2, top + height // 2), flag)
    return np.asarray(found, np.uint8)


def clone_both(rounds: int, mixed: bool) -> dict[str, float]:
    """Processor seconds of both, and how far they are from each other."""
    base, over, mask = scene(1, SIDE, SIDE), scene(2, SIDE, SIDE), ellipse()
    spent: dict[str, list[float]] = {"ours": [], "opencv": []}
    for turn in range(rounds + 1):
        ways = [("ours", cloned), ("opencv", by_opencv)]
        for name, way in ways if turn % 2 else ways[::-1]:
            began = time.process_time()
            found = way(base, over, mask, mixed)
            spent[name].append(time.process_time() - began)
            if name == "ours":
                ours = found
            else:
                theirs = found
    inside = mask > 0
    moved = (ours != base).any(axis=2) & ~(theirs != base).any(axis=2) & ~inside
    return {
        # The first turn loads libraries and does not count.
        "ours": float(np.median(spent["ours"][1:])),
        "opencv": float(np.median(spent["opencv"][1:])),
        "difference": float(np.abs(ours.astype(np.int16) - theirs)[inside].mean()),
        "outside": float(moved.sum()),
    }


def compose_seconds() -> float:
    pictures = [scene(seed, SIDE, SIDE) for seed in range(4)]
    spent = []
    for layout in Row:
        began = time.perf_counter()
        composed(pictures, layout, Frame(gap=16, border=32))
        spent.append(time.perf_counter() - began)
    return max(spent)


def draw(work: Path) -> None:
    for seed in range(4):
        picture = cv2.cvtColor(iris(seed, SIDE).pixels, cv2.COLOR_RGBA2BGRA)
        cv2.imwrite(str(work / f"{seed}.png"), picture)


def fuse_once(work: Path, mode: str) -> None:
    """The recipe's whole job, in a process of its own: seconds and peak."""
    sources = [{"picture": f"{seed}.png", "mask": None, "shape": "iris", "pupil": 0.3} for seed in range(4)]
    request = {
        "sources": sources, "mode": mode, "layout": LAYOUT, "placements": [], "size": SIDE, "background": [0, 0, 0],
        "is_preview": False,
    }  # fmt: skip
    began = time.process_time()
    run_fusion(work, request, lambda step, share: None)
    peak = int(next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
    sys.stdout.write(json.dumps({"seconds": time.process_time() - began, "peak": peak}))


def fuse_alone(work: Path, mode: Mode) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.blend", "--fuse", mode, "--work", str(work)]
    found: dict[str, float] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return found


def fuse_all() -> dict[Mode, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder))
        return {mode: fuse_alone(Path(folder), mode) for mode in Mode}


def say(figure: str, value: float, target: float, holds: bool, peer: str) -> bool:
    line = {"benchmark": "blend", "figure": figure, "value": round(value, 3), "target": target, "peer": peer}
    sys.stdout.write(json.dumps({**line, "holds": holds}) + "\n")
    return holds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--fuse", choices=[mode.value for mode in Mode], help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    if wanted.fuse:
        fuse_once(wanted.work, wanted.fuse)
        return 0
    both = {name: clone_both(wanted.rounds, name == "mixed") for name in ("mixed", "normal")}
    fusions = fuse_all()
    compose = compose_seconds()
    for name, found in both.items():
        sys.stdout.write(f"{name:8} ours {found['ours'] * 1000:6.0f} ms   cv2 {found['opencv'] * 1000:6.0f} ms   "
                         f"difference {found['difference']:.2f}\n")  # fmt: skip
    for mode, found in fusions.items():
        sys.stdout.write(
            f"four irises, quarters, {mode:15} {found['seconds']:5.1f} s   peak {found['peak']:4.0f} MiB\n"
        )
    ratio = min(found["opencv"] / found["ours"] for found in both.values())
    difference = max(found["difference"] for found in both.values())
    outside = max(found["outside"] for found in both.values())
    peak = max(found["peak"] for found in fusions.values())
    peer = f"cv2 {cv2.__version__} seamlessClone"
    held = [
        say("times less processor time", ratio, TIMES, ratio >= TIMES, peer),
        say("mean difference inside, grey levels", difference, LEVELS, difference <= LEVELS, peer),
        say("pixels changed outside beyond OpenCV's", outside, 0, outside == 0, peer),
        say("seconds to compose four of 2048 px", compose, SECONDS, compose < SECONDS, "a second"),
        say("peak MiB of a fusion", peak, MEBIBYTES, peak <= MEBIBYTES, "600 MiB"),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    raise SystemExit(main())
