"""Learn what a lamp on the cornea looks like, from pairs of rendered eyes that differ by their lamps only.

    python -m training.iris.lamps

Three minutes on one idle core. The SHA-256 is written beside the weights: the engine asks for it.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
from sklearn.neural_network import MLPClassifier

from processing.imaging.iris import lamps
from processing.imaging.iris.renderer import render
from processing.imaging.iris.renderer.configuration import EVERYDAY, INFRARED, MACRO, Configuration

FIRST_SEED = 8_200_000
PIXELS_OF_EACH = 1500
# Grey levels by which a lamp must change a pixel to count, and below which it is none.
LAMP, NONE = 30.0, 8.0


def pair(seed: int, configuration: Configuration) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """The photo with lamps, the grey levels they added, the mask, the radius of the limbus."""
    lit = render(seed, configuration)
    dark = render(seed, replace(configuration, catch_lights=(0, 0)))
    added = cv2.GaussianBlur((lit.photo.astype(np.float32) - dark.photo).mean(axis=2), (0, 0), 1)
    assert lit.geometry
    return lit.photo, added, lit.mask, lit.geometry.limbus.radius


def samples(count: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Measures and whether each is a lamp, as many pixels of the one as of the other where there are."""
    random = np.random.default_rng(7)
    for number in range(count):
        base = (MACRO, EVERYDAY, MACRO, INFRARED)[number % 4]
        lights = (0, 0) if number % 6 == 5 else (1, 4)
        configuration = replace(base, height=405, width=540, iris_share=(0.25, 0.6), catch_lights=lights, cropped=0.0)
        photo, added, mask, radius = pair(FIRST_SEED + number, configuration)
        scale = lamps.RADIUS / radius
        small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else 1)
        eye = cv2.resize(mask, small.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        change = cv2.resize(added, small.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        values = lamps.measures(np.asarray(small, np.uint8), np.asarray(eye, np.uint8))
        for is_lamp, chosen in ((True, change > LAMP), (False, np.abs(change) < NONE)):
            found = values[chosen & (eye > 0)]
            most = PIXELS_OF_EACH if is_lamp else 2 * PIXELS_OF_EACH
            found = found[random.permutation(len(found))[:most]]
            yield found, np.full(len(found), is_lamp)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--eyes", type=int, default=240)
    wanted = parser.parse_args()
    parts = list(samples(wanted.eyes))
    values, truth = (np.concatenate(one) for one in zip(*parts, strict=True))
    network = MLPClassifier((16,), alpha=1e-3, batch_size=512, max_iter=12, random_state=7, learning_rate_init=3e-3)
    network.fit(values, truth)
    print(f"{len(values)} pixels, {100 * network.score(values, truth):.2f} % right")
    layers = [
        {"weights": np.round(weights, 4).tolist(), "bias": np.round(bias, 4).tolist()}
        for weights, bias in zip(network.coefs_, network.intercepts_, strict=True)
    ]
    data = (json.dumps(layers) + "\n").encode()
    lamps.WEIGHTS.write_bytes(data)
    told = f"{hashlib.sha256(data).hexdigest()}  {lamps.WEIGHTS.name}\n"
    lamps.WEIGHTS.with_suffix(".sha256").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
