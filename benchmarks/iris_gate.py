"""Whether the gate lets good eyes through, stops bad pictures, and says why: rendered ones, six kinds.

    python -m benchmarks.iris_gate [--pictures 100]

The kinds are derived from the renderer's evaluation seeds; limits were set on other configurations and seeds.
"""

import argparse
import json
import os
import sys
from collections import Counter
from dataclasses import replace

os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2

from processing.imaging.errors import Code, ImageRefused
from processing.imaging.iris import gate, network
from processing.imaging.iris.renderer.configuration import CLOSED, FACE, MACRO, NOISE, Configuration
from processing.imaging.iris.renderer.evaluation import eyes
from processing.imaging.types import Pixels

GOOD = replace(
    MACRO, name="gate-good-evaluation", iris_share=(0.3, 0.6), above=(0.75, 1.3), below=(0.85, 1.3), gaze=(0, 8),
    defocus=(0, 0.012), exposure=(0.8, 1.2), noise=(0, 0.012), mirrored_room=(0, 0.2), lid_shadow=(0, 0.4),
    catch_lights=(0, 3), cropped=0.0, framed=0.0, off_centre=0.25, melanin=(0, 0.7), pupil_ratio=(0.2, 0.6),
)  # fmt: skip
KINDS: dict[str, tuple[Configuration, set[Code]]] = {
    "good": (GOOD, set()),
    "blurred": (replace(GOOD, name="gate-blurred-evaluation", defocus=(0.12, 0.2)), {Code.TOO_BLURRED}),
    "tiny": (
        replace(GOOD, name="gate-tiny-evaluation", iris_share=(0.06, 0.16), off_centre=0.6),
        {Code.IRIS_TOO_SMALL, Code.EYE_TOO_FAR},
    ),
    "closed": (replace(CLOSED, name="gate-closed-evaluation"), {Code.EYE_CLOSED, Code.IRIS_HIDDEN}),
    "noise": (replace(NOISE, name="gate-noise-evaluation"), {Code.NO_EYE}),
    "face": (replace(FACE, name="gate-face-evaluation"), {Code.EYE_TOO_FAR, Code.IRIS_TOO_SMALL}),
}
ACCEPTED_GOOD, ACCEPTED_BAD, RIGHT_REASON = 0.95, 0.05, 0.80


def verdict(photo: Pixels) -> str:
    """ "accepted", or the code of the first thing that speaks against it."""
    found = network.segment(photo)
    try:
        if found is None:
            raise gate.no_eye(photo)
        gate.check(gate.measured(photo, found))
    except ImageRefused as refused:
        return refused.code
    return "accepted"


def line(figure: str, value: float, target: float, holds: bool) -> dict[str, object]:
    return {"benchmark": "iris_gate", "figure": figure, "value": round(value, 4), "target": target, "holds": holds}


def figures(verdicts: dict[str, Counter[str]]) -> list[dict[str, object]]:
    found = []
    for kind, (_, reasons) in KINDS.items():
        seen, total = verdicts[kind], verdicts[kind].total()
        accepted = seen["accepted"] / total
        if kind == "good":
            found.append(line("good, accepted", accepted, ACCEPTED_GOOD, accepted >= ACCEPTED_GOOD))
            continue
        found.append(line(f"{kind}, accepted", accepted, ACCEPTED_BAD, accepted <= ACCEPTED_BAD))
        right = sum(seen[code] for code in reasons) / total
        found.append(line(f"{kind}, right reason", right, RIGHT_REASON, right >= RIGHT_REASON))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=100, help="of each kind")
    wanted = parser.parse_args()
    cv2.setNumThreads(1)
    verdicts = {}
    for kind, (configuration, _) in KINDS.items():
        verdicts[kind] = Counter(verdict(eye.photo) for eye in eyes(configuration, wanted.pictures))
        print(f"{kind:8} {dict(verdicts[kind].most_common())}", flush=True)
    found = figures(verdicts)
    for figure in found:
        print(json.dumps(figure))
    return 0 if all(figure["holds"] for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
